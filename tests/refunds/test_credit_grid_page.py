"""The grid of credits on the refund page: sorted, filtered, previewed, and of thousands (SPEC 9)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credits.inputs import AdvanceInput
from credits.services import advances
from ledger.models import Document, Method
from reconciliation.typed import read
from tests.build import TODAY, Books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.refunds.helping import refunding
from tests.refunds.test_refund_page import order_of, screen

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def test_the_grid_sorts_and_filters() -> None:
    with refunding() as b:
        b.number_advances()
        memo = b.adjustment(-30, on=TODAY - timedelta(days=2), reference="goodwill")
        big = b.advance(500, on=TODAY - timedelta(days=1))
        small = b.advance(20)
        page = screen(Clerk(b))
        assert order_of(page) == [memo, big, small]
        page = page.press("Available")
        assert order_of(page) == [small, memo, big]
        page = page.press("Available")
        assert order_of(page) == [big, memo, small]
        assert order_of(page.press("Type")) == [big, small, memo]
        assert order_of(page.press("Number")) == [memo, big, small]
        page = page.press("Work out", find="advance 500", **{f"use_c{memo}": "5"})
        assert order_of(page) == [big, memo], "what an amount stands against stays"
        page = page.press("Work out", find="GOODWILL")
        assert order_of(page) == [memo]
        page = page.press("Work out", find="nothing like it", **{f"use_c{memo}": ""})
        assert order_of(page) == []
        assert "No row fits the filter." in page.text


def test_the_preview_answers_amounts_and_words() -> None:
    with refunding() as b:
        memo = b.adjustment(-30, -20)
        clerk = Clerk(b)
        answer = clerk.client.post(
            f"{clerk.root}/refunds/preview/",
            {"customer": "acme", "date": TODAY.isoformat(), f"use-c{memo}": "35", f"pin-c{memo}": "!"},
        )
        told = json.loads(answer.content)
        assert told["rows"] == {
            f"c{memo}": ["35", 0, ""],
            f"k{b.line(memo, 1)}": ["30.00", 1, ""],
            f"k{b.line(memo, 2)}": ["5.00", 0, ""],
        }
        assert told["placeholders"] == {"id_amount": "35.00"}
        assert "Everything refunded is chosen." in told["bar"]


def test_the_preview_says_what_is_wrong_with_a_line() -> None:
    with refunding() as b:
        memo = b.adjustment(-30, -20)
        line = b.line(memo, 2)
        clerk = Clerk(b)
        sent = {"customer": "acme", "date": TODAY.isoformat(), f"use-k{line}": "21", f"pin-k{line}": "!"}
        answer = clerk.client.post(f"{clerk.root}/refunds/preview/", sent)
        told = json.loads(answer.content)
        sentence = "ADJ-00001, line 2 has 20.00 left; you entered 21.00. Use 20.00 at most."
        assert told["rows"][f"k{line}"] == ["21", 0, sentence]
        assert told["rows"][f"c{memo}"] == ["20.00", 0, ""]
        assert sentence in told["bar"]


def queries(clerk: Clerk, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert clerk.open(path).status == 200
    return len(asked)


def test_the_page_asks_as_much_of_few_credits_as_of_many() -> None:
    with refunding() as b:
        clerk = Clerk(b)
        path = f"/refunds/new/?customer={b.customer}"
        b.advance(10)
        few = queries(clerk, path)
        for day in range(1, 6):
            b.adjustment(-10, -5, on=TODAY - timedelta(days=day))
        assert queries(clerk, path) == few


def test_of_many_credits_the_first_are_shown_and_the_rest_can_be_found() -> None:
    with refunding() as b:
        b.number_advances()
        keys = many_advances(b, 203)
        clerk = Clerk(b)
        page = screen(clerk)
        assert len(order_of(page)) == 200
        assert "3 more credits fit." in page.text
        assert len(order_of(page.press("Show more"))) == 203
        found = page.press("Work out", find="ADV-00202", **{f"use_c{keys[0]}": "5"})
        assert order_of(found) == [keys[0], keys[201]]
        done = found.press("Post refund", **{f"use_c{keys[201]}": "7"})
        assert "12.00 EUR refunded" in done.text


def many_advances(b: Books, count: int) -> list[int]:
    entered = [
        AdvanceInput(
            customer_id=b.customer, date=date(2026, 1, 1), amount=Decimal(10 + n), method=Method.TRANSFER
        )
        for n in range(count)
    ]
    return advances.enter(actor=b.actor, advances=entered, post=True)


def test_what_brings_a_long_account_to_zero_is_chosen_without_being_drawn() -> None:
    with refunding() as b:
        keys = many_advances(b, 230)
        total = sum(Decimal(10 + n) for n in range(230))
        clerk = Clerk(b)
        page = screen(clerk)
        button = next(word for word in page.form().buttons if word.startswith("Bring the account to zero"))
        page = page.press(button)
        assert len(order_of(page)) == 200
        assert (
            f"30 more credits are chosen and not shown: {sum(range(210, 240)):,}.00 EUR together."
            in page.text
        )
        assert len(page.form().fields["kept"].split()) == 30
        assert f"{total:,.2f}" in page.text

        # What is typed in the first rows counts beside the rest; a row that is shown again can be changed.
        page = page.press("Work out", **{f"use_c{keys[0]}": "4"})
        page = page.press("Work out", find=f"{10 + 229}")
        assert keys[229] in order_of(page)
        page = page.press("Work out", find="", **{f"use_c{keys[229]}": ""})
        assert len(page.form().fields["kept"].split()) == 29
        told = clerk.client.post(f"{clerk.root}/refunds/preview/", page.form().fields).json()
        assert f"c{keys[228]}" not in told["rows"]
        assert f"{total - 6 - 239:,.2f}" in told["bar"]
        done = page.press("Post refund")
        assert f"{total - 6 - 239:,.2f} EUR refunded" in done.text
        assert [b.open(keys[place]) for place in (0, 1, 228, 229)] == [-6, 0, 0, -239]


def test_a_long_draft_opens_as_it_was_saved() -> None:
    with refunding() as b:
        many_advances(b, 450)
        clerk = Clerk(b)
        page = screen(clerk)
        button = next(word for word in page.form().buttons if word.startswith("Bring the account to zero"))
        page.press(button).press("Save draft")
        draft = Document.objects.get(company=b.company, kind="refund")
        page = clerk.open(f"/refunds/{draft.pk}/edit/")
        assert len(order_of(page)) == 400
        assert len(page.form().fields["kept"].split()) == 50
        page.press("Save draft", reference="again")
        draft.refresh_from_db()
        assert (draft.reference, draft.total) == ("again", sum(range(10, 460)))


def test_a_credit_that_was_used_meanwhile_is_drawn_and_says_so() -> None:
    with refunding() as b:
        keys = many_advances(b, 203)
        clerk = Clerk(b)
        page = screen(clerk)
        button = next(word for word in page.form().buttons if word.startswith("Bring the account to zero"))
        page = page.press(button)
        charge = b.invoice(212, on=date(2026, 1, 1))
        b.match((b.line(charge), b.line(keys[202]), 212))
        refused = page.press("Post refund")
        assert refused.status == 422
        assert keys[202] in order_of(refused)


@pytest.mark.parametrize(
    "text", ["c1=1e3", "c0=5", "x1=5", "c1=-5", "c1=5,5", "=", "c1", "\0", "c1=99999999999999999"]
)
def test_nonsense_in_the_hidden_field_is_not_read(text: str) -> None:
    assert read({"kept": text}, "EUR", "en", "ck").amounts == {}
