"""Payment terms: when a document is due and until when its discount may be taken (SPEC 3, 6)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from arledger.core.dates import LAST_YEAR, DateOutOfRange


def due_date(document_date: date, net_days: int, end_of_month: bool) -> date:
    """``net_days`` after the document's date; with ``end_of_month``, the last day of the month that falls in.

    So 45 days end of month on January 20 is March 31 (March 6, then the end of March): the days are counted
    first. Raises DateOutOfRange beyond the year 2999, ValueError for negative days.
    """
    day = _after(document_date, net_days)
    return day.replace(day=monthrange(day.year, day.month)[1]) if end_of_month else day


def discount_until(document_date: date, discount_days: int | None) -> date | None:
    """The last day on which the discount may be taken; None for a term without a discount.

    The end of the month moves the due date only. Raises as ``due_date``.
    """
    return None if discount_days is None else _after(document_date, discount_days)


def _after(day: date, days: int) -> date:
    if days < 0:
        raise ValueError(f"a term counts days forward, not {days}")
    if days > (date(LAST_YEAR, 12, 31) - day).days:
        raise DateOutOfRange(text=f"{day.isoformat()} + {days}")
    return day + timedelta(days=days)
