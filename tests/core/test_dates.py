"""Dates are read in one way or refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.dates import (
    PATTERNS,
    DateOutOfRange,
    InvalidDate,
    NoSuchDay,
    UnknownDatePattern,
    example,
    parse_date,
    parse_iso_date,
)
from arledger.core.errors import Required


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("2026-02-28", "YYYY-MM-DD", date(2026, 2, 28)),
        ("03/04/2026", "DD/MM/YYYY", date(2026, 4, 3)),
        ("03/04/2026", "MM/DD/YYYY", date(2026, 3, 4)),
        ("4/6/2013", "M/D/YYYY", date(2013, 4, 6)),
        ("12/31/2013", "M/D/YYYY", date(2013, 12, 31)),
        ("31/1/2013", "D/M/YYYY", date(2013, 1, 31)),
        ("31.12.2013", "DD.MM.YYYY", date(2013, 12, 31)),
        ("5.10.2026", "D.M.YYYY", date(2026, 10, 5)),
        ("05.1.2026", "D.M.YYYY", date(2026, 1, 5)),
        ("20131231", "YYYYMMDD", date(2013, 12, 31)),
    ],
)
def test_accepted(text: str, pattern: str, expected: date) -> None:
    assert parse_date(text, pattern) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", Required),
        ("2026-W01-1", InvalidDate),
        ("2026-001", InvalidDate),
        ("20260101", InvalidDate),
        ("2026-1-1", InvalidDate),
        ("26-01-01", InvalidDate),
        ("+2026-01-01", InvalidDate),
        ("2026-01-01T00:00:00", InvalidDate),
        ("2026-01-01\n", InvalidDate),
        (" 2026-01-01", InvalidDate),
        ("2026/01/01", InvalidDate),
        ("\uff12\uff10\uff12\uff16-01-01", InvalidDate),
        ("2026-\u0660\u0661-01", InvalidDate),
        ("2026\u201301-01", InvalidDate),
        ("2026-02-29", NoSuchDay),
        ("2026-13-01", NoSuchDay),
        ("2026-00-10", NoSuchDay),
        ("1899-12-31", DateOutOfRange),
        ("3000-01-01", DateOutOfRange),
        ("0000-01-01", DateOutOfRange),
        ("9" * 1000, InvalidDate),
    ],
)
def test_refused(text: str, error: type[InvalidDate]) -> None:
    with pytest.raises(error) as refused:
        parse_iso_date(text, field="date")
    assert type(refused.value) is error
    assert refused.value.field == "date"
    assert len(str(refused.value)) < 200
    assert "%(" not in str(refused.value)


def test_two_digits_where_the_pattern_says_so() -> None:
    with pytest.raises(InvalidDate) as refused:
        parse_date("4/6/2013", "DD/MM/YYYY")
    assert "31/12/2026" in str(refused.value)
    with pytest.raises(InvalidDate):
        parse_date("31x12x2013", "DD.MM.YYYY")


@pytest.mark.parametrize("pattern", ["", "YY-MM-DD", "%Y-%m-%d", "YYYY"])
def test_unknown_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(UnknownDatePattern) as refused:
        parse_date("2026-01-01", pattern)
    assert "YYYY-MM-DD" in str(refused.value)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_example_of_a_pattern_reads_as_that_day(pattern: str) -> None:
    assert parse_date(example(pattern), pattern) == date(2026, 12, 31)


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)))
def test_every_day_survives_writing_and_reading(day: date) -> None:
    assert parse_iso_date(day.isoformat()) == day
    assert parse_date(f"{day.month}/{day.day}/{day.year}", "M/D/YYYY") == day
    assert parse_date(f"{day.day:02}.{day.month:02}.{day.year}", "DD.MM.YYYY") == day
