"""Dates read strictly: the ISO form of the API and of pages, and the few patterns of files (SPEC 14, 15).

Digits are 0 to 9 only; weeks, ordinal days, times, two-digit years and other calendars are refused.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Required

FIRST_YEAR, LAST_YEAR = 1900, 2999
ISO = "YYYY-MM-DD"
PATTERNS = (
    ISO,
    "DD/MM/YYYY",
    "MM/DD/YYYY",
    "D/M/YYYY",
    "M/D/YYYY",
    "DD.MM.YYYY",
    "D.M.YYYY",
    "DD-MM-YYYY",
    "YYYYMMDD",
)
"""The patterns a file may use. DD and MM are two digits, D and M one or two, YYYY four. Where two of them read a
cell alike the stricter one stands first."""

_TOKENS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "MM": "(?P<month>[0-9]{2})",
    "DD": "(?P<day>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "D": "(?P<day>[0-9]{1,2})",
}


class InvalidDate(Invalid):
    """The text is not written like the pattern."""

    code = "date_invalid"
    sentence = _("“%(text)s” is not a date. Write it as %(pattern)s, such as %(example)s.")


class NoSuchDay(InvalidDate):
    code = "date_no_such_day"
    sentence = _(
        "“%(text)s” is not a day of the calendar (read as %(pattern)s). Correct the day or the month."
    )


class DateOutOfRange(InvalidDate):
    code = "date_out_of_range"
    sentence = _("“%(text)s” is outside the years %(first)s to %(last)s. Correct the year.")

    def __init__(self, *, text: str, field: str | None = None) -> None:
        super().__init__(field=field, text=text, first=FIRST_YEAR, last=LAST_YEAR)


class UnknownDatePattern(Invalid):
    code = "date_pattern_unknown"
    sentence = _("“%(pattern)s” is not a date format. Use one of: %(patterns)s.")


def parse_iso_date(text: str, field: str | None = None) -> date:
    """Read ``YYYY-MM-DD`` and nothing else, years 1900 to 2999.

    Raises Required for an empty text, InvalidDate, NoSuchDay or DateOutOfRange.
    """
    return parse_date(text, ISO, field)


def parse_date(text: str, pattern: str, field: str | None = None) -> date:
    """Read a date written like one of ``PATTERNS``. Raises as ``parse_iso_date``, and UnknownDatePattern."""
    expression = _expression(pattern)
    if not text:
        raise Required(field=field)
    shown = text[:40]
    found = expression.fullmatch(text)
    if found is None:
        raise InvalidDate(field=field, text=shown, pattern=pattern, example=example(pattern))
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateOutOfRange(field=field, text=shown)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoSuchDay(field=field, text=shown, pattern=pattern) from error


def example(pattern: str) -> str:
    """How December 31, 2026 is written in a pattern."""
    return (
        pattern.replace("YYYY", "2026")
        .replace("MM", "12")
        .replace("DD", "31")
        .replace("M", "12")
        .replace("D", "31")
    )


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    if pattern not in PATTERNS:
        raise UnknownDatePattern(pattern=pattern[:40], patterns=", ".join(PATTERNS))
    parts = re.split(r"(YYYY|MM|DD|M|D)", pattern)
    return re.compile("".join(_TOKENS.get(part, re.escape(part)) for part in parts), re.ASCII)
