"""Real input: IBM's sample of 2,466 invoices through the import, to the cent of what its owner says about it."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from arledger.core.formats import format_amount
from ledger.checks import check
from ledger.models import Application, Document
from reconciliation.ageing import Ageing, ageing
from reconciliation.figures import document_figures
from tests.build import books
from tests.clerk import Clerk
from tests.exports.reading import body, csv_rows, pdf_text, xlsx_rows
from tests.imports.files import Files
from tools.ibm_to_arledger import convert

REPOSITORY = Path(__file__).resolve().parents[2]
NAME = "ibm-accounts-receivable.csv"
ROOTS = [os.environ.get("ARLEDGER_REAL_DATA", ""), str(REPOSITORY.parent / "shared" / "data")]
FOUND = next((path for root in ROOTS if root and (path := Path(root) / NAME).exists()), None)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(FOUND is None, reason=f"{NAME} is in neither ARLEDGER_REAL_DATA nor shared/data"),
]


def figures(found: Ageing) -> tuple[int, Decimal, int, Decimal, int, Decimal]:
    """Documents and amount: open, not due, 1 to 30 days late."""
    total = found.totals[0]
    assert total.credits == 0
    assert sum(total.buckets[2:]) == 0, "nothing is later than 30 days"
    return (
        total.documents,
        total.charges,
        total.documents - total.late,
        total.buckets[0],
        total.late,
        total.buckets[1],
    )


def through_pages_and_files(clerk: Clerk, day: date, told: tuple[str, str, str]) -> None:
    """Not due, 1 to 30 days late and total: on the page, and added up from its files, per customer and per invoice."""
    amounts = [Decimal(amount) for amount in told]
    page = clerk.open(f"/reports/ageing/?as_of={day}").text
    assert all(format_amount(amount, "EUR", "en") in page for amount in amounts)
    for format, rows in (("csv", csv_rows), ("xlsx", xlsx_rows)):
        for detail, last in (("", "total"), ("&detail=1", "")):
            address = f"{clerk.root}/reports/ageing.csv?as_of={day}&format={format}{detail}"
            header, *found = rows(body(clerk.client.get(address)))
            sums = [
                sum(Decimal(row[header.index(name)] or 0) for row in found) for name in ("current", "1-30")
            ]
            sums.append(sum(Decimal(row[header.index(last)]) for row in found) if last else sum(sums))
            assert sums == amounts, address
    paper = pdf_text(body(clerk.client.get(f"{clerk.root}/reports/ageing.csv?as_of={day}&format=pdf")))
    summary = csv_rows(body(clerk.client.get(f"{clerk.root}/reports/ageing.csv?as_of={day}")))[1:]
    assert all(row[1] in paper and format_amount(Decimal(row[-1]), "EUR", "en") in paper for row in summary)


def test_the_sample_gives_the_books_its_owner_describes(tmp_path: Path) -> None:
    assert FOUND is not None
    paths = convert(FOUND, tmp_path)
    with books(time_zone="Europe/Paris") as b:
        files = Files(tmp_path, b)
        for kind, path in paths.items():
            assert files.load_path(kind, path, check=True).good
            told = files.load_path(kind, path)
            assert (told.good, told.errors) == (True, [])
        invoices = Document.objects.filter(company=b.company, kind="invoice", state="posted")
        receipts = Document.objects.filter(company=b.company, kind="payment", state="posted")
        assert invoices.count() == 2466
        assert invoices.aggregate(total=Sum("total"))["total"] == Decimal("147703.18")
        assert all(len(number or "") == 10 for number in invoices.values_list("number", flat=True))
        assert receipts.count() == 2428
        assert receipts.aggregate(total=Sum("amount"))["total"] == Decimal("147703.18")
        paid = Counter(
            Application.objects.filter(company=b.company).values_list("credit_document_id", flat=True)
        )
        assert (sum(n > 1 for n in paid.values()), max(paid.values())) == (37, 3)

        def aged(day: date) -> tuple[int, Decimal, int, Decimal, int, Decimal]:
            return figures(ageing(company_id=b.company.pk, day=day))

        assert aged(date(2012, 6, 30)) == (
            98, Decimal("5504.09"), 83, Decimal("4594.36"), 15, Decimal("909.73"),
        )  # fmt: skip
        assert aged(date(2013, 6, 30)) == (
            84, Decimal("5119.85"), 72, Decimal("4284.29"), 12, Decimal("835.56"),
        )  # fmt: skip
        through_pages_and_files(Clerk(b), date(2012, 6, 30), ("4594.36", "909.73", "5504.09"))
        through_pages_and_files(Clerk(b), date(2013, 6, 30), ("4284.29", "835.56", "5119.85"))
        assert ageing(company_id=b.company.pk, day=date(2014, 1, 9)).totals == []
        everything = [*invoices.values_list("pk", flat=True), *receipts.values_list("pk", flat=True)]
        settled = document_figures(company_id=b.company.pk, ids=everything, day=date(2014, 1, 9))
        assert all(found.settled for found in settled.values())
        assert [str(finding) for finding in check(b.company.pk)] == []
