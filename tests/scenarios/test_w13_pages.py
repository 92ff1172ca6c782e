"""W13 through the pages: open as of December 31, paid as of January 1, whenever it was keyed in."""

from __future__ import annotations

from datetime import date

import pytest

from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_the_year_end_on_every_page_that_has_a_date() -> None:
    with books() as b:
        invoice = b.invoice(100, on=date(2025, 12, 30))
        clerk = Clerk(b)
        page = clerk.open(f"/payments/receive/?customer={b.customer}")
        page = page.press("Spread", amount="100", date="2026-01-01")
        assert "PAY-00001 is posted" in page.press("Post payment").text

        account, reports = f"/customers/{b.customer}/", "/reports/ageing/"
        assert "Balance 100.00 EUR" in clerk.open(f"{account}?as_at=2025-12-31").text
        assert "Balance 0.00 EUR" in clerk.open(f"{account}?as_at=2026-01-01").text
        assert "Open 100.00" in clerk.open(f"/invoices/{invoice}/?as_at=2025-12-31").text
        assert "Open 0.00" in clerk.open(f"/invoices/{invoice}/?as_at=2026-01-01").text
        assert "Acme" in clerk.open(f"{reports}?as_of=2025-12-31").text
        assert "Acme" not in clerk.open(f"{reports}?as_of=2026-01-01").text
