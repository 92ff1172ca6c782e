"""The pages of match oldest first: what is shown is what happens, for one customer and for many."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Application, Document, Kind
from reconciliation.oldest_first_preview import preview_oldest_first
from reconciliation.oldest_first_services import match_oldest_first
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.reconciliation.test_oldest_first import w11

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def place(b: Books, query: str = "") -> str:
    return f"/matching/oldest-first/{b.customer}/{query}"


def matchings(b: Books) -> int:
    return Document.objects.filter(company=b.company, kind=Kind.MATCHING).count()


def test_the_preview_is_the_result_and_writes_nothing() -> None:
    with books() as b:
        w11(b)
        b.receipt(30, [b.invoice(50)])
        [shown], refusal = preview_oldest_first(actor=b.actor, customer=b.customer)
        assert (refusal, matchings(b), shown.before.balance) == (None, 0, shown.after.balance)
        assert [shown.before.charges, shown.after.charges, shown.after.credits] == [1320, 20, 0]
        match_oldest_first(actor=b.actor, customers=[b.customer])
        for change in shown.changes:
            figures = b.figures(change.document)
            codes = " ".join(code for code in b.line_codes(change.document) if code)
            assert (change.after.open, change.after.mark) == (figures.open_sides, figures.mark)
            assert " ".join(change.after.codes) == (figures.match_code or codes)
            assert change.before.open > change.after.open
        assert len(shown.changes) == 5


def test_w11_on_the_page() -> None:
    with books() as b:
        invoices, credits = w11(b)
        page = Clerk(b).open(place(b))
        names = [str(b.document(key)) for key in (*invoices, *credits)]
        assert [name in page.text for name in names] == [True] * 5
        assert f"{names[0]} Open amount 600.00 0.00" in page.text
        assert "Balance 0.00 0.00" in page.text
        assert "1,300.00 EUR is matched" in page.text
        page = page.press("Match oldest first", form="confirm")
        assert "Matched oldest first: 1,300.00 EUR." in page.text
        assert "Nothing needs matching" in page.text
        assert [b.open(key) for key in (*invoices, *credits)] == [0] * 5


def test_a_day_is_previewed_and_taken() -> None:
    with books() as b:
        b.invoice(10)
        b.adjustment(-10)
        page = Clerk(b).open(place(b, "?date=2026-03-20"))
        assert "As at Mar 20, 2026" in page.text
        page.press("Match oldest first", form="confirm")
        assert Application.objects.get(company=b.company).date == date(2026, 3, 20)


def test_nothing_to_match_says_so_and_offers_no_button() -> None:
    with books() as b:
        b.invoice(10)
        page = Clerk(b).open(place(b))
        assert "Acme has no available credit that could settle an open charge" in page.text
        assert page.form("confirm").buttons == {}


def test_closed_books_are_said_and_a_day_is_asked() -> None:
    with books() as b:
        b.invoice(10, on=date(2026, 3, 1))
        b.adjustment(-10, on=date(2026, 3, 2))
        b.configure(closed_through=date(2026, 3, 5))
        page = Clerk(b).open(place(b))
        refused = page.press("Match oldest first", form="confirm", date="2026-03-04")
        assert (refused.status, refused.form("confirm").fields["date"]) == (422, "2026-03-04")
        assert matchings(b) == 0
        assert page.press("Match oldest first", form="confirm", date="2026-03-32").status == 422
        refused.press("Match oldest first", form="confirm", date="2026-03-06")
        assert matchings(b) == 1


def test_a_double_click_matches_once() -> None:
    with books() as b:
        b.invoice(10)
        b.adjustment(-10)
        page = Clerk(b).open(place(b))
        for _ in range(2):
            assert page.press("Match oldest first", form="confirm").status == 200
        assert matchings(b) == 1


def picked(clerk: Clerk, *customers: int) -> Page:
    answer = clerk.client.post(
        f"{clerk.root}/matching/oldest-first/", {"row": [str(key) for key in customers]}
    )
    return Page(clerk, "/matching/oldest-first/", answer)


def confirm(clerk: Clerk, page: Page, *customers: int, day: str = "") -> Page:
    """Press the button; the clerk's forms keep one value a name, so the rows are sent here."""
    fields = page.form("confirm").fields | {"date": day}
    answer = clerk.client.post(
        f"{clerk.root}/matching/oldest-first/", fields | {"row": [str(key) for key in customers]}
    )
    return clerk.open(answer["Location"]) if answer.status_code == 303 else Page(clerk, "", answer)


def test_several_customers_with_counts_and_sums() -> None:
    with books() as b:
        other, idle = b.add_customer("Other"), b.add_customer("Idle")
        keys = (b.customer, other, idle)
        for customer in keys:
            b.adjustment(-15, customer=customer)
        b.invoice(10)
        b.invoice(20, customer=other)
        clerk = Clerk(b)
        page = picked(clerk, *keys)
        assert "25.00 EUR of 2 customers is matched (matches: 2)." in page.text
        assert "1 customer has nothing to match and is left out." in page.text
        assert "Acme 1 10.00 EUR Idle 0 Other 1 15.00 EUR" in page.text
        assert matchings(b) == 0
        assert "Matched oldest first: 25.00 EUR." in confirm(clerk, page, *keys).text
        assert matchings(b) == 2
        confirm(clerk, page, *keys)
        assert matchings(b) == 2
        assert "None of the customers picked has both" in picked(clerk, *keys).text


def test_closed_books_stop_the_batch_until_a_day_is_given() -> None:
    with books() as b:
        b.invoice(10, on=date(2026, 3, 1))
        b.adjustment(-10, on=date(2026, 3, 2))
        b.configure(closed_through=date(2026, 3, 5))
        clerk = Clerk(b)
        page = picked(clerk, b.customer)
        assert confirm(clerk, page, b.customer).status == 422
        assert "Matched oldest first" in confirm(clerk, page, b.customer, day="2026-03-06").text


def test_nobody_strangers_and_nonsense() -> None:
    with books() as theirs:
        stranger = theirs.customer
    with books() as b:
        clerk = Clerk(b)
        assert "Nobody is picked" in clerk.open("/matching/oldest-first/").text
        assert "Nobody is picked" in picked(clerk, stranger).text
        answer = clerk.client.post(f"{clerk.root}/matching/oldest-first/", {"row": ["x", "9" * 30]})
        assert answer.status_code == 200
        assert clerk.open(f"/matching/oldest-first/{stranger}/").status == 404
        auditor = Clerk(b, "auditor")
        assert [auditor.open(path).status for path in (place(b), "/matching/oldest-first/")] == [403, 403]


def test_a_preview_costs_the_same_statements_for_many_documents() -> None:
    with books() as b:
        counted = []
        for _ in range(2):
            for _ in range(6):
                b.invoice(10)
            b.adjustment(-5)
            with CaptureQueriesContext(connection) as found:
                preview_oldest_first(actor=b.actor, customer=b.customer)
            counted.append(len(found))
        assert counted[0] == counted[1]
