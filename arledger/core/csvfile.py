"""CSV files read strictly and written safely (SPEC 14).

Reading streams: a file of any size takes a constant amount of memory. Every row is either yielded (with its
fault, if it has one) or counted as blank; what makes the rest of the file unreadable is raised. Rows are
numbered as a spreadsheet numbers them: the header is row 1, and a cell with line breaks stays in one row.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid

DELIMITERS = (",", ";", "\t")
ENCODINGS = {"utf-8": "utf-8", "windows-1252": "cp1252"}
CELL_LIMIT = 1024 * 1024
"""Characters one cell may have."""

#: Bytes one row may have.
ROW_LIMIT = 8 * CELL_LIMIT
_CHUNK = 256 * 1024
# A character of several bytes in UTF-8: text in another encoding seldom looks like it.
_SEVERAL_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# What spreadsheets write above the header to say how the columns are separated; they do not show it as a row.
_SEPARATOR_LINE = re.compile(rb'"?sep=(.)"?\r?\n', re.IGNORECASE)
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"-[0-9][0-9 .,\u00a0\u202f]*", re.ASCII)

# The limit is the module's, and its default of 128 KB is less than ours; nothing else here reads CSV.
csv.field_size_limit(CELL_LIMIT)


class UnreadableFile(Invalid):
    """What all faults that concern the whole file have in common; nothing after ``row`` was read."""

    code = "csv_unreadable"
    sentence = _("Row %(number)s cannot be read as CSV (%(reason)s). Correct it and upload the file again.")

    def __init__(self, *, row: int | None = None, field: str | None = None, **values: object) -> None:
        super().__init__(row=row, field=field, number=row, **values)


class EmptyFile(UnreadableFile):
    code = "csv_empty"
    sentence = _("The file is empty. Its first row must hold the names of the columns.")


class UnsupportedEncoding(UnreadableFile):
    code = "csv_encoding_unsupported"
    sentence = _("The encoding “%(encoding)s” is not supported. Save the file as one of: %(supported)s.")


class UndecodableByte(UnreadableFile):
    code = "csv_encoding_wrong"
    sentence = _(
        "Row %(number)s contains a byte (%(byte)s) that does not exist in %(encoding)s. "
        "Save the file as UTF-8, or choose its encoding."
    )


class UnsupportedDelimiter(UnreadableFile):
    code = "csv_delimiter_unsupported"
    sentence = _("“%(delimiter)s” cannot separate columns. Use a comma, a semicolon or a tab.")


class AmbiguousDelimiter(UnreadableFile):
    code = "csv_delimiter_ambiguous"
    sentence = _("The header can be split in more than one way. Choose the separator of the columns.")


class UnclosedQuote(UnreadableFile):
    code = "csv_quote_unclosed"
    sentence = _("A quoted cell that starts in row %(number)s is never closed. Add the missing quote.")


class MisplacedQuote(UnreadableFile):
    code = "csv_quote_misplaced"
    sentence = _(
        "A quoted cell in row %(number)s goes on after its closing quote. "
        "Double the quotes inside a cell, or close the cell before the separator."
    )


class CellTooLong(UnreadableFile):
    code = "csv_cell_too_long"
    sentence = _(
        "A cell in row %(number)s has more than %(limit)s characters. "
        "Most often a quote is not closed: add it, or shorten the cell."
    )


class RowTooLong(UnreadableFile):
    code = "csv_row_too_long"
    sentence = _(
        "Row %(number)s has more than %(limit)s bytes. Most often a quote is not closed, or the lines of the file do "
        "not end: save it as CSV again."
    )


class LoneCarriageReturn(UnreadableFile):
    code = "csv_line_ends"
    sentence = _(
        "The lines of the file end in an old way (CR only), seen in row %(number)s. Save it as CSV again."
    )


class HeaderEmpty(UnreadableFile):
    code = "csv_header_empty"
    sentence = _("Column %(column)s has no name in row 1. Name it, or delete the column.")


class HeaderDuplicate(UnreadableFile):
    code = "csv_header_duplicate"
    sentence = _("Columns %(first)s and %(second)s are both named “%(name)s”. Rename or delete one of them.")


class CellCount(Invalid):
    """A fault of one row; so is CellWithNul. The rows after it are read."""

    code = "csv_cell_count"
    sentence = _("The row has %(found)s cells, the header %(expected)s. Add or remove separators.")


class CellWithNul(Invalid):
    code = "csv_cell_nul"
    sentence = _("The cell contains a NUL character. Remove it, or save the file as UTF-8.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. ``values`` is by column name, and empty when the row has a ``fault``."""

    number: int
    cells: tuple[str, ...]
    values: Mapping[str, str]
    fault: Invalid | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What a complete reading met below the header: rows yielded, how many of them are faulty, blank rows."""

    rows: int
    faulty: int
    blank: int


class Table:
    """A CSV file: its header at once, its rows each time it is iterated. Made by ``read_table``."""

    def __init__(self, source: bytes | Path, encoding: str, delimiter: str, skip: int) -> None:
        self.encoding = encoding
        self.delimiter = delimiter
        self.tally: Tally | None = None
        self._source = source
        self._skip = skip
        self._width = 0
        self.header = self._read_header()

    def __iter__(self) -> Iterator[Row]:
        """The rows below the header. ``tally`` is set once the last one was read.

        Raises a subclass of UnreadableFile at a fault after which nothing can be told any more.
        """
        self.tally = None
        rows = faulty = blank = 0
        for number, cells in islice(self._records(), 1, None):
            if not any(cells):
                blank += 1
                continue
            row = self._row(number, tuple(cells))
            rows += 1
            faulty += row.fault is not None
            yield row
        self.tally = Tally(rows, faulty, blank)

    def _row(self, number: int, cells: tuple[str, ...]) -> Row:
        known = len(self.header)
        if not known <= len(cells) <= self._width or any(cells[known:]):
            fault: Invalid = CellCount(row=number, found=len(cells), expected=known)
            return Row(number, cells, {}, fault)
        cells = cells[:known]
        values = dict(zip(self.header, cells, strict=True))
        if any("\0" in cell for cell in cells):
            column = next(name for name, cell in values.items() if "\0" in cell)
            return Row(number, cells, {}, CellWithNul(row=number, field=column))
        return Row(number, cells, values)

    def _read_header(self) -> tuple[str, ...]:
        """The names; spreadsheets leave separators behind the last one, where nothing may stand below either."""
        first = next(self._records(), None)
        if first is None:
            raise EmptyFile(row=1)
        cells = [cell.strip() for cell in first[1]] or [""]
        self._width = len(cells)
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        names = tuple(cells)
        seen: dict[str, int] = {}
        for column, name in enumerate(names, start=1):
            if not name or "\0" in name:
                raise HeaderEmpty(row=1, column=column)
            if name.casefold() in seen:
                raise HeaderDuplicate(row=1, first=seen[name.casefold()], second=column, name=name[:40])
            seen[name.casefold()] = column
        return names

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record of the file with its row number, the header and blank ones included."""
        with _open(self._source) as stream:
            stream.seek(self._skip)
            lines = _Lines(stream, self.encoding)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            number = 0
            while True:
                number += 1
                lines.taken = 0
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    raise _unreadable(error, number) from error
                except UnicodeDecodeError as error:
                    raise _undecodable(error, number, self.encoding) from error
                if cells is None:
                    return
                yield number, cells


def read_table(source: bytes | Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """Open a CSV file for reading: bytes, or the path of a file that is read in pieces.

    ``encoding`` is ``utf-8`` or ``windows-1252``, ``delimiter`` one of ``DELIMITERS``; without them both are
    detected (a byte order mark decides over ``encoding``, and a line ``sep=;`` above the header says the separator).
    Raises a subclass of UnreadableFile.
    """
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise UnsupportedEncoding(encoding=encoding[:40], supported=", ".join(ENCODINGS))
    if delimiter is not None and delimiter not in DELIMITERS:
        raise UnsupportedDelimiter(delimiter=delimiter[:40])
    with _open(source) as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _wide(start):
            raise UnsupportedEncoding(encoding="UTF-16", supported=", ".join(ENCODINGS))
        skip = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
        stream.seek(0)
        chosen = "utf-8" if skip else (encoding.lower() if encoding else _detect_encoding(stream))
        stream.seek(skip)
        said = _SEPARATOR_LINE.match(stream.read(16))
        if said is not None and said[1].decode("latin-1") in DELIMITERS:
            skip += said.end()
            delimiter = delimiter or said[1].decode()
        stream.seek(skip)
        separator = delimiter or _detect_delimiter(stream, chosen)
    return Table(source, chosen, separator, skip)


def write_csv(rows: Iterable[Sequence[object]], stream: TextIO, *, delimiter: str = ",") -> int:
    """Write rows so that no spreadsheet takes a text for a formula; returns how many were written.

    Cells are texts, Decimals, integers, dates or None (empty). See ``safe_cell``.
    """
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    count = 0
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
        count += 1
    return count


def safe_cell(value: object) -> str:
    """A cell as it stands in a file: numbers and dates plain, texts that start like a formula behind a ``'``.

    A text that is a negative number stays as it is. Raises TypeError for anything that has no plain form.
    """
    match value:
        case None:
            return ""
        case str():
            guarded = value.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(value)
            return "'" + value if guarded else value
        case Decimal():
            return f"{value:f}"
        case bool() | float():
            raise TypeError(f"no cell for {value!r}")
        case int():
            return str(value)
        case date():
            return value.isoformat()
    raise TypeError(f"no cell for {value!r}")


def _wide(start: bytes) -> bool:
    """Whether characters have two bytes (or four), though no mark says so."""
    return len(start) > 1 and 2 * start.count(0) >= len(start)


def _open(source: bytes | Path) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


class _Lines:
    """The lines of the file; a line break is the same byte in all supported encodings. ``taken``: bytes of one row."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self.taken = 0
        self._stream = stream
        self._codec = ENCODINGS[encoding]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(ROW_LIMIT + 1)
        if not raw:
            raise StopIteration
        self.taken += len(raw)
        if self.taken > ROW_LIMIT:
            lone = raw.count(b"\r") > 1 and b"\n" not in raw
            raise csv.Error("new-line character seen" if lone else "row larger than row limit")
        return raw.decode(self._codec)


def _detect_encoding(stream: BinaryIO) -> str:
    """UTF-8 where every byte is; also where most of what is not ASCII is, for then a few bytes are broken."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid = True
    several = high = 0
    while chunk := stream.read(_CHUNK):
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        found = _SEVERAL_BYTES.findall(chunk)
        several += len(found)
        high += len(_HIGH_BYTE.findall(chunk)) - sum(map(len, found))
    with suppress(UnicodeDecodeError):
        decoder.decode(b"", final=True)
        if valid:
            return "utf-8"
    return "utf-8" if several > high else "windows-1252"


def _detect_delimiter(stream: BinaryIO, encoding: str) -> str:
    """The separator that splits the header into the most columns; a comma when none of them splits it."""
    columns = {}
    start = stream.tell()
    for delimiter in DELIMITERS:
        stream.seek(start)
        columns[delimiter] = _columns(stream, encoding, delimiter)
    most = max(columns.values())
    best = [delimiter for delimiter, count in columns.items() if count == most]
    if most > 1 and len(best) > 1:
        raise AmbiguousDelimiter(row=1)
    return best[0]


def _columns(stream: BinaryIO, encoding: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader(_Lines(stream, encoding), delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0
    except UnicodeDecodeError as error:
        raise _undecodable(error, 1, encoding) from error


def _unreadable(error: csv.Error, number: int) -> UnreadableFile:
    """The typed fault for one of the few messages of Python's strict reader."""
    reason = str(error)
    if reason.startswith("unexpected end of data"):
        return UnclosedQuote(row=number)
    if "expected after" in reason:
        return MisplacedQuote(row=number)
    if reason.startswith("field larger than field limit"):
        return CellTooLong(row=number, limit=CELL_LIMIT)
    if reason.startswith("row larger than row limit"):
        return RowTooLong(row=number, limit=ROW_LIMIT)
    if reason.startswith("new-line character seen"):
        return LoneCarriageReturn(row=number)
    return UnreadableFile(row=number, reason=reason)


def _undecodable(error: UnicodeDecodeError, number: int, encoding: str) -> UndecodableByte:
    return UndecodableByte(row=number, byte=f"0x{error.object[error.start]:02X}", encoding=encoding)
