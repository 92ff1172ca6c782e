"""Payments that use credits: in which order, of credits alone, as drafts, reversed (SPEC 7, 8, 15.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from arledger.companies.models import EntityConfiguration
from arledger.core.errors import Refusal
from ledger.checks import check
from ledger.errors import PeriodClosed
from ledger.models import Document, Line
from payments import services as payments
from payments.errors import NothingPaid, NothingReceived
from payments.inputs import PartInput, PaymentInput
from reconciliation.errors import (
    AppliedOverFunds,
    CreditGone,
    CreditNotNeeded,
    CreditOfOtherEntity,
    NotThatMuchOpen,
    SelectedByDrafts,
)
from reconciliation.plans import CreditUse
from tests.build import Books, books, money
from tests.scenarios.test_entity_limit import entity
from tests.scenarios.test_w04_credits_and_cash import made

pytestmark = pytest.mark.django_db
EARLIER = date(2026, 3, 1)


def reserved(b: Books) -> list[Decimal]:
    found = Line.objects.filter(company=b.company).exclude(reserved_amount=0).order_by("pk")
    return [line.reserved_amount for line in found]


def use(document: int, amount: int | str) -> CreditUse:
    return CreditUse(document=document, amount=money(amount))


def test_kinds_are_used_in_order_and_the_oldest_first_within_one() -> None:
    with books() as b:
        memo, later = b.adjustment(-10, on=EARLIER), b.adjustment(-10)
        negative = b.invoice(-10)
        over = b.receipt(10)
        advance = b.advance(10)
        inline = b.invoice(5, -15)
        charge = b.invoice(55)
        credits = [later, memo, negative, over, advance, inline]
        receipt = b.receipt(0, [charge], credits=credits)
        assert [credit for _charge, credit, _amount in made(b, receipt)] == [
            inline,
            advance,
            over,
            negative,
            memo,
            later,
        ]
        assert b.open(later) == -5
        assert b.open(charge) == 0


def test_an_amount_typed_is_used_fully_or_refused() -> None:
    with books() as b:
        charge, memo, advance = b.invoice(50), b.adjustment(-40), b.advance(100)
        with pytest.raises(CreditNotNeeded) as refused:
            b.receipt(0, [charge], credits=[use(advance, 60)])
        assert (refused.value.values["used"], refused.value.values["amount"]) == (50, 60)
        with pytest.raises(NotThatMuchOpen) as too_much:
            b.receipt(0, [charge], credits=[use(memo, "40.01")])
        assert too_much.value.values["open"] == 40
        b.receipt(5, [charge], credits=[use(memo, 30), advance])
        assert [b.open(d) for d in (charge, memo, advance)] == [0, -10, -80]


def test_typed_amounts_per_line_are_paid_by_credits_and_cash_together() -> None:
    with books() as b:
        charge, other, memo = b.invoice(100, 100), b.invoice(100), b.adjustment(-50)
        lines = {b.line(charge, 2): 70}
        receipt = b.receipt(30, [other], lines=lines, credits=[memo])  # type: ignore[arg-type]
        assert [b.open_lines(charge), b.open(other), b.open(memo)] == [[100, 30], 90, 0]
        assert b.open(receipt) == 0
        with pytest.raises(AppliedOverFunds):
            b.receipt(5, lines={b.line(charge): 20}, credits=[b.adjustment(-10)])


def test_credits_never_make_an_overpayment() -> None:
    with books() as b:
        charge, memo = b.invoice(30), b.adjustment(-100)
        receipt = b.receipt(10, [charge], credits=[memo])
        assert [b.open(d) for d in (charge, memo, receipt)] == [0, -70, -10]


def test_a_payment_of_credits_alone() -> None:
    with books() as b:
        charge, memo = b.invoice(30), b.adjustment(-100)
        receipt = b.receipt(0, auto=True, credits=[memo])
        assert b.document(receipt).number == "PAY-00001"
        assert b.state(receipt)[:2] == (0, "applied")
        assert [b.open(d) for d in (charge, memo)] == [0, -70]
        assert not check(b.company.pk)
        mirror = b.reverse(receipt)
        assert [b.open(d) for d in (charge, memo)] == [30, -100]
        assert b.figures(mirror).state == "reversal"
        assert not check(b.company.pk)


def test_without_cash_something_must_be_paid() -> None:
    with books() as b:
        memo = b.adjustment(-100)
        with pytest.raises(NothingReceived):
            b.receipt(0)
        with pytest.raises(NothingPaid):
            b.receipt(0, auto=True, credits=[memo])


def test_what_credits_pay_counts_from_the_payment_on() -> None:
    with books() as b:
        charge, memo = b.invoice(30, on=EARLIER), b.adjustment(-100, on=EARLIER)
        b.receipt(0, [charge], credits=[memo])
        assert [b.open(charge, date(2026, 3, 14)), b.open(charge)] == [30, 0]


def test_a_draft_reserves_on_both_sides_and_gives_both_back() -> None:
    with books() as b:
        charge, memo = b.invoice(100), b.adjustment(-60)
        draft = b.receipt(20, [charge], credits=[memo], post=False)
        assert reserved(b) == [80, -60]
        with pytest.raises(SelectedByDrafts):
            b.receipt(1, [charge], credits=[use(memo, 1)])
        entered = payments.drafted(company_id=b.company.pk, documents=[b.document(draft)])[0]
        assert entered.parts[0].credits == [CreditUse(line=b.line(memo), amount=money(60))]

        version = b.document(draft).version
        payments.edit(actor=b.actor, key=draft, entered=entered, version=version)
        assert reserved(b) == [80, -60]

        payments.post(actor=b.actor, ids=[draft])
        assert reserved(b) == []
        assert [b.open(d) for d in (charge, memo, draft)] == [20, 0, 0]


def test_deleting_a_draft_frees_its_credits() -> None:
    with books() as b:
        charge, memo = b.invoice(100), b.adjustment(-60)
        draft = b.receipt(0, [charge], credits=[memo], post=False)
        assert b.document(draft).amount == 0
        payments.delete(actor=b.actor, ids=[draft])
        assert reserved(b) == []
        assert not Document.objects.filter(company=b.company, pk=draft).exists()
        b.receipt(0, [charge], credits=[memo])


def test_a_draft_of_credits_alone_posts() -> None:
    with books() as b:
        charge, memo = b.invoice(100), b.adjustment(-60)
        draft = b.receipt(0, [charge], credits=[memo], post=False)
        payments.post(actor=b.actor, ids=[draft])
        assert [b.open(d) for d in (charge, memo)] == [40, 0]
        assert not Line.objects.filter(company=b.company, document=draft).exists()


def test_several_customers_each_use_their_own_credits() -> None:
    with books() as b:
        other = b.add_customer("Beta")
        charge, memo = b.invoice(100, customer=other), b.adjustment(-60, customer=other)
        own = b.adjustment(-10)
        with pytest.raises(Refusal) as refused:
            b.receipt(0, [charge], credits=[own], customer=other)
        assert refused.value.code == "not_an_open_credit"
        receipt = b.receipt(0, [charge], credits=[memo], customer=other, payer_id=b.customer)
        assert b.open(charge) == 40
        b.reverse(receipt)
        assert [b.open(d) for d in (charge, memo)] == [100, -60]


def test_the_same_credit_in_two_receipts_of_one_call_is_used_once() -> None:
    with books() as b:
        first, second, memo = b.invoice(50), b.invoice(50), b.adjustment(-60)
        part = PartInput(customer_id=b.customer, documents=[first], credits=[CreditUse(document=memo)])
        other = PartInput(customer_id=b.customer, documents=[second], credits=[use(memo, 20)])
        entered = [PaymentInput(date=date(2026, 3, 15), method="cash", parts=[p]) for p in (part, other)]
        with pytest.raises(NotThatMuchOpen) as refused:
            payments.receive(actor=b.actor, payments=entered)
        assert (refused.value.row, refused.value.values["open"]) == (1, 10)


def test_a_credit_used_meanwhile_is_named() -> None:
    with books() as b:
        charge, memo = b.invoice(100), b.adjustment(-60)
        part = b.line(memo)
        b.match((b.line(charge), part, 60))
        with pytest.raises(Refusal) as refused:
            b.receipt(0, [charge], credits=[use(memo, 60)])
        assert isinstance(refused.value, CreditGone) or refused.value.code == "not_an_open_credit"


def test_a_draft_is_not_posted_once_credits_are_kept_in_their_entity() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        charge, memo = b.invoice(100, entity_id=own), b.adjustment(-60, entity_id=other)
        draft = b.receipt(0, [charge], credits=[memo], post=False)
        b.configure(limit_credits_to_entity=True)
        with pytest.raises(CreditOfOtherEntity):
            payments.post(actor=b.actor, ids=[draft])
        assert reserved(b) == [60, -60]


def test_the_books_of_a_credits_entity_must_be_open_too() -> None:
    with books() as b:
        closed = entity(b, "E1")
        charge, memo = b.invoice(100), b.adjustment(-60, entity_id=closed)
        EntityConfiguration.objects.create(
            company=b.company, entity_id=closed, closed_through=date(2026, 3, 20)
        )
        with pytest.raises(PeriodClosed):
            b.receipt(0, [charge], credits=[memo])
        b.receipt(0, [charge], credits=[memo], on=date(2026, 3, 21))
        assert b.open(charge, date(2026, 3, 21)) == 40
