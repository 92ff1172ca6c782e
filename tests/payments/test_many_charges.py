"""Receive payment for accounts of more charges than a page draws: all of them count, and nothing is posted unseen."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Document
from reconciliation import window
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.long_accounts import LIMIT, MOST, MOST_FIXED, many, opens, small_pages

__all__ = ["at_the_time_of_the_books", "small_pages"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books", "small_pages")]

CHANGED = "What goes to the charges that are not shown has changed meanwhile."


def screen(clerk: Clerk) -> Page:
    return clerk.open(f"/payments/receive/?customer={clerk.books.customer}")


def drawn(page: Page) -> list[int]:
    return [int(name[5:]) for name in page.form().fields if name.startswith("use-d")]


def payment(b: Books) -> Document:
    return Document.objects.get(company=b.company, kind="payment", state="posted")


def preview(clerk: Clerk, page: Page, **typed: str) -> dict[str, dict[str, str]]:
    """What the script asks while somebody types."""
    fields = {n: v for n, v in page.form().fields.items() if not n.startswith(("use-", "pin-"))}
    fields |= {"drawn": ",".join(map(str, drawn(page)))} | {n.replace("_", "-"): v for n, v in typed.items()}
    answer = clerk.client.post(f"{clerk.root}/payments/receive/preview/", fields)
    assert answer.status_code == 200
    found: dict[str, dict[str, str]] = answer.json()
    return found


def test_money_flows_over_charges_that_are_not_drawn_and_is_posted_as_told() -> None:
    with books() as b:
        bills = many(b, LIMIT + 60, 10)
        clerk = Clerk(b)
        page = screen(clerk)
        assert drawn(page) == bills[:LIMIT]
        assert "60 more documents are not shown." in page.text
        told = "105.00 EUR goes to 11 more documents that are not shown."
        answer = preview(clerk, page, amount="305")
        assert answer["texts"]["flows-0"] == told
        assert set(answer["rows"]) == {f"d{key}" for key in bills[:LIMIT]}
        page = page.press("Spread", amount="305")
        assert told in page.text
        assert answer["fields"] == {"beyond-0": page.form().fields["beyond-0"]}
        assert "Received 305.00 EUR Applied 305.00 Overpayment 0.00" in page.text
        page.press("Post payment")
        assert opens(b, bills) == [0] * 30 + [5] + [10] * 49
        assert b.figures(payment(b).pk).open_sides == 0


def test_more_are_drawn_on_request_up_to_what_a_page_holds() -> None:
    with books() as b:
        bills = many(b, MOST + 5, 10)
        page = screen(Clerk(b)).press("Spread", amount="300").press("Show more")
        assert drawn(page) == bills[: 2 * LIMIT]
        assert page.uses()[f"d{bills[29]}"] == "10.00"
        assert "goes to" not in page.text
        page = page.press("Spread", limit="99999")
        assert len(drawn(page)) == MOST
        assert "5 more documents are not shown. The filter finds each of them." in page.text


def test_the_filter_finds_every_charge_and_what_is_typed_stays() -> None:
    with books() as b:
        bills = many(b, LIMIT + 60, 10)
        clerk = Clerk(b)
        last = b.document(bills[-1]).number or ""
        page = screen(clerk).press("Spread", amount="55").press("", find=last.lower())
        assert drawn(page) == [bills[-1]]
        assert "55.00 EUR goes to 6 more documents that are not shown." in page.text
        page = page.press("Spread", **{f"use_d{bills[-1]}": "7"})
        assert "48.00 EUR goes to 5 more documents" in page.text
        page = page.press("", find="")
        assert drawn(page) == [*bills[:LIMIT], bills[-1]], "what is fixed is always drawn"
        assert page.uses()[f"d{bills[-1]}"] == "7"
        page = page.press("", find="nothing like it")
        assert (drawn(page), "No row fits the filter." in page.text) == ([bills[-1]], True)
        page.press("Post payment")
        assert opens(b, bills) == [0] * 4 + [2] + [10] * 74 + [3]


def test_with_nothing_in_sight_what_was_told_is_posted() -> None:
    with books() as b:
        bills = many(b, LIMIT + 5, 10)
        page = screen(Clerk(b)).press("Spread", amount="25").press("", find="nothing like it")
        assert drawn(page) == []
        page.press("Post payment")
        assert opens(b, bills)[:4] == [0, 0, 5, 10]


@pytest.mark.parametrize("order", ["-due", "number", "-open"])
def test_in_each_order_what_was_shown_is_posted(order: str) -> None:
    with books() as b:
        bills = many(b, LIMIT + 10, 10)
        page = screen(Clerk(b)).press("Spread", amount="225", order=order)
        assert "25.00 EUR goes to 3 more documents" in page.text
        page.press("Post payment")
        left = opens(b, bills)
        assert left == ([10] * 7 + [5] + [0] * 22 if order == "-due" else [0] * 22 + [5] + [10] * 7)


def test_an_amount_lowered_in_a_row_does_not_flow_on_unseen() -> None:
    with books() as b:
        bills = many(b, LIMIT + 10, 10)
        page = screen(Clerk(b)).press("Spread", amount="230")
        page.press("Post payment", **{f"use_d{bills[0]}": "1"})
        assert opens(b, bills) == [9] + [0] * 22 + [10] * 7
        assert b.figures(payment(b).pk).open_sides == 9, "what was taken off the row is left over"


def test_what_changed_out_of_sight_is_shown_before_it_is_posted() -> None:
    with books() as b:
        bills = many(b, LIMIT + 10, 10)
        page = screen(Clerk(b)).press("Spread", amount="230")
        b.receipt(4, [bills[LIMIT]])
        page = page.press("Post payment")
        assert page.status == 422
        assert CHANGED in page.text
        assert page.uses() == {f"d{key}": "10.00" for key in bills[:LIMIT]}
        assert "30.00 EUR goes to 4 more documents" in page.text
        assert opens(b, bills[LIMIT:]) == [6] + [10] * 9
        page.press("Post payment")
        assert opens(b, bills) == [0] * (LIMIT + 3) + [6] + [10] * 6


def test_a_forged_or_foreign_stamp_posts_nothing() -> None:
    with books() as b:
        bills = many(b, LIMIT + 10, 10)
        page = screen(Clerk(b)).press("Spread", amount="230")
        true = page.form().fields["beyond-0"]
        for stamp in (true[:-1] + ("0" if true[-1] != "0" else "1"), true.replace("30.0000", "99.0000")):
            again = page.press("Post payment", **{"beyond-0": stamp})
            assert (again.status, CHANGED in again.text) == (422, True)
        assert opens(b, bills) == [10] * (LIMIT + 10)


def test_a_draft_with_many_fixed_amounts_keeps_those_that_are_not_drawn() -> None:
    with books() as b:
        bills = many(b, LIMIT + MOST_FIXED + 50, 10)
        draft = b.receipt(120 * 4, per_document=dict.fromkeys(bills, 4), post=False)
        clerk = Clerk(b)
        page = clerk.open(f"/payments/{draft}/edit/")
        assert len(drawn(page)) == LIMIT + MOST_FIXED
        said = "50 more documents have amounts fixed by you and are not shown: 200.00 EUR together."
        assert said in page.text
        page = page.press("Number")
        assert said in page.text
        page = page.press("Spread", **{f"use_d{bills[0]}": "3"})
        page.press("Post payment")
        assert opens(b, bills) == [7] + [6] * 119
        assert b.figures(draft).open_sides == 1


def test_an_amount_that_is_not_drawn_is_drawn_once_it_is_wrong() -> None:
    with books() as b:
        bills = many(b, LIMIT + MOST_FIXED + 50, 10)
        draft = b.receipt(120 * 4, per_document=dict.fromkeys(bills, 4), post=False)
        page = Clerk(b).open(f"/payments/{draft}/edit/")
        b.receipt(6, per_document={bills[-1]: 6})
        kept = page.form().fields["kept"].replace(f"d{bills[-1]}=4.00", f"d{bills[-1]}=5")
        page = page.press("Post payment", kept=kept, amount="481")
        assert page.status == 422
        assert page.uses()[f"d{bills[-1]}"] == "5.00"
        assert "has 4.00 left; you entered 5.00. Use 4.00 at most." in page.text


def test_several_customers_share_what_a_page_draws() -> None:
    with books() as b:
        other = b.add_customer("Other")
        mine, theirs = many(b, LIMIT + 20, 10), many(b, LIMIT + 30, 5, customer=other)
        page = screen(Clerk(b)).press("Spread", amount="345").press("Add a customer")
        page = page.press("Spread", **{"customer-1": "Other", "amount-1": "115"})
        assert "30.00 EUR goes to 3 more documents that are not shown." in page.text
        assert "15.00 EUR goes to 3 more documents that are not shown." in page.text
        page = page.press("Spread", find="nothing like it")
        assert drawn(page) == []
        page.press("Post payment")
        assert opens(b, mine) == [0] * 23 + [10] * 17
        assert opens(b, theirs) == [0] * 23 + [5] * 27


@pytest.mark.parametrize("own_entity_only", [False, True])
def test_credits_alone_pay_what_is_not_drawn(own_entity_only: bool) -> None:
    with books() as b:
        b.configure(limit_credits_to_entity=own_entity_only)
        bills, memo = many(b, LIMIT + 10, 10), b.adjustment(-240)
        page = screen(Clerk(b)).press("Spread", amount="0", **{f"use_c{memo}": "235"})
        assert "35.00 EUR goes to 4 more documents that are not shown." in page.text
        page.press("Post payment")
        assert opens(b, bills) == [0] * 23 + [5] + [10] * 6
        assert b.open(memo) == -5


def test_a_form_sent_twice_has_one_effect() -> None:
    with books() as b:
        bills = many(b, LIMIT + 10, 10)
        page = screen(Clerk(b)).press("Spread", amount="230")
        assert page.press("Post payment").address == page.press("Post payment").address
        assert opens(b, bills) == [0] * 23 + [10] * 7


def test_page_and_preview_stay_small_with_the_same_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # at its true size
    with books() as b:
        clerk = Clerk(b)

        def asked() -> tuple[int, int]:
            with CaptureQueriesContext(connection) as opening:
                page = screen(clerk)
            with CaptureQueriesContext(connection) as typing:
                preview(clerk, page, amount="4000")
            assert len(page._content) < 900_000
            return len(opening), len(typing)

        many(b, 5, 10, 5)
        few = asked()
        many(b, 2 * window.LIMIT, 10, 5)
        assert asked() == few
