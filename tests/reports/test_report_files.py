"""Payments by item, tax receipts and the proof as files: the same in CSV and XLSX, long ones by a job (SPEC 12)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from django.test import override_settings
from pypdf import PdfReader

from arledger.core.models import Export
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
PATHS = {
    "payments-by-item": "?start=2026-03-01&end=2026-03-31",
    "tax-receipts": "?year=2026&as_of=2026-03-15",
    "proof": "?day=2026-03-15",
}


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        line = LineInput(amount=Decimal(40), description="Camp", tax_receipt_eligible=True)
        camp = DocumentInput(customer_id=made.customer, date=TODAY, due_date=TODAY, lines=[line])
        made.receipt(110, [made.invoice(60), *invoices.enter(actor=made.actor, invoices=[camp], post=True)])
        yield made


def plain(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:g}"
    try:
        return f"{float(cell):g}"
    except (TypeError, ValueError):
        return str(cell)


@pytest.mark.parametrize("name", PATHS)
def test_the_spreadsheet_has_the_rows_of_the_text(b: Books, name: str) -> None:
    clerk = Clerk(b)
    path = f"{clerk.root}/reports/{name}.csv{PATHS[name]}"
    answer = clerk.client.get(path)
    text = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(text) > 1
    book = clerk.client.get(f"{path}&format=xlsx")
    assert book["Content-Disposition"].endswith('.xlsx"')
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.getvalue())).get_sheet_by_index(0)
    rows = [[plain(cell) for cell in row] for row in sheet.to_python()]
    assert rows == [[plain(cell) for cell in row] for row in text]
    page = clerk.open(f"/reports/{name}/{PATHS[name]}")
    assert {"CSV", "XLSX", "PDF"} <= set(page.links)


PRINTED = {
    "payments-by-item": ["Total of Acme", "Camp", "40.00", "Receipts assigned to nothing", "10.00"],
    "tax-receipts": ["Service year 2026", "Total of Acme", "Camp", "All customers, EUR", "40.00"],
    "proof": ["As of", "Open items", "All customers", "−10.00", "yes"],
}


@pytest.mark.parametrize("name", PATHS)
def test_the_paper_says_the_same_in_the_reader_s_language(b: Books, name: str) -> None:
    clerk, reader = Clerk(b), Clerk(b, language="fr")
    path = f"/reports/{name}.csv{PATHS[name]}&format=pdf"
    answer = clerk.client.get(clerk.root + path)
    assert answer["Content-Disposition"].endswith('.pdf"')
    said = words(answer.getvalue())
    assert [word for word in PRINTED[name] if word not in said] == []
    assert "Total of" not in words(reader.client.get(reader.root + path).getvalue())


def words(file: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.parametrize("name", PATHS)
def test_long_ones_are_made_in_the_background(b: Books, name: str) -> None:
    clerk = Clerk(b)
    limits = {"csv": 0, "xlsx": 0, "pdf": 0}
    with override_settings(EXPORT_DIRECT_ROWS=limits):
        for format in limits:
            path = f"{clerk.root}/reports/{name}.csv{PATHS[name]}&format={format}"
            assert clerk.client.get(path).status_code == 303
    made = Export.objects.filter(company_id=b.company.pk).values_list("source", "format")
    assert sorted(made) == [(name, "csv"), (name, "pdf"), (name, "xlsx")]


def test_wrong_choices_and_missing_rights_make_no_file(b: Books) -> None:
    clerk, billing = Clerk(b), Clerk(b, "billing-clerk")
    wrong = {
        "payments-by-item": "?start=2026-04-01&end=2026-03-01",
        "tax-receipts": "?year=0",
        "proof": "?day=yesterday",
    }
    for name, query in wrong.items():
        assert clerk.client.get(f"{clerk.root}/reports/{name}.csv{query}").status_code == 400, name
    for name in ("payments-by-item", "proof"):
        assert billing.client.get(f"{billing.root}/reports/{name}.csv").status_code == 403, name
