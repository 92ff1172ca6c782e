"""Checking and committing an uploaded file, in a worker: interrupted anywhere, it is resumed and done once (SPEC 14).

A check starts anew: it writes nothing but what it found, at its end. A commit of good documents keeps each chunk with
the note of it (``done_through``, entries, faults) in one transaction; one of all or nothing is a single transaction
with its notes. Both hold the import's row: a worker whose lease ran out and its successor never work side by side.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Company, NumberSequence, User
from arledger.companies.standing import standing
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.jobs import LeaseLost
from arledger.core.sql import analyze, insert_rows
from imports import progress
from imports.errors import ChangedSince, NoLongerMember
from imports.models import Import
from imports.outcomes import Done, Entry, Options, Outcome
from imports.selectors import form_of, stored
from imports.services import may_post, run

BATCH = 1_000
# What a fault quotes of its cell.
QUOTED = 100
ENTRY = {
    "company_id": "bigint",
    "owner_id": "bigint",
    "first_row": "bigint",
    "last_row": "bigint",
    "rows": "int",
    "written": "bigint",
}
FAULT = {
    "company_id": "bigint",
    "owner_id": "bigint",
    '"row"': "bigint",
    "heading": "text",
    "place": "int",
    "text": "text",
    "code": "text",
    "messages": "jsonb",
}
AHEAD = _("Sequence %(sequence)s will go on after %(number)s, a number of this file.")

Beat = Callable[[], None]


def sentences(refusal: Refusal) -> dict[str, str]:
    """What a refusal says, in each language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(refusal)
    return found


def _noted(sentence: Any, **values: str) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(sentence) % values
    return found


def actor_of(row: Import, *, at: datetime) -> Actor:
    """Whoever asked for the import, with the rights he had then and still has. Raises NoLongerMember."""
    company = Company.objects.get(pk=row.company_id)
    asked = Actor(
        company_id=company.pk,
        user_id=row.by_user,
        name=row.by_name,
        at=at,
        time_zone=company.time_zone,
        rights=frozenset(row.rights),
        entities=None if row.entities is None else frozenset(row.entities),
        source=row.source,
        address=row.address,
    )
    if row.by_user is None:
        return asked
    user = User.objects.filter(pk=row.by_user).first()
    if user is None:
        raise NoLongerMember(who=row.by_name)
    with standing(user=user, company_code=company.code, at=at, source=row.source) as found:
        if found is None:
            raise NoLongerMember(who=row.by_name)
        now = found.actor
    entities = now.entities if asked.entities is None else asked.entities & (now.entities or asked.entities)
    return replace(asked, rights=asked.rights & now.rights, entities=entities)


class _Notes:
    """Turns what became of a chunk into rows of the import's tables."""

    def __init__(self, row: Import) -> None:
        self._row = row
        self._places = {name: place + row.first_column for place, name in enumerate(row.header)}

    def entries(self, entries: Iterable[Entry], *, refused_only: bool = False) -> list[list[Any]]:
        return [
            [
                self._row.company_id,
                self._row.pk,
                run[0].number,
                run[-1].number,
                len(run),
                entry.key,
            ]
            for entry in entries
            if entry.key is None or not refused_only
            for run in entry.group.runs()
        ]

    def faults(self, done: Done) -> list[list[Any]]:
        return [
            [
                self._row.company_id,
                self._row.pk,
                error.row,
                error.column,
                self._places.get(error.column),
                error.text[:QUOTED].replace("\0", "\ufffd"),
                error.refusal.code,
                json.dumps(sentences(error.refusal)),
            ]
            for error in done.errors
        ]


def _insert(entries: Sequence[Sequence[Any]], faults: Sequence[Sequence[Any]]) -> None:
    insert_rows("imports_importentry", ENTRY, entries)
    insert_rows("imports_importfault", FAULT, faults)


class Cancelled(Exception):
    """Somebody gave the import up while it was checked."""


class Spool:
    """Keeps what a check found in a file on disk, until it is known whether it counts."""

    def __init__(self, row: Import, beat: Beat, file: IO[str]) -> None:
        self._row = row
        self._notes = _Notes(row)
        self._beat = beat
        self._file = file

    def begin(self) -> None:
        """A check holds nothing of its own."""

    def keep(self, done: Done, outcome: Outcome) -> None:
        for entry in self._notes.entries(done.entries, refused_only=True):
            self._file.write(json.dumps(["entry", entry]) + "\n")
        for fault in self._notes.faults(done):
            self._file.write(json.dumps(["fault", fault]) + "\n")
        progress.tell(self._row.company_id, self._row.pk, outcome.rows_good + outcome.rows_refused)
        if not Import.objects.filter(
            pk=self._row.pk, company_id=self._row.company_id, state="checking"
        ).exists():
            raise Cancelled
        self._beat()

    def unload(self) -> None:
        """Write it into the import's tables."""
        self._file.seek(0)
        while lines := [json.loads(line) for line in islice(self._file, BATCH)]:
            _insert(
                [values for what, values in lines if what == "entry"],
                [values for what, values in lines if what == "fault"],
            )


class Notebook:
    """Keeps what a commit did beside it, in the same transaction."""

    def __init__(self, row: Import, beat: Beat) -> None:
        self._row = row
        self._notes = _Notes(row)
        self._beat = beat
        self.through = row.done_through
        self.last = Done()

    def begin(self) -> None:
        """Hold the import. Raises LeaseLost when another worker does, or has gone on meanwhile."""
        held = Import.objects.select_for_update(skip_locked=True).filter(
            company_id=self._row.company_id, pk=self._row.pk, state=Import.State.COMMITTING
        )
        if list(held.values_list("done_through", flat=True)) != [self.through]:
            raise LeaseLost

    def keep(self, done: Done, outcome: Outcome) -> None:
        self.last = done
        _insert(self._notes.entries(done.entries), self._notes.faults(done))
        self.through = max((entry.group.rows[-1].number for entry in done.entries), default=self.through)
        good = [entry for entry in done.entries if entry.key is not None]
        bad = [entry for entry in done.entries if entry.key is None]
        row = self._row
        row.rows_ok += sum(len(entry.group.rows) for entry in good)
        row.rows_failed += sum(len(entry.group.rows) for entry in bad)
        row.entries_ok += len(good)
        row.entries_failed += len(bad)
        row.drafts += sum(entry.draft for entry in good)
        row.done_through = self.through
        row.save(
            update_fields=[
                "rows_ok",
                "rows_failed",
                "entries_ok",
                "entries_failed",
                "drafts",
                "done_through",
            ]
        )
        progress.tell(row.company_id, row.pk, row.rows_ok + row.rows_failed)
        if row.mode == Import.Mode.GOOD:
            # Not in a long transaction: the job's row would be held until its end.
            self._beat()

    def failed(self) -> None:
        """Write down what the books refused, after everything was taken back."""
        _insert(self._notes.entries(self.last.entries, refused_only=True), self._notes.faults(self.last))


def check(*, company_id: int, key: int, at: datetime, beat: Beat) -> dict[str, int]:
    """Check every row of an import's file and write down what is wrong; nothing of the books is changed.

    Returns the counts. An import that is not waiting for it (cancelled, or checked by another worker) is left alone.
    """
    row = Import.objects.filter(company_id=company_id, pk=key, state=Import.State.CHECKING).first()
    if row is None:
        return {}
    try:
        actor = actor_of(row, at=at)
        options = Options(check=True, post=row.action == Import.Action.POST, form=form_of(row))
        with stored(row) as table, tempfile.TemporaryFile("w+", encoding="utf-8") as file:
            spool = Spool(row, beat, file)
            outcome = run(actor=actor, kind=row.type, table=table, options=options, keeper=spool)
            _checked(row, outcome, spool, at, unreadable=table.tally is None)
    except Cancelled:
        return {}
    except Refusal as refusal:
        _fail(row, refusal, at)
    progress.forget(company_id, key)
    return {"rows": row.rows_total, "refused": row.rows_failed}


def _checked(row: Import, outcome: Outcome, spool: Spool, at: datetime, *, unreadable: bool) -> None:
    row.rows_total, row.rows_blank = outcome.rows, outcome.blank
    row.rows_ok, row.rows_failed = outcome.rows_good, outcome.rows_refused
    row.entries_ok, row.entries_failed, row.drafts = outcome.documents, outcome.refused, outcome.drafts
    row.notes = _ahead(row, outcome)
    row.checked_at = at
    row.state = Import.State.FAILED if unreadable else Import.State.CHECKED
    row.finished_at = at if unreadable else None
    with transaction.atomic():
        held = Import.objects.select_for_update().filter(company_id=row.company_id, pk=row.pk)
        if held.values_list("state", flat=True).first() != Import.State.CHECKING:
            return
        spool.unload()
        row.save(force_update=True)


def _ahead(row: Import, outcome: Outcome) -> list[dict[str, str]]:
    names = dict(
        NumberSequence.objects.filter(company_id=row.company_id, pk__in=outcome.ahead).values_list(
            "pk", "code"
        )
    )
    return [
        _noted(AHEAD, sequence=names.get(key, ""), number=text)
        for key, (_value, text) in sorted(outcome.ahead.items())
    ]


def _fail(row: Import, refusal: Refusal, at: datetime) -> None:
    """End an import that cannot go on, with the reason."""
    Import.objects.filter(company_id=row.company_id, pk=row.pk, state=row.state).update(
        state=Import.State.FAILED, reason=sentences(refusal), finished_at=at
    )
    progress.forget(row.company_id, row.pk)


def commit(*, company_id: int, key: int, at: datetime, beat: Beat) -> dict[str, int]:
    """Import a checked file, or go on with what an interrupted worker left; returns the counts.

    Raises LeaseLost when another worker is at it.
    """
    row = Import.objects.filter(company_id=company_id, pk=key, state=Import.State.COMMITTING).first()
    if row is None:
        return {}
    notebook = Notebook(row, beat)
    try:
        actor = actor_of(row, at=at)
        with stored(row) as table:
            outcome = run(
                actor=replace(actor, source="import"),
                kind=row.type,
                table=table,
                options=_commit_options(row),
                keeper=notebook,
            )
        _finish(row, actor, outcome, notebook)
    except Refusal as refusal:
        _fail(row, refusal, at)
    progress.forget(company_id, key)
    return {"rows": row.rows_total, "imported": row.rows_ok, "refused": row.rows_failed}


def _commit_options(row: Import) -> Options:
    good = row.mode == Import.Mode.GOOD
    return Options(
        good_rows=good,
        post=row.action == Import.Action.POST,
        after=row.done_through,
        stop=not good,
        form=form_of(row),
    )


def _finish(row: Import, actor: Actor, outcome: Outcome, notebook: Notebook) -> None:
    """The import is through, or all of it was taken back because the books refuse something by now."""
    if not outcome.written:
        refusal = ChangedSince()
        with transaction.atomic():
            notebook.failed()
            failed = [entry for entry in notebook.last.entries if entry.key is None]
            Import.objects.filter(company_id=row.company_id, pk=row.pk).update(
                state=Import.State.FAILED,
                reason=sentences(refusal),
                finished_at=actor.at,
                entries_ok=0,
                rows_ok=0,
                drafts=0,
                done_through=0,
                entries_failed=len(failed),
                rows_failed=sum(len(entry.group.rows) for entry in failed),
            )
        return
    with transaction.atomic():
        notebook.begin()
        row.state, row.finished_at = Import.State.COMMITTED, actor.at
        row.rows_total, row.rows_blank = outcome.rows, outcome.blank
        row.save(force_update=True)
        audit.record(
            actor=actor,
            action="import",
            object_kind="import",
            object_ids=[row.pk],
            after={
                "type": row.type,
                "file": row.file_name,
                "sha256": row.sha256,
                "rows": row.rows_total,
                "imported": row.rows_ok,
                "refused": row.rows_failed,
                "drafts": row.drafts,
            },
        )
    analyze("imports_importentry")


def left_as_drafts(row: Import) -> bool:
    """Whether posting was asked for and the person who asked may not."""
    asked = Actor(
        company_id=row.company_id,
        user_id=row.by_user,
        name=row.by_name,
        at=row.created_at,
        rights=frozenset(row.rights),
    )
    return (
        row.action == Import.Action.POST
        and row.type != Import.Type.CUSTOMERS
        and not may_post(asked, row.type)
    )
