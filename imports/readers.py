"""From rows of a file to documents: grouping, and cells read strictly with every fault kept (SPEC 14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from arledger.core.csvfile import Row, UnreadableFile, safe_cell
from arledger.core.dates import ISO, parse_date
from arledger.core.errors import Refusal, Required
from arledger.core.money import decimals, parse_amount
from arledger.core.rates import parse_rate
from imports.apart import Apart
from imports.errors import InvalidFlag, RowsDiffer, UnknownCode, UsedAgain, UsedBefore
from imports.seen import Seen
from imports.words import NO, YES

Value = TypeVar("Value")

ZERO = Decimal(0)
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the cells of a file are written: a pattern of ``arledger.core.dates``, and the decimal mark."""

    dates: str = ISO
    decimal_mark: str = "."


def guarded(cell: str) -> str:
    """A cell as a file of failed rows holds it: nothing that a spreadsheet takes for a formula."""
    return f"'{cell}" if _GUARDED.match(cell) else safe_cell(cell)


class Unguarded:
    """The rows of such a file as they were before, each time it is iterated."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if any(_GUARDED.match(cell) for cell in row.cells):
                cells = tuple(cell[1:] if _GUARDED.match(cell) else cell for cell in row.cells)
                values = dict(zip(row.values, cells, strict=True)) if row.values else {}
                yield replace(row, cells=cells, values=values)
            else:
                yield row


@dataclass(slots=True)
class Group:
    """The rows of one document (or the one row of a customer), and what is wrong with them so far.

    ``apart``: rows of other documents stand between them.
    """

    rows: list[Row]
    faults: list[Refusal] = field(default_factory=list)
    apart: bool = False

    @property
    def numbers(self) -> list[int]:
        return [row.number for row in self.rows]

    def runs(self) -> list[list[Row]]:
        """The rows in pieces that nothing of another document stands in."""
        if not self.apart:
            return [self.rows]
        found: list[list[Row]] = []
        for row in self.rows:
            if found and row.number == found[-1][-1].number + 1:
                found[-1].append(row)
            else:
                found.append([row])
        return found


def groups(
    rows: Iterable[Row], header: Sequence[str], keys: Sequence[str], *, several: bool
) -> Iterator[Group]:
    """The rows of each document together: those with the same cell in one of ``keys``, wherever they stand.

    The more telling key of a row decides. Rows with all of them empty stand alone; so does each row unless documents
    have ``several``. Documents come in the order of their last rows. A key that two documents claim is a fault of the
    later one, and of documents with several rows of both: either may lack rows. A row that cannot be taken apart
    belongs where its key says, and without a key to the document before it, so that no document loses a row unnoticed.
    The rows are gone through twice.
    """
    with Seen() as seen, Apart(header) as apart:
        with suppress(UnreadableFile):
            for piece, held in _grouped(rows, header, keys, several=several):
                _note(seen, apart, piece, held, _telling(held, keys) if several else "")
        for piece, held in _grouped(rows, header, keys, several=several):
            claims = {name: seen.where(name, text) for name, text in held.items()}
            telling = _telling(held, keys) if several else ""
            document = claims[telling][0] if telling else piece.rows[0].number
            last = apart.last(document)
            if piece.rows[-1].number < last:
                apart.wait(document, piece.rows)
                continue
            if last:
                piece, held = _joined([*apart.taken(document), *piece.rows], header, keys)
                claims = {name: seen.where(name, text) for name, text in held.items()}
            piece.faults[:0] = _claimed_twice(piece, held, claims, several=several)
            yield piece


def _telling(held: Mapping[str, str], keys: Sequence[str]) -> str:
    """The key that says which document rows belong to; empty where they have none."""
    return next((name for name in keys if name in held), "")


def _note(seen: Seen, apart: Apart, piece: Group, held: Mapping[str, str], telling: str) -> None:
    """Remember where the document of some rows begins and ends, and which keys it has."""
    first = piece.rows[0].number
    document = seen.owner(telling, held[telling], first) if telling else first
    for name, text in held.items():
        if name != telling:
            seen.note(name, text, document, first)
    if document != first:
        apart.note(document, piece.rows[-1].number)


def _joined(rows: list[Row], header: Sequence[str], keys: Sequence[str]) -> tuple[Group, dict[str, str]]:
    """A document of rows from several places, with the keys it has."""
    places = _places(header, keys)
    held: dict[str, str] = {}
    for row in rows:
        held = _keys(row, places) | held
    return Group(rows, [row.fault for row in rows if row.fault], apart=True), held


def _claimed_twice(
    group: Group, held: Mapping[str, str], claims: Mapping[str, tuple[int, int]], *, several: bool
) -> list[Refusal]:
    """What is wrong where another document has a key of this one: ``claims`` say which have it, and where again."""
    number = group.rows[0].number
    found: list[Refusal] = []
    for name, text in held.items():
        first, again = claims[name]
        if first != number:
            found.append(UsedBefore(row=number, field=name, text=text, first=first))
        elif again and several:
            found.append(UsedAgain(row=number, field=name, text=text, again=again))
    return found


def _places(header: Sequence[str], keys: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, header.index(name)) for name in keys if name in header]


def _grouped(
    rows: Iterable[Row], header: Sequence[str], keys: Sequence[str], *, several: bool
) -> Iterator[tuple[Group, dict[str, str]]]:
    """The rows that follow each other in one document, with the keys they have."""
    places = _places(header, keys)
    group, held = Group([]), dict[str, str]()
    for row in rows:
        cells = _keys(row, places)
        if not (several and group.rows and _joins(cells, held, faulty=bool(row.fault and places))):
            if group.rows:
                yield group, held
            group, held = Group([]), {}
        held = cells | held
        group.rows.append(row)
        if row.fault:
            group.faults.append(row.fault)
    if group.rows:
        yield group, held


def _keys(row: Row, places: Sequence[tuple[str, int]]) -> dict[str, str]:
    """The keys that a row has, the most telling first."""
    found = ((name, row.cells[place].strip()) for name, place in places if place < len(row.cells))
    return {name: cell for name, cell in found if cell}


def _joins(cells: Mapping[str, str], held: Mapping[str, str], *, faulty: bool) -> bool:
    """Whether a row with these keys goes on with the document that holds those."""
    for name, text in cells.items():
        return held.get(name) == text
    return faulty


def named(found: Iterable[Group], column: str) -> set[str]:
    """Everything the groups have in a column, empty cells left out."""
    return {row.values.get(column, "").strip() for group in found for row in group.rows} - {""}


class Cells:
    """Reads the cells of one group; each fault is kept with its row and column, and reading goes on.

    What could not be read comes out as the default, so ``finish`` must be asked before anything is used.
    """

    def __init__(self, group: Group, form: Form) -> None:
        self.group = group
        self.form = form
        self.faults = group.faults
        self.rows = [row for row in group.rows if row.fault is None] or group.rows
        self.first = self.rows[0]

    def finish(self) -> bool:
        """Whether everything could be read."""
        return not self.faults

    def fault(self, refusal: Refusal, row: Row, column: str) -> None:
        refusal.row, refusal.field = row.number, column
        self.faults.append(refusal)

    def once(self, column: str) -> str:
        """The document's cell: in its first row; further rows leave it empty or repeat it."""
        if column not in self.first.values:
            return ""
        text = self.first.values[column].strip()
        for row in self.rows[1:]:
            again = row.values.get(column, "").strip()
            if again and again != text:
                first = self.first.number
                self.fault(RowsDiffer(text=again, before=text, first=first), row, column)
        return text

    def description(self) -> str:
        """Of the document. In a file without a column for the lines, rows may describe their lines there."""
        if "line_description" in self.first.values:
            return self.once("description")
        texts = {row.values.get("description", "").strip() for row in self.rows} - {""}
        return texts.pop() if len(texts) == 1 else ""

    def line_description(self, row: Row) -> str:
        """Of a line: its own cell; in a file without that column what its row says and not the whole document."""
        own = row.values.get("line_description")
        if own is not None:
            return own
        alone = len(self.rows) == 1 or not self.description()
        return row.values.get("description", "") if alone else ""

    def read(self, text: str, row: Row, column: str, parse: Callable[[str], Value], default: Value) -> Value:
        """``default`` for an empty cell, else what ``parse`` makes of it."""
        if not text:
            return default
        try:
            return parse(text)
        except Refusal as refusal:
            self.fault(refusal, row, column)
            return default

    def day(self, column: str, row: Row | None = None, *, required: bool = False) -> date | None:
        text, row = self._text(column, row, required)
        if not text:
            return None
        return self.read(text, row, column, lambda cell: _day(cell, self.form.dates), None)

    def amount(
        self, column: str, currency: str, row: Row | None = None, *, required: bool = False
    ) -> Decimal | None:
        text, row = self._text(column, row, required)
        if not text:
            return None
        mark = self.form.decimal_mark
        return self.read(
            text, row, column, lambda cell: parse_amount(cell, currency, decimal_mark=mark), None
        )

    def flag(self, column: str, row: Row | None = None, *, default: bool = False) -> bool:
        found = self.said(column, row)
        return default if found is None else found

    def said(self, column: str, row: Row | None = None) -> bool | None:
        """Yes or no; None for an empty cell."""
        text, row = self._text(column, row)
        return self.read(text, row, column, _flag, False) if text else None

    def currency(self, default: str) -> str:
        """The document's currency; one that does not exist is a fault, and reading goes on in ``default``."""
        return self.read(self.once("currency"), self.first, "currency", _currency, default)

    def rate(self, column: str) -> Decimal:
        mark = self.form.decimal_mark
        return self.read(
            self.once(column),
            self.first,
            column,
            lambda cell: parse_rate(cell, decimal_marks=mark),
            Decimal(1),
        )

    def coded(
        self, column: str, known: Mapping[str, Value], row: Row | None = None, *, required: bool = False
    ) -> Value | None:
        """What the company has under the code in the cell."""
        text, row = self._text(column, row, required)
        if not text:
            return None
        if text not in known:
            self.fault(UnknownCode(text=text[:60]), row, column)
        return known.get(text)

    def _text(self, column: str, row: Row | None, required: bool = False) -> tuple[str, Row]:
        if row is None:
            text, row = self.once(column), self.first
        else:
            text = row.values.get(column, "").strip()
        if required and not text:
            self.fault(Required(), row, column)
        return text, row


@lru_cache(maxsize=4096)
def _day(text: str, pattern: str) -> date:
    return parse_date(text, pattern)


def _currency(text: str) -> str:
    decimals(text)
    return text


def _flag(text: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise InvalidFlag(text=text[:40])
    return word in YES
