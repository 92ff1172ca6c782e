"""The list of invoices: tabs, filters, search, orders, totals, download, posting many drafts."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity, MembershipEntity
from ledger.models import Document
from reconciliation.selectors import States
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
# DESIGN 6, sign-in and the frame of the page included.
QUERIES = 10


def numbers(clerk: Clerk, query: str = "") -> list[str]:
    """What the list shows, in its order."""
    links = clerk.open(f"/invoices/{query}").links
    return [text for text in links if text.startswith("INV-") or text == "Draft invoice"]


def furnished(b: Books) -> dict[str, int]:
    """INV-00001 paid, 2 open and overdue, 3 partly paid, 4 settled later, 5 negative, 6 selected; a draft."""
    other = b.add_customer("Boulangerie Œuvrard")
    made = {
        "paid": b.invoice(100, on=date(2026, 1, 2), reference="PO 77"),
        "late": b.invoice(200, on=date(2026, 1, 3), due=date(2026, 1, 31), description="Étude de marché"),
        "part": b.invoice(300, on=date(2026, 3, 1), customer=other),
        "later": b.invoice(400, on=date(2026, 3, 2)),
        "negative": b.invoice(-80, on=date(2026, 3, 3)),
        "selected": b.invoice(60, on=date(2026, 3, 4)),
        "draft": b.invoice(70, on=date(2026, 3, 5), post=False),
    }
    b.receipt(100, [made["paid"]], on=date(2026, 2, 1))
    b.receipt(50, [made["part"]], customer=other)
    b.receipt(400, [made["later"]], on=date(2026, 5, 1))
    b.receipt(60, [made["selected"]], post=False)
    return made


CASES = {
    "": ["Draft invoice", "INV-00006", "INV-00005", "INV-00004", "INV-00003", "INV-00002", "INV-00001"],
    "?tab=drafts": ["Draft invoice"],
    "?tab=open": ["INV-00006", "INV-00005", "INV-00004", "INV-00003", "INV-00002"],
    "?tab=overdue": ["INV-00002"],
    "?tab=paid": ["INV-00001"],
    "?settlement=open": ["INV-00004", "INV-00002"],
    "?settlement=selected": ["INV-00006"],
    "?settlement=partially_paid": ["INV-00003"],
    "?settlement=paid": ["INV-00001"],
    "?settlement=available": ["INV-00005"],
    "?settlement=applied": [],
    "?mark=complete_future": ["INV-00004"],
    "?mark=partial": ["INV-00003"],
    "?mark=complete": ["INV-00001"],
    "?mark=none&sort=date": ["INV-00002", "INV-00005", "INV-00006"],
    "?due_to=2026-02-01&sort=due": ["INV-00002", "INV-00001"],
    "?due_from=2026-04-02&due_to=2026-04-02&sort=date": ["INV-00005"],
    "?date_from=2026-03-04": ["Draft invoice", "INV-00006"],
    "?date_to=2026-01-02&sort=total": ["INV-00001"],
    "?sort=number&tab=open": ["INV-00002", "INV-00003", "INV-00004", "INV-00005", "INV-00006"],
    "?sort=-total&date_from=2026-03-01": [
        "INV-00004",
        "INV-00003",
        "Draft invoice",
        "INV-00006",
        "INV-00005",
    ],
    "?q=po+77": ["INV-00001"],
    "?q=inv-00003": ["INV-00003"],
    "?q=oeuvrard": ["INV-00003"],
    "?q=marché": ["INV-00002"],
    "?q=nothing+like+it": [],
    "?q=inv&tab=paid": ["INV-00001"],
}


@pytest.mark.parametrize("few", [States.FEW, 0], ids=["few are open", "many are open"])
def test_tabs_filters_orders_and_search(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(States, "FEW", few)
    with books() as b:
        made = furnished(b)
        clerk = Clerk(b)
        for query, expected in CASES.items():
            assert numbers(clerk, query) == expected, query
        code = b.code(made["paid"])
        for spelling in (code.upper(), code.lower()):
            assert numbers(clerk, f"?match_code={spelling}") == ["INV-00001"]
        customer = b.document(made["part"]).customer
        assert numbers(clerk, f"?customer={customer.code.lower()}") == ["INV-00003"]


def test_a_row_says_everything_about_its_invoice() -> None:
    with books() as b:
        furnished(b)
        text = Clerk(b).open("/invoices/?q=inv-00003").text
        assert "INV-00003 Boulangerie Œuvrard Mar 1, 2026" in text
        assert "300.00 250.00" in text
        assert "Partially paid" in text
        text = Clerk(b, language="fr").open("/invoices/?q=inv-00003").text
        assert "300,00 250,00" in text


def test_totals_counts_and_pills() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b)
        text = clerk.open("/invoices/").text
        assert "All 7 Drafts 1 Open 5 Overdue 1 Paid 1" in text
        assert "EUR Total 1,050.00 Open amount 830.00" in text
        text = clerk.open("/invoices/?settlement=open&due_from=2026-01-01").text
        assert "Settlement open Remove filter Settlement Due from Jan 1, 2026" in text
        assert "EUR Total 600.00 Open amount 600.00" in text


@pytest.mark.parametrize(
    "query",
    [
        "?settlement=bogus",
        "?mark=1",
        "?customer=nobody",
        "?customer=%00",
        "?due_from=2026-02-30",
        "?date_to=01/02/2026",
        "?date_from=２０２６-01-01",
        "?match_code=%01",
        "?tab=draft",
        "?sort=due_date",
        "?q=%ed%a0%80%00",
    ],
)
def test_what_a_filter_does_not_know_is_said_and_shows_nothing(query: str) -> None:
    with books() as b:
        furnished(b)
        page = Clerk(b).open(f"/invoices/{query}")
        assert page.status == 400
        assert not [text for text in page.links if text.startswith("INV-")]
        assert len(page.text) > 100


COMPOUND = "?q=o&settlement=open&mark=none&customer=C00001&due_from=2026-01-01&sort=total&tab=open"


@pytest.mark.parametrize("few", [States.FEW, 0], ids=["few are open", "many are open"])
def test_the_page_takes_a_constant_number_of_queries(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(States, "FEW", few)
    with books() as b:
        furnished(b)
        clerk = Clerk(b)

        def asked(query: str) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(f"/invoices/{query}").status == 200
            return len(found)

        for _ in range(2):
            for query in (*CASES, COMPOUND):
                assert asked(query) <= QUERIES, query
            for _ in range(15):
                b.receipt(1, [b.invoice(10, on=TODAY)])


def test_the_download_holds_what_is_filtered() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b, language="fr")
        answer = clerk.client.get(f"{clerk.root}/invoices/export.csv?tab=open&sort=number")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["number"] for row in rows] == [f"INV-0000{n}" for n in range(2, 7)]
        assert (rows[1]["total"], rows[1]["open_amount"], rows[1]["settlement"]) == (
            "300.00",
            "250.00",
            "partially_paid",
        )
        assert (rows[3]["total"], rows[3]["settlement"], rows[3]["date"]) == (
            "-80.00",
            "available",
            "2026-03-03",
        )


def test_rights_and_companies_and_entities() -> None:
    with books() as b:
        made = furnished(b)
        entity = Entity.objects.create(company=b.company, code="E1", name="One")
        hidden = Entity.objects.create(company=b.company, code="E2", name="Two")
        own = b.invoice(11, entity_id=entity.pk)
        b.invoice(12, entity_id=hidden.pk)
        limited = Clerk(b)
        membership = limited.user.memberships.get()
        MembershipEntity.objects.create(company=b.company, membership=membership, entity=entity)
        seen = numbers(limited)
        assert b.document(own).number in seen
        assert "INV-00008" not in seen
        assert limited.open(f"/invoices/{made['paid']}/").status == 200
        assert limited.open(f"/invoices/{Document.objects.get(number='INV-00008').pk}/").status == 404
        auditor = Clerk(b, "auditor").open("/invoices/")
        assert "New invoice" not in auditor.text
        assert "Post drafts" not in auditor.text
        assert Clerk(b, "auditor").send(f"/c/{b.company.code}/invoices/post/", {"row": "1"}).status == 403
    with books() as other:
        stranger = Clerk(other)
        assert stranger.open(f"/invoices/{made['paid']}/").status == 404
        assert stranger.open(f"/c/{b.company.code}/invoices/").status == 404


def test_posting_many_drafts_says_what_became_of_each() -> None:
    with books() as b:
        b.configure(closed_through=date(2026, 1, 31))
        good = [b.invoice(10, post=False), b.invoice(20, post=False)]
        closed = b.invoice(30, on=date(2026, 1, 15), post=False)
        posted = b.invoice(40)
        clerk = Clerk(b)
        address = f"{clerk.root}/invoices/post/"
        rows = [str(key) for key in (*good, closed, posted)]
        answer = clerk.client.post(address, {"row": rows})
        assert "Post 3 drafts" in answer.content.decode()
        assert b.document(good[0]).state == "draft", "the first step only shows"
        answer = clerk.client.post(address, {"row": rows[:3], "confirmed": "1"})
        text = answer.content.decode()
        assert [b.document(key).state for key in (*good, closed)] == ["posted", "posted", "draft"]
        assert str(b.document(good[0]).number) in text
        assert "The books are closed through" in text
        again = clerk.client.post(address, {"row": rows[:3], "confirmed": "1"}).content.decode()
        assert str(b.document(good[1]).number) in again, "sent twice, it shows the same numbers"
        for nothing in ({}, {"row": "²"}, {"row": "9" * 40}, {"row": "-1"}):
            assert "Nothing to post" in clerk.client.post(address, nothing).content.decode()
