"""The page of an invoice: its figures as of a day, what settled each line, its verbs with their effects."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Application, Document
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def w2(b: Books) -> list[int]:
    made = [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)]
    b.receipt(500, made)
    return made


def test_w2_on_the_pages_of_its_invoices() -> None:
    with books() as b:
        first, second, third = w2(b)
        clerk = Clerk(b)
        for key, words in [
            (first, ("Paid Complete A", "Settled 300.00 Open 0.00")),
            (second, ("Paid Complete B", "Settled 160.00 Open 0.00")),
            (third, ("Partially paid Partial c", "Settled 40.00 Open 340.00")),
        ]:
            text = clerk.open(f"/invoices/{key}/").text
            for expected in words:
                assert expected in text, text


def test_each_line_says_what_settled_it_with_a_bin() -> None:
    with books() as b:
        third = w2(b)[2]
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{third}/")
        receipt = Document.objects.get(company=b.company, kind="payment")
        application = Application.objects.get(
            company=b.company, charge_document=third, credit_document=receipt
        )
        assert page.links[str(receipt.number)] == f"{clerk.root}/payments/{receipt.pk}/"
        assert f"/matching/{application.pk}/unapply/" in page.links["Un-apply PAY-00001"]
        assert "INV-00003, line 3" in page.links, "the inline credit names its line"
        assert "Un-apply INV-00003, line 3" not in page.links
        assert "300.00 60.00 240.00 c" in page.text
        assert "Un-apply PAY-00001" not in Clerk(b, "auditor").open(f"/invoices/{third}/").links


def test_as_at_an_earlier_day_what_came_later_is_open() -> None:
    with books() as b:
        key = b.invoice(100, on=date(2026, 1, 5))
        b.receipt(100, [key], on=date(2026, 2, 5))
        clerk = Clerk(b)
        before = clerk.open(f"/invoices/{key}/?as_at=2026-02-04").text
        assert "Figures as at Feb 4, 2026" in before
        assert "Open Complete with future payments" in before, "settlement and mark of that day"
        assert "Settled 0.00 Open 100.00" in before
        assert "PAY-00001" not in before.split("Matched with")[1].split("As at")[0]
        assert "Paid Complete A" in clerk.open(f"/invoices/{key}/?as_at=2026-02-05").text
        for wrong in ("2026-13-01", "x", "%00", "1"):
            assert clerk.open(f"/invoices/{key}/?as_at={wrong}").status == 400


def test_a_draft_is_posted_duplicated_and_deleted_with_its_effect_spelled_out() -> None:
    with books() as b:
        key = b.invoice(120, post=False)
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{key}/")
        assert "A draft has no effect on balances" in page.text
        page = clerk.open(f"/invoices/{key}/post/")
        assert "owes 120.00 EUR more" in page.text
        assert "INV-00001 is posted." in page.press("Post invoice", form="confirm").text
        again = page.press("Post invoice", form="confirm")
        assert "INV-00001 is posted." in again.text, "a double click gets the same answer"
        copy = clerk.open(f"/invoices/{key}/duplicate/").press("Duplicate", form="confirm")
        assert "A copy of INV-00001" in copy.text
        draft = Document.objects.get(company=b.company, state="draft")
        page = clerk.open(f"/invoices/{draft.pk}/delete/")
        assert "The draft over 120.00 EUR" in page.text
        assert "The draft is deleted." in page.press("Delete draft", form="confirm").text
        assert "The draft is deleted." in page.press("Delete draft", form="confirm").text
        assert not Document.objects.filter(company=b.company, state="draft").exists()
        assert clerk.open(f"/invoices/{key}/delete/").status == 409


def test_reversing_asks_for_date_and_reason_and_names_what_it_undoes() -> None:
    with books() as b:
        key = b.invoice(300, 100, -20)
        clerk = Clerk(b)
        page = clerk.open(f"/invoices/{key}/reverse/")
        assert "Undoes the inline credit of 20.00 EUR against INV-00001, line 1." in page.text
        assert "over −380.00 EUR" in page.text
        refused = page.press("Reverse invoice", form="confirm", reason="")
        assert refused.status == 422
        early = page.press("Reverse invoice", form="confirm", reason="wrong", date="2026-03-01")
        assert "2026" in early.text
        assert early.form("confirm").fields["reason"] == "wrong"
        done = page.press("Reverse invoice", form="confirm", reason="wrong customer")
        assert "INV-00001 is reversed." in done.text
        assert "Reversed by INV-00002" in done.text
        mirror = clerk.open(done.links["INV-00002"])
        assert "Reversal of INV-00001" in mirror.text
        for page in (done, mirror):
            assert not {"Receive payment", "Reverse"} & set(page.links)


def test_what_cannot_be_reversed_is_said_at_once() -> None:
    with books() as b:
        key = b.invoice(100)
        b.receipt(40, [key])
        page = Clerk(b).open(f"/invoices/{key}/reverse/")
        assert "is matched with PAY-00001" in page.text
        assert "Reverse invoice" not in page.form("confirm").buttons


def test_a_draft_payment_that_holds_a_part_is_named() -> None:
    with books() as b:
        key = b.invoice(100)
        draft = b.receipt(40, [key], post=False)
        page = Clerk(b).open(f"/invoices/{key}/")
        assert "Selected" in page.text
        assert "40.00 selected by drafts" in page.text
        assert page.links["Payment of Mar 15, 2026"].endswith(f"/payments/{draft}/")


def test_the_page_takes_a_constant_number_of_queries() -> None:
    with books() as b:
        one = b.invoice(100)
        b.receipt(10, [one])
        many = b.invoice(*[100] * 12)
        for _ in range(8):
            b.receipt(30, [many])
        clerk = Clerk(b)

        def asked(key: int) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(f"/invoices/{key}/").status == 200
            return len(found)

        assert asked(many) <= asked(one) + 1


def test_foreign_and_missing_invoices_are_not_found() -> None:
    with books() as b:
        key = b.invoice(100)
        payment = b.receipt(10, [key])
    with books() as other:
        clerk = Clerk(other)
        for path in ("", "edit/", "post/", "delete/", "reverse/", "duplicate/"):
            assert clerk.open(f"/invoices/{key}/{path}").status == 404
            assert clerk.open(f"/invoices/{10**30}/{path}").status == 404
            assert clerk.open(f"/invoices/{payment}/{path}").status == 404
