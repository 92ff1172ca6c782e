"""Amounts and dates as people read them, in the language of the page (Babel's data; never Django's formats).

Files and the API do not use this module: there amounts are plain decimals and dates ISO.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_datetime as babel_datetime
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol
from babel.units import format_unit

from arledger.core.currency import minor_units

MINUS = "\u2212"


def format_amount(value: Decimal, currency: str | None, language: str, *, symbol: bool = False) -> str:
    """An amount with the currency's decimals, grouped thousands and a true minus sign: ``−1,234.50``.

    Without a currency at least two decimals are shown, and as many more as the value needs. ``symbol`` adds
    the currency's symbol where the language puts it. Raises KeyError for an unknown currency.
    """
    places = minor_units(currency) if currency else max(2, _decimals_needed(value))
    mark, group = _symbols(language)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = _regrouped(f"{rounded.copy_abs():,f}", mark, group)
    if symbol and currency:
        text = _with_symbol(text, currency, language)
    return MINUS + text if rounded < 0 else text


def format_count(value: int, language: str) -> str:
    """A whole number with grouped thousands."""
    text = _regrouped(f"{abs(value):,}", *_symbols(language))
    return MINUS + text if value < 0 else text


def format_size(octets: int, language: str) -> str:
    """How large a file is, as people say it: ``812 kB``, ``1,4 Mo``."""
    large = octets >= 1024**2
    count = round(octets / 1024**2, 1) if large else max(1, round(octets / 1024))
    return format_unit(count, "megabyte" if large else "kilobyte", length="short", locale=_locale(language))


def input_amount(value: Decimal, currency: str, language: str) -> str:
    """An amount as an input field shows it, to be typed over: the language's decimal mark and no grouping.

    ``money.parse_localized_amount`` reads it back to the same value. Raises KeyError for an unknown currency.
    """
    return f"{value or Decimal():.{minor_units(currency)}f}".replace(".", _symbols(language)[0])


@lru_cache(maxsize=4096)
def format_date(day: date, language: str) -> str:
    """A day in the language's medium form: ``Nov 21, 2026``, ``21 nov. 2026``."""
    return babel_date(day, format="medium", locale=_locale(language))


def format_datetime(at: datetime, tz: tzinfo, language: str) -> str:
    """An instant in a time zone, with seconds. ``at`` is aware, else ValueError."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return babel_datetime(at.astimezone(tz), format="medium", locale=_locale(language))


def shown(value: object, language: str) -> object:
    """A value as a sentence names it: amounts, days and aware instants (in their own zone) in the language,
    everything else as it is."""
    if isinstance(value, Decimal) and value.is_finite():
        return format_amount(value, None, language)
    if isinstance(value, datetime):
        return format_datetime(value, value.tzinfo, language) if value.tzinfo else value
    if isinstance(value, date):
        return format_date(value, language)
    return value


def _decimals_needed(value: Decimal) -> int:
    _, _, fraction = f"{value:f}".partition(".")
    return len(fraction.rstrip("0"))


def _regrouped(text: str, mark: str, group: str) -> str:
    whole, point, fraction = text.partition(".")
    return whole.replace(",", group) + (mark + fraction if point else "")


def _with_symbol(text: str, currency: str, language: str) -> str:
    locale = _locale(language)
    shown = get_currency_symbol(currency, locale)
    in_front = locale.currency_formats["standard"].pattern.startswith("¤")
    return f"{shown}{text}" if in_front else f"{text}\u00a0{shown}"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


@cache
def _symbols(language: str) -> tuple[str, str]:
    """The decimal mark and the separator of thousands."""
    locale = _locale(language)
    return get_decimal_symbol(locale), get_group_symbol(locale)
