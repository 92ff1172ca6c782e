"""Writing off on the page of an invoice or of a debit memo."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
ADJUSTMENTS = "/credits/adjustments/"


def test_a_remainder_is_written_off_from_the_page_of_the_invoice() -> None:
    with books() as b:
        invoice = b.invoice(100)
        b.receipt("99.60", [invoice])
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{invoice}/")
        assert "Write off" in page.links
        ask = clerk.open(page.links["Write off"])
        assert "0.40 EUR of INV-00001 is left." in ask.text
        assert "Makes a credit memo on account 654000" in ask.text
        assert ask.form("confirm").fields["amount"] == "0.40"
        refused = ask.press("Write off", form="confirm", amount="0.50", reason="tiny")
        assert "INV-00001 has 0.40 left; you entered 0.50" in refused.text
        assert refused.form("confirm").fields["reason"] == "tiny"
        done = ask.press("Write off", form="confirm", reason="tiny")
        again = ask.press("Write off", form="confirm", reason="tiny")
        assert "0.40 EUR of INV-00001 is written off." in done.text
        assert done.address == again.address
        assert b.state(invoice)[:2] == (0, "paid")
        assert "wrote off 0.40" in done.text
        memo = clerk.open(done.links["ADJ-00001"])
        assert "tiny" in memo.text
        assert "Write off" not in done.links


def test_a_debit_memo_is_written_off_up_to_the_limit() -> None:
    with books() as b:
        b.configure(write_off_limit=Decimal(5))
        memo = b.adjustment(12)
        clerk = Clerk(b)
        ask = clerk.open(clerk.open(f"{ADJUSTMENTS}{memo}/").links["Write off"])
        assert "Up to 5.00 EUR may be written off of one document." in ask.text
        assert ask.form("confirm").fields["amount"] == "5.00"
        refused = ask.press("Write off", form="confirm", amount="6", reason="x")
        assert refused.status == 422
        assert "Up to 5.00 EUR may be written off of one document; with what was" in refused.text
        assert "is written off" in ask.press("Write off", form="confirm", reason="x").text
        blocked = clerk.open(f"{ADJUSTMENTS}write-off/{memo}/")
        assert "Up to 5.00 EUR may be written off" in blocked.text
        assert "Write off" not in blocked.form("confirm").buttons
        assert b.open(memo) == 7


def test_writing_off_needs_its_own_right_and_something_left() -> None:
    with books() as b:
        invoice, draft, credit = b.invoice(10), b.invoice(5, post=False), b.adjustment(-5)
        clerk = Clerk(b, "auditor")
        assert "Write off" not in clerk.open(f"/invoices/{invoice}/").links
        clerk = Clerk(b)
        for key, said in ((draft, "This is a draft"), (credit, "Nothing is left of ADJ-00001")):
            page = clerk.open(f"{ADJUSTMENTS}write-off/{key}/")
            assert said in page.text
            assert "Write off" not in page.form("confirm").buttons
