"""W3 through the pages: an invoice of 100, 50, 60 and receipts of 120, then 90."""

from __future__ import annotations

import pytest

from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_a_later_payment_resumes_at_the_first_line_with_a_balance() -> None:
    with books() as b:
        invoice = b.invoice(100, 50, 60)
        lines = [b.line(invoice, position) for position in (1, 2, 3)]
        clerk = Clerk(b)

        page = clerk.open(f"/payments/receive/?document={invoice}").press("Spread", amount="120")
        assert page.uses() == {f"d{invoice}": "120.00", f"l{lines[0]}": "100.00", f"l{lines[1]}": "20.00"}
        page.press("Post payment")
        assert b.open_lines(invoice) == [0, 30, 60]

        page = clerk.open(f"/payments/receive/?document={invoice}").press("Spread", amount="90")
        assert page.uses() == {f"d{invoice}": "90.00", f"l{lines[1]}": "30.00", f"l{lines[2]}": "60.00"}
        page.press("Post payment")
        assert b.open_lines(invoice) == [0, 0, 0]
