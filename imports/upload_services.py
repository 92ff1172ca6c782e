"""A file on its way into the books: upload, format, check, commit, cancel (SPEC 14).

Uploading keeps the file in the database in pieces; checking and committing are jobs (``imports.run_services``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from arledger.core import audit, jobs
from arledger.core.actor import Actor
from arledger.core.csvfile import EmptyFile, read_table
from arledger.core.dates import PATTERNS, UnknownDatePattern
from arledger.core.errors import Invalid, Required
from arledger.core.filetypes import clean_name
from arledger.core.leftovers import work_folder
from arledger.core.sql import execute
from arledger.core.xlsxfile import MAGIC, Workbook
from imports import progress
from imports.columns import COLUMNS
from imports.detecting import Writing, detect
from imports.errors import (
    DateFormatUnclear,
    FileTooLarge,
    HasFaults,
    NothingGood,
    NotNow,
    OldWorkbook,
    SameFile,
)
from imports.headers import understood
from imports.models import PART, Import, ImportPart
from imports.outcomes import Table
from imports.selectors import has_file, is_stuck, one, stored
from imports.services import TYPES, require_import

CHECK, COMMIT = "imports.check", "imports.commit"
LARGEST = 200 * 1024 * 1024
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
#: How long a file is kept after its import ended, or after nobody went on with it.
KEPT_FOR = timedelta(days=30)
STARTABLE = (Import.State.UPLOADED, Import.State.CHECKED, Import.State.FAILED)
CANCELLABLE = (Import.State.UPLOADED, Import.State.CHECKING, Import.State.CHECKED)


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a file is written, as far as somebody says; what is empty is detected.

    ``mode``: all or nothing, or good ones only; ``action``: post, or leave drafts.
    """

    encoding: str = ""
    delimiter: str = ""
    dates: str = ""
    decimal_mark: str = ""
    mode: str = Import.Mode.ALL
    action: str = Import.Action.POST


@dataclass(frozen=True)
class _Content:
    path: Path
    size: int
    sha256: str
    lines: int
    workbook: bool


def upload(
    *,
    actor: Actor,
    type: str,
    name: str,
    content: Iterable[bytes],
    format: Format | None = None,
    insist: bool = False,
    start: bool = False,
) -> Import:
    """Keep a file and what is told of its format; with ``start`` the check begins at once.

    Raises Forbidden, Invalid (unknown type or choice), EmptyFile, FileTooLarge, OldWorkbook, SameFile unless
    ``insist``, UnknownColumns, MissingColumns, other faults of the file's beginning, and with ``start``
    DateFormatUnclear when day and month cannot be told apart.
    """
    if type not in TYPES:
        raise Invalid(field="type")
    require_import(actor, type)
    chosen = format or Format()
    _check_choices(chosen)
    with work_folder() as folder:
        kept = _receive(content, folder / "file")
        with transaction.atomic():
            row = _row(actor, type, clean_name(name), kept, insist)
            _formatted(row, _opened_first(kept, chosen), kept.path, chosen, unclear_is_fault=start)
            _insert(actor, row)
            _keep(row, kept.path)
            audit.record(
                actor=actor,
                action="upload",
                object_kind="import",
                object_ids=[row.pk],
                after={"type": type, "file": row.file_name, "sha256": row.sha256, "size": row.size},
            )
            if start:
                _begin(actor, row)
    return row


def _check_choices(chosen: Format) -> None:
    if chosen.mode not in Import.Mode.values:
        raise Invalid(field="mode")
    if chosen.action not in Import.Action.values:
        raise Invalid(field="action")
    if chosen.dates and chosen.dates not in PATTERNS:
        raise UnknownDatePattern(field="date_format", pattern=chosen.dates[:40], patterns=", ".join(PATTERNS))
    if chosen.decimal_mark not in ("", ".", ","):
        raise Invalid(field="decimal")


def _receive(content: Iterable[bytes], path: Path) -> _Content:
    digest, size, lines, start = hashlib.sha256(), 0, 0, b""
    with path.open("wb") as file:
        for piece in content:
            size += len(piece)
            if size > LARGEST:
                raise FileTooLarge(field="file", limit=LARGEST // 1024**2)
            start = start or piece[:8]
            digest.update(piece)
            lines += piece.count(b"\n")
            file.write(piece)
    if not size:
        raise EmptyFile(row=1, field="file")
    if start.startswith(_OLD_WORKBOOK):
        raise OldWorkbook(field="file")
    return _Content(path, size, digest.hexdigest(), lines, start.startswith(MAGIC))


def _row(actor: Actor, type: str, name: str, kept: _Content, insist: bool) -> Import:
    row = Import(
        company_id=actor.company_id,
        type=type,
        file_name=name,
        size=kept.size,
        sha256=kept.sha256,
        lines=kept.lines,
        insisted=insist,
        is_workbook=kept.workbook,
        created_at=actor.at,
    )
    _for(row, actor)
    if not insist:
        _require_new(actor, row)
    return row


def _for(row: Import, actor: Actor) -> None:
    """Whose the import is from now on, with which rights."""
    row.by_user, row.by_name = actor.user_id, actor.name
    row.rights = sorted(actor.rights)
    row.entities = None if actor.entities is None else sorted(actor.entities)
    row.source, row.address = actor.source[:20], actor.address


def _require_new(actor: Actor, row: Import) -> None:
    """Raise SameFile when this company has this very file of this type already."""
    same = Import.objects.filter(
        company_id=row.company_id, type=row.type, sha256=row.sha256, insisted=False
    ).exclude(state__in=[Import.State.CANCELLED, Import.State.FAILED])
    found = same.exclude(pk=row.pk).first()
    if found is not None:
        raise SameFile(
            field="file",
            when=found.created_at.astimezone(ZoneInfo(actor.time_zone)),
            who=found.by_name,
            state=found.get_state_display(),
            earlier=found.pk,
        )


def _opened_first(kept: _Content, chosen: Format) -> Table:
    if kept.workbook:
        return Workbook(kept.path)
    return read_table(kept.path, encoding=chosen.encoding or None, delimiter=chosen.delimiter or None)


def _formatted(row: Import, table: Table, path: Path, chosen: Format, *, unclear_is_fault: bool) -> None:
    """Write down how the file is read. Raises UnknownColumns, MissingColumns, DateFormatUnclear."""
    named = understood(table, row.type)
    row.encoding, row.delimiter = getattr(table, "encoding", ""), getattr(table, "delimiter", "")
    row.first_column = getattr(table, "first_column", 0)
    row.header = list(table.header)
    found = Writing(dates=chosen.dates, decimal_mark=chosen.decimal_mark)
    if not (chosen.dates and chosen.decimal_mark):
        found = detect(named, COLUMNS[row.type])
    if unclear_is_fault and found.others and not chosen.dates:
        raise DateFormatUnclear(field="date_format", first=found.dates, others=", ".join(found.others))
    row.dates = chosen.dates or found.dates
    row.decimal_mark = chosen.decimal_mark or found.decimal_mark
    row.mode, row.action = chosen.mode, chosen.action


def _insert(actor: Actor, row: Import) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "imports_import_same_file" not in str(error):
            raise
        _require_new(actor, row)
        raise


def _keep(row: Import, path: Path) -> None:
    with path.open("rb") as file:
        position = 0
        while piece := file.read(PART):
            ImportPart.objects.create(
                company_id=row.company_id, owner_id=row.pk, position=position, content=piece
            )
            position += 1


def digest(content: Iterable[bytes]) -> str:
    """The hash that tells whether two files are the same."""
    found = hashlib.sha256()
    for piece in content:
        found.update(piece)
    return found.hexdigest()


def proposals(row: Import, table: Table) -> Sequence[str]:
    """Other date patterns that read the file as well, with day and month swapped."""
    return detect(understood(table, row.type), COLUMNS[row.type]).others


def start_check(*, actor: Actor, key: int, format: Format | None = None) -> Import:
    """Check the file, with another format if one is given: every row, nothing written.

    Raises NotFound, Forbidden, NotNow, FileGone, SameFile (when it was uploaded again meanwhile), or what the file's
    beginning refuses in that format.
    """
    row = one(actor, key)
    require_import(actor, row.type)
    if format is not None:
        _check_choices(format)
        if not (format.dates and format.decimal_mark):
            raise Required(field="date_format" if format.decimal_mark else "decimal")
    with transaction.atomic():
        row = _locked(actor, key)
        if row.state not in STARTABLE and not (row.state == Import.State.CHECKING and is_stuck(row)):
            raise NotNow(state=row.get_state_display())
        if row.state == Import.State.FAILED and not row.insisted:
            _require_new(actor, row)
        if format is not None:
            _reformat(row, format)
        elif not has_file(row):
            with stored(row):
                pass
        _for(row, actor)
        _begin(actor, row)
    return row


def _reformat(row: Import, chosen: Format) -> None:
    row.encoding, row.delimiter = chosen.encoding or row.encoding, chosen.delimiter or row.delimiter
    row.dates, row.decimal_mark = chosen.dates, chosen.decimal_mark
    with stored(row) as table:
        _formatted(row, table, Path(), chosen, unclear_is_fault=False)


def _begin(actor: Actor, row: Import) -> None:
    _forget_findings(row)
    row.state = Import.State.CHECKING
    row.rows_total = row.rows_blank = row.rows_ok = row.rows_failed = 0
    row.entries_ok = row.entries_failed = row.drafts = row.done_through = 0
    row.reason, row.notes, row.checked_at, row.finished_at = {}, [], None, None
    _enqueue(actor, row, CHECK)


def _enqueue(actor: Actor, row: Import, kind: str) -> None:
    job = jobs.enqueue(kind, {"import": row.pk}, company_id=row.company_id, at=actor.at)
    row.job = job.pk
    row.save(force_update=True)
    progress.forget(row.company_id, row.pk)


def _forget_findings(row: Import) -> None:
    for table in ("imports_importentry", "imports_importfault"):
        execute(
            f"DELETE FROM {table} WHERE company_id = %s AND owner_id = %s",  # noqa: S608  (names of tables)
            [row.company_id, row.pk],
        )


def _locked(actor: Actor, key: int) -> Import:
    one(actor, key)
    return Import.objects.select_for_update().get(company_id=actor.company_id, pk=key)


def commit(*, actor: Actor, key: int, mode: str = "") -> Import:
    """Import what the check found good; ``mode`` may still change.

    Also goes on with an import whose job was given up. Raises NotFound, Forbidden, NotNow, HasFaults or NothingGood.
    """
    if mode not in ("", *Import.Mode.values):
        raise Invalid(field="mode")
    with transaction.atomic():
        row = _locked(actor, key)
        require_import(actor, row.type)
        if row.state == Import.State.COMMITTING and is_stuck(row):
            _enqueue(actor, row, COMMIT)
            return row
        if row.state != Import.State.CHECKED:
            raise NotNow(state=row.get_state_display())
        row.mode = mode or row.mode
        if not row.entries_ok:
            raise NothingGood()
        if row.mode == Import.Mode.ALL and row.rows_failed:
            raise HasFaults(count=row.rows_failed)
        _for(row, actor)
        _forget_findings(row)
        row.state = Import.State.COMMITTING
        row.rows_ok = row.rows_failed = row.entries_ok = row.entries_failed = row.drafts = 0
        _enqueue(actor, row, COMMIT)
        audit.record(
            actor=actor,
            action="commit",
            object_kind="import",
            object_ids=[row.pk],
            after={"type": row.type, "file": row.file_name, "mode": row.mode, "action": row.action},
        )
    return row


def cancel(*, actor: Actor, key: int) -> Import:
    """Give up an import before it is committed: nothing was written. Raises NotFound, Forbidden or NotNow."""
    with transaction.atomic():
        row = _locked(actor, key)
        require_import(actor, row.type)
        if row.state not in CANCELLABLE:
            raise NotNow(state=row.get_state_display())
        row.state, row.finished_at = Import.State.CANCELLED, actor.at
        row.save(force_update=True)
        audit.record(
            actor=actor,
            action="cancel",
            object_kind="import",
            object_ids=[row.pk],
            after={"type": row.type, "file": row.file_name},
        )
    return row


def expire(*, company_id: int, at: datetime) -> int:
    """Forget the files of imports that ended, or that nobody went on with, long ago; how many imports."""
    before = at - KEPT_FOR
    waiting = Import.objects.filter(
        company_id=company_id,
        state__in=[Import.State.UPLOADED, Import.State.CHECKED],
        created_at__lt=before,
    )
    waiting.update(state=Import.State.CANCELLED, finished_at=at)
    ended = Import.objects.filter(company_id=company_id, finished_at__isnull=False, created_at__lt=before)
    keys = list(
        ImportPart.objects.filter(company_id=company_id, owner__in=ended)
        .values_list("owner", flat=True)
        .distinct()
    )
    execute("DELETE FROM imports_importpart WHERE company_id = %s AND owner_id = ANY(%s)", [company_id, keys])
    return len(keys)
