"""Reading exports: only their owner sees them, in their company (SPEC 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.models import Export, ExportChunk, Job

LISTED = 100


@dataclass(frozen=True)
class ExportState:
    """An export and how it stands: queued, running, done, failed, cancelled or expired."""

    row: Export
    state: str

    @property
    def running(self) -> bool:
        return self.state in ("queued", "running")

    @property
    def percent(self) -> int | None:
        """How much is done, below 100 until the file is there; None when nobody knows."""
        if self.state == "done":
            return 100
        if not self.row.rows_expected:
            return None
        return min(99, self.row.rows_done * 100 // self.row.rows_expected)


def own_exports(actor: Actor) -> QuerySet[Export]:
    return Export.objects.filter(company_id=actor.company_id, owner=actor.user_id or 0)


def exports_of(actor: Actor, limit: int = LISTED) -> list[ExportState]:
    """The person's own, newest first. Two statements."""
    return standing_of(actor, list(own_exports(actor).order_by("-pk")[:limit]))


def standing_of(actor: Actor, rows: Sequence[Export]) -> list[ExportState]:
    """How exports stand now. One statement."""
    open_jobs = [row.job for row in rows if row.finished_at is None and row.cancelled_at is None]
    jobs = dict(Job.objects.filter(pk__in=open_jobs).values_list("pk", "state")) if open_jobs else {}
    return [ExportState(row, _state(row, jobs.get(row.job, ""), actor.at)) for row in rows]


def export_of(actor: Actor, key: int) -> ExportState:
    """One of the person's own. Raises NotFound, also when it is somebody else's."""
    row = own_exports(actor).filter(pk=key).first()
    if row is None:
        raise NotFound()
    job = Job.objects.filter(pk=row.job).values_list("state", flat=True).first()
    return ExportState(row, _state(row, job or "", actor.at))


def _state(row: Export, job: str, at: datetime) -> str:
    if row.cancelled_at is not None:
        return "cancelled"
    if row.problem:
        return "failed"
    if row.finished_at is not None:
        return "expired" if row.expires_at <= at else "done"
    return job if job in (Job.State.QUEUED, Job.State.RUNNING) else "failed"


def chunk(company_id: int, export: int, position: int) -> bytes | None:
    """A piece of the file; None after the last."""
    found = ExportChunk.objects.filter(company_id=company_id, export_id=export, position=position)
    content = found.values_list("content", flat=True).first()
    return None if content is None else bytes(content)
