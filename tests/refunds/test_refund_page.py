"""The refund page without scripts: what a clerk sees is what is posted, and nothing typed is ever lost (SPEC 9)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ledger.models import Document, Reservation
from tests.build import TODAY, Books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.refunds.helping import cash_basis_memo, entity, refunding

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def screen(clerk: Clerk, query: str = "") -> Page:
    return clerk.open(f"/refunds/new/?customer={clerk.books.customer}{query}")


def refunds(b: Books) -> list[Document]:
    return list(Document.objects.filter(company=b.company, kind="refund").order_by("pk"))


def order_of(page: Page) -> list[int]:
    """The credit documents of the grid that an amount can be typed for, from top to bottom."""
    return [int(name[5:]) for name in page.form().fields if name.startswith("use-c")]


def test_w8_through_pages() -> None:
    with refunding() as b:
        b.number_advances()
        advance = b.advance(200)
        clerk = Clerk(b)
        page = screen(clerk)
        assert "ADV-00001 Advance Mar 15, 2026 200.00 200.00" in page.text
        page = page.press("Post refund", amount="80", reference="back", **{f"use_c{advance}": "80"})
        assert "REF-00001 is posted: 80.00 EUR refunded." in page.text
        assert b.open(advance) == -120
        code = b.code(advance)
        assert code == "a"
        assert f" {code} " in page.text
        asked = clerk.open(f"{page.address}void/")
        assert "Voiding gives back 80.00 to ADV-00001." in asked.text
        done = asked.press("Void refund", form="confirm", date="2026-03-15", reason="sent back")
        assert "REF-00001 is voided." in done.text
        assert "Voided by REF-00002 on Mar 15, 2026" in done.text
        assert b.open(advance) == -200
        assert b.code(advance) == ""
        again = clerk.open(f"{page.address}void/")
        assert "REF-00001 is voided already, by REF-00002." in again.text
        assert "Void refund" not in again.form("confirm").buttons


def test_w6_what_is_left_of_a_mixed_invoice_is_shown_with_its_reason_and_cannot_be_refunded() -> None:
    with refunding() as b:
        mixed = b.invoice(10, -25, 40, -5, -30)
        b.match((b.line(b.invoice(4)), b.line(mixed, 5), 4))
        advance = b.advance(100)
        page = screen(Clerk(b))
        assert "INV-00001 Inline credit Mar 15, 2026 10.00 6.00" in page.text
        assert "The document also has positive lines: apply the credit instead." in page.text
        assert order_of(page) == [advance]
        page.press("Post refund", **{f"use_c{advance}": "1"})
        assert b.open(advance) == -99
        assert b.open(mixed) == -6


def test_w14_a_negative_invoice_in_part_and_a_mixed_one_never() -> None:
    with refunding() as b:
        credit, mixed = b.invoice(-80), b.invoice(-100, 20)
        clerk = Clerk(b)
        page = screen(clerk)
        assert order_of(page) == [credit]
        page.press("Post refund", **{f"use_c{credit}": "30"})
        assert [b.open(credit), b.open(mixed)] == [-50, -80]
        fields = screen(clerk).form().fields | {f"use-c{mixed}": "80", f"pin-c{mixed}": "!", "action": "post"}
        page = clerk.send(f"{clerk.root}/refunds/new/", fields)
        assert page.status == 422
        assert page.text.count("The document also has positive lines: apply the credit instead.") >= 2
        assert b.open(mixed) == -80


def test_tax_on_a_cash_basis_bars_a_credit() -> None:
    with refunding() as b:
        cash_basis_memo(b, -50)
        page = screen(Clerk(b))
        assert "The document has a line with cash-basis tax." in page.text
        assert order_of(page) == []


def test_the_amount_follows_the_rows_until_one_is_typed() -> None:
    with refunding() as b:
        first, second = b.advance(100), b.adjustment(-50)
        page = screen(Clerk(b))
        assert "Choose at least one credit to refund." in page.text
        page = page.press("Work out", **{f"use_c{first}": "60", f"use_c{second}": "50"})
        assert "Refunded 110.00 EUR Chosen 110.00" in page.text
        assert "Everything refunded is chosen." in page.text
        page = page.press("Work out", amount="150")
        assert page.uses() == {f"c{first}": "60", f"c{second}": "50"}, "a total proposes nothing by itself"
        assert "a difference of 40.00. Make the two agree." in page.text
        page = page.press("Post refund")
        assert page.status == 422
        assert refunds(b) == []
        page.press("Post refund", amount="")
        assert refunds(b)[0].total == 110


def test_the_account_is_brought_to_zero_by_the_oldest_credits() -> None:
    with refunding() as b:
        b.number_advances()
        newest = b.advance(100, on=TODAY)
        oldest = b.advance(70, on=TODAY - timedelta(days=20))
        middle = b.invoice(-50, on=TODAY - timedelta(days=5))
        b.invoice(-30, 10)
        b.invoice(60)
        clerk = Clerk(b)
        page = screen(clerk)
        button = next(word for word in page.form().buttons if word.startswith("Bring the account to zero"))
        assert button == "Bring the account to zero 160.00 ="
        page = page.press(button, **{f"use_c{newest}": "99"})
        assert page.uses() == {f"c{oldest}": "70.00", f"c{middle}": "50.00", f"c{newest}": "40.00"}
        page.press("Post refund")
        assert [b.open(key) for key in (oldest, middle, newest)] == [0, 0, -60]


def test_nothing_is_proposed_where_the_customer_owes_more() -> None:
    with refunding() as b:
        b.advance(50)
        b.invoice(60)
        assert not [word for word in screen(Clerk(b)).form().buttons if "to zero" in word]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("100", "ADV-00001 has 90.00 left; you entered 100.00. Use 90.00 at most."),
        ("1e2", "“1e2” is written with an exponent. Write the amount out in digits."),
        ("0.001", "“0.001” has more decimals than EUR allows (2). Shorten it: nothing is rounded."),
        ("-5", "“-5” is negative. Enter the amount without a minus sign."),
    ],
)
def test_a_wrong_amount_is_said_beside_its_row_and_on_top(typed: str, sentence: str) -> None:
    with refunding() as b:
        b.number_advances()
        advance = b.advance(90)
        page = screen(Clerk(b)).press(
            "Post refund", reference="cheque 17", description="why", **{f"use_c{advance}": typed}
        )
        assert page.status == 422
        assert page.text.count(sentence) >= 2
        assert page.uses() == {f"c{advance}": typed}
        assert (page.form().fields["reference"], page.form().fields["description"]) == ("cheque 17", "why")
        assert refunds(b) == []


def test_lines_take_their_own_amounts() -> None:
    with refunding() as b:
        memo = b.adjustment(-30, -50)
        first, second = b.line(memo, 1), b.line(memo, 2)
        page = screen(Clerk(b)).press("Work out", **{f"use_c{memo}": "40"})
        assert page.uses() == {f"c{memo}": "40", f"k{first}": "30.00", f"k{second}": "10.00"}
        page = page.press("Work out", **{f"use_c{memo}": "", f"use_k{second}": "45"})
        assert page.uses() == {f"c{memo}": "45.00", f"k{second}": "45"}
        page = page.press("Work out", **{f"use_k{second}": "51"})
        assert "ADJ-00001, line 2 has 50.00 left; you entered 51.00." in page.text
        page.press("Post refund", **{f"use_k{second}": "45"})
        assert b.open_lines(memo) == [-30, -5]


def test_what_was_used_in_the_meantime_is_named() -> None:
    with refunding() as b:
        b.number_advances()
        first, second = b.advance(100), b.advance(50)
        page = screen(Clerk(b))
        b.refund({first: 10})
        b.refund(second)
        page = page.press("Post refund", **{f"use_c{first}": "100", f"use_c{second}": "50"})
        assert page.status == 422
        assert "ADV-00001 has 90.00 left; you entered 100.00. Use 90.00 at most." in page.text
        assert "Nothing is left of ADV-00002" in page.text
        assert page.uses() == {f"c{first}": "100", f"c{second}": "50"}, "everything typed is kept"
        page.press("Post refund", **{f"use_c{first}": "90", f"use_c{second}": ""})
        assert [b.open(first), b.open(second)] == [0, 0]


def test_a_draft_reserves_and_is_linked_edited_and_posted() -> None:
    with refunding() as b:
        b.number_advances()
        advance, memo = b.advance(100), b.adjustment(-30, -20)
        clerk = Clerk(b)
        page = screen(clerk).press(
            "Save draft", reference="r1", **{f"use_c{advance}": "60", f"use_k{b.line(memo, 2)}": "15"}
        )
        assert "The draft of 75.00 EUR is saved; the credits it names are reserved." in page.text
        draft = refunds(b)[0]
        assert sorted(Reservation.objects.filter(document=draft).values_list("amount", flat=True)) == [
            -60,
            -15,
        ]
        other = screen(clerk)
        assert "60.00 reserved by Refund of Mar 15, 2026" in other.text
        assert other.links["Refund of Mar 15, 2026"] == f"{clerk.root}/refunds/{draft.pk}/"
        wanted = other.press("Post refund", **{f"use_c{advance}": "41"})
        assert "ADV-00001 has 40.00 left; you entered 41.00. Use 40.00 at most." in wanted.text
        again = clerk.open(f"/refunds/{draft.pk}/edit/")
        assert again.uses() == {f"c{advance}": "60.00", f"c{memo}": "15.00", f"k{b.line(memo, 2)}": "15.00"}
        assert again.form().fields["reference"] == "r1"
        done = again.press("Post refund", amount="85", **{f"use_c{advance}": "70"})
        assert "REF-00001 is posted: 85.00 EUR refunded." in done.text
        assert [b.open(advance), *b.open_lines(memo)] == [-30, -30, -5]


def test_a_stale_draft_keeps_what_was_typed() -> None:
    with refunding() as b:
        advance = b.advance(100)
        draft = b.refund({advance: 10}, post=False)
        clerk = Clerk(b)
        mine, theirs = clerk.open(f"/refunds/{draft}/edit/"), clerk.open(f"/refunds/{draft}/edit/")
        theirs.press("Save draft", amount="20", **{f"use_c{advance}": "20"})
        page = mine.press("Save draft", amount="30", description="mine", **{f"use_c{advance}": "30"})
        assert page.status == 422
        assert "changed this on" in page.text
        assert page.form().fields["description"] == "mine"
        assert refunds(b)[0].total == 20


def test_other_customers_credits_are_never_posted_unseen() -> None:
    with refunding() as b:
        mine = b.advance(100)
        other = b.add_customer("Other")
        theirs = b.advance(40, customer=other)
        page = screen(Clerk(b)).press("Post refund", customer="Other", **{f"use_c{mine}": "100"})
        assert page.status == 422
        assert "These are the credits of the customer you chose. Check, then post." in page.text
        assert order_of(page) == [theirs]
        assert page.form().fields["pay_to"] == "Other", "the name follows the customer"
        assert refunds(b) == []


def test_pay_to_is_the_customer_unless_it_is_written() -> None:
    with refunding() as b:
        advance = b.advance(100)
        clerk = Clerk(b)
        page = screen(clerk)
        assert page.form().fields["pay_to"] == "Acme"
        done = page.press("Post refund", pay_to="Acme\nLyon", **{f"use_c{advance}": "10"})
        assert "Acme Lyon" in done.text
        assert refunds(b)[0].bill_to == "Acme\nLyon"
        screen(clerk).press("Post refund", pay_to="", reference="2", **{f"use_c{advance}": "10"})
        assert refunds(b)[1].bill_to == "Acme"


def test_the_same_refund_again_is_asked_about_once() -> None:
    with refunding() as b:
        advance = b.advance(100)
        clerk = Clerk(b)
        first = screen(clerk).press("Post refund", reference="wire 7", **{f"use_c{advance}": "20"})
        page = screen(clerk).press("Post refund", reference="Wire 7", **{f"use_c{advance}": "20"})
        assert "refunded to this customer with this reference before" in page.text
        assert page.links["REF-00001"] == first.address
        assert page.uses() == {f"c{advance}": "20"}
        assert len(refunds(b)) == 1
        changed = page.press("Post all the same", reference="wire 8")
        assert "REF-00002 is posted" in changed.text, "another reference is another refund"
        draft = screen(clerk).press("Save draft", reference="wire 7", **{f"use_c{advance}": "20"})
        assert "is saved" in draft.text
        asked = clerk.open(f"{draft.address}post/")
        assert "Check first: REF-00001 of Mar 15, 2026 refunded the same amount" in asked.text
        page = screen(clerk).press("Post refund", reference="wire 7", **{f"use_c{advance}": "20"})
        assert "REF-00003 is posted" in page.press("Post all the same").text


def test_a_clerk_saves_drafts_and_a_second_person_posts() -> None:
    with refunding(refund_two_person=True, refund_two_person_above=Decimal(50)) as b:
        advance = b.advance(100)
        page = screen(Clerk(b, "ar-clerk"))
        assert "Post refund" not in page.form().buttons
        clerk = Clerk(b)
        page = screen(clerk).press("Post refund", **{f"use_c{advance}": "60"})
        assert page.status == 422
        assert "is posted by a second person, not by whoever edited it last. Save it as a draft" in page.text
        assert b.open(advance) == -100
        draft = page.press("Save draft")
        assert "is saved" in draft.text
        asked = clerk.open(f"{draft.address}post/")
        assert "is posted by a second person" in asked.text
        assert "Post refund" not in asked.form("confirm").buttons
        done = Clerk(b).open(f"{draft.address}post/").press("Post refund", form="confirm")
        assert "REF-00001 is posted." in done.text
        assert b.open(advance) == -40


def test_entities_that_record_refunds_are_offered() -> None:
    with refunding() as b:
        b.configure(refunds_enabled=False)
        own = entity(b, "E1", refunds_enabled=True)
        entity(b, "E2")
        advance = b.advance(100)
        page = screen(Clerk(b))
        assert page.form().fields["entity"] == str(own)
        assert [page.text.count(f"{code} {code}") for code in ("E1", "E2")] == [2, 1], (
            "E2 in the top bar only"
        )
        page.press("Post refund", **{f"use_c{advance}": "10"})
        assert refunds(b)[0].entity_id == own


def test_a_credit_starts_the_refund_of_it() -> None:
    with refunding() as b:
        advance, other = b.advance(100), b.advance(50)
        assert screen(Clerk(b), f"&document={advance}").uses() == {f"c{advance}": "100.00"}
        assert other in order_of(screen(Clerk(b)))


def test_a_later_credit_waits_for_its_day() -> None:
    with refunding() as b:
        later = b.advance(100, on=TODAY + timedelta(days=3))
        page = screen(Clerk(b))
        assert "The credit is dated after the refund." in page.text
        page = page.press("Work out", date=(TODAY + timedelta(days=3)).isoformat())
        assert order_of(page) == [later]


def test_a_double_submission_posts_once() -> None:
    with refunding() as b:
        advance = b.advance(100)
        clerk = Clerk(b)
        page = screen(clerk)
        fields = page.form().fields | {f"use-c{advance}": "10", "action": "post"}
        answers = [clerk.client.post(page.address, fields)["Location"] for _ in range(2)]
        assert answers[0] == answers[1]
        assert len(refunds(b)) == 1
