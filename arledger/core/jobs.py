"""Work for later: a row in PostgreSQL is the truth, a message to a worker only a wake-up (DESIGN 5).

A worker claims a job by a conditional update and holds it by a lease that it renews. When it dies, the lease
runs out, the tick finds the job and another worker goes on; a worker that comes back late finds its claim
gone. Its session holds a lock besides, which only the server lets go for it: where that is gone the worker is
dead, and nobody waits for the lease. So a handler may run more than once and is written to be resumed: work in
chunks, each in a transaction of its own together with the note that it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import Error, transaction
from django.db.models import F, Q

from arledger.core.errors import Refusal
from arledger.core.models import Job, Schedule
from arledger.core.scope import company_scope
from arledger.core.sql import fetch_all

log = structlog.get_logger(__name__)

# Longer than any one statement of a handler between two heartbeats ought to take.
LEASE = timedelta(minutes=5)
# Between claiming a job and holding its lock, and for a session that ends a little later than its worker.
SILENT = timedelta(seconds=5)
MAX_ATTEMPTS = 5
RETRY_PAUSE = timedelta(minutes=1)
WAITING = [Job.State.QUEUED, Job.State.RUNNING]
# Advisory locks of jobs: this number above the 40 bits of a job's id.
_LOCKS = 0x4A4F42
HELD = """
SELECT ((classid::bigint << 32) | objid::bigint) & ((1::bigint << 40) - 1)
  FROM pg_locks
 WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND classid::bigint >> 8 = %s
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class LeaseLost(Exception):
    """Another worker holds the job now (or it is over): stop at once, write nothing more."""


@dataclass(frozen=True)
class Claim:
    """The right to work on a job, for as long as ``attempt`` is the newest one and the lease is renewed."""

    job: Job
    clock: Callable[[], datetime]

    def heartbeat(self) -> None:
        """Renew the lease. Raises LeaseLost."""
        at = self.clock()
        if not self._row().update(heartbeat_at=at, lease_until=at + LEASE):
            raise LeaseLost

    def finish(self, result: Any) -> None:
        """Record the job as done. Raises LeaseLost."""
        self._end(state=Job.State.DONE, result=result, error="")

    def fail(self, error: str) -> None:
        """Record the job as failed for good. Raises LeaseLost."""
        self._end(state=Job.State.FAILED, error=error)

    def _end(self, **values: Any) -> None:
        if not self._row().update(finished_at=self.clock(), lease_until=None, **values):
            raise LeaseLost

    def _row(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempts=self.job.attempts)


Handler = Callable[[Claim], Any]


@dataclass(frozen=True)
class Kind:
    """How a kind of job is done, and when if it has a rhythm of its own (times of day in UTC)."""

    name: str
    handler: Handler
    every_minutes: int | None = None
    daily_at: time | None = None


_kinds: dict[str, Kind] = {}
_wakers: list[Callable[[int], None]] = []


def register(
    name: str, *, every_minutes: int | None = None, daily_at: time | None = None
) -> Callable[[Handler], Handler]:
    """Declare the handler of a kind of job; it gets the claim and returns a JSON result.

    A Refusal it raises fails the job with its sentence; any other error is tried again later.
    """

    def remember(handler: Handler) -> Handler:
        _kinds[name] = Kind(name, handler, every_minutes, daily_at)
        return handler

    return remember


def wake_with(waker: Callable[[int], None]) -> None:
    """Have ``waker`` called with the id of each new job once its row is committed."""
    if waker not in _wakers:
        _wakers.append(waker)


def enqueue(
    kind: str, payload: Mapping[str, Any] | None = None, *, company_id: int | None = None, at: datetime
) -> Job:
    """Add a job in the caller's transaction; a worker is woken when that commits."""
    job = Job.objects.create(kind=kind, payload=dict(payload or {}), company_id=company_id, created_at=at)
    transaction.on_commit(partial(_wake, job.pk), robust=True)
    return job


def run(job_id: int, *, clock: Callable[[], datetime]) -> bool:
    """Claim a job and do it, in its company's scope. Returns whether it was ours to do."""
    claim = claim_job(job_id, clock=clock)
    if claim is None:
        return False
    company_id = claim.job.company_id
    try:
        with nullcontext() if company_id is None else company_scope(company_id):
            claim.finish(_kinds[claim.job.kind].handler(claim))
    except Refusal as refusal:
        claim.fail(str(refusal))
    except LeaseLost:
        log.warning("lease lost", job=job_id, kind=claim.job.kind)
    finally:
        _let_go(job_id)
    return True


def claim_job(job_id: int, *, clock: Callable[[], datetime]) -> Claim | None:
    """Take a job that waits, or whose worker fell silent or died; None when it is somebody else's or over.

    The session holds the job's lock from now on.
    """
    at = clock()
    taken = (
        Job.objects.filter(pk=job_id)
        .filter(_due(at))
        .update(state=Job.State.RUNNING, attempts=F("attempts") + 1, heartbeat_at=at, lease_until=at + LEASE)
    )
    if not taken:
        return None
    fetch_all("SELECT pg_try_advisory_lock(%s)", [_lock(job_id)])
    return Claim(Job.objects.get(pk=job_id), clock)


def _lock(job_id: int) -> int:
    return (_LOCKS << 40) + job_id


def _let_go(job_id: int) -> None:
    try:
        fetch_all("SELECT pg_advisory_unlock(%s)", [_lock(job_id)])
    except Error:
        # The session is broken: the server lets the lock go with it.
        log.warning("session lost", job=job_id)


def give_back(job_id: int, error: str, *, at: datetime) -> None:
    """An attempt broke: let it be tried again after a pause, or give up after the last attempt."""
    broken = Job.objects.filter(pk=job_id, state=Job.State.RUNNING)
    if not broken.filter(attempts__lt=MAX_ATTEMPTS).update(
        state=Job.State.QUEUED, lease_until=at + RETRY_PAUSE, error=error
    ):
        broken.update(state=Job.State.FAILED, lease_until=None, finished_at=at, error=error)


def sweep(at: datetime) -> list[int]:
    """Give up on jobs that died at their last attempt; the ids of all that should be running and are not."""
    Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=at, attempts__gte=MAX_ATTEMPTS).update(
        state=Job.State.FAILED, lease_until=None, finished_at=at, error="Every attempt was interrupted."
    )
    return list(Job.objects.filter(_due(at)).order_by("pk").values_list("pk", flat=True))


def forget(kind: str, *, before: datetime) -> None:
    """Drop finished jobs of a kind that runs so often that nobody looks back at them."""
    Job.objects.filter(kind=kind, state=Job.State.DONE, finished_at__lt=before).delete()


def enqueue_due(at: datetime) -> list[Job]:
    """Start what is due, once however many ticks come at a time; missed slots are made up for once."""
    keep_schedule(_kinds.values(), at)
    jobs = []
    with transaction.atomic():
        due = Schedule.objects.filter(next_due__lte=at, kind__in=_kinds).select_for_update(skip_locked=True)
        for schedule in due:
            if not Job.objects.filter(kind=schedule.kind, company_id=None, state__in=WAITING).exists():
                jobs.append(enqueue(schedule.kind, at=at))
                schedule.last_run = at
            schedule.next_due = next_slot(schedule.every_minutes, schedule.daily_at, at)
            schedule.save(update_fields=["last_run", "next_due"])
    return jobs


def keep_schedule(kinds: Iterable[Kind], at: datetime) -> None:
    """Bring the schedule to what the kinds declare; a rhythm that changed starts anew."""
    wanted = {kind.name: kind for kind in kinds if kind.every_minutes or kind.daily_at}
    known = {row.kind: row for row in Schedule.objects.filter(kind__in=wanted)}
    for name, kind in wanted.items():
        row = known.get(name)
        if row is not None and (row.every_minutes, row.daily_at) == (kind.every_minutes, kind.daily_at):
            continue
        rhythm = {"every_minutes": kind.every_minutes, "daily_at": kind.daily_at}
        due = {"next_due": next_slot(kind.every_minutes, kind.daily_at, at)}
        Schedule.objects.bulk_create(
            [Schedule(kind=name, **rhythm, **due)],
            update_conflicts=True,
            unique_fields=["kind"],
            update_fields=[*rhythm, *due],
        )


def next_slot(every_minutes: int | None, daily_at: time | None, after: datetime) -> datetime:
    """The first slot after an instant; slots are counted from midnight UTC, so no clock change moves them."""
    midnight = after.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if daily_at is not None:
        slot = midnight + timedelta(hours=daily_at.hour, minutes=daily_at.minute)
        return slot if slot > after else slot + timedelta(days=1)
    step = timedelta(minutes=every_minutes or 1)
    return midnight + ((after - midnight) // step + 1) * step


def _due(at: datetime) -> Q:
    waiting = Q(state=Job.State.QUEUED) & (Q(lease_until=None) | Q(lease_until__lte=at))
    held = [job_id for (job_id,) in fetch_all(HELD, [_LOCKS])]
    dead = Q(heartbeat_at__lt=at - SILENT) & ~Q(pk__in=held)
    return waiting | Q(state=Job.State.RUNNING, attempts__lt=MAX_ATTEMPTS) & (Q(lease_until__lt=at) | dead)


def _wake(job_id: int) -> None:
    for waker in _wakers:
        waker(job_id)
