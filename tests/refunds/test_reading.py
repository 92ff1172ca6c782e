"""What may be refunded and why not, the links both ways, and the warning about the same refund twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Journal
from arledger.core.errors import NotFound
from credits.services import adjustments
from ledger.entering import DocumentInput, LineInput
from ledger.errors import NotADraft
from reconciliation.open_credits import CreditKind, NotRefundable
from refunds import services as refunds
from refunds.inputs import CreditChoice, RefundInput
from refunds.selectors import credits_of, draft_of, refund, refundable, refunds_of
from tests.build import TODAY, Books, money
from tests.refunds.helping import as_person, cash_basis_memo, entity, limited_to, refunding

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + timedelta(days=1)


def reasons(b: Books, currency: str = "EUR", **how: object) -> dict[int, NotRefundable | None]:
    found = refundable(actor=b.actor, customer=b.customer, currency=currency, **how)  # type: ignore[arg-type]
    return {item.document: item.not_refundable for item in found}


def test_every_credit_is_shown_with_the_reason_why_not() -> None:
    with refunding() as b:
        memo, advance, over, negative = b.adjustment(-10), b.advance(10), b.receipt(10), b.invoice(-10)
        mixed, taxed = b.invoice(10, -25), cash_basis_memo(b, -10)
        dollars = b.adjustment(-10, currency="USD", exchange_rate=Decimal("0.9"))
        b.invoice(10)
        assert reasons(b) == {
            memo: None,
            advance: None,
            over: None,
            negative: None,
            mixed: NotRefundable.CHARGES,
            taxed: NotRefundable.CASH_BASIS_TAX,
        }
        assert reasons(b, "USD") == {dollars: NotRefundable.CURRENCY}
        found = refundable(actor=b.actor, customer=b.customer, currency="EUR")
        assert {item.kind for item in found} == set(CreditKind)


def test_credits_dated_later_or_of_another_entity_cannot_be_refunded_now() -> None:
    with refunding() as b:
        own = entity(b, "OWN")
        now, later, owned = (
            b.adjustment(-10),
            b.adjustment(-10, on=TOMORROW),
            b.adjustment(-10, entity_id=own),
        )
        assert set(reasons(b).values()) == {None}
        assert reasons(b, on=TODAY) == {now: None, later: NotRefundable.LATER, owned: None}
        b.configure(limit_credits_to_entity=True)
        assert reasons(b, entity=own) == {now: NotRefundable.ENTITY, later: NotRefundable.ENTITY, owned: None}
        assert reasons(limited_to(b, entity(b, "OTHER"))) == {now: None, later: None}


def test_a_customer_one_may_not_see_has_no_credits_to_show() -> None:
    with refunding() as b:
        own, other = entity(b, "OWN"), entity(b, "OTHER")
        b.customer = b.add_customer("Theirs", entity_id=own)
        b.adjustment(-10)
        with pytest.raises(NotFound):
            reasons(limited_to(b, other))


def test_what_the_draft_at_hand_holds_counts_as_available() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        draft = b.refund({credit: 7}, post=False)

        def amounts(**how: int) -> list[tuple[Any, ...]]:
            found = refundable(actor=b.actor, customer=b.customer, currency="EUR", **how)  # type: ignore[arg-type]
            return [(item.available, item.reserved) for item in found]

        assert amounts() == [(3, 7)]
        assert amounts(draft=draft) == [(10, 0)]


def test_links_lead_from_credits_to_refunds_and_back() -> None:
    with refunding() as b:
        memo, over = b.adjustment(-30, -20), b.receipt(10)
        voided = b.refund({memo: 5})
        b.reverse(voided)
        posted = b.refund({memo: 32, over: 4})
        draft = b.refund({memo: 3}, post=False, on=TOMORROW)
        b.match((b.line(b.invoice(6)), b.line(over), 6))
        found: list[tuple[Any, ...]] = [
            (part.refund, part.refund_name, part.state, part.amount)
            for part in refunds_of(actor=b.actor, document=memo)
        ]
        assert found == [
            (voided, "REF-00001", "voided", 5),
            (posted, "REF-00003", "posted", 32),
            (draft, "Refund of Mar 16, 2026", "draft", 3),
        ]
        given = credits_of(actor=b.actor, refund=posted)
        assert [(part.credit, part.credit_name) for part in given] == [
            (memo, "ADJ-00001"),
            (over, "PAY-00001"),
        ]
        assert [part.amount for part in given] == [32, 4]
        (held,) = credits_of(actor=b.actor, refund=draft)
        assert [held.credit, held.amount] == [memo, 3]
        assert refunds_of(actor=b.actor, document=b.invoice(1)) == []


def test_links_do_not_show_what_one_may_not_see() -> None:
    with refunding() as b:
        own, other = entity(b, "OWN"), entity(b, "OTHER")
        credit = b.adjustment(-10)
        hidden, shown = b.refund({credit: 1}, entity_id=other), b.refund({credit: 2}, entity_id=own)
        me = limited_to(b, own)
        assert [part.refund for part in refunds_of(actor=me.actor, document=credit)] == [shown]
        assert credits_of(actor=me.actor, refund=hidden) == []
        assert refund(me.actor, shown).pk == shown
        with pytest.raises(NotFound):
            refund(me.actor, hidden)
        with pytest.raises(NotADraft):
            draft_of(me.actor, shown)


def similar(b: Books, entered: RefundInput, ignore: int = 0) -> list[int]:
    return [document.pk for document in refunds.similar(actor=b.actor, entered=entered, ignore=ignore)]


def test_the_same_refund_within_thirty_days_is_a_warning() -> None:
    with refunding() as b:
        before = TODAY - timedelta(days=40)
        credit, other = b.adjustment(-500, on=before), b.adjustment(-500, customer=b.add_customer("Other"))
        old = b.refund({credit: 10}, on=TODAY - timedelta(days=31), reference="T-1")
        first = b.refund({credit: 10}, on=TODAY - timedelta(days=30), reference="T-1")
        draft = b.refund({credit: 10}, post=False, reference="t-1 ")
        for unlike in ({"amount": 11}, {"reference": "T-2"}, {"reference": ""}):
            b.refund(
                {credit: unlike.get("amount", 10)},
                reference=unlike.get("reference", "T-1"),
            )
        voided = b.refund({credit: 10}, reference="T-1")
        b.reverse(voided)
        b.refund({other: 10}, customer=b.document(other).customer_id, reference="T-1")
        entered = b.refunded({credit: 10}, reference=" T-1")
        assert similar(b, entered) == [draft, first]
        assert similar(b, entered, ignore=draft) == [first]
        assert similar(b, replace(entered, reference=" ")) == []
        assert similar(b, replace(entered, date=TODAY - timedelta(days=1))) == [draft, first, old]
        assert similar(b, replace(entered, amount=money(10), credits=())) == [draft, first]
        assert similar(b, replace(entered, amount=money(9))) == []
        b.refund({credit: 10}, post=True, reference="T-1")
        assert len(similar(b, entered)) == 3, "it warns, it does not refuse"


def test_the_amount_of_all_that_is_left_is_read_for_the_warning() -> None:
    with refunding() as b:
        first, second = b.adjustment(-10, -5), b.adjustment(-15)
        again = b.refund(first, reference="T-1")
        assert similar(b, b.refunded(second, reference="T-1")) == [again]
        line = CreditChoice(line=b.line(second))
        assert similar(b, replace(b.refunded(second, reference="T-1"), credits=[line])) == [again]


def test_the_journal_is_the_one_of_the_day_of_posting() -> None:
    with refunding() as b:
        from_clerk = as_person(b)
        credit = from_clerk.adjustment(-10)
        draft = from_clerk.refund(credit, post=False)
        before = b.document(draft).journal_id
        other = next(key for key in journals(b) if key != before)
        b.configure(refund_journal_id=other)
        refunds.post(actor=b.actor, ids=[draft])
        assert b.document(draft).journal_id == other


def journals(b: Books) -> list[int]:
    return [journal.pk for journal in Journal.objects.filter(company=b.company).order_by("pk")]


def test_a_hundred_credits_cost_as_many_statements_as_one() -> None:
    with refunding() as b:
        counts = []
        for many in (1, 100):
            customer = b.add_customer("C")
            memo = DocumentInput(customer_id=customer, date=TODAY, lines=[LineInput(amount=money(-10))])
            credits = dict.fromkeys(adjustments.enter(actor=b.actor, adjustments=[memo] * many, post=True))
            with CaptureQueriesContext(connection) as asked:
                draft = b.refund(credits, customer=customer, post=False)
                refunds.post(actor=b.actor, ids=[draft])
                b.reverse(draft)
                refundable(actor=b.actor, customer=customer, currency="EUR")
                refunds_of(actor=b.actor, document=next(iter(credits)))
            counts.append(len(asked))
        assert counts[0] == counts[1] < 120
