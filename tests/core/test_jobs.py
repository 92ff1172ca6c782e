"""Jobs: claimed once, resumed after a silent worker, started on schedule."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from arledger.core import jobs
from arledger.core.errors import Refusal
from arledger.core.models import Job, Schedule
from arledger.core.sql import fetch_all
from arledger.core.tasks import run_job, tick

AT = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)


def clock(at: datetime = AT) -> Callable[[], datetime]:
    return lambda: at


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kind ``test.count`` that notes the jobs it was called for."""
    monkeypatch.setattr(jobs, "_kinds", {})
    seen: list[int] = []

    @jobs.register("test.count")
    def count(claim: jobs.Claim) -> dict[str, int]:
        seen.append(claim.job.pk)
        return {"seen": len(seen)}

    return seen


@pytest.mark.django_db
def test_a_job_is_done_once(kind: list[int]) -> None:
    job = jobs.enqueue("test.count", {"a": 1}, at=AT)
    assert jobs.run(job.pk, clock=clock())
    assert not jobs.run(job.pk, clock=clock())
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts, kind) == ("done", {"seen": 1}, 1, [job.pk])


def test_many_workers_and_one_job(committed: None, kind: list[int]) -> None:
    job = jobs.enqueue("test.count", at=AT)

    def work(_: int) -> bool:
        try:
            return jobs.run(job.pk, clock=clock())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, range(24)))
    assert done.count(True) == 1
    assert kind == [job.pk]


def test_a_worker_is_woken_after_the_commit_only(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(jobs, "_wakers", [woken.append])
    with transaction.atomic():
        job = jobs.enqueue("test.count", at=AT)
        assert woken == []
    assert woken == [job.pk]
    with transaction.atomic():
        jobs.enqueue("test.count", at=AT)
        transaction.set_rollback(True)
    assert woken == [job.pk]


@pytest.mark.django_db
def test_a_silent_worker_loses_its_claim() -> None:
    job = jobs.enqueue("test.count", at=AT)
    first = jobs.claim_job(job.pk, clock=clock())
    assert first is not None
    assert jobs.sweep(AT + jobs.LEASE) == []
    later = AT + jobs.LEASE + timedelta(seconds=1)
    assert jobs.sweep(later) == [job.pk]
    second = jobs.claim_job(job.pk, clock=clock(later))
    assert second is not None
    for late_word in (first.heartbeat, lambda: first.finish(None), lambda: first.fail("no")):
        with pytest.raises(jobs.LeaseLost):
            late_word()
    second.heartbeat()
    second.finish("done")
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", "done", 2)


def test_a_dead_worker_is_not_waited_for(committed: None, kind: list[int]) -> None:
    job = jobs.enqueue("test.count", at=AT)

    def claim() -> None:
        assert jobs.claim_job(job.pk, clock=clock()) is not None
        assert job.pk not in jobs.sweep(AT + jobs.SILENT * 2), "its session lives"
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(claim).result()
    assert job.pk not in jobs.sweep(AT), "it may have claimed it a moment ago"
    soon = AT + jobs.SILENT * 2
    deadline = monotonic() + 120
    while job.pk not in jobs.sweep(soon) and monotonic() < deadline:
        sleep(0.05)
    assert jobs.run(job.pk, clock=clock(soon))
    assert kind == [job.pk]
    assert job.pk not in jobs.sweep(soon + jobs.LEASE * 2)
    assert job.pk not in {held for (held,) in fetch_all(jobs.HELD, [jobs._LOCKS])}


@pytest.mark.django_db
def test_a_heartbeat_keeps_the_claim() -> None:
    job = jobs.enqueue("test.count", at=AT)
    moments = iter([AT, AT + jobs.LEASE])
    claim = jobs.claim_job(job.pk, clock=lambda: next(moments))
    assert claim is not None
    claim.heartbeat()
    assert jobs.sweep(AT + jobs.LEASE + timedelta(seconds=1)) == []


@pytest.mark.django_db
def test_a_job_that_dies_at_every_attempt_is_given_up() -> None:
    job = jobs.enqueue("test.count", at=AT)
    at = AT
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.sweep(at) == [job.pk]
        assert jobs.claim_job(job.pk, clock=clock(at)) is not None
        at += jobs.LEASE + timedelta(seconds=1)
    assert jobs.sweep(at) == []
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("failed", at)
    assert job.error


@pytest.mark.django_db
def test_a_refusal_fails_the_job_with_its_sentence(kind: list[int]) -> None:
    @jobs.register("test.refuse")
    def refuse(claim: jobs.Claim) -> None:
        raise Refusal

    job = jobs.enqueue("test.refuse", at=AT)
    assert jobs.run(job.pk, clock=clock())
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "This cannot be done.")


@pytest.mark.django_db
def test_an_unforeseen_error_is_tried_again_later(kind: list[int]) -> None:
    @jobs.register("test.break")
    def break_down(claim: jobs.Claim) -> None:
        raise ZeroDivisionError("by zero")

    job = jobs.enqueue("test.break", at=AT)
    result = run_job.apply(args=(job.pk,))
    assert result.failed()
    job.refresh_from_db()
    assert (job.state, job.error) == ("queued", "ZeroDivisionError: by zero")
    assert job.lease_until is not None
    assert jobs.sweep(job.lease_until - timedelta(seconds=1)) == []
    assert jobs.sweep(job.lease_until) == [job.pk]


@pytest.mark.django_db
def test_the_schedule_starts_each_slot_once(kind: list[int]) -> None:
    jobs.register("test.nightly", daily_at=time(2, 0))(lambda claim: None)
    assert jobs.enqueue_due(AT) == []
    two = AT.replace(hour=2, minute=0)
    (job,) = jobs.enqueue_due(two)
    assert jobs.enqueue_due(two) == []
    jobs.run(job.pk, clock=clock(two))
    assert Schedule.objects.get().next_due == two + timedelta(days=1)
    # A week's outage is made up for once.
    (late,) = jobs.enqueue_due(two + timedelta(days=7, hours=3))
    assert Schedule.objects.get().next_due == two + timedelta(days=8)
    # Still running at the next slot: not started beside itself.
    assert jobs.enqueue_due(two + timedelta(days=8)) == []
    assert Job.objects.filter(kind="test.nightly", state="queued").get() == late


@pytest.mark.django_db
def test_a_changed_rhythm_takes_effect(kind: list[int]) -> None:
    jobs.register("test.often", every_minutes=15)(lambda claim: None)
    jobs.enqueue_due(AT)
    assert Schedule.objects.get().next_due == AT.replace(minute=45)
    jobs.register("test.often", every_minutes=60)(lambda claim: None)
    jobs.enqueue_due(AT)
    assert Schedule.objects.get().next_due == AT.replace(hour=2, minute=0)


def test_two_ticks_at_once_start_a_slot_once(committed: None, kind: list[int]) -> None:
    jobs.register("test.race", every_minutes=1)(lambda claim: None)
    jobs.enqueue_due(AT)
    due = AT + timedelta(minutes=1)

    def tick_once(_: int) -> int:
        try:
            return len(jobs.enqueue_due(due))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        started = list(pool.map(tick_once, range(12)))
    assert sum(started) == 1
    Schedule.objects.filter(kind="test.race").delete()


def test_a_tick_wakes_what_waits_although_its_message_was_lost(committed: None, kind: list[int]) -> None:
    Job.objects.update(state="done")
    job = Job.objects.create(kind="test.count", created_at=AT)
    run_job.app.conf.task_always_eager = True
    try:
        tick()
    finally:
        run_job.app.conf.task_always_eager = False
    job.refresh_from_db()
    assert job.state == "done"


def test_a_job_is_added_although_no_broker_answers(committed_environment: dict[str, str]) -> None:
    program = (
        "import django; django.setup()\n"
        "from arledger.core import jobs, clock\n"
        "print(jobs.enqueue('test.count', at=clock.now()).pk)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=committed_environment
        | {"DJANGO_SETTINGS_MODULE": "arledger.settings", "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert "no worker could be woken" in done.stderr
    assert Job.objects.get(pk=int(done.stdout)).state == "queued"
