"""W9 through the pages: a receipt of 200 on two invoices of 100; un-apply the first, then use the money again."""

from __future__ import annotations

import pytest

from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_unapplying_the_first_of_two() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/receive/?customer={b.customer}").press("Spread", amount="200")
        shown = page.press("Post payment")
        assert [b.code(first), b.code(second)] == ["A", "B"]

        asked = clerk.open(shown.links["Un-apply INV-00001"])
        assert "Un-apply PAY-00001 from INV-00001" in asked.text
        assert (
            "Open amount 0.00 EUR 100.00 EUR Settlement Paid Open Mark Complete None Match code A none"
            in asked.text
        )
        assert "Settlement Applied Partially applied" in asked.text
        assert "Open charges 0.00 100.00 Available credits 0.00 100.00 Balance 0.00 0.00" in asked.text
        assert b.open(first) == 0, "a preview changes nothing"

        refused = asked.press("Un-apply", form="confirm")
        assert refused.status == 422
        assert "Reason" in refused.text
        shown = refused.press("Un-apply", form="confirm", reason="wrong invoice")
        assert shown.address == f"{clerk.root}/payments/{shown.address.split('/')[-2]}/", (
            "back to where one came from"
        )
        assert "100.00 EUR was un-applied." in shown.text
        assert "Applied 100.00 Available 100.00" in shown.text
        assert [b.open(first), b.open(second)] == [100, 0]
        assert [b.code(first), b.code(second)] == ["", "B"], "the second keeps its code, the first has none"
