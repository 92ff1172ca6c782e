"""W7 through the pages: an invoice of −100 and +100 is settled on posting and never payable."""

from __future__ import annotations

import pytest

from ledger.models import Document
from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_an_invoice_that_settles_itself() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/invoices/new/")
        sheet = next(f.fields for f in form.forms if "lines-TOTAL_FORMS" in f.fields)
        typed = {"customer": "C00001", "lines-0-amount": "-100", "lines-1-amount": "100", "post": "1"}
        shown = clerk.send(form.address, sheet | typed)
        assert "INV-00001 is posted." in shown.text
        assert "Total 0.00 EUR" in shown.text
        invoice = Document.objects.get(company=b.company, number="INV-00001")
        figures = b.figures(invoice.pk)
        assert figures.open_amount == 0
        assert figures.settlement == "paid"
        assert b.open_lines(invoice.pk) == [0, 0]
        receiving = clerk.open(f"/payments/receive/?customer={b.customer}")
        assert "INV-00001" not in receiving.text, "nothing of it can be paid"
