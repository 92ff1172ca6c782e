"""A credit applied to an account of more charges than a page draws."""

from __future__ import annotations

import pytest

from reconciliation.window import LIMIT
from tests.build import books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.long_accounts import many, opens

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_a_credit_flows_over_charges_that_are_not_drawn() -> None:
    with books() as b:
        bills, memo = many(b, LIMIT + 20, 10), b.adjustment(-2035)
        clerk = Clerk(b)
        page = clerk.open(f"/credits/apply/{memo}/")
        assert len(page.uses()) == LIMIT
        assert "35.00 EUR goes to 4 more documents that are not shown." in page.text
        b.receipt(1, [bills[LIMIT]])
        again = page.press("Apply")
        assert (again.status, "has changed meanwhile" in again.text) == (422, True)
        again.press("Apply")
        assert opens(b, bills) == [0] * 203 + [4] + [10] * 16


def test_without_an_amount_nothing_flows_out_of_sight() -> None:
    with books() as b:
        bills, memo = many(b, LIMIT + 20, 10), b.adjustment(-2035)
        clerk = Clerk(b)
        number = b.document(bills[-1]).number or ""
        page = clerk.open(f"/credits/apply/{memo}/").press("Work out", amount="").press("", find=number)
        assert "goes to" not in page.text
        page = page.press("Work out", **{f"use_d{bills[-1]}": "8"}).press("", find="")
        page.press("Apply")
        assert opens(b, bills) == [10] * 219 + [2]
