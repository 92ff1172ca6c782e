"""A first look at a workbook, before anything of it is unpacked into memory: is it one, how large, what would be lost.

The reader of its cells (``arledger.core.xlsxfile``) believes sizes that an archive claims, makes a table as large as
the two corners that are used, and leaves cells empty that show an error, that hold a formula nobody has computed, or
that are merged with one above. All of this is found here, in pieces and in little memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from arledger.core.csvfile import UnreadableFile
from arledger.core.errors import Invalid

#: Bytes that a workbook may have once unpacked, and cells from its first used corner to its last; larger tables come
#: as CSV, which is read in pieces.
LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_CELLS = 5_000_000
#: Bytes of what lists the sheets; it is read as a whole.
LARGEST_LIST = 4 * 1024 * 1024

_CHUNK = 1024 * 1024
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_ROWS, _COLUMNS = 1_048_576, 16_384
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ElementTree.ParseError,
    expat.ExpatError,
)


class WorkbookUnreadable(UnreadableFile):
    code = "xlsx_unreadable"
    sentence = _(
        "The file cannot be read as an XLSX workbook. Save it again as XLSX without a password, or as CSV."
    )


class WorkbookTooLarge(UnreadableFile):
    code = "xlsx_too_large"
    sentence = _("The workbook is too large once unpacked (more than %(limit)s MB). Save the sheet as CSV.")


class SheetTooLarge(UnreadableFile):
    code = "xlsx_sheet_too_large"
    sentence = _(
        "The sheet has cells that lie too far apart (up to %(cell)s). Delete what stands beside and below the table, "
        "or save the sheet as CSV."
    )


class CellShowsError(Invalid):
    """A fault of one row; so are the two below."""

    code = "xlsx_cell_error"
    sentence = _("The cell shows an error (such as #DIV/0!). Correct the formula, or type the value.")


class FormulaWithoutValue(Invalid):
    code = "xlsx_formula_without_value"
    sentence = _(
        "The cell holds a formula without its result. Open the workbook in a spreadsheet and save it, "
        "or type the value."
    )


class CellsMerged(Invalid):
    code = "xlsx_cells_merged"
    sentence = _(
        "The cell is merged with others above or below it, and only the first of them has the value. "
        "Unmerge them and write the value into each row."
    )


@dataclass
class Scanned:
    """The first sheet that is shown: its name; {row: (column from 0, fault)}; {row: column} of cells merged with others
    above or below."""

    name: str
    faults: dict[int, tuple[int, type[Invalid]]] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)


def scan(source: Path) -> Scanned:
    """Raises WorkbookUnreadable, WorkbookTooLarge or SheetTooLarge."""
    try:
        with zipfile.ZipFile(source) as archive:
            _measure(archive)
            name, member = _first_sheet(archive)
            found = Scanned(name)
            with archive.open(member) as sheet:
                _Sheet(found).read(sheet)
            return found
    except _BROKEN as error:
        raise WorkbookUnreadable() from error


def _measure(archive: zipfile.ZipFile) -> None:
    """Unpack everything once, in pieces, and believe no size that the archive claims."""
    total = 0
    names = [member.filename.casefold().replace("\\", "/") for member in archive.infolist()]
    if len(set(names)) < len(names):
        raise zipfile.BadZipFile("two members of one name")
    for member in archive.infolist():
        total += member.file_size
        if total > LARGEST_UNPACKED:
            raise WorkbookTooLarge(limit=LARGEST_UNPACKED // 1024**2)
        unbound = copy(member)
        unbound.file_size = member.file_size + 1
        with archive.open(unbound) as stream:
            size = sum(len(piece) for piece in _pieces(stream))
        if size != member.file_size:
            raise zipfile.BadZipFile(f"{member.filename} has another size than it claims")


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def _first_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Name and member of the first sheet of cells that is shown (of the first one, when all are hidden)."""
    book = _listing(archive, "xl/workbook.xml")
    relations = {
        one.get("Id"): (one.get("Type", ""), one.get("Target", ""))
        for one in _listing(archive, "xl/_rels/workbook.xml.rels")
    }
    sheets = [element for element in book.iter() if element.tag.endswith("}sheet")]
    names = [sheet.get("name", "") for sheet in sheets]
    if len(set(names)) < len(names):
        raise ValueError("two sheets of one name")
    holding = [sheet for sheet in sheets if relations[sheet.get(_RELATION)][0].endswith("/worksheet")]
    shown = [sheet for sheet in holding if sheet.get("state", "visible") == "visible"]
    for sheet in (*shown, *holding):
        target = relations[sheet.get(_RELATION)][1]
        return sheet.get("name", ""), target[1:] if target.startswith("/") else f"xl/{target}"
    raise KeyError("no sheet")


def _listing(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > LARGEST_LIST:
        raise WorkbookTooLarge(limit=LARGEST_LIST // 1024**2)
    return ElementTree.fromstring(archive.read(name))


class _Sheet:
    """Goes through the cells of a sheet without keeping any."""

    def __init__(self, found: Scanned) -> None:
        self.found = found
        self.row = self.column = 0
        self.numbered = False
        self.kind = ""
        self.formula = self.valued = False
        self.top = self.left = 0
        self.bottom = self.right = 0
        self.merges: list[tuple[int, int, int]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype

    def read(self, sheet: IO[bytes]) -> None:
        for piece in _pieces(sheet):
            self.parser.Parse(piece, False)
        self.parser.Parse(b"", True)
        cells = (self.bottom - self.top + 1) * (self.right - self.left + 1)
        if cells > MOST_CELLS:
            raise SheetTooLarge(cell=f"{column_letters(self.right - 1)}{self.bottom}")
        for first, last, column in self.merges:
            for row in range(first, min(last, self.bottom) + 1):
                self.found.merged[row] = min(column, self.found.merged.get(row, column))

    def _doctype(self, *_told: object) -> None:
        raise ValueError("a sheet declares no entities")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "is"):
            self._value()
        elif name == "row":
            self._row(attributes)
        elif name == "f":
            self._formula()
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self.numbered = number is not None
        row = self.row + 1 if number is None else int(number)
        if row <= self.row or row > _ROWS:
            raise ValueError("rows follow each other")
        self.row, self.column = row, 0

    def _cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        column = self.column + 1
        if place is not None:
            row, column = _placed(place)
            if row != self.row:
                if self.numbered or row < self.row:
                    raise ValueError("a cell stands in its row")
                self.row = row
        if column <= self.column or column > _COLUMNS:
            raise ValueError("cells follow each other")
        self.column = column
        self.kind = attributes.get("t", "")
        if self.kind == "e":
            self._fault(CellShowsError)

    def _fault(self, fault: type[Invalid]) -> None:
        self.found.faults.setdefault(self.row, (self.column - 1, fault))

    def _value(self) -> None:
        if not self.bottom:
            self.top, self.left = self.row, self.column
        self.left, self.right = min(self.left, self.column), max(self.right, self.column)
        self.bottom = max(self.bottom, self.row)
        if self.formula:
            # A formula may well give an empty text; a number that is empty was never computed.
            self.valued = self.kind == "str"
            self.parser.CharacterDataHandler = self._text

    def _formula(self) -> None:
        self.formula, self.valued = True, False
        self.parser.EndElementHandler = self._end

    def _text(self, _text: str) -> None:
        self.valued = True

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self.parser.CharacterDataHandler = None
        if name == "c":
            if not self.valued:
                self._fault(FormulaWithoutValue)
            self.formula = False
            self.parser.EndElementHandler = None

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        top, left = _placed(first)
        bottom = _placed(last or first)[0]
        if bottom > top:
            self.merges.append((top, bottom, left - 1))
            if len(self.merges) * (bottom - top) > MOST_CELLS * 100:
                raise SheetTooLarge(cell=last)


def _placed(place: str) -> tuple[int, int]:
    """Row and column from 1 of a cell such as B7. Raises ValueError."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{place} is no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(found[2])
    if row > _ROWS or column > _COLUMNS:
        raise ValueError(f"{place} is no cell")
    return row, column


def column_letters(place: int) -> str:
    """How spreadsheets name the column at a place from 0: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
