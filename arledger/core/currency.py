"""Which currencies there are and how many decimals their amounts have; stands on nothing else of ours."""

from __future__ import annotations

from datetime import date
from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies

# ISO 4217's minor units. Babel's figures are CLDR's, which show 0 decimals for some currencies whose books
# are kept with 2 or 3 (RSD, IQD…); only the names of the currencies come from Babel.
_MINOR_UNITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
# Money that was legal tender at some time since then: a fixed span, so that the answer does not depend on the
# day a process started.
_TENDER_FROM, _TENDER_TO = date(2020, 1, 1), date(2999, 12, 31)


@cache
def codes() -> frozenset[str]:
    """The ISO codes of the currencies one may keep books in."""
    territories = [str(code) for code in Locale("en").territories]
    found: set[str] = set()
    for territory in (code for code in territories if len(code) == 2):
        found.update(get_territory_currencies(territory, _TENDER_FROM, _TENDER_TO))
    return frozenset(found)


def minor_units(code: str) -> int:
    """How many decimals amounts in the currency have. Raises KeyError for anything not in ``codes``."""
    if code not in codes():
        raise KeyError(code)
    return _MINOR_UNITS.get(code, 2)
