"""Draft payments on their pages: what they select, and that nothing is posted that nobody has seen."""

from __future__ import annotations

import pytest

from arledger.companies.models import Role
from ledger.models import Document, Reservation
from tests.build import books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def screen(clerk: Clerk) -> Page:
    return clerk.open(f"/payments/receive/?customer={clerk.books.customer}")


def test_a_draft_selects_and_is_edited_posted_and_deleted() -> None:
    with books() as b:
        first, second = b.invoice(300), b.invoice(160)
        clerk = Clerk(b)
        shown = screen(clerk).press("Spread", amount="200", **{f"use_d{second}": "150"}).press("Save draft")
        assert "What it selects" in shown.text
        assert b.figures(second).settlement == "selected"
        assert [b.open(first), b.open(second)] == [300, 160]

        page, elsewhere = clerk.open(shown.links["Edit"]), clerk.open(shown.links["Edit"])
        assert page.uses() == {f"d{first}": "50.00", f"d{second}": "150.00"}
        assert page.form().fields[f"pin-d{second}"] == "!"
        shown = page.press("Save draft", amount="250", **{f"use_d{first}": "100"})
        assert {r.line.document_id: r.amount for r in Reservation.objects.select_related("line")} == {
            first: 100,
            second: 150,
        }
        stale = elsewhere.press("Save draft", amount="251")
        assert "changed this on" in stale.text
        assert stale.status == 422

        asked = clerk.open(shown.links["Post payment"])
        for effect in ("Pays 100.00 EUR of INV-00001", "Pays 150.00 EUR of INV-00002"):
            assert effect in asked.text
        posted = asked.press("Post payment", form="confirm")
        assert "PAY-00001 is posted." in posted.text
        assert [b.open(first), b.open(second)] == [200, 10]

        again = screen(clerk).press("Save draft", amount="10")
        asked = clerk.open(again.links["Delete"])
        assert "Frees 10.00 EUR of INV-00001" in asked.text
        asked.press("Delete draft", form="confirm")
        assert Reservation.objects.count() == 0
        assert Document.objects.filter(company=b.company, kind="payment").count() == 1


def test_an_edited_draft_shows_exactly_what_it_selects() -> None:
    with books() as b:
        invoice, other = b.invoice(100, 50, 60), b.invoice(30)
        lines = [b.line(invoice, position) for position in (1, 2, 3)]
        key = b.receipt(80, lines={lines[2]: 60}, post=False)
        page = Clerk(b).open(f"/payments/{key}/edit/")
        assert page.uses() == {
            f"d{invoice}": "60.00",
            f"l{lines[0]}": "0.00",
            f"l{lines[1]}": "0.00",
            f"l{lines[2]}": "60.00",
            f"d{other}": "0.00",
        }
        assert "20.00 is left over and becomes an overpayment" in page.text


def test_a_draft_posted_from_its_screen_counts_as_it_stands_there() -> None:
    with books() as b:
        invoice = b.invoice(300)
        key = b.receipt(100, [invoice], post=False)
        Clerk(b).open(f"/payments/{key}/edit/").press("Spread", amount="120").press("Post payment")
        assert b.open(invoice) == 180
        assert b.document(key).amount == 120


def test_a_changed_draft_is_not_posted_unseen() -> None:
    with books() as b:
        invoice = b.invoice(300)
        key = b.receipt(100, [invoice], post=False)
        clerk = Clerk(b)
        asked = clerk.open(f"/payments/{key}/post/")
        clerk.open(f"/payments/{key}/edit/").press("Spread", amount="120").press("Save draft")
        refused = asked.press("Post payment", form="confirm")
        assert refused.status == 422
        assert "changed this on" in refused.text
        assert b.document(key).state == "draft"


def test_without_the_right_to_post_there_are_drafts_only() -> None:
    with books() as b:
        b.invoice(100)
        rights = ["payments.list", "payments.view", "payments.add", "customers.list"]
        Role.objects.create(company=b.company, code="cashier", name="Cashier", rights=rights)
        page = screen(Clerk(b, "cashier")).press("Spread", amount="60")
        assert "Post payment" not in page.form().buttons
        refused = page.clerk.send(page.address, page.form().fields | {"action": "post"})
        assert "it needs the right “payments.post”" in refused.text
        shown = page.press("Save draft")
        assert shown.links.keys() >= {"Edit", "Delete"}
        assert "Post payment" not in shown.links
