"""Importing a file: every row of it is either imported or reported, by the services that pages use (SPEC 14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from arledger.core import jobs
from arledger.core.actor import Actor
from arledger.core.csvfile import Table, UnreadableFile
from arledger.core.errors import Refusal, Refusals
from arledger.core.sql import analyze
from imports.books import Books
from imports.columns import COLUMNS, check_header
from imports.customer_files import CustomerFile
from imports.invoice_files import InvoiceFile
from imports.kinds import Importer
from imports.payment_files import PaymentFile
from imports.readers import Form, Group, groups
from ledger.checks import JOB as CHECK_BOOKS

TYPES: dict[str, type[Importer]] = {
    "customers": CustomerFile,
    "invoices": InvoiceFile,
    "payments": PaymentFile,
}
# The first chunk is small: what the database plans for empty tables is slow, and made anew after it (PITFALLS 13c).
FIRST_ROWS, CHUNK_ROWS = 1_000, 5_000
# The planner's statistics no longer fit when there are so many times more documents.
ANALYZE_GROWTH = 4
# How many refusals of a single document a chunk may meet before it is halved.
PATIENCE = 3


@dataclass(frozen=True, kw_only=True)
class Options:
    """``check`` writes nothing; ``good_rows`` imports the documents that are right and reports the others."""

    check: bool = False
    good_rows: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a document of the file is refused: the row as a spreadsheet counts and the column ("" for the row).

    ``rows`` are all rows of that document: none of them is imported.
    """

    row: int
    column: str
    refusal: Refusal
    rows: tuple[int, ...]


@dataclass
class Outcome:
    """What became of the file. ``rows`` = ``rows_good`` + ``rows_refused``; blank rows are no rows.

    ``written`` says whether what is good is in the books now.
    """

    rows: int = 0
    blank: int = 0
    rows_good: int = 0
    rows_refused: int = 0
    documents: int = 0
    refused: int = 0
    written: bool = False
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, group: Group, faults: Iterable[tuple[int, str, Refusal]]) -> None:
        rows = tuple(group.numbers)
        self.errors.extend(RowError(row, column, refusal, rows) for row, column, refusal in faults)
        self.rows_refused += len(rows)
        self.refused += 1

    def accept(self, found: Sequence[Group]) -> None:
        self.rows_good += sum(len(group.rows) for group in found)
        self.documents += len(found)


class Unaccounted(Exception):
    """A row of the file is neither imported nor reported: nothing may be kept."""


def run(*, actor: Actor, kind: str, table: Table, options: Options) -> Outcome:
    """Import a file of ``kind`` (one of TYPES), all of it or nothing unless ``options`` say otherwise.

    The books are checked by a job once something was written. Errors of rows are in the outcome.

    Raises UnknownColumns, MissingColumns, UnreadableFile (before anything is written) or Forbidden.
    """
    actor.require("imports.run")
    check_header(table.header, COLUMNS[kind])
    piecewise = options.good_rows and not options.check
    if piecewise:
        _read_through(table)
    outcome = Outcome()
    importer = TYPES[kind](Books(actor), options.form)
    with nullcontext() if piecewise else transaction.atomic():
        known = 0
        for chunk in _chunks(importer, _groups(table, importer, outcome)):
            if outcome.documents > known * ANALYZE_GROWTH:
                analyze(*importer.tables)
                known = outcome.documents
            _load(importer, chunk, outcome)
        _account(table, outcome)
        outcome.written = not options.check and (piecewise or not outcome.errors)
        if not piecewise and not outcome.written:
            transaction.set_rollback(True)
    if outcome.written and known:
        analyze(*importer.tables)
    if outcome.written and outcome.documents:
        jobs.enqueue(CHECK_BOOKS, company_id=actor.company_id, at=actor.at)
    outcome.errors.sort(key=lambda error: (error.row, error.column))
    return outcome


def _read_through(table: Table) -> None:
    """Where good documents are kept one chunk at a time, a file that ends in a fault must not begin."""
    for _row in table:
        pass


def _groups(table: Table, importer: Importer, outcome: Outcome) -> Iterator[Group]:
    """The documents of the file; a fault after which nothing can be told is an error of its row."""
    try:
        yield from groups(table, table.header, importer.keys, several=importer.several)
    except UnreadableFile as refusal:
        row = refusal.row or 1
        outcome.errors.append(RowError(row, "", refusal, (row,)))


def _chunks(importer: Importer, found: Iterable[Group]) -> Iterator[list[Group]]:
    """A few thousand rows at a time; less when a document needs another that waits to be written."""
    chunk: list[Group] = []
    given: set[str] = set()
    rows, limit = 0, FIRST_ROWS
    for group in found:
        if importer.needs(group) in given:
            yield chunk
            chunk, given, rows = [], set(), 0
        chunk.append(group)
        given.add(importer.gives(group))
        given.discard("")
        rows += len(group.rows)
        if rows >= limit:
            yield chunk
            chunk, given, rows, limit = [], set(), 0, CHUNK_ROWS
    if chunk:
        yield chunk


def _load(importer: Importer, chunk: Sequence[Group], outcome: Outcome) -> None:
    importer.meet(chunk)
    ready: list[tuple[Group, Any]] = []
    for group in chunk:
        entered = importer.read(group)
        if entered is None:
            outcome.refuse(group, ((f.row or group.rows[0].number, f.field or "", f) for f in group.faults))
        else:
            ready.append((group, entered))
    _write(importer, ready, outcome)


def _write(
    importer: Importer, ready: Sequence[tuple[Group, Any]], outcome: Outcome, patience: int = PATIENCE
) -> None:
    """Write what the service takes; leave out what it refuses and try again, in halves when it names little.

    A service names all bad documents at once where it can, so this seldom costs more than one more call; at
    worst the work grows by the logarithm of the chunk.
    """
    if not ready:
        return
    try:
        with transaction.atomic():
            importer.write([entered for _group, entered in ready])
    except Refusal as refusal:
        named = _named(refusal, len(ready))
        if not named and len(ready) == 1:
            named = {0: [refusal]}
        for place, refusals in named.items():
            group = ready[place][0]
            outcome.refuse(group, ((*importer.place(group, one), one) for one in refusals))
        rest = [pair for place, pair in enumerate(ready) if place not in named]
        if len(named) > 1 or (named and patience):
            return _write(importer, rest, outcome, patience - (len(named) == 1))
        middle = len(rest) // 2
        _write(importer, rest[:middle], outcome)
        return _write(importer, rest[middle:], outcome)
    outcome.accept([group for group, _entered in ready])
    return None


def _named(refusal: Refusal, count: int) -> dict[int, list[Refusal]]:
    """The refusals by the place of the document they are about."""
    found: dict[int, list[Refusal]] = {}
    for one in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
        if one.row is not None and 0 <= one.row < count:
            found.setdefault(one.row, []).append(one)
    return found


def _account(table: Table, outcome: Outcome) -> None:
    """Every row that was read is good or refused. Raises Unaccounted."""
    if table.tally is None:
        outcome.rows = outcome.rows_good + outcome.rows_refused
        return
    outcome.rows, outcome.blank = table.tally.rows, table.tally.blank
    if outcome.rows != outcome.rows_good + outcome.rows_refused:
        raise Unaccounted(replace(outcome, errors=[]))
