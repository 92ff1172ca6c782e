"""W2 through the pages: a clerk types 500, then 340, then 0.01."""

from __future__ import annotations

import pytest

from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def w2(b: Books) -> list[int]:
    return [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)]


def received(clerk: Clerk, amount: str) -> Page:
    page = clerk.open(f"/payments/receive/?customer={clerk.books.customer}")
    spread = page.press("Spread", amount=amount)
    return spread.press("Post payment")


def test_the_waterfall_through_the_pages() -> None:
    with books() as b:
        first, second, third = w2(b)
        clerk = Clerk(b)

        page = clerk.open(f"/payments/receive/?customer={b.customer}").press("Spread", amount="500")
        assert page.uses() == {
            f"d{first}": "300.00",
            f"d{second}": "160.00",
            f"d{third}": "40.00",
            f"l{b.line(third)}": "40.00",
        }
        assert (
            "Received 500.00 EUR Applied 500.00 Overpayment 0.00 Everything received is applied." in page.text
        )
        shown = page.press("Post payment")
        assert "PAY-00001 is posted: 500.00 EUR received." in shown.text
        assert [b.open(i) for i in (first, second, third)] == [0, 0, 340]
        assert b.open_lines(third) == [240, 100, 0]
        assert [b.code(i) for i in (first, second, third)] == ["A", "B", "c"]
        for number, amount, code in (
            ("INV-00001", "300.00", "A"),
            ("INV-00002", "160.00", "B"),
            ("INV-00003", "40.00", "c"),
        ):
            assert f"{number} 512000 Bank {amount} {amount} 0.00 {code}" in shown.text

        received(clerk, "340")
        assert [b.code(i) for i in (first, second, third)] == ["A", "B", "C"]

        last = received(clerk, "0.01")
        assert "Available 0.01" in last.text
        assert "Nothing has been matched yet." in last.text
        assert b.open(third) == 0


def test_the_same_in_french() -> None:
    with books() as b:
        first, second, third = w2(b)
        clerk = Clerk(b, language="fr")
        page = clerk.open(f"/payments/receive/?customer={b.customer}")
        verb = next(words for words, sent in page.form().buttons.items() if sent == ("action", "post"))
        shown = page.press(verb, amount="500,00", use_d1="")
        assert shown.status == 200
        assert [b.open(i) for i in (first, second, third)] == [0, 0, 340]
        assert "500,00" in shown.text
