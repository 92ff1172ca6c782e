"""The verbs of refunds through the services: record, edit, post, delete, void (SPEC 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from arledger.companies.selectors import settings_of
from arledger.core.errors import NotFound, Stale
from ledger.checks import check
from ledger.errors import PeriodClosed, StillRefunded
from ledger.models import Document, JournalEntry, Line, Reservation
from reconciliation.errors import EntryOfRefund, NothingLeft, ReasonMissing
from refunds import services as refunds
from refunds.errors import (
    AlreadyVoided,
    CreditOfOtherCustomer,
    CreditReserved,
    NotEnoughCredit,
    RefundIsPosted,
    RefundNotPosted,
    VoidIsFinal,
    VoidTooEarly,
)
from refunds.inputs import CreditChoice
from tests.build import TODAY
from tests.refunds.helping import refunding, reserved

pytestmark = pytest.mark.django_db


def test_seven_then_three_of_a_credit_of_ten() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        b.refund({credit: 7})
        assert b.state(credit) == (-3, "partially_applied", "partial", "a")
        last = b.refund({credit: 3})
        assert b.state(credit) == (0, "applied", "complete", "A")
        assert b.state(last)[:3] == (0, "paid", "complete")
        assert b.line_codes(last) == ["A"], "each entry has its credit's code"
        with pytest.raises(CreditOfOtherCustomer):
            b.refund({credit: 1}, customer=b.add_customer("Other"))
        assert check(b.company.pk) == []


def test_what_was_applied_cannot_be_refunded_as_well() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        b.match((b.line(b.invoice(5)), b.line(credit), 5))
        with pytest.raises(NotEnoughCredit) as refused:
            b.refund({credit: 10})
        assert str(refused.value) == "ADJ-00001 has 5.00 left; you entered 10.00. Use 5.00."
        assert refused.value.field == "credits.0.amount"
        b.refund({credit: 5})
        assert b.open(credit) == 0


def test_a_part_is_refunded_and_the_rest_applied() -> None:
    with refunding() as b:
        credit = b.adjustment(-1000)
        refund = b.refund({credit: 500})
        invoice = b.invoice(500)
        b.match((b.line(invoice), b.line(credit), 500))
        assert b.open_lines(credit) == [0]
        assert b.line_codes(credit) == ["A B"], "its own, and the invoice's"
        assert b.open(invoice) == 0
        assert b.line_codes(refund) == ["A"]
        assert check(b.company.pk) == []


def test_a_draft_reserves_and_moves_nothing() -> None:
    with refunding() as b:
        credit = b.adjustment(-100)
        draft = b.refund({credit: 60}, post=False, reference="T-1", pay_to="Acme\nParis")
        found = b.document(draft)
        assert (found.state, found.number, found.total, found.method) == ("draft", None, 60, "transfer")
        assert (found.bill_to, found.bank_account_id) == ("Acme\nParis", b.bank)
        assert b.state(credit) == (-100, "available", "none", "")
        assert reserved(b) == [-60]
        with pytest.raises(NotEnoughCredit) as refused:
            b.refund({credit: 50}, post=False)
        assert refused.value.values["available"] == 40
        b.refund({credit: 40}, post=False)
        match = (b.line(b.invoice(100)), b.line(credit), 1)
        with pytest.raises(NothingLeft):
            b.match(match)
        with pytest.raises(CreditReserved) as whole:
            b.refund(credit)
        assert whole.value.values["reserved"] == 100


def test_posting_clears_what_was_drafted() -> None:
    with refunding() as b:
        credit, over = b.adjustment(-100), b.receipt(70)
        draft = b.refund({credit: 60, over: 20}, post=False)
        assert refunds.post(actor=b.actor, ids=[draft]) == ["REF-00001"]
        assert [b.open(credit), b.open(over)] == [-40, -50]
        assert b.open_lines(draft) == [0, 0]
        assert b.line_codes(draft) == ["a", "b"]
        assert (reserved(b), Reservation.objects.filter(company=b.company).count()) == ([], 0)
        with pytest.raises(RefundIsPosted) as refused:
            refunds.post(actor=b.actor, ids=[draft])
        assert str(refused.value) == "REF-00001 is posted already: it never changes. Void it instead."
        assert check(b.company.pk) == []


def test_each_line_is_of_one_credit_on_its_own_control_account() -> None:
    """So the journal moves nothing between control accounts, and the bank is credited for the whole."""
    with refunding() as b:
        memo, advance, over = b.adjustment(-30, -20), b.advance(40), b.receipt(5)
        refund = b.refund({memo: None, advance: 15, over: None})
        row = b.document(refund)
        lines = Line.objects.filter(company=b.company, document=refund).order_by("position")
        names = [line.control_account.kind for line in lines.select_related("control_account")]
        assert [line.amount for line in lines] == [50, 15, 5]
        assert names == ["receivable", "advances", "overpayments"]
        journal = JournalEntry.objects.filter(company_id=b.company.pk, document_id=refund)
        assert sum(entry.amount for entry in journal) == 0
        assert not journal.filter(application_id__isnull=False).exists()
        bank = journal.filter(account_id=row.bank_account.account_id)
        assert sum(entry.amount for entry in bank) == -70
        assert row.journal_id == settings_of(b.company.pk).refund_journal_id(None)
        assert check(b.company.pk) == []


def test_lines_may_be_chosen_one_by_one() -> None:
    with refunding() as b:
        memo = b.adjustment(-30, -20)
        entered = replace(
            b.refunded(memo),
            credits=[CreditChoice(line=b.line(memo, 2), amount=Decimal(15))],
            amount=Decimal(15),
        )
        refunds.record(actor=b.actor, refunds=[entered], post=True)
        assert b.open_lines(memo) == [-30, -5]
        b.refund({memo: 31})
        assert b.open_lines(memo) == [0, -4]


def test_several_refunds_at_once_take_from_the_same_credit_in_turn() -> None:
    with refunding() as b:
        credit = b.adjustment(-100)
        entered = [b.refunded({credit: 60}), b.refunded({credit: 30})]
        keys = refunds.record(actor=b.actor, refunds=entered, post=True)
        assert [b.document(key).number for key in keys] == ["REF-00001", "REF-00002"]
        assert b.open(credit) == -10
        with pytest.raises(NotEnoughCredit) as refused:
            refunds.record(actor=b.actor, refunds=[b.refunded({credit: 6}), b.refunded({credit: 5})])
        assert (refused.value.row, refused.value.values["available"]) == (1, 4)
        assert reserved(b) == []


def test_editing_may_take_again_what_the_draft_held() -> None:
    with refunding() as b:
        credit, other = b.adjustment(-100), b.adjustment(-50)
        draft = b.refund({credit: 90}, post=False)
        version = b.document(draft).version
        refunds.edit(actor=b.actor, key=draft, entered=b.refunded({credit: 100, other: 1}), version=version)
        assert reserved(b) == [-100, -1]
        assert b.document(draft).total == 101
        with pytest.raises(Stale):
            refunds.edit(actor=b.actor, key=draft, entered=b.refunded(other), version=version)
        with pytest.raises(NotEnoughCredit):
            refunds.edit(actor=b.actor, key=draft, entered=b.refunded({credit: 101}), version=version + 1)
        assert reserved(b) == [-100, -1], "a refused edit leaves the draft as it was"
        refunds.post(actor=b.actor, ids=[draft], version=version + 1)
        with pytest.raises(RefundIsPosted):
            refunds.edit(actor=b.actor, key=draft, entered=b.refunded(other), version=version + 2)


def test_a_draft_can_be_read_back_as_it_was_entered() -> None:
    with refunding() as b:
        credit, over = b.adjustment(-30, -20), b.receipt(5)
        draft = b.refund(
            {credit: 35, over: 5},
            post=False,
            reference="T-1",
            description="Twice paid",
            pay_to="Acme",
            number="R-9",
        )
        (entered,) = refunds.drafted(company_id=b.company.pk, documents=[b.document(draft)])
        assert entered.amount == 40
        assert (entered.currency, entered.method) == ("EUR", "record_transfer")
        assert (entered.reference, entered.description, entered.pay_to) == ("T-1", "Twice paid", "Acme")
        assert (entered.number, entered.bank_account_id, entered.date) == ("R-9", b.bank, TODAY)
        assert [(choice.line, choice.amount) for choice in entered.credits] == [
            (b.line(credit, 1), Decimal(30)),
            (b.line(credit, 2), Decimal(5)),
            (b.line(over), Decimal(5)),
        ]


def test_deleting_frees_the_credits() -> None:
    with refunding() as b:
        credit = b.adjustment(-100)
        draft = b.refund(credit, post=False)
        with pytest.raises(Stale):
            refunds.delete(actor=b.actor, ids=[draft], version=99)
        refunds.delete(actor=b.actor, ids=[draft], version=1)
        assert reserved(b) == []
        assert not Document.objects.filter(company=b.company, kind="refund").exists()
        posted = b.refund(credit)
        with pytest.raises(RefundIsPosted):
            refunds.delete(actor=b.actor, ids=[posted])


def test_a_void_gives_every_credit_back_exactly() -> None:
    with refunding() as b:
        memo, advance, over = b.adjustment(-30, -20), b.advance(40), b.receipt(5)
        b.match((b.line(b.invoice(10)), b.line(advance), 10))
        credits = [memo, advance, over]
        before = [(b.state(key), b.open_lines(key), b.line_codes(key)) for key in credits]
        refund = b.refund({memo: 33, advance: None, over: None})
        after = TODAY + timedelta(days=2)
        mirror = refunds.void(actor=b.actor, ids=[refund], on=after, reason=" bounced ")[0]
        assert [
            (b.state(k, after), b.open_lines(k, after), b.line_codes(k, after)) for k in credits
        ] == before
        assert b.state(advance) == (0, "applied", "complete", "B"), "until the void it was given back"
        assert [b.state(k, after)[:3] for k in (refund, mirror)] == [
            (0, "paid", "complete"),
            (0, "applied", "complete"),
        ]
        assert (b.figures(refund).state, b.figures(mirror).state) == ("reversed", "reversal")
        written = b.document(mirror)
        assert (written.number, written.total, written.reason) == ("REF-00002", -68, "bounced")
        assert written.journal_id == b.document(refund).journal_id
        again = b.refund({memo: 50}, on=after)
        assert b.line_codes(again) != b.line_codes(refund), "a code given up is never used again"
        assert check(b.company.pk) == []


def test_what_cannot_be_voided() -> None:
    with refunding() as b:
        credit = b.adjustment(-100)
        draft = b.refund({credit: 10}, post=False)
        refund = b.refund({credit: 10})

        def void(key: int, on: object = TODAY, reason: str = "wrong") -> None:
            refunds.void(actor=b.actor, ids=[key], on=on, reason=reason)  # type: ignore[arg-type]

        with pytest.raises(RefundNotPosted):
            void(draft)
        with pytest.raises(ReasonMissing):
            void(refund, reason=" ")
        with pytest.raises(VoidTooEarly) as early:
            void(refund, TODAY - timedelta(days=1))
        assert (early.value.field, early.value.values["earliest"]) == ("date", TODAY)
        with pytest.raises(NotFound):
            void(credit)
        b.configure(closed_through=TODAY)
        with pytest.raises(PeriodClosed):
            void(refund)
        b.configure(closed_through=None)
        mirror = b.reverse(refund)
        with pytest.raises(AlreadyVoided) as twice:
            void(refund)
        assert str(twice.value) == "REF-00001 is voided already, by REF-00002."
        with pytest.raises(VoidIsFinal):
            void(mirror)
        assert b.open(credit) == -100


def test_one_entry_of_a_refund_is_not_unapplied_by_hand() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        b.refund(credit)
        with pytest.raises(EntryOfRefund) as refused:
            b.unapply(*b.applications(credit))
        assert str(refused.value).endswith("Void REF-00001 instead.")


def test_a_refunded_credit_names_the_refund_that_keeps_it() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        refund = b.refund({credit: 4})
        with pytest.raises(StillRefunded) as refused:
            b.reverse(credit)
        assert (
            str(refused.value) == "ADJ-00001 is matched with REF-00001. Void REF-00001 first, then reverse."
        )
        b.reverse(refund)
        b.reverse(credit)
