"""Due dates and discounts of payment terms (SPEC 6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.companies.terms import discount_until, due_date
from arledger.core.dates import DateOutOfRange

DAYS = st.dates(date(1900, 1, 1), date(2900, 12, 31))


@pytest.mark.parametrize(
    ("day", "net_days", "end_of_month", "expected"),
    [
        (date(2026, 1, 20), 0, False, date(2026, 1, 20)),
        (date(2026, 1, 20), 30, False, date(2026, 2, 19)),
        (date(2026, 1, 20), 0, True, date(2026, 1, 31)),
        (date(2026, 1, 20), 45, True, date(2026, 3, 31)),
        (date(2028, 1, 31), 10, True, date(2028, 2, 29)),
        (date(2026, 1, 31), 10, True, date(2026, 2, 28)),
        (date(2026, 12, 31), 1, True, date(2027, 1, 31)),
    ],
)
def test_known_due_dates(day: date, net_days: int, end_of_month: bool, expected: date) -> None:
    assert due_date(day, net_days, end_of_month) == expected


@given(DAYS, st.integers(0, 400))
def test_the_end_of_month_is_the_last_day_on_or_after_the_net_date(day: date, net_days: int) -> None:
    net, end = due_date(day, net_days, False), due_date(day, net_days, True)
    assert (net - day).days == net_days
    assert (end.year, end.month) == (net.year, net.month)
    assert (end + timedelta(days=1)).day == 1


def test_the_discount_ignores_the_end_of_the_month() -> None:
    assert discount_until(date(2026, 1, 20), 10) == date(2026, 1, 30)
    assert discount_until(date(2026, 1, 20), 0) == date(2026, 1, 20)
    assert discount_until(date(2026, 1, 20), None) is None


def test_due_dates_stay_within_the_calendar_of_the_books() -> None:
    assert due_date(date(2999, 12, 1), 30, True) == date(2999, 12, 31)
    with pytest.raises(DateOutOfRange):
        due_date(date(2999, 12, 1), 31, False)
    with pytest.raises(DateOutOfRange):
        discount_until(date(2026, 1, 1), 10**9)
    with pytest.raises(ValueError, match="forward"):
        due_date(date(2026, 1, 1), -1, False)
