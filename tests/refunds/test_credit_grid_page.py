"""The grid of credits on the refund page: sorted, filtered, previewed, and of thousands (SPEC 9)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import TODAY
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
        keys = [b.advance(10 + n, on=date(2026, 1, 1)) for n in range(203)]
        clerk = Clerk(b)
        page = screen(clerk)
        assert len(order_of(page)) == 200
        assert "3 more credits fit." in page.text
        assert len(order_of(page.press("Show more"))) == 203
        found = page.press("Work out", find="ADV-00202", **{f"use_c{keys[0]}": "5"})
        assert order_of(found) == [keys[0], keys[201]]
        done = found.press("Post refund", **{f"use_c{keys[201]}": "7"})
        assert "12.00 EUR refunded" in done.text
