"""Exports made by a job: asked for, made, cancelled, forgotten (docs/adr/0041).

The file is written beside the database, from one snapshot of the books, and stored in one transaction when it is
whole: a job that was killed starts it again, and nobody ever sees half of one. How far it is goes through a connection
of its own, so that others see it while the snapshot is open.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, connections, transaction
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from arledger.core import audit, jobs
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.export_selectors import export_of, exports_of
from arledger.core.export_sources import Asked, Source, Written, source_of
from arledger.core.leftovers import work_folder
from arledger.core.models import Export, ExportChunk
from arledger.core.pdf import Report, language_tag, paper_of
from arledger.core.scope import company_scope
from arledger.core.sql import execute
from arledger.core.tablefiles import write_table
from arledger.core.tables import Table

JOB = "core.export"
CHUNK = 256 * 1024
MOST_RUNNING = 10
# How the choices of a file say in which entity its owner worked when he asked for it.
WITHIN = "within"
EXPECTED_LIMIT = 10_000_000
# How often, in seconds, the row says how far it is.
RHYTHM = 1.0


class TooManyExports(Refusal):
    code = "exports_too_many"
    status = 409
    sentence = _("%(limit)s of your files are being made already. Wait for one of them, or cancel it.")


class Cancelled(Exception):
    """The owner does not want the file any more: stop."""


# Asking -------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(*, actor: Actor, source: Source, format: str, query: str, language: str, title: str) -> Export:
    """Have a file made by a job. The same that is being made for the person already is not made twice.

    Whoever works in one entity gets what he sees there. Raises TooManyExports.
    """
    if actor.entity is not None:
        query = f"{query}&{WITHIN}={actor.entity}".lstrip("&")
    for one in exports_of(actor):
        row = one.row
        same = (row.source, row.format, row.query, row.language) == (source.name, format, query, language)
        if same and one.running:
            return row
    if sum(one.running for one in exports_of(actor)) >= MOST_RUNNING:
        raise TooManyExports(limit=MOST_RUNNING)
    job = jobs.enqueue(JOB, company_id=actor.company_id, at=actor.at)
    row = Export.objects.create(
        company_id=actor.company_id,
        owner=actor.user_id or 0,
        source=source.name,
        format=format,
        query=query,
        language=language,
        title=title,
        job=job.pk,
        created_at=actor.at,
        expires_at=actor.at + timedelta(days=settings.EXPORT_DAYS),
    )
    audit.record(
        actor=actor,
        action="exports.start",
        object_kind="export",
        object_ids=[row.pk],
        after={"source": source.name, "format": format, "query": query},
    )
    return row


def stop(*, actor: Actor, key: int) -> None:
    """Stop making a file; one that is made stays. Raises NotFound."""
    if export_of(actor, key).running:
        Export.objects.filter(company_id=actor.company_id, pk=key, finished_at=None).update(
            cancelled_at=actor.at
        )


@transaction.atomic
def cancel(*, actor: Actor, key: int) -> None:
    """Stop making it, or forget the one that was made. Raises NotFound."""
    if export_of(actor, key).running:
        stop(actor=actor, key=key)
        return
    ExportChunk.objects.filter(company_id=actor.company_id, export_id=key).delete()
    Export.objects.filter(company_id=actor.company_id, pk=key).delete()


def expire(*, company_id: int, before: datetime) -> int:
    """Forget the files whose days are over; returns how many."""
    gone = list(
        Export.objects.filter(company_id=company_id, expires_at__lte=before).values_list("pk", flat=True)
    )
    with transaction.atomic():
        ExportChunk.objects.filter(company_id=company_id, export_id__in=gone).delete()
        Export.objects.filter(company_id=company_id, pk__in=gone).delete()
    return len(gone)


# Making -------------------------------------------------------------------------------------------------------


def produce(*, claim: jobs.Claim, row: Export, asked: Asked) -> None:
    """Make the file of ``row`` and store it, in the owner's language. A refusal is kept as the row's problem."""
    source = source_of(row.source)
    try:
        source.require(asked.actor, asked.features, row.format)
        with work_folder() as folder, Meter(claim, row) as meter:
            path = folder / "file"
            with snapshot():
                written = _write(source, asked, path, meter)
            meter.stop()
            _store(claim, row, path, written)
    except Refusal as refusal:
        refused(row, str(refusal), claim.clock())
    except Cancelled:
        return


def refused(row: Export, problem: str, at: datetime) -> None:
    """Keep why there will be no file."""
    Export.objects.filter(company_id=row.company_id, pk=row.pk).update(problem=problem, finished_at=at)


def _write(source: Source, asked: Asked, path: Path, meter: Meter) -> Written:
    if source.write is not None:
        meter.expect(source.parts(asked) if source.parts else None)
        return source.write(asked, path, meter.beat)
    table = table_of(source, asked)
    meter.expect(table.expected(EXPECTED_LIMIT))
    rows = write_table(
        table,
        path,
        format=asked.format,
        sheet=sheet_of(table, asked),
        at=asked.actor.at,
        beat=meter.beat,
    )
    return Written(name=f"{table.name}.{asked.format}", rows=rows)


def table_of(source: Source, asked: Asked) -> Table:
    """Raises ChoicesInvalid."""
    if source.table is None:
        raise TypeError(source.name)
    return source.table(asked)


def sheet_of(table: Table, asked: Asked, language: str = "") -> Report:
    """What stands on paper around the table."""
    company = asked.company
    return Report(
        language=language_tag(language or get_language() or "en"),
        paper=paper_of(company.time_zone),
        company=company.name,
        title=table.title,
        choices=table.choices,
        empty=gettext("Nothing to show for these choices"),
        footer=f"{company.name} · {asked.actor.at.date().isoformat()}",
    )


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the books for everything that is read inside, however long that takes."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _store(claim: jobs.Claim, row: Export, path: Path, written: Written) -> None:
    """The whole file in one transaction, if the job is still ours. Raises LeaseLost and Cancelled."""
    with transaction.atomic(), path.open("rb") as stream:
        claim.heartbeat()
        own = Export.objects.filter(company_id=row.company_id, pk=row.pk, cancelled_at=None, finished_at=None)
        stored = own.update(
            name=written.name, rows_done=written.rows, size=path.stat().st_size, finished_at=claim.clock()
        )
        if not stored:
            raise Cancelled
        for position, content in enumerate(iter(lambda: stream.read(CHUNK), b"")):
            ExportChunk.objects.create(
                company_id=row.company_id, export_id=row.pk, position=position, content=content
            )


class Meter:
    """Says in the export's row how far it is, keeps the job's lease, and stops when the owner cancelled it.

    It writes on a connection of its own: the job's reads one snapshot meanwhile. Inside somebody else's transaction
    (tests) there is only one.
    """

    def __init__(self, claim: jobs.Claim, row: Export) -> None:
        self._claim, self._row = claim, row
        self._said = 0.0
        self._apart = None if connection.in_atomic_block else ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def expect(self, rows: int | None) -> None:
        """From now on: how many there will be."""
        self._update(rows_expected=rows, rows_done=0)

    def beat(self, rows: int) -> None:
        """So many are written. Raises Cancelled and LeaseLost."""
        now = time.perf_counter()
        if now - self._said >= RHYTHM:
            self._said = now
            self._update(rows_done=rows)

    def stop(self) -> None:
        if self._apart is not None:
            self._apart.submit(connections.close_all).result()
            self._apart.shutdown()
            self._apart = None

    def _update(self, **values: int | None) -> None:
        if self._apart is None:
            self._say(values)
        else:
            self._apart.submit(self._say, values).result()

    def _say(self, values: dict[str, int | None]) -> None:
        with company_scope(self._row.company_id):
            own = Export.objects.filter(company_id=self._row.company_id, pk=self._row.pk)
            self._claim.heartbeat()
            if not own.filter(cancelled_at=None).update(**values):
                raise Cancelled
