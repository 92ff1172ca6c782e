"""The first sheet of an XLSX workbook, read like a CSV table: exact or refused (SPEC 14).

A spreadsheet keeps numbers in binary. What it shows with at most 15 digits comes back exactly; a number that needs
more was computed or lost digits already, and its row is refused instead of guessed at. So are cells that show an error.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

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
    UnreadableFile,
)
from arledger.core.dates import ISO
from arledger.core.errors import Invalid

MAGIC = b"PK\x03\x04"
#: Bytes that a workbook may have once unpacked; larger tables come as CSV, which is read in pieces.
LARGEST_UNPACKED = 256 * 1024 * 1024
#: Digits that a binary number gives back exactly.
EXACT_DIGITS = 15

_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\bt="e"[^>]*>')
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_CHUNK = 1024 * 1024
_LONGEST_TAG = 512
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Value = int | float | str | bool | time | date | datetime | timedelta


class WorkbookUnreadable(UnreadableFile):
    code = "xlsx_unreadable"
    sentence = _(
        "The file cannot be read as an XLSX workbook. Save it again as XLSX without a password, or as CSV."
    )


class WorkbookTooLarge(UnreadableFile):
    code = "xlsx_too_large"
    sentence = _("The workbook is too large once unpacked (more than %(limit)s MB). Save the sheet as CSV.")


class NumberInexact(Invalid):
    """A fault of one row, as are CellShowsError and those of CSV."""

    code = "xlsx_number_inexact"
    sentence = _(
        "The number in this cell (%(text)s) has more than %(digits)s digits, so the workbook does not keep it exactly. "
        "Round it in the spreadsheet, or format the cell as text and type it again."
    )


class CellShowsError(Invalid):
    code = "xlsx_cell_error"
    sentence = _(
        "The cell shows an error of the spreadsheet. Correct its formula, or replace it by its value."
    )


class Workbook:
    """The table on the first sheet: its header at once, its rows each time it is iterated.

    The header is the first row that is not empty; rows keep the sheet's own numbers, and ``first_column`` (from 0)
    says where the table begins. Dates and numbers come out as texts in the writing that ``dates`` and ``decimal_mark``
    name, so that typed cells and texts read alike.

    Raises WorkbookUnreadable, WorkbookTooLarge, EmptyFile, HeaderEmpty or HeaderDuplicate.
    """

    encoding = ""
    delimiter = ""

    def __init__(self, source: Path, *, dates: str = ISO, decimal_mark: str = ".") -> None:
        self.tally: Tally | None = None
        self._source = source
        self._dates = dates
        self._mark = decimal_mark
        self._errors = _error_cells(source)
        self._sheet = _first_sheet(source)
        start = self._sheet.start
        if start is None:
            raise EmptyFile(row=1)
        self._first_row, self.first_column = start
        self.header = self._read_header()

    def __iter__(self) -> Iterator[Row]:
        """The rows below the header; ``tally`` is set once the last one was read."""
        self.tally = None
        rows = faulty = blank = 0
        for number, values in enumerate(self._sheet.iter_rows(), start=1):
            if number <= self._first_row + 1:
                continue
            if number not in self._errors and all(value == "" for value in values):
                blank += 1
                continue
            row = self._row(number, values)
            rows += 1
            faulty += row.fault is not None
            yield row
        self.tally = Tally(rows, faulty, blank)

    def _row(self, number: int, values: Sequence[Value]) -> Row:
        width = len(self.header)
        faults: list[Invalid] = []
        cells = tuple(self._cell(value, place, faults) for place, value in enumerate(values))
        if any(cells[width:]):
            used = max(place for place, cell in enumerate(cells, start=1) if cell)
            faults.append(CellCount(row=number, found=used, expected=width))
        cells = (cells + ("",) * width)[:width]
        place = self._errors.get(number)
        if place is not None:
            faults.insert(0, CellShowsError(field=self._named(place - self.first_column)))
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


def _first_sheet(source: Path) -> CalamineSheet:
    try:
        return CalamineWorkbook.from_path(str(source)).get_sheet_by_index(0)
    except CalamineError as error:
        raise WorkbookUnreadable() from error


def _error_cells(source: Path) -> dict[int, int]:
    """{row: first column (from 0)} of the cells of the first sheet that show an error: the reader leaves them empty."""
    try:
        with zipfile.ZipFile(source) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                raise WorkbookTooLarge(limit=LARGEST_UNPACKED // 1024**2)
            with archive.open(_first_sheet_name(archive)) as sheet:
                return _scan(sheet)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ElementTree.ParseError,
    ) as error:
        raise WorkbookUnreadable() from error


def _first_sheet_name(archive: zipfile.ZipFile) -> str:
    """The member of the archive that holds the first sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    first = next((element for element in book.iter() if element.tag.endswith("}sheet")), None)
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    if first is None:
        raise KeyError("no sheet")
    target = targets[first.get(_RELATION)]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _scan(sheet: IO[bytes]) -> dict[int, int]:
    found: dict[int, int] = {}
    rest = b""
    while chunk := sheet.read(_CHUNK):
        text = rest + chunk
        for cell in _ERROR_CELL.finditer(text):
            place = _PLACE.search(cell[0])
            if place is not None:
                row, column = int(place[2]), _column(place[1])
                found[row] = min(column, found.get(row, column))
        rest = text[-_LONGEST_TAG:]
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def column_letters(place: int) -> str:
    """How spreadsheets name the column at a place from 0: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
