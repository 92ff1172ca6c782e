"""Summaries that people choose at the checkout and in a quick deposit: on the pages and over the API (SPEC 13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from checkout.services import QuickDepositInput, quick_deposit
from customers.models import Customer
from ledger.entering import LineInput
from ledger.models import Document
from summaries import services
from summaries.errors import SummaryMissing
from summaries.models import Summary
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        made.configure(summary_frequency={"invoices": "user", "payments": "user"})
        yield made


def opened(b: Books, type: str, title: str) -> int:
    entered = services.SummaryInput(type=type, title=title, gl_date=date(2026, 3, 31))
    return services.add(actor=b.actor, entered=entered)


def held(key: int) -> list[str | None]:
    return list(Summary.objects.get(pk=key).documents.order_by("pk").values_list("number", flat=True))


def fields(page: Page, name: str) -> dict[str, str]:
    return next(form.fields for form in page.forms if name in form.fields)


def code(b: Books) -> str:
    return Customer.objects.get(company=b.company, pk=b.customer).code


def test_a_quick_deposit_puts_invoice_and_receipt_where_it_is_told(b: Books) -> None:
    bills, till = opened(b, "invoices", "Bills"), opened(b, "payments", "Till")
    page = Clerk(b).open("/quick-deposit/")
    assert "Bills (Mar 31, 2026)" in page.text
    assert "Till (Mar 31, 2026)" in page.text
    line = {"lines-0-amount": "42.00", "customer": code(b)}
    sent = fields(page, "payment_summary") | line | {"summary": str(bills)}
    refused = page.clerk.send(page.address, sent)
    assert refused.status == 422
    assert "choose one that is open" in refused.text
    assert not Document.objects.filter(company=b.company).exists(), "nothing by halves"
    crossed = page.clerk.send(page.address, sent | {"summary": str(till), "payment_summary": str(bills)})
    assert crossed.status == 422
    page.clerk.send(page.address, sent | {"payment_summary": str(till)})
    assert (held(bills), held(till)) == (["INV-00001"], ["PAY-00001"])


def test_the_service_says_which_of_the_two_is_missing(b: Books) -> None:
    bills = opened(b, "invoices", "Bills")
    one: dict[str, Any] = {
        "customer_id": b.customer,
        "date": TODAY,
        "method": "check",
        "lines": [LineInput(amount=Decimal(5))],
    }
    with pytest.raises(SummaryMissing) as refused:
        quick_deposit(actor=b.actor, deposits=[QuickDepositInput(**one)])
    assert refused.value.field == "summary"
    with pytest.raises(SummaryMissing) as refused:
        quick_deposit(actor=b.actor, deposits=[QuickDepositInput(**one, summary_id=bills)])
    assert refused.value.field == "payment_summary"


def test_each_receipt_of_a_checkout_chooses(b: Books) -> None:
    bills, till, bank = (
        opened(b, "invoices", "Bills"),
        opened(b, "payments", "Till"),
        opened(b, "payments", "Bank"),
    )
    page = Clerk(b).open("/checkout/")
    typed = {"lines-0-amount": "100.00", "customer": code(b), "summary": str(bills), "count": "2"}
    split = page.clerk.send(page.address, fields(page, "receipts-0-summary") | typed | {"split": "1"})
    shown = fields(split, "receipts-1-summary") | {"post": "1", "receipts-0-summary": str(till)}
    refused = split.clerk.send(page.address, shown)
    assert refused.status == 422
    assert "choose one that is open" in refused.text
    split.clerk.send(page.address, shown | {"receipts-1-summary": str(bank)})
    assert [held(key) for key in (bills, till, bank)] == [["INV-00001"], ["PAY-00001"], ["PAY-00002"]]


def test_nobody_is_asked_where_summaries_are_automatic(b: Books) -> None:
    b.configure(summary_frequency={"invoices": "daily", "payments": "daily"})
    for path in ("/quick-deposit/", "/checkout/"):
        page = Clerk(b).open(path)
        assert page.status == 200
        assert not any(name.endswith("summary") for form in page.forms for name in form.fields), path


def test_over_the_api_by_id_or_title(b: Books) -> None:
    bills, till = opened(b, "invoices", "Bills"), opened(b, "payments", "Till")
    api = Integrator(b)
    money = {"date": "2026-03-15", "method": "card", "bank_account": "BANK"}
    quick = {**money, "customer": code(b), "lines": [{"amount": "25.00"}]}
    missing = api.post("/deposits/quick", {**quick, "summary": f"sum_{bills}"})
    assert (missing.codes, missing.places) == (["summary_missing"], ["/payment_summary"])
    unknown = api.post("/deposits/quick", {**quick, "summary": "Bills", "payment_summary": "Box"})
    assert unknown.places == ["/payment_summary"]
    done = api.post("/deposits/quick", {**quick, "summary": "Bills", "payment_summary": f"sum_{till}"})
    assert done.status == 201, done.text
    assert (done["invoice"]["summary"], done["payment"]["summary"]) == (f"sum_{bills}", f"sum_{till}")
    sent: dict[str, Any] = {
        "invoice": {
            "customer": code(b),
            "date": "2026-03-15",
            "summary": "Bills",
            "lines": [{"amount": "40.00"}],
        },
        "payments": [{**money, "amount": "40.00"}],
    }
    wrong = api.post("/invoices/checkout", sent)
    assert (wrong.codes, wrong.places) == (["summary_missing"], ["/payments/0/summary"])
    sent["payments"][0]["summary"] = "Till"
    paid = api.post("/invoices/checkout", sent)
    assert paid.status == 201, paid.text
    assert paid["payments"][0]["summary_title"] == "Till"
    assert (len(held(bills)), len(held(till))) == (2, 2)
