"""Credits on Receive payment without scripts: typed beside the charges, previewed, posted, kept in drafts."""

from __future__ import annotations

import json

import pytest

from ledger.models import Document
from reconciliation.plans import CreditUse
from tests.build import Books, books, money
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def screen(clerk: Clerk) -> Page:
    return clerk.open(f"/payments/receive/?customer={clerk.books.customer}")


def last(b: Books) -> int:
    return Document.objects.filter(company=b.company, kind="payment").latest("pk").pk


def test_w4_through_the_page() -> None:
    with books() as b:
        invoices = [b.invoice(amount) for amount in (300, 400, 500)]
        memo = b.adjustment(-1000)
        page = screen(Clerk(b))
        assert "Credits available 1,000.00 EUR" in page.text
        page = page.press("Spread", amount="200", **{f"use_c{memo}": "1000"})
        assert page.uses() == {
            f"d{invoices[0]}": "300.00",
            f"d{invoices[1]}": "400.00",
            f"d{invoices[2]}": "500.00",
            f"c{memo}": "1000",
        }
        assert "Received 200.00 EUR Credits 1,000.00 Applied 1,200.00 Overpayment 0.00" in page.text
        shown = page.press("Post payment")
        assert shown.status == 200
        assert [b.open(d) for d in (*invoices, memo)] == [0, 0, 0, 0]


def test_w5_through_the_page() -> None:
    with books() as b:
        first, second, advance = b.invoice(150), b.invoice(175), b.advance(200)
        page = screen(Clerk(b)).press("Spread", amount="125", **{f"use_c{advance}": "200"})
        shown = page.press("Post payment")
        assert [b.open(d) for d in (first, second, advance)] == [0, 0, 0]
        assert f"Advance of Mar 15, 2026 {b.document(first)} 150.00" in shown.text
        assert f"Advance of Mar 15, 2026 {b.document(second)} 50.00" in shown.text


def test_credits_alone_pay_when_nothing_is_received() -> None:
    with books() as b:
        invoice, memo = b.invoice(300), b.adjustment(-1000)
        page = screen(Clerk(b)).press("Spread", amount="", **{f"use_c{memo}": "250"})
        assert "Nothing is received: credits alone pay what is applied." in page.text
        shown = page.press("Post payment")
        assert [b.open(d) for d in (invoice, memo)] == [50, -750]
        assert b.document(last(b)).amount == 0
        assert "PAY-00001" in shown.text


def test_a_credit_the_charges_do_not_need_is_named_beside_its_row() -> None:
    with books() as b:
        b.invoice(300)
        memo = b.adjustment(-1000)
        page = screen(Clerk(b)).press("Post payment", amount="", **{f"use_c{memo}": "400"})
        assert page.status == 422
        sentence = (
            "You entered 400.00 for ADJ-00001, but the chosen charges take only 300.00 of it. "
            "Lower it, or choose more charges."
        )
        assert page.text.count(sentence) >= 2
        assert page.uses()[f"c{memo}"] == "400"
        page = page.press("Post payment", **{f"use_c{memo}": "1000.01"})
        assert "ADJ-00001 has 1,000.00 left; you entered 1,000.01. Use 1,000.00 at most." in page.text
        assert not Document.objects.filter(company=b.company, kind="payment").exists()


def test_a_credit_used_in_the_meantime_stays_in_sight() -> None:
    with books() as b:
        invoice, other, memo = b.invoice(300), b.invoice(100), b.adjustment(-100)
        page = screen(Clerk(b)).press("Spread", amount="10", **{f"use_c{memo}": "100"})
        b.use([memo], [other])
        page = page.press("Post payment")
        assert page.status == 422
        assert "Nothing is left of ADJ-00001" in page.text
        assert page.uses()[f"c{memo}"] == "100"
        assert b.open(invoice) == 300


def test_the_lines_of_a_credit_take_their_own_amounts() -> None:
    with books() as b:
        b.invoice(300)
        memo = b.adjustment(-60, -40)
        second = b.line(memo, 2)
        page = screen(Clerk(b)).press("Post payment", amount="", **{f"use_k{second}": "25"})
        assert page.status == 200
        assert b.open_lines(memo) == [-60, -15]


def test_a_draft_is_edited_with_its_credits_as_they_stand() -> None:
    with books() as b:
        invoice, memo = b.invoice(300), b.adjustment(-60, -40)
        draft = b.receipt(20, [invoice], credits=[CreditUse(document=memo, amount=money(70))], post=False)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/{draft}/edit/")
        uses = page.uses()
        assert uses == {f"d{invoice}": "90.00", f"c{memo}": "70.00", **_lines(b, memo, "60.00", "10.00")}
        page = page.press("Spread", **{f"use_c{memo}": "50"}).press("Save draft")
        assert page.status == 200
        page = clerk.open(f"/payments/{draft}/edit/")
        assert (page.uses()[f"d{invoice}"], page.uses()[f"c{memo}"]) == ("70.00", "50.00")


def _lines(b: Books, document: int, *uses: str) -> dict[str, str]:
    return {f"k{b.line(document, n)}": use for n, use in enumerate(uses, start=1)}


def test_a_payment_for_two_customers_with_credits_of_one() -> None:
    with books() as b:
        other = b.add_customer("Other")
        own, theirs = b.invoice(100), b.invoice(50, customer=other)
        memo = b.adjustment(-30, customer=other)
        page = screen(Clerk(b)).press("Spread", amount="100").press("Add a customer")
        page = page.press("Spread", customer_1="Other", amount_1="0")
        page = page.press("Spread", **{f"use_c{memo}": "30"})
        assert "Received 100.00 EUR Credits 30.00 Applied 130.00 Overpayment 0.00" in page.text
        assert page.press("Post payment").status == 200
        assert [b.open(d) for d in (own, theirs, memo)] == [0, 20, 0]


def test_a_preview_says_what_one_key_would_take() -> None:
    with books() as b:
        invoice, memo, advance = b.invoice(300), b.adjustment(-1000), b.advance(40)
        clerk = Clerk(b)
        fields = screen(clerk).form().fields | {
            "amount": "100",
            f"use-c{advance}": "40",
            f"pin-c{advance}": "!",
        }
        answer = clerk.client.post(f"{clerk.root}/payments/receive/preview/", fields)
        told = json.loads(answer.content)
        assert told["rows"][f"d{invoice}"][0] == "140.00"
        assert told["fulls"] == {f"c{memo}": "160.00", f"c{advance}": "40.00"}
