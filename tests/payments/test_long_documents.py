"""Pages of documents with more lines or matches than a page shows at once: a slice at a time, nothing out of reach."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments import services
from payments.inputs import PartInput, PaymentInput
from reconciliation.slice_pages import SIZE
from tests.build import TODAY, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.long_accounts import many, opens

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def bins(page: Page) -> int:
    return page._content.decode().count("/unapply/?next=")


def test_a_receipt_over_many_invoices() -> None:
    with books() as b:
        bills = many(b, 2 * SIZE + 5, 10)
        receipt = b.receipt(10 * len(bills), bills)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/{receipt}/")
        assert f"1 to {SIZE} of {len(bills)}" in page.text
        assert 0 < bins(page) <= 2 * SIZE
        last = clerk.open(f"/payments/{receipt}/?lines=3&matches=3")
        assert f"{2 * SIZE + 1} to {len(bills)} of {len(bills)}" in last.text
        assert b.document(bills[-1]).number in last.links
        clerk.open(f"/payments/{receipt}/?lines=999&matches=-1&holds=²")
        asked = clerk.open(f"/payments/{receipt}/reverse/")
        assert "Gives back 1,550.00 EUR to 155 more documents" in asked.text
        asked.press("Reverse payment", form="confirm", reason="twice")
        assert opens(b, bills) == [10] * len(bills)


def test_a_draft_that_selects_many_invoices() -> None:
    with books() as b:
        bills = many(b, SIZE + 5, 10)
        draft = b.receipt(5 * len(bills), per_document=dict.fromkeys(bills, 5), post=False)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/{draft}/")
        assert f"1 to {SIZE} of {len(bills)}" in page.text
        assert b.document(bills[-1]).number not in page.links
        assert b.document(bills[-1]).number in clerk.open(f"/payments/{draft}/?holds=2").links
        for verb, word in (("post", "Pays"), ("delete", "Frees")):
            asked = clerk.open(f"/payments/{draft}/{verb}/").text
            assert f"{word} 275.00 EUR of 55 more documents" in asked


def test_an_invoice_paid_by_many_receipts() -> None:
    with books() as b:
        bill = b.invoice(1000)
        parts = [PartInput(customer_id=b.customer, amount=Decimal(1), documents=[bill])]
        money = PaymentInput(date=TODAY, method="transfer", parts=parts)
        receipts = services.receive(actor=b.actor, payments=[money] * (SIZE + 7), post=True)
        clerk = Clerk(b)
        with CaptureQueriesContext(connection) as found:
            page = clerk.open(f"/invoices/{bill}/")
        assert f"1 to {SIZE} of {SIZE + 7}" in page.text
        assert bins(page) == 2 * SIZE
        second = clerk.open(f"/invoices/{bill}/?matches=2")
        assert b.document(receipts[-1]).number in second.links
        assert bins(second) == 14
        assert len(found) < 40
