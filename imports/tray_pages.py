"""Imports in the tray of what runs in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.core.formats import format_count
from arledger.core.http import tray
from arledger.core.http.doors import PageRequest
from arledger.core.models import Job
from imports import progress
from imports.models import Import
from imports.selectors import said, visible

WORKING = (Import.State.CHECKING, Import.State.COMMITTING)


def working(row: Import) -> dict[str, Any]:
    """How far a check or an import is: ``done`` of about ``total`` rows, None when nobody knows."""
    total = row.rows_total if row.state == Import.State.COMMITTING else max(row.lines, 1)
    done = progress.told(row.company_id, row.pk)
    if done is None and row.state == Import.State.COMMITTING:
        done = row.rows_ok + row.rows_failed
    return {"one": row, "total": total, "done": min(done, total) if done else None}


def running(request: PageRequest) -> Sequence[tray.Item]:
    """The company's imports at work and those just ended, for whoever may see them. Two statements at most."""
    actor = request.actor
    if not actor.may("imports.run"):
        return []
    since = actor.at - tray.FRESH
    ended = Q(checked_at__gte=since, state=Import.State.CHECKED) | Q(finished_at__gte=since)
    rows = list(visible(actor).filter(Q(state__in=WORKING) | ended).order_by("-pk")[: tray.SHOWN])
    waiting = [row.job for row in rows if row.state in WORKING and row.job is not None]
    jobs = dict(Job.objects.filter(pk__in=waiting).values_list("pk", "state")) if waiting else {}
    return [_item(row, jobs.get(row.job or 0, "")) for row in rows]


tray.register(running)


def _item(row: Import, job: str) -> tray.Item:
    busy = row.state in WORKING and job != Job.State.FAILED
    found = working(row) if busy else {}
    done, total = found.get("done"), found.get("total")
    return tray.Item(
        what=gettext_lazy("Import"),
        title=row.file_name,
        state=_state(row, job),
        started_at=row.created_at,
        ended_at=None if busy else row.finished_at or row.checked_at,
        percent=done * 100 // total if done and total else None,
        detail=_detail(row, done, total),
        url=reverse("imports:detail", args=[row.pk]),
    )


def _state(row: Import, job: str) -> str:
    if row.state in WORKING:
        return job if job in (Job.State.FAILED, Job.State.QUEUED) else "running"
    return row.state if row.state in (Import.State.FAILED, Import.State.CANCELLED) else "done"


def _detail(row: Import, done: int | None, total: int | None) -> str:
    """How many rows, or why it failed."""
    if row.state == Import.State.FAILED:
        return said(row.reason)
    language = get_language() or "en"
    if done and total:
        said_ = {"done": format_count(done, language), "total": format_count(total, language)}
        return _("%(done)s of about %(total)s rows") % said_
    return row.get_state_display()
