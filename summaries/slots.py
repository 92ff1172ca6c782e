"""The slots of automatic summaries: days, weeks and months of a time zone as instants (SPEC 13). Pure arithmetic.

A slot runs from the first instant of its first local day to the first instant after its last: 23 and 25 hours long
where clocks change, and starting after midnight where midnight itself is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from arledger.companies.frequencies import Frequency

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A half-open stretch of time, in UTC."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day: the earlier one where its midnight happens twice."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _first(day: date, frequency: str) -> date:
    """The first day of the day, the week (from Monday) or the month around ``day``."""
    if frequency == Frequency.WEEKLY:
        return day - ONE_DAY * day.weekday()
    return day.replace(day=1) if frequency == Frequency.MONTHLY else day


def _next(first: date, frequency: str) -> date:
    if frequency == Frequency.WEEKLY:
        return first + ONE_DAY * 7
    return (first + ONE_DAY * 31).replace(day=1) if frequency == Frequency.MONTHLY else first + ONE_DAY


def slot_at(instant: datetime, frequency: str, zone: ZoneInfo) -> Slot:
    """The daily, weekly or monthly slot that holds an instant.

    Found by its bounds and not by the local date alone: where clocks go back over midnight, a date comes twice.
    """
    first = _first(instant.astimezone(zone).date(), frequency)
    while instant < day_start(first, zone):
        first = _first(first - ONE_DAY, frequency)
    while day_start(_next(first, frequency), zone) <= instant:
        first = _next(first, frequency)
    return Slot(day_start(first, zone), day_start(_next(first, frequency), zone))


def slots_between(start: datetime, until: datetime, frequency: str, zone: ZoneInfo) -> Iterator[Slot]:
    """Slots without a gap from ``start`` to the one that holds ``until``; the first is what is left of its own."""
    while True:
        natural = slot_at(start, frequency, zone)
        yield Slot(start, natural.end)
        if until < natural.end:
            return
        start = natural.end


def is_bound(instant: datetime, frequency: str, zone: ZoneInfo) -> bool:
    """Whether a slot of this frequency starts at the instant: it was not cut there."""
    return slot_at(instant, frequency, zone).start == instant
