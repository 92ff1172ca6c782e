"""Tables as files: CSV and XLSX row by row in constant memory, PDF as a whole (docs/adr/0041)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from xlsxwriter.worksheet import Worksheet

from arledger.core import pdf
from arledger.core.csvfile import write_csv
from arledger.core.errors import Refusal
from arledger.core.tables import Column, Row, Table, plain_paper

BOM = "\ufeff"
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
# What a sheet holds below its header, and a cell; what a spreadsheet's numbers hold exactly.
SHEET_ROWS = 1_048_575
CELL_CHARACTERS = 32_767
EXACT_DIGITS = 15
# Typst lays all of it out at once: about 20 KB of memory and half a millisecond a row.
PAPER_ROWS = 20_000
BEAT_ROWS = 1_000

Beat = Callable[[int], None]
"""Told how many rows are written so far, often; what it raises ends the writing."""


class TooLongForPaper(Refusal):
    code = "export_too_long_for_paper"
    sentence = _(
        "This has more than %(limit)s rows, too many to print. Narrow the choices, or take a spreadsheet (XLSX)."
    )


def unnoticed(_rows: int) -> None:
    """The beat of a file that is made at once."""


def write_table(
    table: Table,
    path: Path,
    *,
    format: str,
    sheet: pdf.Report,
    at: datetime,
    beat: Beat = unnoticed,
    rows: Iterable[Row] | None = None,
) -> int:
    """Write the table (``rows`` of it, if they are read already) to ``path``; returns how many rows.

    ``sheet`` is what the paper says besides the rows, ``at`` the date in the file. Raises TooLongForPaper.
    """
    found = counted(table.rows() if rows is None else rows, beat)
    if format == "csv":
        return _write_csv(table, path, found)
    if format == "xlsx":
        return _write_xlsx(table, path, found, at)
    return _write_pdf(table, path, found, sheet, at)


def counted(rows: Iterable[Row], beat: Beat) -> Iterator[Row]:
    count = 0
    for row in rows:
        yield row
        count += 1
        if count % BEAT_ROWS == 0:
            beat(count)
    beat(count)


def _write_csv(table: Table, path: Path, rows: Iterable[Row]) -> int:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(BOM)
        write_csv([table.header], stream)
        return write_csv(rows, stream)


# Spreadsheets -------------------------------------------------------------------------------------------------


class Book:
    """An XLSX file that is written from the top down; nothing of it is kept in memory."""

    def __init__(self, path: Path, table: Table, at: datetime) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties({"title": table.title, "created": at.replace(tzinfo=None, microsecond=0)})
        self._columns = table.columns
        self._name = re.sub(r"[\[\]:*?/\\']", " ", table.title).strip()[:25] or "Arledger"
        self._head = self._book.add_format({"bold": True, "bottom": 1})
        self._figure_head = self._book.add_format({"bold": True, "bottom": 1, "align": "right"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._amounts: dict[int, Any] = {}
        self._sheets = 0
        self._sheet, self._next = self._new_sheet(), 1

    def add(self, row: Row) -> None:
        if self._next > SHEET_ROWS:
            self._end_sheet()
            self._sheet, self._next = self._new_sheet(), 1
        for place, cell in enumerate(row):
            self._write(place, cell)
        self._next += 1

    def close(self) -> None:
        self._end_sheet()
        self._book.close()

    def _new_sheet(self) -> Worksheet:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            sheet.set_column(place, place, 16 if column.figure else max(12, len(column.name) + 3))
        for place, column in enumerate(self._columns):
            sheet.write_string(0, place, column.name, self._figure_head if column.figure else self._head)
        return sheet

    def _end_sheet(self) -> None:
        if self._columns:
            self._sheet.autofilter(0, 0, self._next - 1, len(self._columns) - 1)

    def _write(self, place: int, cell: object) -> None:
        match cell:
            case None | "":
                return
            case Decimal():
                self._write_amount(place, cell)
            case date():
                self._sheet.write_datetime(self._next, place, cell, self._day)
            case bool():
                raise TypeError(f"no cell for {cell!r}")
            case int():
                self._sheet.write_number(self._next, place, cell)
            case str():
                self._sheet.write_string(self._next, place, cell[:CELL_CHARACTERS])
            case _:
                raise TypeError(f"no cell for {cell!r}")

    def _write_amount(self, place: int, amount: Decimal) -> None:
        """A number with its own decimals; one that a spreadsheet would round stays a text."""
        if len(amount.as_tuple().digits) > EXACT_DIGITS:
            self._sheet.write_string(self._next, place, f"{amount:f}")
            return
        places = -int(amount.as_tuple().exponent)
        if places not in self._amounts:
            decimals = "." + "0" * places if places > 0 else ""
            self._amounts[places] = self._book.add_format({"num_format": f"#,##0{decimals}"})
        self._sheet.write_number(self._next, place, float(amount), self._amounts[places])


def _write_xlsx(table: Table, path: Path, rows: Iterable[Row], at: datetime) -> int:
    book = Book(path, table, at)
    count = 0
    for row in rows:
        book.add(row)
        count += 1
    book.close()
    return count


# Paper --------------------------------------------------------------------------------------------------------


def _write_pdf(table: Table, path: Path, rows: Iterable[Row], sheet: pdf.Report, at: datetime) -> int:
    paper = table.paper or plain_paper(table.columns, sheet.language)
    taken: list[Row] = []
    lines: list[pdf.Line] = list(paper.lines(_few(rows, taken)))
    path.write_bytes(pdf.render_report(sheet, columns=paper.columns, lines=lines, at=at))
    return len(taken)


def _few(rows: Iterable[Row], taken: list[Row]) -> Iterator[Row]:
    for row in rows:
        if len(taken) >= PAPER_ROWS:
            raise TooLongForPaper(limit=PAPER_ROWS)
        taken.append(())
        yield row


def labels(columns: Sequence[str], figures: Iterable[str] = ()) -> list[Column]:
    """Columns by their names in files."""
    right = set(figures)
    return [Column(name=name, figure=name in right) for name in columns]
