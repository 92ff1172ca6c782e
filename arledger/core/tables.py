"""What is written to a file: columns, rows in chunks, and how the same rows stand on paper (SPEC 12, 14).

A source makes a table for the choices of a person; ``arledger.core.tablefiles`` writes it as CSV, XLSX or PDF. Each of
them gets the very same rows, so the figures cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise

from arledger.core import pdf
from arledger.core.formats import format_amount, format_count, format_date

Cell = str | Decimal | int | date | None
"""A Decimal is an amount with exactly the decimals it is shown with."""
Row = Sequence[object]
"""Of cells; what else stands in a row has no place in a file (TypeError)."""
Chunks = Iterator[Sequence[Row]]
CURRENCY = "currency"


@dataclass(frozen=True, kw_only=True)
class Column:
    """``name`` heads the column in files, ``label`` on paper; ``figure``: amounts and counts, to the right."""

    name: str
    label: str | Promise = ""
    figure: bool = False


@dataclass(frozen=True, kw_only=True)
class Paper:
    """How the rows stand on paper: its own columns, and ``lines`` that turns all rows into its lines one by one."""

    columns: Sequence[pdf.Column]
    lines: Callable[[Iterable[Row]], Iterator[pdf.Line]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a person asked for. ``name`` is the file's, without ending; ``choices`` says in words what was chosen.

    ``chunks`` reads the rows from the start each time, a bounded number at once. ``expected`` is about how many there
    are, counted up to the limit it gets (None: nobody knows in a moment). ``whole``: one statement reads all of it.
    """

    name: str
    title: str
    columns: Sequence[Column]
    chunks: Callable[[], Chunks]
    expected: Callable[[int], int | None] = field(default=lambda limit: None)
    choices: str = ""
    whole: bool = False
    paper: Paper | None = None

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows(self) -> Iterator[Row]:
        for chunk in self.chunks():
            yield from chunk


def plain_paper(columns: Sequence[Column], language: str) -> Paper:
    """The rows as they are, in the reader's language; amounts with their own decimals or their currency's."""
    place = next((at for at, column in enumerate(columns) if column.name == CURRENCY), None)

    def lines(rows: Iterable[Row]) -> Iterator[pdf.Line]:
        for row in rows:
            currency = str(row[place]) if place is not None else None
            yield pdf.Line([shown_cell(cell, currency or None, language) for cell in row])

    return Paper(columns=[paper_column(column) for column in columns], lines=lines)


def paper_column(column: Column) -> pdf.Column:
    return pdf.Column(label=str(column.label or column.name), figure=column.figure)


def shown_cell(cell: object, currency: str | None, language: str) -> str:
    """A cell as people read it."""
    match cell:
        case None:
            return ""
        case Decimal():
            return format_amount(cell, currency, language)
        case date():
            return format_date(cell, language)
        case int():
            return format_count(cell, language)
        case str():
            return cell
    raise TypeError(f"no cell for {cell!r}")
