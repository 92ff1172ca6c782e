"""The first sheet shown of an XLSX workbook, read like a CSV table: exact or refused (SPEC 14).

A spreadsheet keeps numbers in binary. What it shows with at most 15 digits comes back exactly; a number that needs
more was computed or lost digits already, and its row is refused instead of guessed at. So are cells that show an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from arledger.core.csvfile import (
    CELL_LIMIT,
    CellCount,
    CellTooLong,
    CellWithNul,
    EmptyFile,
    HeaderDuplicate,
    HeaderEmpty,
    Row,
    Tally,
)
from arledger.core.dates import ISO
from arledger.core.errors import Invalid
from arledger.core.xlsxscan import CellsMerged, WorkbookUnreadable, column_letters, scan

__all__ = ["MAGIC", "NumberInexact", "Workbook", "WorkbookUnreadable", "column_letters", "written_day"]

MAGIC = b"PK\x03\x04"
#: Digits that a binary number gives back exactly.
EXACT_DIGITS = 15

Value = int | float | str | bool | time | date | datetime | timedelta


class NumberInexact(Invalid):
    """A fault of one row, as are those of CSV."""

    code = "xlsx_number_inexact"
    sentence = _(
        "The number in this cell (%(text)s) has more than %(digits)s digits, so the workbook does not keep it exactly. "
        "Round it in the spreadsheet, or format the cell as text and type it again."
    )


class Workbook:
    """The table on the first sheet: its header at once, its rows each time it is iterated.

    The header is the first row that is not empty; rows keep the sheet's own numbers, and ``first_column`` (from 0)
    says where the table begins. Dates and numbers come out as texts in the writing that ``dates`` and ``decimal_mark``
    name, so that typed cells and texts read alike.

    Raises WorkbookUnreadable, WorkbookTooLarge, SheetTooLarge, EmptyFile, HeaderEmpty or HeaderDuplicate.
    """

    encoding = ""
    delimiter = ""

    def __init__(self, source: Path, *, dates: str = ISO, decimal_mark: str = ".") -> None:
        self.tally: Tally | None = None
        self._source = source
        self._dates = dates
        self._mark = decimal_mark
        self._scanned = scan(source)
        self._sheet = _sheet(source, self._scanned.name)
        start = self._sheet.start
        if start is None:
            raise EmptyFile(row=1)
        self._first_row, self.first_column = start
        self.header = self._read_header()

    def __iter__(self) -> Iterator[Row]:
        """The rows below the header; ``tally`` is set once the last one was read."""
        self.tally = None
        rows = faulty = blank = 0
        for number, values in self._numbered():
            if number <= self._first_row + 1:
                continue
            if number not in self._scanned.faults and all(value == "" for value in values):
                blank += 1
                continue
            row = self._row(number, values)
            rows += 1
            faulty += row.fault is not None
            yield row
        self.tally = Tally(rows, faulty, blank)

    def _numbered(self) -> Iterator[tuple[int, Sequence[Value]]]:
        """The rows as the reader has them, and those below with nothing but faults."""
        number = 0
        for number, values in enumerate(self._sheet.iter_rows(), start=1):
            yield number, values
        for below in sorted(row for row in self._scanned.faults if row > number):
            yield below, ()

    def _row(self, number: int, values: Sequence[Value]) -> Row:
        width = len(self.header)
        faults: list[Invalid] = []
        cells = tuple(self._cell(value, place, faults) for place, value in enumerate(values))
        if any(cells[width:]):
            used = max(place for place, cell in enumerate(cells, start=1) if cell)
            faults.append(CellCount(row=number, found=used, expected=width))
        cells = (cells + ("",) * width)[:width]
        if number in self._scanned.merged:
            place = self._scanned.merged[number]
            faults.insert(0, CellsMerged(field=self._named(place - self.first_column)))
        if number in self._scanned.faults:
            place, fault = self._scanned.faults[number]
            faults.insert(0, fault(field=self._named(place - self.first_column)))
        if faults:
            faults[0].row = number
            return Row(number, cells, {}, faults[0])
        return Row(number, cells, dict(zip(self.header, cells, strict=True)))

    def _named(self, place: int) -> str | None:
        return self.header[place] if 0 <= place < len(self.header) else None

    def _cell(self, value: Value, place: int, faults: list[Invalid]) -> str:
        if isinstance(value, str):
            if "\0" in value:
                faults.append(CellWithNul(field=self._named(place)))
            if len(value) > CELL_LIMIT:
                faults.append(CellTooLong(row=0, field=self._named(place), limit=CELL_LIMIT))
            return value
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return self._number(value, place, faults)
        if isinstance(value, datetime) and value.time() != time():
            return value.isoformat(" ")
        if isinstance(value, date):
            return written_day(value, self._dates)
        return str(value)

    def _number(self, value: int | float, place: int, faults: list[Invalid]) -> str:
        exact = Decimal(repr(value))
        if len(exact.normalize().as_tuple().digits) > EXACT_DIGITS:
            faults.append(NumberInexact(field=self._named(place), text=repr(value), digits=EXACT_DIGITS))
        plain = f"{exact:f}"
        whole, _dot, fraction = plain.partition(".")
        fraction = fraction.rstrip("0")
        if not fraction:
            return "0" if whole == "-0" else whole
        return f"{whole}{self._mark}{fraction}"

    def _read_header(self) -> tuple[str, ...]:
        values = next(
            values for number, values in enumerate(self._sheet.iter_rows()) if number == self._first_row
        )
        names = [str(self._cell(value, place, [])).strip() for place, value in enumerate(values)]
        while names and not names[-1]:
            names.pop()
        seen: dict[str, int] = {}
        for column, name in enumerate(names, start=1):
            if not name or "\0" in name:
                raise HeaderEmpty(row=self._first_row + 1, column=column)
            if name.casefold() in seen:
                raise HeaderDuplicate(
                    row=self._first_row + 1, first=seen[name.casefold()], second=column, name=name[:40]
                )
            seen[name.casefold()] = column
        return tuple(names)


def written_day(day: date, pattern: str) -> str:
    """A day in a pattern of ``arledger.core.dates``."""
    written = pattern.replace("YYYY", f"{day.year:04d}")
    written = written.replace("MM", f"{day.month:02d}").replace("DD", f"{day.day:02d}")
    return written.replace("M", str(day.month)).replace("D", str(day.day))


def _sheet(source: Path, name: str) -> CalamineSheet:
    try:
        return CalamineWorkbook.from_path(str(source)).get_sheet_by_name(name)
    except CalamineError as error:
        raise WorkbookUnreadable() from error
