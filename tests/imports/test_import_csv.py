"""Files into the books: every row is imported or reported, with its row and its column (SPEC 14)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.core.models import Job
from customers.models import Customer
from imports.columns import COLUMNS
from imports.management.commands.import_csv import TEMPLATES
from ledger.models import Document
from tests.build import Books, books
from tests.imports.files import Files
from tests.imports.uploads import keep_autovacuum_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    with books() as made:
        made.names["ACME"] = made.add_customer("Acme Ltd", code="ACME")
        yield Files(tmp_path, made)


def documents(made: Books, kind: str = "invoice") -> list[Document]:
    found = Document.objects.filter(company=made.company, kind=kind, state="posted")
    return list(found.order_by("number"))


def numbers(made: Books, kind: str = "invoice") -> list[str | None]:
    return [document.number for document in documents(made, kind)]


def opens(made: Books) -> dict[str | None, Decimal]:
    return {d.number: made.open(d.pk, on=date(2999, 1, 1)) for d in documents(made)}


# Templates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_a_template_has_every_column_and_is_printed(kind: str) -> None:
    out = io.StringIO()
    call_command("import_csv", kind, template=True, stdout=out)
    assert out.getvalue() == (TEMPLATES / f"{kind}.csv").read_text()
    header = next(csv.reader(io.StringIO(out.getvalue())))
    assert header == [column.name for column in COLUMNS[kind]]


def test_the_how_to_explains_every_column() -> None:
    text = (Path(__file__).parents[2] / "docs/how-to/import-csv.md").read_text()
    for kind, columns in COLUMNS.items():
        section = text.split(f"## {kind.replace('_', ' ').capitalize()}")[1].split("\n## ")[0]
        assert [name for name in (column.name for column in columns) if f"| `{name}` |" not in section] == []


def test_the_templates_themselves_can_be_imported(tmp_path: Path) -> None:
    with books() as made:
        files = Files(tmp_path, made)
        made.configure(refunds_enabled=True)
        for kind in COLUMNS:
            told = files.load_path(kind, TEMPLATES / f"{kind}.csv")
            assert (told.good, told.errors) == (True, [])
        assert numbers(made) == ["0001001", "0001002", "INV-00001", "OLD-1207"]
        assert opens(made) == {"0001001": 40, "0001002": 0, "INV-00001": 265, "OLD-1207": 1250}
        assert numbers(made, "adjustment") == ["0002001", "0002002", "OLD-1299"]
        assert numbers(made, "advance") == ["0003001", None]
        assert numbers(made, "refund") == ["0004001"]
        assert Document.objects.filter(company=made.company, kind="refund", state="draft").count() == 1
        assert numbers(made, "payment") == ["0000501", "PAY-00001"]
        assert Customer.objects.get(company=made.company, code="ACME-SUD").parent_id == (
            Customer.objects.get(company=made.company, code="ACME").pk
        )


# Accounting --------------------------------------------------------------------------------------------------

GOOD = """number,customer,date,due_date,amount,line_description
007,ACME,2026-01-10,2026-02-10,300.00,first
007,,,,100.00,second
007,,,,-20.00,third
008,ACME,2026-01-11,2026-02-11,160,only
"""


def test_rows_of_one_number_are_one_invoice(files: Files) -> None:
    told = files.load("invoices", GOOD)
    assert told.summary == "4 rows: 4 imported (2 entries); 0 refused (0 entries); 0 blank rows left out."
    assert opens(files.made) == {"007": 380, "008": 160}
    assert files.made.open_lines(documents(files.made)[0].pk, on=date(2026, 3, 1)) == [280, 100, 0]


def test_the_books_are_checked_after_an_import_that_wrote_something(files: Files) -> None:
    asked = Job.objects.filter(kind="ledger.check", company_id=files.made.company.pk)
    files.load("invoices", GOOD, check=True)
    assert not asked.exists()
    files.load("invoices", GOOD)
    assert asked.count() == 1


def test_blank_rows_are_counted_and_rows_numbered_as_a_spreadsheet_does(files: Files) -> None:
    text = (
        "number,customer,date,due_date,amount,description\n\n"
        '1,ACME,2026-01-10,2026-02-10,1,"a\nb"\n,,,,,\n2,ACME,x,2026-02-10,1,\n'
    )
    told = files.load("invoices", text)
    assert told.errors[0].startswith("Row 3, column description: ")
    assert told.errors[1].startswith("Row 5, column date: “x” is not a date.")
    assert (
        told.summary
        == "2 rows: 0 would be right, nothing was written; 2 refused (2 entries); 2 blank rows left out."
    )


BAD = """number,customer,date,due_date,amount,account
1,ACME,2026-01-10,2026-02-10,10.00,
2,NOBODY,2026-01-10,2026-02-10,1e3,707000
3,ACME,2026-01-10,2026-01-09,10.00,
4,ACME,2026-01-10,2026-02-10,10.001,999
4,,2026-01-11,,5,
1,ACME,2026-01-12,2026-02-10,10.00,
5,ACME,2026-01-10,2026-02-10,,
6,ACME,2026-01-10,2026-02-10,20.00,
"""
BAD_PLACES = [
    "Row 2",
    "Row 3, column amount",
    "Row 3, column customer",
    "Row 4, column due_date",
    "Row 5, column account",
    "Row 5, column amount",
    "Row 6, column date",
    "Row 7, column date",
    "Row 8, column amount",
]


def test_every_bad_row_is_named_with_its_column_and_nothing_is_written(files: Files) -> None:
    told = files.load("invoices", BAD)
    assert [error.split(":")[0] for error in told.errors] == BAD_PLACES
    assert not told.good
    assert told.summary.startswith("8 rows: 1 would be right, nothing was written; 7 refused (5 entries)")
    assert numbers(files.made) == []


def test_good_rows_are_imported_when_asked(files: Files) -> None:
    told = files.load("invoices", BAD, good_rows=True)
    assert [error.split(":")[0] for error in told.errors] == BAD_PLACES
    assert told.summary.startswith("8 rows: 1 imported (1 entries); 7 refused (5 entries)")
    assert numbers(files.made) == ["6"]


def test_a_check_says_the_same_and_writes_nothing(files: Files) -> None:
    checked = files.load("invoices", BAD, check=True)
    assert [error.split(":")[0] for error in checked.errors] == BAD_PLACES
    assert files.load("invoices", GOOD, check=True).summary.startswith(
        "4 rows: 4 can be imported (2 entries), nothing was written"
    )
    assert Document.objects.filter(company=files.made.company).count() == 0
    assert files.load("invoices", GOOD).good, "no number was used up, nothing is locked"


def test_the_same_file_twice_is_refused_row_by_row(files: Files) -> None:
    assert files.load("invoices", GOOD).good
    told = files.load("invoices", GOOD)
    assert [error.split(":")[0] for error in told.errors] == ["Row 2, column number", "Row 5, column number"]
    assert "007 is already used" in told.errors[0]
    assert "(refused with row 3 to 4)" in told.errors[0]


def test_a_row_with_too_few_cells_takes_its_invoice_with_it(files: Files) -> None:
    text = GOOD.replace("007,,,,100.00,second", "007,,,,100.00")
    told = files.load("invoices", text, good_rows=True)
    assert [error.split(":")[0] for error in told.errors] == ["Row 3"]
    assert numbers(files.made) == ["008"]


def test_a_file_that_ends_in_a_fault_is_not_begun(files: Files) -> None:
    told = files.load("invoices", GOOD + '009,ACME,2026-01-12,2026-02-12,5,"open\n', good_rows=True)
    assert not told.good
    assert "never closed" in told.summary
    assert numbers(files.made) == []
    told = files.load("invoices", GOOD + '009,ACME,2026-01-12,2026-02-12,5,"open\n')
    assert "Row 6" in told.errors[0]
    assert numbers(files.made) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("number,customer,date,amont\n1,ACME,2026-01-10,5\n", "amont"),
        ("number,customer,amount\n1,ACME,5\n", "date"),
        ("number,number,customer,date,amount\n", "both named"),
        ("", "empty"),
    ],
)
def test_columns_are_known_and_complete(files: Files, text: str, word: str) -> None:
    told = files.load("invoices", text)
    assert not told.good
    assert word in told.summary


# Writing -----------------------------------------------------------------------------------------------------


def test_other_ways_to_write(files: Files) -> None:
    text = "customer;date;due_date;amount;line_description\nACME;31.12.2025;15.01.2026;1234,50;Gebühr\n"
    told = files.load(
        "invoices", text.encode("cp1252"), decimal=",", date_format="DD.MM.YYYY", encoding="windows-1252"
    )
    assert told.good
    invoice = documents(files.made)[0]
    assert (invoice.number, invoice.total, invoice.date) == (
        "INV-00001",
        Decimal("1234.50"),
        date(2025, 12, 31),
    )
    assert invoice.lines.get().description == "Gebühr"


def test_dates_and_decimals_are_detected_or_asked_for(files: Files) -> None:
    head = "customer;date;due_date;amount\n"
    assert files.load("invoices", head + "ACME;01/02/2026;15/03/2026;1234,50\n").good
    invoice = documents(files.made)[0]
    assert (invoice.date, invoice.total) == (date(2026, 2, 1), Decimal("1234.50"))
    told = files.load("invoices", head + "ACME;01/02/2026;03/04/2026;5\n")
    assert "DD/MM/YYYY" in told.summary
    assert files.load("invoices", head + "ACME;01/02/2026;03/04/2026;5\n", date_format="DD/MM/YYYY").good


def test_amounts_follow_the_currency(files: Files) -> None:
    head = "number,customer,date,due_date,currency,exchange_rate,amount\n"
    told = files.load("invoices", head + "1,ACME,2026-01-10,2026-02-10,JPY,0.0062,1500.5\n")
    assert "more decimals than JPY allows" in told.errors[0]
    assert files.load("invoices", head + "1,ACME,2026-01-10,2026-02-10,JPY,0.0062,1500\n").good
    assert files.load("invoices", head + "2,ACME,2026-01-10,2026-02-10,KWD,3,1.505\n").good
    for rate in ("-1", "0", "1000000000", "0.123456789"):
        told = files.load("invoices", head + f"3,ACME,2026-01-10,2026-02-10,USD,{rate},1\n")
        assert f"column exchange_rate: “{rate}” is not an exchange rate." in told.errors[0]


def test_closed_books_and_inactive_customers_are_named_for_each_row(files: Files) -> None:
    files.made.configure(closed_through=date(2026, 1, 31))
    told = files.load("invoices", GOOD)
    assert [error.split(":")[0] for error in told.errors] == ["Row 2, column date", "Row 5, column date"]
    files.made.configure(closed_through=None)
    Customer.objects.filter(company=files.made.company, code="ACME").update(active=False)
    assert "inactive" in files.load("invoices", GOOD).errors[1]


def test_the_number_of_statements_does_not_grow_with_the_file(files: Files) -> None:
    def rows(count: int, start: int) -> str:
        return "number,customer,date,due_date,amount\n" + "".join(
            f"N{n},ACME,2026-01-10,2026-02-10,{n}\nN{n},,,,-1\n" for n in range(start, start + count)
        )

    keep_autovacuum_out()
    files.load("invoices", rows(3, 10))
    with CaptureQueriesContext(connection) as few:
        assert files.load("invoices", rows(310, 100)).good
    with CaptureQueriesContext(connection) as many:
        assert files.load("invoices", rows(490, 1000)).good
    assert len(many) == len(few)


# Customers ---------------------------------------------------------------------------------------------------


def test_customers_with_parents_above_them_in_the_file(files: Files) -> None:
    text = "code,name,parent,country\nA,Alpha,,FR\nB,Beta,A,\nC,Gamma,B,\n,Numbered,ACME,\n"
    assert files.load("customers", text).good
    found = {c.code: c for c in Customer.objects.filter(company=files.made.company).select_related("parent")}
    assert [found[code].parent.code for code in ("B", "C", "C00002")] == ["A", "B", "ACME"]
    assert found["A"].currency == "EUR"


def test_bad_customers_are_named(files: Files) -> None:
    text = (
        "code,name,parent,currency,active,term\nA,,,,,\nACME,Again,,,,\nB,Beta,Z,,,\nD,Delta,,XXX,,\n"
        "E,Eta,,,maybe,\nF,Phi,,,,NET31\nG,Gamma,,,,\nG,Gamma,,,,\n"
    )
    told = files.load("customers", text, good_rows=True)
    assert [error.split(":")[0] for error in told.errors] == [
        "Row 2, column name",
        "Row 3, column code",
        "Row 4, column parent",
        "Row 5, column currency",
        "Row 6, column active",
        "Row 7, column term",
        "Row 9, column code",
    ]
    assert told.summary.startswith("8 rows: 1 imported (1 entries); 7 refused")


# Payments ----------------------------------------------------------------------------------------------------

HEAD = "number,key,customer,date,amount,method,bank_account,invoice,applied,auto\n"


def test_receipts_pay_what_their_rows_name(files: Files) -> None:
    files.load("invoices", GOOD)
    told = files.load(
        "payments",
        HEAD
        + "P1,,ACME,2026-02-01,200.00,transfer,BANK,007,150.00,\n"
        + "P1,,,,,,,008,50.00,\n"
        + ",k,ACME,2026-02-02,400.00,check,,008,,\n"
        + ",k,,,,,,007,,\n"
        + ",,ACME,2026-02-03,7.50,cash,,,,\n",
    )
    assert told.good
    assert told.summary.startswith("5 rows: 5 imported (3 entries)")
    assert opens(files.made) == {"007": 0, "008": 0}
    left = {d.number: files.made.open(d.pk, on=date(2026, 3, 1)) for d in documents(files.made, "payment")}
    assert left == {"P1": 0, "PAY-00001": -60, "PAY-00002": Decimal("-7.5")}


def test_automatic_receipts_go_by_due_date(files: Files) -> None:
    files.load("invoices", GOOD)
    assert files.load("payments", HEAD + "P1,,ACME,2026-02-01,400.00,transfer,,,,yes\n").good
    assert opens(files.made) == {"007": 0, "008": 140}


def test_receipts_that_cannot_pay_what_they_name(files: Files) -> None:
    other = files.made.add_customer("Other", code="OTHER")
    files.made.invoice(5, customer=other, number="900")
    files.load("invoices", GOOD)
    told = files.load(
        "payments",
        HEAD
        + "P1,,ACME,2026-02-01,200.00,transfer,,007,200.00,\n"
        + "P2,,ACME,2026-02-01,200.00,transfer,,008,60.00,\n"
        + "P2,,,,,,,007,190.00,\n"
        + "P3,,ACME,2026-02-01,10.00,transfer,,404,,\n"
        + "P4,,ACME,2026-02-01,10.00,transfer,,900,,\n"
        + "P5,,ACME,2026-02-01,10.00,barter,,,,\n"
        + "P6,,ACME,2026-02-01,10.00,transfer,,,5.00,\n"
        + "P7,,ACME,2026-02-01,10.00,transfer,,008,,yes\n"
        + "P8,,ACME,2026-02-01,10.00,transfer,,008,5,\n"
        + "P8,,,,,,,008,5,\n"
        + "P9,,ACME,2026-02-01,0,transfer,,,,\n"
        + "PA,,ACME,2026-02-01,10.00,transfer,,008,20,\n"
        + "PB,,ACME,2026-02-01,160.00,transfer,NOBANK,008,160,\n"
        + "PC,,ACME,2026-02-01,160.00,transfer,,008,160,\n",
        good_rows=True,
    )
    assert [error.split(":")[0] for error in told.errors] == [
        "Row 4, column applied",
        "Row 5, column invoice",
        "Row 6, column invoice",
        "Row 7, column method",
        "Row 8, column applied",
        "Row 9, column auto",
        "Row 11, column invoice",
        "Row 12, column amount",
        "Row 13, column amount",
        "Row 14, column bank_account",
    ]
    assert "007 has 180.00 left; you entered 190.00" in told.errors[0]
    assert "(refused with row 3)" in told.errors[0]
    assert numbers(files.made, "payment") == ["P1", "PC"]
    assert opens(files.made) == {"007": 180, "008": 0, "900": 5}


def test_all_payments_bad_costs_little_more_than_good_ones(files: Files) -> None:
    files.load("invoices", GOOD)
    rows = "".join(f"Q{n},,ACME,2026-02-01,10.00,transfer,,008,20,\n" for n in range(200))
    with CaptureQueriesContext(connection) as queries:
        told = files.load("payments", HEAD + rows, good_rows=True)
    assert len(told.errors) == 200
    assert len(queries) < 60
