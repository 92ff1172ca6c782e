"""Draft payments: what they name is selected, nobody else can use it, balances do not move (SPEC 8)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from arledger.core.errors import Refusal, Stale
from ledger.errors import NotADraft
from ledger.models import Document, Line, Reservation
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.ageing import ageing
from reconciliation.errors import NotEnoughLeft, NothingLeft
from tests.build import TODAY, Books, books, money

pytestmark = pytest.mark.django_db


def reserved(b: Books) -> list[Decimal]:
    found = Line.objects.filter(company=b.company).exclude(reserved_amount=0).order_by("pk")
    return [line.reserved_amount for line in found]


def entered(b: Books, amount: int, *documents: int, **more: object) -> PaymentInput:
    part = PartInput(customer_id=b.customer, amount=money(amount), documents=documents, **more)  # type: ignore[arg-type]
    return PaymentInput(date=TODAY, method="cash", parts=[part])


def test_charges_are_selected_and_balances_stay() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        draft = b.receipt(150, [first, second], post=False)
        assert [b.state(i) for i in (first, second)] == [(100, "selected", "none", "")] * 2
        assert [b.figures(i).reserved for i in (first, second)] == [100, 50]
        assert ageing(company_id=b.company.pk, day=TODAY).totals[0].total == 200
        assert (b.document(draft).state, b.document(draft).number) == ("draft", None)


def test_nobody_else_can_use_what_is_selected() -> None:
    with books() as b:
        invoice = b.invoice(100)
        b.receipt(70, [invoice], post=False)
        with pytest.raises(Refusal):
            b.receipt("30.01", lines={b.line(invoice): "30.01"})
        with pytest.raises(Refusal):
            b.receipt(40, per_document={invoice: 40}, post=False)
        credit = b.receipt(500)
        with pytest.raises(NotEnoughLeft) as refused:
            b.match((b.line(invoice), b.line(credit), 31))
        assert refused.value.values["available"] == 30

        rest = b.receipt(100, [invoice])
        assert b.open_lines(rest) == [0, -70], "the waterfall takes the 30 that are free"
        assert b.state(invoice) == (70, "selected", "partial", "a")
        with pytest.raises(NothingLeft):
            b.match((b.line(invoice), b.line(credit), 1))


def test_posting_applies_what_was_selected() -> None:
    with books() as b:
        first, second = b.invoice(100, 50), b.invoice(100)
        typed = {b.line(first, 2): 20, b.line(second): 60}
        draft = b.receipt(100, lines=typed, post=False)  # type: ignore[arg-type]
        assert payments.post(actor=b.actor, ids=[draft]) == ["PAY-00001"]
        assert b.open_lines(first) == [100, 30]
        assert b.open_lines(second) == [40]
        assert b.open_lines(draft) == [0, 0, -20]
        assert [b.code(i) for i in (first, second)] == ["a", "b"]
        assert reserved(b) == []
        assert b.state(first)[1] == "partially_paid"
        with pytest.raises(NotADraft):
            payments.post(actor=b.actor, ids=[draft])


def test_deleting_frees_what_was_selected() -> None:
    with books() as b:
        invoice = b.invoice(100)
        draft = b.receipt(80, [invoice], post=False)
        payments.delete(actor=b.actor, ids=[draft])
        assert b.state(invoice) == (100, "open", "none", "")
        assert reserved(b) == []
        assert not Document.objects.filter(company=b.company, pk=draft).exists()
        b.receipt(100, [invoice])
        assert b.open(invoice) == 0


def test_a_posted_payment_is_not_deleted() -> None:
    with books() as b:
        receipt = b.receipt(100)
        with pytest.raises(NotADraft):
            payments.delete(actor=b.actor, ids=[receipt])


def test_editing_selects_anew_and_may_take_again_what_it_held() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        draft = b.receipt(100, [first], post=False)
        version = b.document(draft).version
        payments.edit(actor=b.actor, key=draft, entered=entered(b, 150, first, second), version=version)
        assert [b.figures(i).reserved for i in (first, second)] == [100, 50]
        with pytest.raises(Stale):
            payments.edit(actor=b.actor, key=draft, entered=entered(b, 10), version=version)
        assert [b.figures(i).reserved for i in (first, second)] == [100, 50]


def test_a_refused_edit_leaves_the_draft_as_it_was() -> None:
    with books() as b:
        invoice = b.invoice(100)
        draft = b.receipt(60, [invoice], post=False)
        wrong = entered(b, 500, lines={b.line(invoice): money(101)})
        with pytest.raises(Refusal):
            payments.edit(actor=b.actor, key=draft, entered=wrong, version=b.document(draft).version)
        assert reserved(b) == [60]
        assert b.document(draft).amount == 60


def test_a_draft_needs_no_charge() -> None:
    with books() as b:
        draft = b.receipt(50, post=False)
        assert not Reservation.objects.filter(company=b.company).exists()
        payments.post(actor=b.actor, ids=[draft])
        assert b.state(draft) == (-50, "available", "none", "")


def test_inline_credits_and_selection_go_together() -> None:
    with books() as b:
        invoice = b.invoice(300, 100, -20)
        draft = b.receipt(380, [invoice], post=False)
        assert b.figures(invoice).reserved == 380
        payments.post(actor=b.actor, ids=[draft])
        assert b.state(invoice) == (0, "paid", "complete", "A")
