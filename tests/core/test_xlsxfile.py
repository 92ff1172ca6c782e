"""Workbooks as nobody should send them: refused in little memory, or read without losing anything (SPEC 14)."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from arledger.core.csvfile import HeaderEmpty, UnreadableFile
from arledger.core.xlsxfile import Workbook
from arledger.core.xlsxscan import SheetTooLarge, WorkbookTooLarge, WorkbookUnreadable

ROOT = Path(__file__).resolve().parents[2]
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{SPACE}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
)
HEAD = '<row r="1">{}{}</row>'.format(
    *(
        f'<c r="{place}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for place, name in zip("AB", ("number", "amount"), strict=True)
    )
)


def packed(rows: str, *, book: str = BOOK, after: str = "", more: dict[str, str] | None = None) -> bytes:
    """A workbook of one sheet with these rows, after the header, as XML."""

    def related(kind: str, target: str) -> str:
        return (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
        )

    members = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/s.xml"),
        "xl/worksheets/s.xml": f'<worksheet xmlns="{SPACE}"><sheetData>{HEAD}{rows}</sheetData>{after}</worksheet>',
        **(more or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stream.getvalue()


def read(folder: Path, content: bytes) -> Workbook:
    path = folder / "a.xlsx"
    path.write_bytes(content)
    return Workbook(path)


def found(folder: Path, content: bytes) -> list[tuple[int, tuple[str, ...], str]]:
    table = read(folder, content)
    rows = [(row.number, row.cells, row.fault.code if row.fault else "") for row in table]
    assert table.tally is not None
    assert table.tally.rows == len(rows)
    return rows


def cell(place: str, value: object, more: str = "") -> str:
    return f'<c r="{place}"{more}><v>{value}</v></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def test_cells_without_their_value_are_not_taken_for_empty_ones(tmp_path: Path) -> None:
    rows = (
        row(2, cell("A2", 1), '<c r="B2"><f>1+1</f></c>')
        + row(3, cell("A3", 1), '<c r="B3"><f>1+1</f><v></v></c>')
        + row(4, cell("A4", 1), '<c r="B4"><f>1+1</f><v>2</v></c>')
        + row(5, cell("A5", 1), '<c r="B5" t="str"><f>""</f><v></v></c>')
        + row(6, cell("A6", 1), cell("B6", "#N/A", ' t="e"'))
        + row(7, '<c r="A7"><f>1</f></c>')
    )
    assert found(tmp_path, packed(rows)) == [
        (2, ("1", ""), "xlsx_formula_without_value"),
        (3, ("1", ""), "xlsx_formula_without_value"),
        (4, ("1", "2"), ""),
        (5, ("1", ""), ""),
        (6, ("1", ""), "xlsx_cell_error"),
        (7, ("", ""), "xlsx_formula_without_value"),
    ]


def test_cells_that_name_no_place_are_counted(tmp_path: Path) -> None:
    rows = '<row><c><v>1</v></c><c t="e"><v>#N/A</v></c></row><row><c/><c><v>2</v></c></row>'
    assert found(tmp_path, packed(rows)) == [(2, ("1", ""), "xlsx_cell_error"), (3, ("", "2"), "")]


def test_cells_merged_downwards_belong_to_each_of_their_rows(tmp_path: Path) -> None:
    rows = row(2, cell("A2", 1), cell("B2", 5)) + row(3, cell("B3", 6)) + row(4, cell("A4", 2), cell("B4", 7))
    merged = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A4:B4"/></mergeCells>'
    codes = [code for _row, _cells, code in found(tmp_path, packed(rows, after=merged))]
    assert codes == ["xlsx_cells_merged", "xlsx_cells_merged", ""]


@pytest.mark.parametrize(
    "rows",
    [
        row(2, cell("A2", 1)) + row(2, cell("A2", 2)),
        row(3, cell("A3", 1)) + row(2, cell("A2", 2)),
        row(2, cell("B2", 1), cell("A2", 2)),
        row(2, cell("A3", 1)),
        row(2, cell("XFE2", 1)),
        row(1_048_577, cell("A1048577", 1)),
        row(2, cell("A2", 1)) + "<row r='x'/>",
    ],
)
def test_a_sheet_whose_cells_overwrite_each_other_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(WorkbookUnreadable):
        read(tmp_path, packed(rows))


def sheets(*made: tuple[str, str]) -> bytes:
    """Sheets (or charts) with the word in their first cell, shown or hidden."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name, kind in made:
        if kind == "chart":
            chart = book.add_chart({"type": "bar"})
            assert chart is not None
            chart.add_series({"values": f"={made[-1][0]}!$A$1:$A$2"})
            book.add_chartsheet(name).set_chart(chart)
            continue
        sheet = book.add_worksheet(name)
        sheet.write(0, 0, name)
        if kind == "hidden":
            sheet.hide()
        elif kind == "very hidden":
            sheet.very_hidden()
    book.worksheets()[-1].activate()
    book.close()
    return stream.getvalue()


@pytest.mark.parametrize("first", ["hidden", "very hidden", "chart"])
def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path, first: str) -> None:
    assert read(tmp_path, sheets(("one", first), ("two", "shown"), ("three", "shown"))).header == ("two",)


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for place, values in enumerate(rows):
        sheet.write_row(place, 0, values)
    book.close()
    return stream.getvalue()


def test_numbers_come_back_exactly_or_not_at_all(tmp_path: Path) -> None:
    numbers = [
        "0.30000000000000004",
        "0.3",
        "1E+15",
        "12345678901234567",
        "1E-7",
        "1.005",
        "-0",
        "123456789012345.6",
    ]
    rows = "".join(row(n, cell(f"A{n}", text)) for n, text in enumerate(numbers, start=2))
    told = [(cells[0], code) for _row, cells, code in found(tmp_path, packed(rows))]
    assert told == [
        ("0.30000000000000004", "xlsx_number_inexact"),
        ("0.3", ""),
        ("1000000000000000", ""),
        ("12345678901234568", "xlsx_number_inexact"),
        ("0.0000001", ""),
        ("1.005", ""),
        ("0", ""),
        ("123456789012345.6", "xlsx_number_inexact"),
    ]


def test_text_keeps_what_it_is(tmp_path: Path) -> None:
    text = '<c r="A2" t="inlineStr"><is><r><t>ab</t></r><r><t xml:space="preserve"> c&#233;</t></r></is></c>'
    nul = '<c r="A3" t="inlineStr"><is><t>a_x0000_b</t></is></c>'
    assert found(tmp_path, packed(row(2, text) + row(3, nul))) == [
        (2, ("ab cé", ""), ""),
        (3, ("a\0b", ""), "csv_cell_nul"),
    ]


def lying(content: bytes, name: bytes) -> bytes:
    """The same archive, saying in its directory that a member has 1,000 bytes."""
    changed = bytearray(content)
    place = changed.rfind(b"PK\x01\x02", 0, changed.rfind(name))
    changed[place + 24 : place + 28] = struct.pack("<I", 1_000)
    return bytes(changed)


LAUGHS = f'<!DOCTYPE w [<!ENTITY a "{"x" * 10_000}"><!ENTITY b "{"&a;" * 5_000}">]>'
ENTITIES = LAUGHS + BOOK.replace('name="a"', 'name="&b;"')
LONG_LIST = f"<!--{'x' * 5_000_000}--><sheets>"
BOMBS: dict[str, tuple[Callable[[], bytes], type[UnreadableFile]]] = {
    "two corners": (lambda: packed(row(1_048_576, cell("XFD1048576", 1))), SheetTooLarge),
    "a size that is a lie": (lambda: lying(packed(long_row()), b"xl/worksheets/s.xml"), WorkbookUnreadable),
    "too much of nothing": (lambda: packed("", more={"xl/media/a": " " * 256 * 1024**2}), WorkbookTooLarge),
    "a long list of sheets": (lambda: packed("", book=BOOK.replace("<sheets>", LONG_LIST)), WorkbookTooLarge),
    "two members of one name": (
        lambda: packed("", more={"XL/worksheets/S.xml": "<worksheet/>"}),
        WorkbookUnreadable,
    ),
    "entities": (lambda: packed("", book=ENTITIES), WorkbookUnreadable),
    "no sheet": (
        lambda: packed("", book=f'<workbook xmlns="{SPACE}"><sheets/></workbook>'),
        WorkbookUnreadable,
    ),
    "a name without a member": (
        lambda: packed("").replace(b"worksheets/s.xml", b"worksheets/t.xml", 1),
        WorkbookUnreadable,
    ),
}
READER = """
import resource, sys
from pathlib import Path
from django.conf import settings
settings.configure(USE_I18N=False)
from arledger.core.csvfile import UnreadableFile
from arledger.core.xlsxfile import Workbook
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[1:]:
    try:
        list(Workbook(Path(name)))
    except UnreadableFile:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def long_row() -> str:
    return row(2, f'<c r="A2" t="inlineStr"><is><t>{"x" * 100_000_000}</t></is></c>')


def test_bombs_are_refused_in_little_memory(tmp_path: Path) -> None:
    paths = []
    for place, (name, (made, refusal)) in enumerate(BOMBS.items()):
        path = tmp_path / f"{place}.xlsx"
        path.write_bytes(made())
        paths.append(str(path))
        with pytest.raises(refusal):
            Workbook(path)
        assert path.stat().st_size < 1024**2, name
    reader = [sys.executable, "-c", READER, *paths]
    done = subprocess.run(reader, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 64 * 1024, f"{done.stdout} KB more"


def test_a_header_needs_a_name_for_each_column(tmp_path: Path) -> None:
    with pytest.raises(HeaderEmpty):
        read(tmp_path, workbook([["number", "", "amount"], [1, 2, 3]]))
