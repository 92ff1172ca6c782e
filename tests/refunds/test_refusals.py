"""Each rule of SPEC 9 says no with a refusal of its own, names what is left, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from arledger.companies.models import BankAccount
from arledger.core.errors import Forbidden, Invalid, NotFound, Refusal, Refusals
from arledger.core.money import AmountNotFinite, TooManyDecimals
from customers.models import Customer
from ledger.errors import BankCurrency, CustomerInactive, NumberTaken, PeriodClosed, UnknownEntity
from ledger.models import Document
from refunds import services as refunds
from refunds.errors import (
    AmountsDiffer,
    BankMissing,
    BankNotUsable,
    CreditAmountNotPositive,
    CreditBesideCharges,
    CreditInOtherCurrency,
    CreditIsDraft,
    CreditOfOtherCustomer,
    CreditOfOtherEntity,
    CreditTwice,
    CreditUnclear,
    CreditUsedUp,
    CreditWithCashBasisTax,
    NoCredits,
    NotARefundableKind,
    NotByTransfer,
    NotEnoughCredit,
    NothingRefunded,
    NotInBaseCurrency,
    RefundsDisabled,
    RefundTooEarly,
    SecondPersonNeeded,
)
from refunds.inputs import CreditChoice, RefundInput
from tests.build import TODAY, Amount, Books, books, money
from tests.refunds.helping import as_person, cash_basis_memo, entity, limited_to, refunding, reserved

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


def written(b: Books) -> int:
    return Document.objects.filter(company=b.company, kind="refund").count()


def refused(b: Books, entered: RefundInput, by: type[Refusal], field: str | None) -> Refusal:
    """Neither drafted nor posted, for the same reason, and without a trace."""
    before = (written(b), reserved(b))
    for post in (False, True):
        with pytest.raises(by) as caught:
            refunds.record(actor=b.actor, refunds=[entered], post=post)
        assert type(caught.value) is by
        assert (caught.value.field, caught.value.row) == (field, 0)
    assert (written(b), reserved(b)) == before
    return caught.value


def test_the_header() -> None:
    with refunding() as b:
        credit = b.adjustment(-100)
        good = b.refunded({credit: 40})
        dollars = BankAccount.objects.create(
            company=b.company,
            code="USD",
            name="Dollars",
            currency="USD",
            account_id=BankAccount.objects.get(pk=b.bank).account_id,
        ).pk
        closed = BankAccount.objects.create(
            company=b.company,
            code="OLD",
            name="Old",
            currency="EUR",
            account_id=BankAccount.objects.get(pk=b.bank).account_id,
            active=False,
        ).pk
        refused(b, replace(good, customer_id=0), NotFound, "customer")
        refused(b, replace(good, bank_account_id=None), BankMissing, "bank_account")
        refused(b, replace(good, bank_account_id=0), BankNotUsable, "bank_account")
        refused(b, replace(good, bank_account_id=closed), BankNotUsable, "bank_account")
        refused(b, replace(good, bank_account_id=dollars), BankCurrency, "bank_account")
        refused(b, replace(good, currency="USD"), NotInBaseCurrency, "currency")
        refused(b, replace(good, method="transfer"), NotByTransfer, "method")
        refused(b, replace(good, entity_id=0), UnknownEntity, "entity")
        refused(b, replace(good, credits=[]), NoCredits, "credits")
        for amount in (0, -40):
            refused(b, replace(good, amount=money(amount)), NothingRefunded, "amount")
        refused(b, replace(good, amount=money("40.001")), TooManyDecimals, "amount")


def test_the_amount_typed_is_what_the_credits_make_up() -> None:
    with refunding() as b:
        credit, other = b.adjustment(-100), b.adjustment(-50)
        entered = b.refunded({credit: 40, other: 5}, amount=money(50))
        found = refused(b, entered, AmountsDiffer, "amount")
        assert found.values == {"amount": 50, "total": 45, "difference": 5}
        assert str(found) == (
            "50.00 was refunded, but the chosen credits add up to 45.00: a difference of 5.00. Make the two agree."
        )
        refused(b, replace(entered, amount=money(30)), AmountsDiffer, "amount")
        key = refunds.record(actor=b.actor, refunds=[replace(entered, amount=money("45.00"))])[0]
        assert b.document(key).total == 45


@pytest.mark.parametrize(
    ("amount", "by"),
    [
        (0, CreditAmountNotPositive),
        (-1, CreditAmountNotPositive),
        ("100.01", NotEnoughCredit),
        ("1.001", TooManyDecimals),
        ("NaN", AmountNotFinite),
        ("Infinity", AmountNotFinite),
    ],
)
def test_an_amount_of_a_credit(amount: Amount, by: type[Refusal]) -> None:
    with refunding() as b:
        fine, credit = b.adjustment(-1), b.adjustment(-60, -40)
        refused(b, b.refunded({fine: None, credit: amount}), by, "credits.1.amount")


def test_not_enough_names_the_credit_and_what_is_left() -> None:
    with refunding() as b:
        credit = b.adjustment(-90, number="ADJ-12")
        found = refused(b, b.refunded({credit: 100}), NotEnoughCredit, "credits.0.amount")
        assert str(found) == "ADJ-12 has 90.00 left; you entered 100.00. Use 90.00."
        assert found.values == {"document": "ADJ-12", "available": 90, "amount": 100}


def test_a_credit_is_named_once_and_clearly() -> None:
    with refunding() as b:
        credit = b.adjustment(-60, -40)
        good, line = b.refunded(credit), b.line(credit)
        whole, part = CreditChoice(document=credit), CreditChoice(line=line, amount=Decimal(1))
        for twice in ((whole, part), (part, whole), (part, part)):
            refused(b, replace(good, credits=twice), CreditTwice, "credits.1.credit")
        refused(b, replace(good, credits=[CreditChoice()]), CreditUnclear, "credits.0.credit")
        both = CreditChoice(line=line, document=credit)
        refused(b, replace(good, credits=[both]), CreditUnclear, "credits.0.credit")


def test_what_is_no_credit_of_this_customer() -> None:
    with refunding() as b:
        foreign = b.adjustment(-10, customer=b.add_customer("Other"))
        with books() as elsewhere:
            theirs = elsewhere.adjustment(-10)
            their_line = elsewhere.line(theirs)
        refused(b, b.refunded(foreign), CreditOfOtherCustomer, "credits.0.credit")
        for document in (theirs, 0):
            refused(b, b.refunded(document), NotFound, "credits.0.credit")
        by_line = replace(b.refunded(foreign), credits=[CreditChoice(line=b.line(foreign))])
        refused(b, by_line, CreditOfOtherCustomer, "credits.0.credit")
        for line in (their_line, 0):
            entered = replace(b.refunded(foreign), credits=[CreditChoice(line=line)])
            refused(b, entered, NotFound, "credits.0.credit")
        invoice, draft = b.invoice(10), b.adjustment(-10, post=False)
        refused(b, b.refunded(invoice), NotARefundableKind, "credits.0.credit")
        refused(b, b.refunded(draft), CreditIsDraft, "credits.0.credit")


def test_a_credit_that_is_used_up() -> None:
    with refunding() as b:
        credit, other = b.adjustment(-10), b.adjustment(-10)
        b.refund(credit)
        b.match((b.line(b.invoice(10)), b.line(other), 10))
        for key in (credit, other):
            found = refused(b, b.refunded({key: 1}), CreditUsedUp, "credits.0.credit")
            assert str(found).startswith(f"Nothing is left of {b.document(key).number}:")
            entered = replace(b.refunded(key), credits=[CreditChoice(line=b.line(key))])
            refused(b, entered, CreditUsedUp, "credits.0.credit")


def test_documents_with_charges_or_cash_basis_tax() -> None:
    with refunding() as b:
        mixed = [b.invoice(10, -25), b.invoice(100, -20), b.invoice(-100, 100), b.adjustment(5, -30)]
        for document in mixed:
            refused(b, b.refunded(document), CreditBesideCharges, "credits.0.credit")
        line = replace(b.refunded(mixed[0]), credits=[CreditChoice(line=b.line(mixed[0], 2))])
        refused(b, line, CreditBesideCharges, "credits.0.credit")
        taxed = cash_basis_memo(b, -10, -5)
        for choice in (CreditChoice(document=taxed), CreditChoice(line=b.line(taxed, 1))):
            entered = replace(b.refunded(taxed), credits=[choice])
            refused(b, entered, CreditWithCashBasisTax, "credits.0.credit")


def test_another_currency_than_the_base() -> None:
    with refunding() as b:
        credit = b.adjustment(-10, currency="USD", exchange_rate=Decimal("0.9"))
        found = refused(b, b.refunded(credit), CreditInOtherCurrency, "credits.0.credit")
        assert found.values["currency"] == "USD"


def test_everything_wrong_with_the_credits_is_told_at_once() -> None:
    with refunding() as b:
        credit, other = b.adjustment(-10), b.adjustment(-20)
        with pytest.raises(Refusals) as caught:
            refunds.record(
                actor=b.actor, refunds=[b.refunded({credit: 1}), b.refunded({credit: 11, other: 0, 0: 1})]
            )
        assert [(e.row, e.field, type(e)) for e in caught.value.errors] == [
            (1, "credits.0.amount", NotEnoughCredit),
            (1, "credits.1.amount", CreditAmountNotPositive),
            (1, "credits.2.credit", NotFound),
        ]
        assert written(b) == 0


def test_not_before_the_credit_is_there() -> None:
    with refunding() as b:
        early, late = b.adjustment(-10, on=TODAY), b.adjustment(-10, on=TODAY + timedelta(days=3))
        found = refused(b, b.refunded({early: 5, late: 5}), RefundTooEarly, "date")
        assert found.values == {"document": "ADJ-00002", "earliest": TODAY + timedelta(days=3)}
        refused(b, b.refunded(early, on=YESTERDAY), RefundTooEarly, "date")
        b.refund({early: 5, late: 5}, on=TODAY + timedelta(days=3))


def test_not_before_the_amount_is_free_again() -> None:
    """What was un-applied today was in use until then (SPEC 15.2, Dates)."""
    with refunding() as b:
        credit = b.adjustment(-10, on=YESTERDAY)
        b.match((b.line(b.invoice(10, on=YESTERDAY)), b.line(credit), 8))
        b.unapply(*b.applications(credit))
        found = refused(b, b.refunded({credit: 3}, on=YESTERDAY), RefundTooEarly, "date")
        assert found.values["earliest"] == TODAY
        b.refund({credit: 2}, on=YESTERDAY)
        b.refund({credit: 8}, on=TODAY)


def test_posting_asks_for_an_active_customer_an_open_period_and_a_free_number() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        b.refund({credit: 1}, number="R-1")
        with pytest.raises(NumberTaken):
            b.refund({credit: 1}, number="R-1", post=False)
        draft = b.refund({credit: 2}, post=False)
        b.configure(closed_through=TODAY)
        for verb in (
            lambda: refunds.post(actor=b.actor, ids=[draft]),
            lambda: b.refund({credit: 2}),
        ):
            with pytest.raises(PeriodClosed) as closed:
                verb()
            assert closed.value.field == "date"
        b.configure(closed_through=None)
        Customer.objects.filter(pk=b.customer).update(active=False)
        with pytest.raises(CustomerInactive):
            refunds.post(actor=b.actor, ids=[draft])
        assert [*reserved(b), b.open(credit)] == [-2, -9], "the draft is as it was"


def test_switched_off_nothing_of_it_is_there() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        draft, posted = b.refund({credit: 1}, post=False), b.refund({credit: 1})
        b.configure(refunds_enabled=False)
        entered = b.refunded(credit)
        for verb in (
            lambda: refunds.record(actor=b.actor, refunds=[entered]),
            lambda: refunds.edit(actor=b.actor, key=draft, entered=entered, version=1),
            lambda: refunds.post(actor=b.actor, ids=[draft]),
            lambda: refunds.delete(actor=b.actor, ids=[draft]),
            lambda: refunds.void(actor=b.actor, ids=[posted], on=TODAY, reason="wrong"),
        ):
            with pytest.raises(RefundsDisabled) as off:
                verb()
            assert (off.value.status, off.value.code) == (404, "refunds_disabled")


def test_an_entity_may_be_switched_on_or_off_by_itself() -> None:
    with books() as b:
        on, off = entity(b, "ON", refunds_enabled=True), entity(b, "OFF", refunds_enabled=False)
        credit = b.adjustment(-10)
        refused(b, b.refunded(credit), RefundsDisabled, "entity")
        b.refund({credit: 1}, entity_id=on)
        b.configure(refunds_enabled=True)
        b.refund({credit: 1})
        refused(b, b.refunded(credit, entity_id=off), RefundsDisabled, "entity")


def test_each_verb_needs_its_right() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        draft, posted = b.refund({credit: 1}, post=False), b.refund({credit: 1})

        def without(right: str) -> Books:
            return replace(b, actor=replace(b.actor, rights=b.actor.rights - {right}))

        entered = b.refunded({credit: 1})
        for right, verb in (
            ("refunds.add", lambda a: refunds.record(actor=a, refunds=[entered])),
            ("refunds.post", lambda a: refunds.record(actor=a, refunds=[entered], post=True)),
            ("refunds.add", lambda a: refunds.edit(actor=a, key=draft, entered=entered, version=1)),
            ("refunds.add", lambda a: refunds.delete(actor=a, ids=[draft])),
            ("refunds.post", lambda a: refunds.post(actor=a, ids=[draft])),
            ("refunds.void", lambda a: refunds.void(actor=a, ids=[posted], on=TODAY, reason="wrong")),
        ):
            with pytest.raises(Forbidden) as missing:
                verb(without(right).actor)
            assert missing.value.values["right"] == right


def test_who_is_limited_to_an_entity_sees_its_credits_only() -> None:
    with refunding() as b:
        mine, other = entity(b, "MINE"), entity(b, "OTHER")
        ours, theirs = b.adjustment(-10, entity_id=mine), b.adjustment(-10, entity_id=other)
        top, draft = b.adjustment(-10), b.refund({theirs: 1}, entity_id=other, post=False)
        me = limited_to(b, mine)
        refused(me, me.refunded(theirs), NotFound, "credits.0.credit")
        refused(me, me.refunded({ours: 1}, entity_id=other), UnknownEntity, "entity")
        for verb in (
            lambda: refunds.post(actor=me.actor, ids=[draft]),
            lambda: refunds.delete(actor=me.actor, ids=[draft]),
        ):
            with pytest.raises(NotFound):
                verb()
        me.refund({ours: 1, top: 1}, entity_id=mine)


def test_credits_may_be_kept_to_their_entity() -> None:
    with refunding() as b:
        first, second = entity(b, "ONE"), entity(b, "TWO")
        ours, theirs = b.adjustment(-10, entity_id=first), b.adjustment(-10, entity_id=second)
        top = b.adjustment(-10)
        b.refund({ours: 1, theirs: 1, top: 1})
        b.configure(limit_credits_to_entity=True)
        for key, owner in ((theirs, first), (top, first), (ours, None)):
            refused(b, b.refunded(key, entity_id=owner), CreditOfOtherEntity, "credits.0.credit")
        b.refund({ours: 9}, entity_id=first)
        b.refund({top: 9})


def test_a_second_person_posts_above_the_limit() -> None:
    with refunding(refund_two_person=True, refund_two_person_above=money(100)) as b:
        credit = b.adjustment(-1000)
        anna, bea = as_person(b), as_person(b)
        anna.refund({credit: 100})
        with pytest.raises(SecondPersonNeeded) as needed:
            anna.refund({credit: "100.01"})
        assert needed.value.values == {"limit": 100}
        draft = anna.refund({credit: 200}, post=False)
        with pytest.raises(SecondPersonNeeded):
            refunds.post(actor=anna.actor, ids=[draft])
        refunds.edit(actor=bea.actor, key=draft, entered=b.refunded({credit: 201}), version=1)
        with pytest.raises(SecondPersonNeeded):
            refunds.post(actor=bea.actor, ids=[draft])
        assert refunds.post(actor=anna.actor, ids=[draft]) == ["REF-00002"]
        b.configure(refund_two_person=False)
        anna.refund({credit: 300})


def test_refusals_point_at_the_row() -> None:
    with refunding() as b:
        credit = b.adjustment(-10)
        wrong = b.refunded({credit: 11})
        with pytest.raises(Refusals) as caught:
            refunds.record(actor=b.actor, refunds=[wrong, b.refunded({credit: 1}), wrong])
        assert [error.row for error in caught.value.errors] == [0, 2]
        with pytest.raises(Invalid) as header:
            refunds.record(actor=b.actor, refunds=[b.refunded(credit), b.refunded(credit, method="check")])
        assert header.value.row == 1
