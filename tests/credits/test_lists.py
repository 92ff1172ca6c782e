"""The lists of adjustments and advances, the customer's account and the search."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credits.inputs import AdvanceInput
from credits.services import advances
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
ADJUSTMENTS, ADVANCES = "/credits/adjustments/", "/credits/advances/"
ROW = re.compile(r'data-row-link href="[^"]*/(\d+)/"')


def rows(clerk: Clerk, address: str) -> list[str]:
    """The documents a list shows, in its order."""
    known = ("ADJ-", "ADV-", "Draft ", "Advance of ")
    page = clerk.open(address)
    assert page.status == 200, page.text
    return [text for text, link in page.links.items() if text.startswith(known) and link[-2].isdigit()]


def furnished(b: Books) -> dict[str, int]:
    other = b.add_customer("Boulangerie Œuvrard")
    made = {
        "credit": b.adjustment(-100, on=date(2026, 1, 2), reference="PO 77"),
        "used": b.adjustment(-50, on=date(2026, 1, 3)),
        "debit": b.adjustment(70, on=date(2026, 1, 4), customer=other, due_date=date(2026, 2, 1)),
        "draft": b.adjustment(-5, on=date(2026, 1, 5), post=False),
    }
    invoice = b.invoice(80, on=date(2026, 1, 2))
    b.match((b.line(invoice), b.line(made["used"]), 50))
    b.match((b.line(invoice), b.line(made["credit"]), 30))
    return made


CASES = {
    "": ["Draft adjustment", "ADJ-00003", "ADJ-00002", "ADJ-00001"],
    "?tab=drafts": ["Draft adjustment"],
    "?tab=available": ["ADJ-00001"],
    "?tab=open": ["ADJ-00003"],
    "?tab=settled": ["ADJ-00002"],
    "?settlement=partially_applied": ["ADJ-00001"],
    "?settlement=applied": ["ADJ-00002"],
    "?settlement=available": [],
    "?settlement=open": ["ADJ-00003"],
    "?mark=complete": ["ADJ-00002"],
    "?customer=C00002": ["ADJ-00003"],
    "?date_from=2026-01-03&date_to=2026-01-04": ["ADJ-00003", "ADJ-00002"],
    "?date_from=2026-01-03": ["Draft adjustment", "ADJ-00003", "ADJ-00002"],
    "?due_to=2026-02-01": ["ADJ-00003", "ADJ-00001"],
    "?q=PO+77": ["ADJ-00001"],
    "?q=adj-00002": ["ADJ-00002"],
    "?q=œuvrard": ["ADJ-00003"],
    "?sort=number": ["Draft adjustment", "ADJ-00001", "ADJ-00002", "ADJ-00003"],
    "?sort=-total": ["ADJ-00003", "Draft adjustment", "ADJ-00002", "ADJ-00001"],
}


def test_every_tab_filter_search_and_order_of_adjustments() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b)
        assert {query: rows(clerk, ADJUSTMENTS + query) for query in CASES} == CASES
        for wrong in ("?tab=x", "?sort=due", "?settlement=x", "?q=%00", "?cursor=x"):
            assert clerk.open(ADJUSTMENTS + wrong).status == 400


def test_advances_with_and_without_numbers_are_listed_sorted_and_found() -> None:
    with books() as b:
        plain = b.advance(30, on=date(2026, 1, 1), method="cash")
        b.number_advances()
        numbered = [b.advance(20 + n, on=date(2026, 1, 2 + n), reference=f"R{n}") for n in range(2)]
        b.configure(advance_sequence=None)
        later = b.advance(90, on=date(2026, 2, 1))
        b.advance(1, on=date(2026, 2, 2), post=False)
        b.reverse(later)
        b.match((b.line(b.invoice(20, on=date(2026, 1, 2))), b.line(numbered[0]), 20))
        clerk = Clerk(b)
        cases = {
            "": [
                "Advance of Mar 15, 2026",
                "Draft advance",
                "Advance of Feb 1, 2026",
                "ADV-00002",
                "ADV-00001",
                "Advance of Jan 1, 2026",
            ],
            "?tab=available": ["ADV-00002", "Advance of Jan 1, 2026"],
            "?tab=applied": ["Advance of Feb 1, 2026", "ADV-00001"],
            "?method=cash": ["Advance of Jan 1, 2026"],
            "?q=ADV": ["ADV-00002", "ADV-00001"],
            "?q=r1": ["ADV-00002"],
            "?tab=available&sort=amount": ["ADV-00002", "Advance of Jan 1, 2026"],
            "?date_to=2026-01-02": ["ADV-00001", "Advance of Jan 1, 2026"],
        }
        assert {query: rows(clerk, ADVANCES + query) for query in cases} == cases
        assert rows(clerk, f"{ADVANCES}?sort=number")[-2:] == ["ADV-00001", "ADV-00002"]
        found = list(csv.DictReader(io.StringIO(_exported(clerk, f"{ADVANCES}export.csv?tab=available"))))
        assert [(row["number"], row["amount"], row["available"], row["method"]) for row in found] == [
            ("ADV-00002", "21.00", "21.00", "transfer"),
            ("", "30.00", "30.00", "cash"),
        ]
        page = clerk.open(f"{ADVANCES}?tab=available&part=figures")
        assert "51.00" in page.text
        assert b.state(plain)[1] == "available"


def _exported(clerk: Clerk, address: str) -> str:
    answer: Any = clerk.client.get(clerk.root + address)
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_pages_of_unnumbered_advances_follow_each_other_by_number() -> None:
    with books() as b:
        many = [
            AdvanceInput(customer_id=b.customer, date=TODAY, method="cash", amount=Decimal(n))
            for n in range(1, 61)
        ]
        keys = advances.enter(actor=b.actor, advances=many, post=True)
        b.number_advances()
        keys.append(b.advance(7))
        clerk = Clerk(b)
        first = clerk.client.get(f"{clerk.root}{ADVANCES}?sort=number").content.decode()
        following = Page(clerk, ADVANCES, clerk.client.get(f"{clerk.root}{ADVANCES}?sort=number")).links[
            "Next"
        ]
        second = clerk.client.get(following).content.decode()
        shown = [found for text in (first, second) for found in ROW.findall(text)]
        assert shown == [str(key) for key in keys], (
            "those without a number first, each once, numbered ones last"
        )


@pytest.mark.parametrize("where", [ADJUSTMENTS, ADVANCES])
def test_a_list_takes_few_queries_whatever_it_shows(where: str) -> None:
    with books() as b:
        make = b.adjustment if where == ADJUSTMENTS else b.advance
        clerk = Clerk(b)

        def asked(query: str) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(where + query).status == 200
            return len(found)

        make(10)
        before = {query: asked(query) for query in ("", "?tab=available", "?q=acme", "?mark=none")}
        for amount in range(1, 9):
            make(amount, customer=b.add_customer(f"N{amount}"))
        after = {query: asked(query) for query in before}
        assert all(after[query] <= before[query] for query in before), (before, after)
        assert max(after.values()) <= 13, after


def test_the_export_of_adjustments_says_why_they_were_made() -> None:
    with books() as b:
        b.adjustment(-100, reason="=1+1")
        found = list(csv.DictReader(io.StringIO(_exported(Clerk(b), f"{ADJUSTMENTS}export.csv"))))
        assert found[0]["reason"].endswith("=1+1")
        assert (found[0]["total"], found[0]["open_amount"]) == ("-100.00", "-100.00")


@pytest.mark.parametrize("where", [ADJUSTMENTS, ADVANCES])
def test_many_drafts_are_posted_from_the_list(where: str) -> None:
    with books() as b:
        make = b.adjustment if where == ADJUSTMENTS else b.advance
        keys = [make(10, post=False), make(20, post=False)]
        closed = make(30, on=date(2025, 1, 1), post=False)
        b.configure(closed_through=date(2025, 12, 31))
        clerk = Clerk(b)
        fields = {"row": [str(key) for key in (*keys, closed)]}
        page = Page(clerk, where, clerk.client.post(f"{clerk.root}{where}post/", fields))
        assert "3 drafts get their numbers" in page.text
        page = Page(clerk, where, clerk.client.post(f"{clerk.root}{where}post/", fields | {"confirmed": "1"}))
        assert "The books are closed through" in page.text
        assert [b.document(key).state for key in (*keys, closed)] == ["posted", "posted", "draft"]
        assert all(str(b.document(key)) in page.links for key in keys)


def test_the_account_of_a_customer_shows_all_of_it() -> None:
    with books() as b:
        memo, debit, advance = b.adjustment(-30), b.adjustment(70), b.advance(25)
        invoice = b.invoice(100)
        b.match((b.line(invoice), b.line(advance), 5))
        clerk = Clerk(b)
        page = clerk.open(f"/customers/{b.customer}/")
        # 100 + 70 − 30 − 25; the match moved nothing.
        assert "Balance 115.00 EUR" in page.text
        for text, key, where in (
            ("ADJ-00001", memo, ADJUSTMENTS),
            ("ADJ-00002", debit, ADJUSTMENTS),
            ("Advance of Mar 15, 2026", advance, ADVANCES),
        ):
            assert page.links[text].endswith(f"{where}{key}/")
        assert "Credits available 50.00 EUR" in page.text
        for link in ("New adjustment", "New advance"):
            form = next(form for form in clerk.open(page.links[link]).forms if "customer" in form.fields)
            assert form.fields["customer"] == "C00001"
        assert "New advance" not in Clerk(b, "billing-clerk").open(f"/customers/{b.customer}/").links


def test_the_search_finds_them_by_number_and_the_home_counts_their_drafts() -> None:
    with books() as b:
        b.number_advances()
        memo, advance = b.adjustment(-30), b.advance(25)
        b.advance(1, post=False)
        clerk = Clerk(b)
        assert clerk.client.get(f"{clerk.root}/search/?q=adj-00001")["Location"].endswith(
            f"{ADJUSTMENTS}{memo}/"
        )
        assert clerk.client.get(f"{clerk.root}/search/?q=ADV-00001")["Location"].endswith(
            f"{ADVANCES}{advance}/"
        )
        assert "Draft advances 1" in clerk.open("/").text
        billing = Clerk(b, "billing-clerk")
        assert "ADV-00001" not in billing.open("/search/?q=ADV").text
        assert "Draft advances" not in billing.open("/").text
