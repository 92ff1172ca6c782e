"""The same rows as page, CSV, XLSX and PDF; texts stay texts; memory stays flat (SPEC 12, 14)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdf
import pytest

from arledger.core import pdf
from arledger.core.formats import format_amount
from arledger.core.tablefiles import TooLongForPaper, write_table
from arledger.core.tables import Cell, Column, Table
from tests.build import Books, books
from tests.clerk import Clerk
from tests.exports.reading import body, csv_rows, pdf_text, same, xlsx_rows

AT = datetime(2026, 3, 15, 12, tzinfo=UTC)
SHEET = pdf.Report(language="en", paper="a4", company="Company", title="Report", footer="Company")
COLUMNS = [
    Column(name="customer"),
    Column(name="currency"),
    Column(name="date"),
    Column(name="count", figure=True),
    Column(name="amount", figure=True),
]


def table(rows: list[list[Cell]]) -> Table:
    return Table(name="t", title="Report: [a]/b", columns=COLUMNS, chunks=lambda: iter([rows]))


def written(tmp_path: Path, of: Table, format: str) -> bytes:
    path = tmp_path / format
    write_table(of, path, format=format, sheet=SHEET, at=AT)
    return path.read_bytes()


def test_texts_stay_texts_and_figures_figures(tmp_path: Path) -> None:
    evil = ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "http://example.com/", "12", "-5", "007"]
    rows: list[list[Cell]] = [[text, "KWD", date(2026, 2, 28), 3, Decimal("-1234.500")] for text in evil]
    rows.append(["large", "JPY", None, None, Decimal(99_999_999_999_999)])
    rows.append(["exact", "KWD", None, None, Decimal("12345678901234.567")])
    sheet = xlsx_rows(written(tmp_path, table(rows), "xlsx"))
    assert sheet[0] == [column.name for column in COLUMNS]
    assert [row[0] for row in sheet[1:9]] == evil
    assert sheet[1][2:] == ["2026-02-28", "3", "-1234.5"]
    assert sheet[9][4] == "99999999999999"
    assert sheet[10][4] == "12345678901234.567", "what a double cannot hold stays a text"
    assert same(csv_rows(written(tmp_path, table(rows), "csv"))) == sheet
    raw = written(tmp_path, table(rows), "xlsx")
    assert b"<f>" not in raw
    assert b"hyperlink" not in raw


def test_paper_says_amounts_with_the_currencys_decimals(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["A", "KWD", date(2026, 2, 28), 1, Decimal("1234.500")]]
    rows.append(["B", "JPY", None, None, Decimal(-1234)])
    text = pdf_text(written(tmp_path, table(rows), "pdf"))
    for word in ("1,234.500", "\u22121,234", "Feb 28, 2026", "Report", "Company"):
        assert word in text


def many(count: int) -> Iterator[list[list[Cell]]]:
    for start in range(0, count, 1000):
        yield [
            [f"C{at}", "EUR", date(2026, 1, 1), at, Decimal(at).quantize(Decimal("0.01"))]
            for at in range(start, start + 1000)
        ]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, format: str) -> None:
    def peak(count: int) -> int:
        of = Table(name="t", title="T", columns=COLUMNS, chunks=lambda: many(count))
        tracemalloc.start()
        assert write_table(of, tmp_path / f"{count}", format=format, sheet=SHEET, at=AT) == count
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few = peak(2_000)
    assert peak(20_000) < few + 1_000_000


def test_a_long_paper_is_printed_in_pieces_and_a_longer_one_refused(tmp_path: Path) -> None:
    of = Table(name="t", title="T", columns=COLUMNS, chunks=lambda: many(2_000))
    content = written(tmp_path, of, "pdf")
    pages = pypdf.PdfReader(tmp_path / "pdf").pages
    assert "C1999" in pages[-1].extract_text()
    assert pages[-1].extract_text().endswith(f"Company {len(pages)}")
    assert len(content) < 1_000_000
    longer = Table(name="t", title="T", columns=COLUMNS, chunks=lambda: many(21_000))
    with pytest.raises(TooLongForPaper):
        written(tmp_path, longer, "pdf")


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def told(b: Books) -> None:
    """A history with codes, a second customer and a currency without decimals."""
    b.receipt(500, [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)])
    b.receipt(77, on=date(2026, 3, 14))
    b.customer = b.add_customer("=Übel & Söhne", currency="JPY")
    b.invoice(12345, currency="JPY")


REPORTS = {
    "reconciliation.csv?start=2026-01-01&end=2026-12-31": 13,
    "reconciliation.csv?start=2026-01-01&end=2026-12-31&matches=partial": 13,
    "ledger/?start=2026-01-01&end=2026-12-31": 7,
    "ageing.csv?as_of=2026-07-01&buckets=10,20": 9,
    "ageing.csv?as_of=2026-07-01&detail=1": 16,
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", REPORTS)
def test_a_report_is_the_same_in_each_format(b: Books, path: str) -> None:
    told(b)
    clerk = Clerk(b)

    def get(format: str) -> Any:
        answer = clerk.client.get(f"{clerk.root}/reports/{path}{'&'}format={format}")
        assert answer.status_code == 200
        assert f".{format}" in answer["Content-Disposition"]
        return answer

    rows = csv_rows(body(get("csv")))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {REPORTS[path]}
    sheet = xlsx_rows(body(get("xlsx")))
    assert sheet == same(rows)
    text = pdf_text(body(get("pdf")))
    for row in same(rows)[1:]:
        at = rows[0].index("currency")
        for name, cell in zip(rows[0], row, strict=True):
            if name in ("amount", "balance", "closing", "total", "opening", "121+") and cell:
                shown = format_amount(Decimal(cell), row[at], "en")
                assert shown in text, (name, cell)
        assert row[1] in text


@pytest.mark.django_db
def test_a_list_comes_as_a_spreadsheet_too(b: Books) -> None:
    told(b)
    clerk = Clerk(b)
    for path in (
        "customers/export.csv",
        "invoices/export.csv",
        "payments/export/",
        "credits/export/",
        "credits/adjustments/export.csv",
        "credits/advances/export.csv",
        "deposits/export/",
        "matching/unreconciled/export.csv",
    ):
        found = [clerk.client.get(f"{clerk.root}/{path}?format={kind}") for kind in ("csv", "xlsx")]
        assert [answer.status_code for answer in found] == [200, 200], path
        rows = csv_rows(body(found[0]))
        assert xlsx_rows(body(found[1])) == same(rows), path
        assert clerk.client.get(f"{clerk.root}/{path}?format=doc").status_code == 400
    page = clerk.open("/invoices/?tab=open")
    assert page.links["XLSX"].endswith("/invoices/export.csv?tab=open&format=xlsx")
