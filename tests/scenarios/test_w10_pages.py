"""W10 through the pages: two receipts of 100, each 50 + 50 on two invoices; un-apply receipt 2 from invoice 1."""

from __future__ import annotations

import pytest

from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def received(clerk: Clerk, b: Books, invoices: list[int]) -> Page:
    page = clerk.open(f"/payments/receive/?customer={b.customer}")
    halves = {f"use_d{invoice}": "50" for invoice in invoices}
    return page.press("Post payment", amount="100", **halves)


def test_unapplying_one_receipt_from_one_invoice() -> None:
    with books() as b:
        invoices = [b.invoice(100), b.invoice(100)]
        clerk = Clerk(b)
        received(clerk, b, invoices)
        assert [b.open(i) for i in invoices] == [50, 50]
        shown = received(clerk, b, invoices)
        assert [b.open(i) for i in invoices] == [0, 0]

        shown = clerk.open(shown.links["Un-apply INV-00001"]).press(
            "Un-apply", form="confirm", reason="too much"
        )
        assert [b.open(i) for i in invoices] == [50, 0]
        assert [b.code(i) for i in invoices] == ["a", "B"]
        assert "PAY-00002" in shown.text
        assert "Applied 50.00 Available 50.00" in shown.text
