"""Slots of days, weeks and months in any time zone: no gap, no overlap, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summaries.slots import Slot, day_start, is_bound, slot_at, slots_between

ZONES = [
    "Europe/Paris",
    "America/Toronto",
    "Asia/Kathmandu",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "UTC",
]
instants = st.integers(631152000, 2208988800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)
frequencies = st.sampled_from(["daily", "weekly", "monthly"])


@given(instants, frequencies, zones)
def test_an_instant_lies_in_its_slot_and_the_next_slot_begins_where_it_ends(
    instant: datetime, frequency: str, zone: ZoneInfo
) -> None:
    slot = slot_at(instant, frequency, zone)
    assert instant in slot
    assert slot_at(slot.start, frequency, zone) == slot
    assert slot_at(slot.end, frequency, zone).start == slot.end
    assert slot_at(slot.end - timedelta(microseconds=1), frequency, zone) == slot
    assert is_bound(slot.start, frequency, zone)
    longest = {"daily": 2, "weekly": 8, "monthly": 32}[frequency]
    assert timedelta(0) < slot.end - slot.start < timedelta(days=longest)


@given(instants, st.timedeltas(timedelta(0), timedelta(days=40)), frequencies, zones)
def test_slots_between_two_instants_leave_nothing_out(
    start: datetime, outage: timedelta, frequency: str, zone: ZoneInfo
) -> None:
    slots = list(slots_between(start, start + outage, frequency, zone))
    assert slots[0].start == start
    assert start + outage in slots[-1]
    assert all(a.end == b.start for a, b in pairwise(slots))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("America/Toronto", date(2026, 3, 8), 23),
        ("America/Toronto", date(2026, 11, 1), 25),
        ("Europe/Paris", date(2026, 6, 1), 24),
    ],
)
def test_days_on_which_clocks_change(zone: str, day: date, hours: int) -> None:
    slot = slot_at(datetime.combine(day, time(12), ZoneInfo(zone)), "daily", ZoneInfo(zone))
    assert slot.end - slot.start == timedelta(hours=hours)


def test_a_day_whose_midnight_is_skipped_begins_when_it_begins() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    start = day_start(date(2018, 11, 4), zone)
    assert start.astimezone(zone).isoformat() == "2018-11-04T01:00:00-02:00"


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    zone = ZoneInfo("UTC")
    noon = datetime(2026, 2, 18, 12, tzinfo=UTC)
    assert slot_at(noon, "weekly", zone) == Slot(
        datetime(2026, 2, 16, tzinfo=UTC), datetime(2026, 2, 23, tzinfo=UTC)
    )
    assert slot_at(noon, "monthly", zone) == Slot(
        datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    )
