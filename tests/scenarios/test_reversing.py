"""Reversal of invoices and payments (SPEC 5, 8, 15.2): a mirror settles both, and shares the original's code."""

from __future__ import annotations

from datetime import date

import pytest

from invoices.errors import ReversalSwitchedOff
from ledger.errors import (
    AlreadyReversed,
    NamedTwice,
    NotPosted,
    PeriodClosed,
    ReversalIsFinal,
    ReversalTooEarly,
    StillApplied,
    StillReserved,
)
from ledger.models import Application, Document, Line
from payments import services as payments
from reconciliation.errors import MatchOfReversal, ReasonMissing
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def test_an_invoice_and_its_mirror_are_settled_and_share_a_code() -> None:
    with books() as b:
        invoice = b.invoice(300, 100)
        mirror = b.reverse(invoice)
        assert b.document(mirror).total == -400
        assert b.state(invoice) == (0, "paid", "complete", "A")
        assert b.state(mirror) == (0, "applied", "complete", "A")
        assert [b.figures(d).state for d in (invoice, mirror)] == ["reversed", "reversal"]
        assert b.document(mirror).number == "INV-00002", "the mirror has a number of its own"


def test_before_its_day_a_reversal_has_not_happened() -> None:
    with books() as b:
        invoice = b.invoice(50)
        mirror = b.reverse(invoice, on=date(2026, 4, 1))
        assert b.state(invoice, date(2026, 3, 31)) == (50, "open", "complete_future", "a")
        assert b.state(invoice, date(2026, 4, 1)) == (0, "paid", "complete", "A")
        assert b.code(mirror, date(2026, 4, 1)) == "A"


def test_inline_matches_are_undone_in_the_same_step() -> None:
    with books() as b:
        invoice = b.invoice(300, 100, -20)
        mirror = b.reverse(invoice)
        assert b.open_lines(invoice) == [0, 0, 0]
        assert b.open_lines(mirror) == [0, 0, 0]
        mirrored = Line.objects.filter(company=b.company, document=mirror).order_by("position")
        assert [line.amount for line in mirrored] == [-300, -100, 20]
        undone = Application.objects.filter(company=b.company, reverses__isnull=False)
        assert [(u.amount, u.document_id) for u in undone] == [(-20, mirror)]
        assert [b.code(d) for d in (invoice, mirror)] == ["A", "A"]


def test_an_invoice_that_settled_itself_may_be_reversed() -> None:
    with books() as b:
        invoice = b.invoice(-100, 100)
        mirror = b.reverse(invoice)
        assert [b.state(d) for d in (invoice, mirror)] == [(0, "paid", "complete", "A")] * 2


def test_a_net_negative_invoice_shares_its_one_code() -> None:
    with books() as b:
        invoice = b.invoice(10, -25)
        mirror = b.reverse(invoice)
        assert b.state(invoice) == (0, "applied", "complete", "A")
        assert b.state(mirror) == (0, "paid", "complete", "A")


def test_an_invoice_that_was_paid_names_what_to_undo_first() -> None:
    with books() as b:
        invoice = b.invoice(100)
        receipts = [b.receipt(amount, [invoice]) for amount in (30, 40)]
        with pytest.raises(StillApplied) as refused:
            b.reverse(invoice)
        assert refused.value.values == {"document": "INV-00001", "others": "PAY-00001, PAY-00002"}
        for receipt in receipts:
            b.reverse(receipt)
        b.reverse(invoice)
        assert b.state(invoice) == (0, "paid", "complete", "D"), "the code it had is lost, and not used again"


def test_a_draft_that_selected_the_invoice_is_named() -> None:
    with books() as b:
        invoice = b.invoice(100)
        draft = b.receipt(60, [invoice], post=False)
        with pytest.raises(StillReserved) as refused:
            b.reverse(invoice)
        assert refused.value.values["draft"] == draft
        assert str(refused.value) == (
            "The draft Payment of Mar 15, 2026 has reserved part of INV-00001. Delete or post that draft first."
        )


def test_a_reversed_payment_reopens_its_charges_and_can_no_longer_be_used() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        receipt = b.receipt(250, [first, second])
        mirror = b.reverse(receipt)
        assert [b.state(i) for i in (first, second)] == [(100, "open", "none", "")] * 2
        assert b.state(receipt)[:3] == (0, "applied", "complete")
        assert b.state(mirror)[:3] == (0, "paid", "complete")
        assert b.line_codes(receipt) == b.line_codes(mirror) == ["C", "C", "C"]
        again = b.receipt(200, auto=True)
        assert [b.code(i) for i in (first, second)] == ["D", "E"]
        assert b.open(again) == 0


def test_a_payment_whose_remainder_was_used_since_names_where() -> None:
    with books() as b:
        paid, later = b.invoice(100), b.invoice(30)
        receipt = b.receipt(150, [paid])
        b.match((b.line(later), b.line(receipt, 2), 30))
        with pytest.raises(StillApplied) as refused:
            b.reverse(receipt)
        assert refused.value.values == {"document": "PAY-00001", "others": "INV-00002"}
        assert b.open(paid) == 0, "nothing was undone"
        b.unapply(b.applications(later)[0])
        b.reverse(receipt)
        assert [b.open(i) for i in (paid, later)] == [100, 30]


def test_a_part_that_was_unapplied_and_used_again_counts_as_used_since() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        receipt = b.receipt(100, [first])
        b.unapply(b.applications(first)[0], amount=40)
        b.match((b.line(second), b.line(receipt, 1), 40))
        with pytest.raises(StillApplied) as refused:
            b.reverse(receipt)
        assert refused.value.values["others"] == "INV-00002"


def test_a_partly_unapplied_payment_may_be_reversed() -> None:
    with books() as b:
        invoice = b.invoice(100)
        receipt = b.receipt(100, [invoice])
        b.unapply(b.applications(invoice)[0], amount="40.40")
        b.reverse(receipt)
        assert [b.open(invoice), b.open(receipt)] == [100, 0]


def test_a_reversal_is_reversed_by_nothing() -> None:
    with books() as b:
        invoice = b.invoice(100)
        mirror = b.reverse(invoice)
        with pytest.raises(ReversalIsFinal):
            b.reverse(mirror)
        with pytest.raises(AlreadyReversed) as refused:
            b.reverse(invoice)
        assert refused.value.values == {"document": "INV-00001", "mirror": "INV-00002"}
        with pytest.raises(MatchOfReversal):
            b.unapply(b.applications(invoice)[0])


def test_a_draft_is_deleted_instead() -> None:
    with books() as b:
        with pytest.raises(NotPosted):
            b.reverse(b.invoice(100, post=False))
        with pytest.raises(NotPosted):
            b.reverse(b.receipt(100, post=False))


def refuse(b: Books, refusal: type[Exception], on: date, reason: str = "wrong") -> None:
    receipt = b.receipt(100)
    before = Document.objects.filter(company=b.company).count()
    with pytest.raises(refusal):
        payments.reverse(actor=b.actor, ids=[receipt], on=on, reason=reason)
    assert Document.objects.filter(company=b.company).count() == before
    assert b.open(receipt) == -100


def test_date_period_and_reason_are_checked() -> None:
    with books() as b:
        refuse(b, ReversalTooEarly, date(2026, 3, 14))
        refuse(b, ReasonMissing, TODAY, reason="  ")
        b.configure(closed_through=date(2026, 3, 31))
        b.configure(closed_through=None)
        receipt = b.receipt(100)
        b.configure(closed_through=date(2026, 3, 31))
        with pytest.raises(PeriodClosed) as refused:
            b.reverse(receipt, on=date(2026, 3, 31))
        assert refused.value.values["first_open"] == date(2026, 4, 1)
        b.reverse(receipt, on=date(2026, 4, 1))


def test_reversing_invoices_may_be_switched_off() -> None:
    with books() as b:
        invoice, receipt = b.invoice(100), b.receipt(100)
        b.configure(reverse_unpaid_invoices=False)
        with pytest.raises(ReversalSwitchedOff):
            b.reverse(invoice)
        b.reverse(receipt)


def test_naming_a_document_twice_makes_no_two_mirrors() -> None:
    with books() as b:
        receipt = b.receipt(100)
        with pytest.raises(NamedTwice):
            payments.reverse(actor=b.actor, ids=[receipt, receipt], on=TODAY, reason="wrong")


def test_a_receipt_dated_before_its_invoice_is_reversed_between_the_two() -> None:
    """Its application takes effect with the invoice, and so does the undo; on no day is more used than there is."""
    with books() as b:
        invoice = b.invoice(100, on=date(2026, 3, 25))
        receipt = b.receipt(100, [invoice], on=date(2026, 3, 10))
        b.reverse(receipt, on=date(2026, 3, 15))
        for day in range(10, 31):
            on = date(2026, 3, day)
            assert b.state(receipt, on)[0] == (-100 if day < 15 else 0)
            if day >= 25:
                assert b.state(invoice, on)[:2] == (100, "open")


def test_an_inline_match_made_again_by_hand_is_inline_all_the_same() -> None:
    with books() as b:
        invoice = b.invoice(100, -30)
        b.unapply(b.applications(invoice)[0])
        b.match((b.line(invoice, 1), b.line(invoice, 2), 20))
        b.reverse(invoice)
        assert b.open_lines(invoice) == [0, 0]
