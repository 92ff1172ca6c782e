"""Automatic summaries: made on time, late, twice, at once, across clock changes and changed settings (SPEC 13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arledger.companies.selectors import Settings, settings_of
from arledger.core import jobs
from arledger.core.clock import now
from arledger.core.models import Job
from arledger.core.scope import company_scope
from summaries.models import Summary
from summaries.slot_services import ensure_slots
from summaries.tasks import JOB
from tests.build import AT, Books, books, tried
from tests.concurrency.racing import race
from tests.examples import examples

Cursor = psycopg.Cursor[tuple[object, ...]]


def ensure(b: Books, at: datetime) -> int:
    return ensure_slots(settings=settings_of(b.company.pk), at=at)


def slots(b: Books, type: str = "invoices") -> list[tuple[Any, Any]]:
    found = Summary.objects.filter(
        company=b.company, type=type, automatic=True, entity=None, bank_account=None
    )
    return list(found.order_by("slot_start", "slot_end").values_list("slot_start", "slot_end"))


def require_apart(b: Books) -> None:
    """Slots do not overlap, and each posted document lies in the slot of its instant."""
    found = slots(b)
    assert all(a[1] <= z[0] for a, z in pairwise(found))
    for posted_at, start, end, frequency in Summary.objects.filter(
        company=b.company, documents__state="posted", automatic=True
    ).values_list("documents__posted_at", "slot_start", "slot_end", "frequency"):
        assert posted_at is not None
        assert start is not None
        assert end is not None
        assert start <= posted_at < end or (frequency == "each" and start == posted_at == end)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.django_db
def test_one_of_each_type_exists_from_the_start_and_running_again_makes_nothing() -> None:
    with books() as b:
        made = Summary.objects.filter(company=b.company)
        assert made.count() == 7  # payments: undeposited funds, and the bank account
        assert ensure(b, AT) == 0
        assert ensure(b, AT + timedelta(hours=3)) == 0
        assert slots(b) == [(utc(2026, 3, 14, 23), utc(2026, 3, 15, 23))]
        assert ensure(b, AT + timedelta(days=1)) == 7
        titles = set(Summary.objects.filter(company=b.company).values_list("title", flat=True))
        assert "Invoices 2026-03-15 00:00:00" in titles
        assert len(titles) == 12


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Toronto"])
@pytest.mark.parametrize("month", [3, 10, 11])
def test_nothing_is_missed_across_clock_changes(zone: str, month: int) -> None:
    """Every hour of a month in which clocks change; the slots are the local days without a gap."""
    with books(time_zone=zone) as b:
        hour = utc(2026, month, 1)
        while hour < utc(2026, month, 12 if month != 10 else 31):
            ensure(b, hour)
            hour += timedelta(hours=7)
        found = [slot for slot in slots(b) if utc(2026, month, 1) < slot[1] and slot[0] < hour]
        assert all(a[1] == z[0] for a, z in pairwise(found))
        lengths = {(end - start) // timedelta(hours=1) for start, end in found}
        changes = {("Europe/Paris", 10): 25, ("America/Toronto", 3): 23, ("America/Toronto", 11): 25}
        assert lengths == {24, changes.get((zone, month), 24)}


@pytest.mark.django_db
def test_an_outage_is_made_up_for() -> None:
    with books() as b:
        ensure(b, utc(2026, 3, 15, 21))
        ensure(b, utc(2026, 3, 16, 0))  # three hours later, over midnight in Paris
        assert len(slots(b)) == 2
        ensure(b, utc(2026, 3, 20, 12))
        assert len(slots(b)) == 6
        require_apart(b)


@pytest.mark.django_db
def test_the_same_title_twice_in_an_autumn_night() -> None:
    """A label, never a key: two instants of the hour that comes twice."""
    with books() as b:
        b.configure(summary_frequency={"payments": "each"})
        for hour in (0, 1):
            b.at(utc(2026, 10, 25, hour, 30)).receipt(10)
        found = Summary.objects.filter(company=b.company, frequency="each")
        assert set(found.values_list("title", flat=True)) == {"Payments 2026-10-25 02:30:00"}
        assert found.count() == 2


@pytest.mark.django_db
def test_a_changed_frequency_counts_at_once() -> None:
    with books() as b:
        first = b.document(b.invoice(10)).summary
        noon = b.at(AT + timedelta(hours=1))
        noon.configure(summary_frequency={"invoices": "monthly"})
        second = noon.document(noon.at(AT + timedelta(hours=2)).invoice(10)).summary
        assert first is not None
        assert second is not None
        first.refresh_from_db()
        assert (first.slot_end, second.slot_start) == (AT + timedelta(hours=1),) * 2
        assert second.slot_end == utc(2026, 3, 31, 22)
        assert second.frequency == "monthly"
        late = noon.document(noon.at(AT + timedelta(minutes=30)).invoice(5))
        assert late.summary_id == first.pk  # an instant of before
        require_apart(b)


@pytest.mark.django_db
def test_a_document_of_the_very_instant_of_a_change_stays_in_its_slot() -> None:
    with books() as b:
        b.invoice(10)
        b.configure(summary_frequency={"invoices": "weekly"})
        b.invoice(20)
        b.at(AT + timedelta(seconds=1)).invoice(30)
        require_apart(b)
        assert len(slots(b)) == 2


@pytest.mark.django_db
def test_a_changed_time_zone_ends_the_day_at_the_next_tick() -> None:
    with books() as b:
        b.invoice(10)
        later = AT + timedelta(minutes=1)
        made = Settings(company=b.company, row=settings_of(b.company.pk).row)
        made.company.time_zone = "America/Toronto"
        assert ensure_slots(settings=made, at=later) == 7
        found = slots(b)
        assert found[0][1] == found[1][0] == later
        assert found[1][1] == utc(2026, 3, 16, 4)


ZONES = ["Europe/Paris", "America/Toronto", "Asia/Kathmandu"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tick", "tick", "post", "post", "late", "frequency", "zone"]),
        st.integers(0, 60 * 60 * 50),
        st.sampled_from(["daily", "weekly", "monthly", "daily"]),
        st.sampled_from(ZONES),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=st.sampled_from([utc(2026, 3, 7), utc(2026, 3, 28), utc(2026, 10, 24), utc(2026, 10, 31)]),
    steps=STEPS,
)
def test_whatever_happens_slots_stay_apart_and_hold_what_was_posted_in_them(
    start: datetime, steps: list[tuple[str, int, str, str]]
) -> None:
    with tried(), books() as b:
        at = start
        for step, seconds, frequency, zone in steps:
            at += timedelta(seconds=seconds)
            here = b.at(at)
            if step == "tick":
                ensure(here, at)
            elif step == "post":
                assert here.document(here.invoice(10)).summary_id is not None
            elif step == "late":  # a request that began before
                b.at(at - timedelta(minutes=1)).invoice(10)
            elif step == "frequency":
                here.configure(summary_frequency={"invoices": frequency})
            else:
                in_zone = settings_of(b.company.pk)
                in_zone.company.time_zone = zone
                ensure_slots(settings=in_zone, at=at)
                ensure_slots(settings=in_zone, at=at)
        require_apart(b)


@pytest.mark.usefixtures("committed")
def test_two_beats_and_a_posting_at_once_make_nothing_twice() -> None:
    with books() as b:
        tomorrow = AT + timedelta(days=1)
        then = b.at(tomorrow)
        turns = [lambda: ensure(b, tomorrow)] * 2 + [lambda: then.invoice(10), lambda: then.invoice(20)]
        found = race(b, turns)
        assert found.refused == {}
        assert Summary.objects.filter(company=b.company).count() == 14
        assert ensure(b, tomorrow) == 0
        later = AT + timedelta(days=2)
        race(b, [lambda: ensure(b, later)] * 3)
        assert len(slots(b)) == 3
        require_apart(b)


@pytest.mark.usefixtures("alone")
def test_the_job_makes_them_for_every_company() -> None:
    with books() as b:
        pass
    with time_machine.travel(AT + timedelta(days=1), tick=True):
        job = jobs.enqueue(JOB, at=AT)
        assert jobs.run(job.pk, clock=now)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    with company_scope(b.company.pk):
        assert Summary.objects.filter(company=b.company).count() == 14


@pytest.mark.django_db
def test_the_database_keeps_slots_apart(owner_cursor: Cursor) -> None:
    with books() as b:
        ensure(b, AT)
        copy = Summary.objects.get(company=b.company, type="refunds")
        copy.pk, copy.slot_start = None, AT
        with pytest.raises(IntegrityError, match="summaries_summary_slots_apart"), transaction.atomic():
            copy.save(force_insert=True)
