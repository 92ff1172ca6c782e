"""What an import is asked for, and what becomes of a file: chunk by chunk, and as a whole (SPEC 14)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from arledger.core.csvfile import Row, Tally
from arledger.core.errors import Refusal
from imports.errors import RefusedWith
from imports.readers import Form, Group


class Table(Protocol):
    """A file as it is read: CSV or the first sheet of a workbook."""

    @property
    def header(self) -> tuple[str, ...]: ...

    @property
    def tally(self) -> Tally | None: ...

    def __iter__(self) -> Iterator[Row]: ...


@dataclass(frozen=True, kw_only=True)
class Options:
    """``check`` writes nothing; ``good_rows`` imports the documents that are right and reports the others.

    ``post``: otherwise drafts are left. ``after`` is the last row that an earlier attempt has settled. ``stop``: at the
    first chunk with a fault, for files that were checked.
    """

    check: bool = False
    good_rows: bool = False
    post: bool = True
    after: int = 0
    stop: bool = False
    form: Form = field(default_factory=Form)

    @property
    def piecewise(self) -> bool:
        """Whether each chunk is written for good at once."""
        return self.good_rows and not self.check


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a document of the file is refused: the row as a spreadsheet counts and the column ("" for the row).

    ``rows`` are all rows of that document: none of them is imported. ``text`` is what stands in the cell.
    """

    row: int
    column: str
    refusal: Refusal
    rows: tuple[int, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a document of the file: its rows, its key in the books (None: refused), whether it is a draft."""

    group: Group
    key: int | None
    draft: bool = False


@dataclass
class Done:
    """What became of a chunk."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, group: Group, faults: Iterable[tuple[int, str, Refusal]]) -> None:
        rows = tuple(group.numbers)
        values = {row.number: row.values for row in group.rows}
        found = [
            RowError(row, column, refusal, rows, values.get(row, {}).get(column, ""))
            for row, column, refusal in faults
        ]
        self.errors += found + _elsewhere(group, found)
        self.entries.append(Entry(group, None))


def _elsewhere(group: Group, found: Sequence[RowError]) -> list[RowError]:
    """What is told where rows of a refused document stand apart from all that is wrong with it."""
    told = {error.row for error in found}
    rows = tuple(group.numbers)
    return [
        RowError(run[0].number, "", RefusedWith(row=run[0].number, other=min(told)), rows)
        for run in group.runs()
        if told and not told.intersection(row.number for row in run)
    ]


@dataclass
class Outcome:
    """What became of the file. ``rows`` = ``rows_good`` + ``rows_refused`` (+ ``rows_before``: settled by an earlier
    attempt); blank rows are no rows.

    ``written`` says whether what is good is in the books now; ``drafts`` of the documents wait to be posted. ``ahead``:
    per sequence the highest number brought along that it will go on after.
    """

    rows: int = 0
    blank: int = 0
    rows_before: int = 0
    rows_good: int = 0
    rows_refused: int = 0
    documents: int = 0
    refused: int = 0
    drafts: int = 0
    written: bool = False
    errors: list[RowError] = field(default_factory=list)
    ahead: dict[int, tuple[int, str]] = field(default_factory=dict)

    def count(self, done: Done) -> None:
        for entry in done.entries:
            rows = len(entry.group.rows)
            if entry.key is None:
                self.rows_refused += rows
                self.refused += 1
            else:
                self.rows_good += rows
                self.documents += 1
                self.drafts += entry.draft


class Keeper(Protocol):
    """Who keeps what becomes of a file, chunk by chunk."""

    def begin(self) -> None:
        """In the transaction of what follows, before anything is locked."""

    def keep(self, done: Done, outcome: Outcome) -> None:
        """After a chunk: in its transaction, or outside when the chunk was taken back alone."""


class InOutcome:
    """Keeps the errors in the outcome, for files that somebody waits for."""

    def begin(self) -> None:
        """Nobody else knows of this import."""

    def keep(self, done: Done, outcome: Outcome) -> None:
        outcome.errors.extend(done.errors)


class Unaccounted(Exception):
    """A row of the file is neither imported nor reported: nothing may be kept."""
