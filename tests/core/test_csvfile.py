"""CSV: strict in, safe out; every row accounted for (SPEC 14)."""

from __future__ import annotations

import tracemalloc
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arledger.core.csvfile import (
    CELL_LIMIT,
    ROW_LIMIT,
    AmbiguousDelimiter,
    CellCount,
    CellTooLong,
    CellWithNul,
    EmptyFile,
    HeaderDuplicate,
    HeaderEmpty,
    LoneCarriageReturn,
    MisplacedQuote,
    Row,
    RowTooLong,
    Tally,
    UnclosedQuote,
    UndecodableByte,
    UnreadableFile,
    UnsupportedDelimiter,
    UnsupportedEncoding,
    read_table,
    safe_cell,
    write_csv,
)


def cells(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_table(data)]


class TestReading:
    def test_rows_by_column_and_number(self) -> None:
        table = read_table(b"code,name\r\nA,Alpha\r\nB,Beta\r\n")
        assert table.header == ("code", "name")
        assert [(row.number, dict(row.values)) for row in table] == [
            (2, {"code": "A", "name": "Alpha"}),
            (3, {"code": "B", "name": "Beta"}),
        ]
        assert table.tally == Tally(rows=2, faulty=0, blank=0)

    def test_a_table_can_be_read_again(self) -> None:
        table = read_table(b"code\nA\n")
        assert [row.cells for row in table] == [row.cells for row in table]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_the_separator_is_detected_from_the_header(self, delimiter: str) -> None:
        data = delimiter.join(["code", '"a,b;c"', "amount"]) + "\n" + delimiter.join(["1", "2", "3"])
        table = read_table(data.encode())
        assert table.delimiter == delimiter
        assert table.header == ("code", "a,b;c", "amount")

    def test_a_single_column_and_a_header_over_two_lines(self) -> None:
        assert read_table(b"code\n1,5\n", delimiter=";").header == ("code",)
        assert read_table(b"code\nA\n").delimiter == ","
        assert read_table(b'"due\ndate";code\n').header == ("due\ndate", "code")

    def test_a_header_that_splits_in_two_ways_is_refused_unless_told(self) -> None:
        with pytest.raises(AmbiguousDelimiter):
            read_table(b"a,b;c\n")
        assert read_table(b"a,b;c\n", delimiter=";").header == ("a,b", "c")

    @pytest.mark.parametrize(
        ("data", "encoding"),
        [
            ("nom\nÉlan €\n".encode(), "utf-8"),
            (b"\xef\xbb\xbf" + "nom\nÉlan €\n".encode(), "utf-8"),
            ("nom\nÉlan €\n".encode("cp1252"), "windows-1252"),
        ],
    )
    def test_encodings_are_detected(self, data: bytes, encoding: str) -> None:
        table = read_table(data)
        assert table.encoding == encoding
        assert table.header == ("nom",)
        assert [row.cells for row in table] == [("Élan €",)]

    def test_a_broken_byte_does_not_make_all_of_it_another_encoding(self) -> None:
        """Else each é of the file would silently become Ã©."""
        table = read_table("nom\nÉlan\nété\n".encode() + b"\xed\xa0\x80\n")
        assert table.encoding == "utf-8"
        with pytest.raises(UndecodableByte) as refused:
            list(table)
        assert refused.value.row == 4
        german = "nom\n»Groß« Übermaß Äpfel Öl\n".encode("cp1252")
        assert [row.cells for row in read_table(german)] == [("»Groß« Übermaß Äpfel Öl",)]

    @pytest.mark.parametrize(
        "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
    )
    def test_wide_characters_are_refused_with_or_without_a_mark(self, encoding: str) -> None:
        with pytest.raises(UnsupportedEncoding):
            read_table("code,text\nA,é\n".encode(encoding))

    def test_an_encoding_may_be_told_and_a_byte_order_mark_decides_over_it(self) -> None:
        assert [row.cells for row in read_table(b"a\n\xc3\xa9\n", encoding="Windows-1252")] == [("Ã©",)]
        assert read_table(b"\xef\xbb\xbfa\n", encoding="windows-1252").encoding == "utf-8"

    def test_a_cell_with_line_breaks_stays_one_row(self) -> None:
        table = read_table(b'code,text\nA,"one\r\ntwo\n"\nB,x\n')
        assert [(row.number, row.cells) for row in table] == [(2, ("A", "one\r\ntwo\n")), (3, ("B", "x"))]

    def test_blank_rows_are_counted_and_keep_their_number(self) -> None:
        table = read_table(b"code,name\n\nA,x\n,\nB,y\n\n")
        assert [row.number for row in table] == [3, 5]
        assert table.tally == Tally(rows=2, faulty=0, blank=3)

    def test_quotes_inside_plain_and_quoted_cells(self) -> None:
        assert cells(b'a,b\n5" pipe,"say ""no"""\n') == [('5" pipe', 'say "no"')]


class TestFaultsOfOneRow:
    def test_a_wrong_number_of_cells_does_not_stop_the_reading(self) -> None:
        table = read_table(b"a,b\n1\n1,2,3\n1,2\n")
        rows = list(table)
        assert [row.number for row in rows] == [2, 3, 4]
        assert [type(row.fault) for row in rows] == [CellCount, CellCount, type(None)]
        assert rows[0].cells == ("1",)
        assert rows[0].values == {}
        assert rows[1].fault is not None
        assert rows[1].fault.row == 3
        assert rows[1].fault.values == {"found": 3, "expected": 2}
        assert table.tally == Tally(rows=3, faulty=2, blank=0)

    def test_a_nul_is_named_by_row_and_column(self) -> None:
        [row] = read_table(b"a,b\n1,x\0y\n")
        assert isinstance(row.fault, CellWithNul)
        assert (row.fault.row, row.fault.field) == (2, "b")


class TestFaultsOfTheFile:
    @pytest.mark.parametrize(
        ("data", "error", "row"),
        [
            (b"", EmptyFile, 1),
            (b"\xef\xbb\xbf", EmptyFile, 1),
            (b"\n1\n", HeaderEmpty, 1),
            (b"a,,c\n", HeaderEmpty, 1),
            (b" , \n", HeaderEmpty, 1),
            (b"a,b,A \n", HeaderDuplicate, 1),
            (b'a,b\n1,2\n3,"4\n5,6\n', UnclosedQuote, 3),
            (b'a,b\n1,2\n"3\n5,"6"\n', MisplacedQuote, 3),
            (b'a,b\n"1"x,2\n', MisplacedQuote, 2),
            (b"a,b\r1,2\r3,4\r", LoneCarriageReturn, 1),
            (b'a,b\n1,2\n"' + b"x" * (CELL_LIMIT + 1) + b'",2\n', CellTooLong, 3),
            (b'a,b\n1,"' + b"x\n" * CELL_LIMIT, CellTooLong, 2),
            (b"a\n\x81\n", UndecodableByte, 2),
            (b"a\n" + b"x" * (ROW_LIMIT + 1), RowTooLong, 2),
            (b"a,b\n" + b'"x\n",' * (ROW_LIMIT // 4), RowTooLong, 2),
            (b"," * (ROW_LIMIT + 1), RowTooLong, 1),
            (b"a,b\r1,2\r" * (ROW_LIMIT // 8), LoneCarriageReturn, 1),
            ("a\nb\n".encode("utf-16"), UnsupportedEncoding, None),
        ],
    )
    def test_refused_with_the_row(self, data: bytes, error: type[UnreadableFile], row: int | None) -> None:
        with pytest.raises(error) as refused:
            list(read_table(data, delimiter="," if b"," in data[:9] else None))
        assert type(refused.value) is error
        assert refused.value.row == row
        assert "%(" not in str(refused.value)

    def test_separators_behind_the_last_name_are_no_columns(self) -> None:
        table = read_table(b"a,b,, \n1,2,,\n3,4\n5,6,7,\n8,9,,,\n")
        rows = list(table)
        assert table.header == ("a", "b")
        assert [row.cells for row in rows[:2]] == [("1", "2"), ("3", "4")]
        assert [type(row.fault) for row in rows] == [type(None), type(None), CellCount, CellCount]

    @pytest.mark.parametrize("line", [b"sep=;\r\n", b'"sep=;"\n', b"\xef\xbb\xbfSEP=;\r\n"])
    def test_a_line_that_says_the_separator_is_no_row(self, line: bytes) -> None:
        table = read_table(line + b"a;b\r\n1;2\r\n")
        assert (table.delimiter, table.header) == (";", ("a", "b"))
        assert [(row.number, row.cells) for row in table] == [(2, ("1", "2"))]

    def test_an_undecodable_byte_is_named(self) -> None:
        table = read_table(b"a\n" * 100 + b"\xff\n", encoding="utf-8")
        with pytest.raises(UndecodableByte) as refused:
            list(table)
        assert refused.value.row == 101
        assert refused.value.values["byte"] == "0xFF"

    def test_rows_before_the_fault_are_read_and_no_tally_is_given(self) -> None:
        table = read_table(b'a,b\n1,2\n3,"4\n')
        reading = iter(table)
        assert next(reading).cells == ("1", "2")
        with pytest.raises(UnclosedQuote):
            next(reading)
        assert table.tally is None

    def test_a_cell_of_the_longest_length_is_read(self) -> None:
        assert cells(b"a,b\n1," + b"x" * CELL_LIMIT + b"\n")[0][1] == "x" * CELL_LIMIT

    def test_other_encodings_and_separators_are_refused(self) -> None:
        with pytest.raises(UnsupportedEncoding):
            read_table(b"a\n", encoding="latin-1")
        with pytest.raises(UnsupportedDelimiter):
            read_table(b"a\n", delimiter="|")


def test_a_large_file_takes_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    line = b"INV-0001,2026-01-01,100.00,Some text that makes the row longer\n"
    path.write_bytes(b"number,date,amount,text\n" + line * 40_000)
    tracemalloc.start()
    count = sum(1 for row in read_table(path) if row.fault is None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 1_500_000, f"{peak:,} bytes for a file of {path.stat().st_size:,}"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_reads_back(rows: list[list[str]], delimiter: str) -> None:
    stream = StringIO(newline="")
    assert write_csv([["first", "second"], *rows], stream, delimiter=delimiter) == len(rows) + 1
    table = read_table(stream.getvalue().encode(), encoding="utf-8", delimiter=delimiter)
    assert [row.cells for row in table] == [tuple(map(safe_cell, row)) for row in rows if any(row)]
    assert table.tally is not None
    assert table.tally.rows + table.tally.blank == len(rows)
    assert table.tally.faulty == 0


@given(st.binary(max_size=60) | st.text(st.sampled_from('ab",;\t\r\n\0é'), max_size=40).map(str.encode))
def test_any_bytes_are_read_in_full_or_refused_with_a_reason(data: bytes) -> None:
    rows: list[Row] = []
    try:
        table = read_table(data)
        rows.extend(table)
    except UnreadableFile as error:
        code, sentence = error.code, str(error)
    else:
        code, sentence = "", ""
        assert table.tally is not None
        assert table.tally.rows == len(rows)
        assert table.tally.rows + table.tally.blank >= (rows[-1].number - 1 if rows else 0)
    assert code != "csv_unreadable", "a message of the reader has no class of its own"
    assert "%(" not in sentence
    assert [row.number for row in rows] == sorted({row.number for row in rows})


class TestWriting:
    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            ("=1+1", "'=1+1"),
            ("+33 1 23", "'+33 1 23"),
            ("-1+2", "'-1+2"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\n=x", "'\n=x"),
            ("-", "'-"),
            ("-20.00", "-20.00"),
            ("-1\u202f234,50", "-1\u202f234,50"),
            ("a=b", "a=b"),
            ("", ""),
            (None, ""),
            (Decimal("-20.00"), "-20.00"),
            (Decimal("1E+3"), "1000"),
            (-5, "-5"),
            (date(2026, 1, 31), "2026-01-31"),
        ],
    )
    def test_cells(self, value: object, cell: str) -> None:
        assert safe_cell(value) == cell

    @pytest.mark.parametrize("value", [1.5, True, b"x", ["x"]])
    def test_what_has_no_plain_form_is_a_mistake_of_the_caller(self, value: object) -> None:
        with pytest.raises(TypeError):
            safe_cell(value)

    def test_a_file(self) -> None:
        stream = StringIO(newline="")
        write_csv([["name", "amount"], ['=A "1"; b', Decimal("-1.50")]], stream, delimiter=";")
        assert stream.getvalue() == 'name;amount\r\n"\'=A ""1""; b";-1.50\r\n'
