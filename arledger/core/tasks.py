"""The two Celery tasks: a tick each minute, and "look at this job"."""

from __future__ import annotations

from typing import Any

import structlog
from celery import signals
from celery.app.task import Task
from kombu.exceptions import OperationalError

from arledger.celery import app
from arledger.core import jobs
from arledger.core.clock import now

log = structlog.get_logger(__name__)


class JobTask(Task):
    """A task whose error is written to the job it worked on."""

    def on_failure(
        self, exc: Exception, task_id: str, args: tuple[Any, ...], kwargs: dict[str, Any], einfo: Any
    ) -> None:
        jobs.give_back(int(args[0]), f"{type(exc).__name__}: {exc}", at=now())


@app.task(name="arledger.run_job", base=JobTask)
def run_job(job_id: int) -> None:
    jobs.run(job_id, clock=now)


@app.task(name="arledger.tick")
def tick() -> None:
    """Start what is due and wake workers for what waits, whatever became of earlier messages."""
    at = now()
    jobs.enqueue_due(at)
    for job_id in jobs.sweep(at):
        wake(job_id)


@signals.worker_ready.connect
def look_around(**_: Any) -> None:
    """A worker that comes up looks at once for what a dead one left, through the broker: this process forks."""
    try:
        tick.apply_async(retry=False)
    except OperationalError as error:
        log.warning("the worker waits for the next tick", reason=str(error))


def wake(job_id: int) -> None:
    """Tell a worker about a job. Without a broker the next tick does: the row is committed."""
    try:
        run_job.apply_async(args=(job_id,), retry=False)
    except OperationalError as error:
        log.warning("no worker could be woken", job=job_id, reason=str(error))
