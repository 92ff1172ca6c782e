"""Needs matching: who is in it, in which order, page by page, and what it costs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reconciliation.queue import NeedsMatching, needs_matching
from tests.build import TODAY, Books, books, money
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.scenarios.test_entity_limit import entity

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
PLACE = "/matching/queue/"
FEBRUARY, LONG_AGO = date(2026, 2, 20), date(2026, 1, 10)


def owing(b: Books, name: str, charges: int, credits: int, on: date = FEBRUARY) -> int:
    """A customer with an invoice of March and a credit memo."""
    customer = b.add_customer(name)
    if charges:
        b.invoice(charges, customer=customer)
    if credits:
        b.adjustment(-credits, customer=customer, on=on)
    return customer


def waiting(b: Books, days: int = 30, *, limited: bool = False) -> list[NeedsMatching]:
    return needs_matching(actor=b.actor, days=days, limited=limited, limit=100)


def test_what_can_be_settled_comes_first_then_the_oldest() -> None:
    with books() as b:
        owing(b, "Only charges", 500, 0)
        owing(b, "Only fresh credit", 0, 500)
        owing(b, "Stale", 0, 40, LONG_AGO)
        owing(b, "Small", 10, 90)
        owing(b, "Large", 300, 200)
        owing(b, "Small and old", 90, 10, LONG_AGO)
        found = waiting(b)
        assert [row.name for row in found] == ["Large", "Small and old", "Small", "Stale"]
        assert [row.settles for row in found] == [200, 10, 10, 0]
        assert [found[0].charges, found[0].credits] == [300, 200]
        assert found[0].age == (TODAY - FEBRUARY).days
        assert [row.name for row in waiting(b, 100)] == ["Large", "Small and old", "Small"]


def test_what_drafts_hold_is_nobodys() -> None:
    with books() as b:
        charge, memo = b.invoice(100), b.adjustment(-60, on=LONG_AGO)
        b.receipt(0, [charge], credits=[memo], post=False)
        assert waiting(b) == []
        b.adjustment(-30)
        [row] = waiting(b)
        assert [row.charges, row.credits] == [40, 30]
        assert row.since == TODAY


def test_each_currency_and_each_entity_by_itself() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        b.invoice(100, entity_id=own)
        b.invoice(30, entity_id=other)
        b.adjustment(-50, entity_id=other, on=FEBRUARY)
        b.adjustment(-5, currency="USD", exchange_rate=Decimal(2), on=FEBRUARY)
        b.invoice(7, currency="USD", exchange_rate=Decimal(2))
        assert [(row.currency, row.settles) for row in waiting(b)] == [("EUR", money(50)), ("USD", money(5))]
        assert [[row.settles, row.charges] for row in waiting(b, limited=True)] == [[30, 130], [5, 7]]


def test_the_page_its_filter_and_its_search() -> None:
    with books() as b:
        key = owing(b, "Large", 300, 200)
        owing(b, "Stale", 0, 40, LONG_AGO)
        clerk = Clerk(b)
        page = clerk.open(PLACE)
        assert "Large EUR 300.00 200.00 200.00 Match oldest first , Large Feb 20, 2026 23" in page.text
        assert page.links["Match oldest first, Large"].endswith(f"/matching/oldest-first/{key}/")
        assert "Match oldest first , Stale" not in page.text
        assert page.text.find("Large EUR") < page.text.find("Stale EUR")
        assert "Stale EUR" not in clerk.open(f"{PLACE}?days=100").text
        assert "Large EUR" not in clerk.open(f"{PLACE}?q=stale").text
        assert "Nothing matches" in clerk.open(f"{PLACE}?q=nobody").text
        assert [clerk.open(f"{PLACE}?{bad}").status for bad in ("days=-1", "days=x", "cursor=x")] == [400] * 3


def test_pages_follow_each_other_and_lead_back() -> None:
    with books() as b:
        names = [f"Customer {n:03}" for n in range(60)]
        for place, name in enumerate(names):
            owing(b, name, 100 - place // 2, 100 - place // 2)
        clerk = Clerk(b)
        first = clerk.open(PLACE)
        assert [name in first.text for name in names] == [True] * 50 + [False] * 10
        second = clerk.open(first.links["Next"])
        assert [name in second.text for name in names] == [False] * 50 + [True] * 10
        back = clerk.open(second.links["Previous"])
        assert [name in back.text for name in names] == [True] * 50 + [False] * 10
        assert "Previous" not in first.links


def test_a_page_costs_the_same_statements_for_many_customers() -> None:
    with books() as b:
        clerk = Clerk(b)
        counted = []
        for turn in range(2):
            for place in range(5):
                owing(b, f"C{turn}{place}", 10, 10)
            clerk.open(PLACE)
            with CaptureQueriesContext(connection) as found:
                clerk.open(PLACE)
            counted.append(len(found))
        assert counted[0] == counted[1]


def test_only_with_the_right_and_only_the_own_company() -> None:
    with books() as theirs:
        owing(theirs, "Foreign", 10, 10)
    with books() as b:
        assert "Foreign" not in Clerk(b).open(PLACE).text
        assert "Nothing needs matching" in Clerk(b).open(PLACE).text
        assert Clerk(b, "auditor").open(PLACE).status == 403
