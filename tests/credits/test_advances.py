"""Advances: money received before there is an invoice, numbered or not (SPEC 7)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from arledger.companies.models import Account, BankAccount, Location
from arledger.core.errors import Forbidden, NotFound, Refusal, Refusals, Stale
from credits.errors import AmountOrLines, NotReceived
from credits.inputs import AdvanceInput, AdvanceLine
from credits.services import advances
from ledger.checks import check
from ledger.errors import (
    AlreadyReversed,
    BankCurrency,
    NoLines,
    NotADraft,
    PeriodClosed,
    ReversalIsFinal,
    StillApplied,
    UnknownBankAccount,
    UnknownMethod,
)
from ledger.models import Document, JournalEntry, Line
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def entered(b: Books, **values: object) -> AdvanceInput:
    usual = {"customer_id": b.customer, "date": TODAY, "method": "check"}
    return AdvanceInput(**{**usual, **values})  # type: ignore[arg-type]


def enter(b: Books, *, post: bool = False, **values: object) -> int:
    return advances.enter(actor=b.actor, advances=[entered(b, **values)], post=post)[0]


def journal(b: Books, document: int) -> dict[str, Decimal]:
    """{account code: debit +, credit −} of a document."""
    found: dict[str, Decimal] = {}
    codes = dict(Account.objects.filter(company=b.company).values_list("pk", "code"))
    for entry in JournalEntry.objects.filter(company_id=b.company.pk, document=document):
        found[codes[entry.account_id]] = found.get(codes[entry.account_id], Decimal(0)) + entry.base_amount
    return {code: amount for code, amount in found.items() if amount}


def test_money_received_is_a_credit_on_the_advances_account() -> None:
    with books() as b:
        key = b.advance(200)
        assert b.state(key) == (-200, "available", "none", "")
        assert b.document(key).total == -200
        assert journal(b, key) == {"512000": 200, "419100": -200}
        undeposited = enter(b, amount=Decimal(50), post=True)
        assert journal(b, undeposited) == {"511000": 50, "419100": -50}
        assert check(b.company.pk) == []


def test_applying_one_moves_the_amount_between_the_control_accounts() -> None:
    with books() as b:
        key, invoice = b.advance(200), b.invoice(150)
        made = b.match((b.line(invoice), b.line(key), 150))
        assert journal(b, made) == {"419100": 150, "411000": -150}
        assert b.state(key)[:2] == (-50, "partially_applied")
        assert b.state(invoice)[:2] == (0, "paid")
        assert check(b.company.pk) == []


def test_the_lines_make_up_the_amount() -> None:
    with books() as b:
        place = Location.objects.filter(company=b.company).first()
        lines = [
            AdvanceLine(amount=Decimal(120), description="Deposit", location_id=place.pk if place else None),
            AdvanceLine(amount=Decimal(0), description="Nothing yet"),
            AdvanceLine(amount=Decimal("79.50")),
        ]
        key = enter(b, lines=lines, post=True)
        assert b.document(key).total == Decimal("-199.50")
        stored = Line.objects.filter(document=key).order_by("position")
        assert [(line.amount, line.description) for line in stored] == [
            (-120, "Deposit"),
            (0, "Nothing yet"),
            (Decimal("-79.50"), ""),
        ]


@pytest.mark.parametrize(
    ("values", "refusal", "field"),
    [
        ({}, NoLines, "lines"),
        ({"amount": Decimal(0)}, NotReceived, "amount"),
        ({"amount": Decimal(-5)}, NotReceived, "amount"),
        ({"amount": Decimal("NaN")}, NotReceived, "amount"),
        ({"lines": [AdvanceLine(amount=Decimal(0))]}, NotReceived, "lines.0.amount"),
        (
            {"lines": [AdvanceLine(amount=Decimal(9)), AdvanceLine(amount=Decimal(-1))]},
            NotReceived,
            "lines.1.amount",
        ),
        ({"amount": Decimal(1), "lines": [AdvanceLine(amount=Decimal(1))]}, AmountOrLines, "amount"),
        ({"amount": Decimal(1), "method": ""}, UnknownMethod, "method"),
        ({"amount": Decimal(1), "method": "shells"}, UnknownMethod, "method"),
        ({"amount": Decimal(1), "bank_account_id": 10**9}, UnknownBankAccount, "bank_account"),
        ({"amount": Decimal(1), "customer_id": 10**9}, NotFound, "customer"),
    ],
)
def test_what_is_no_advance_is_refused(values: dict[str, object], refusal: type[Refusal], field: str) -> None:
    with books() as b:
        with pytest.raises(refusal) as refused:
            advances.enter(actor=b.actor, advances=[entered(b, **values)])
        assert refused.value.field == field
        assert not Document.objects.filter(company=b.company).exists()


def test_a_bank_account_of_another_currency_is_refused() -> None:
    with books() as b:
        bank = BankAccount.objects.get(pk=b.bank, company=b.company)
        with pytest.raises(BankCurrency) as refused:
            enter(b, amount=Decimal(1), currency="USD", exchange_rate=Decimal("0.9"), bank_account_id=b.bank)
        assert bank.code in str(refused.value)


def test_several_at_fault_are_named_by_their_rows() -> None:
    with books() as b:
        wrong = [
            entered(b, amount=Decimal(1)),
            entered(b, amount=Decimal(-1)),
            entered(b, amount=Decimal(1), lines=[AdvanceLine(amount=Decimal(1))]),
        ]
        with pytest.raises(Refusals) as refused:
            advances.enter(actor=b.actor, advances=wrong)
        assert [error.row for error in refused.value.errors] == [1, 2]


def test_a_number_exists_only_while_the_sequence_is_on_at_posting() -> None:
    with books() as b:
        before = b.advance(10)
        draft = b.advance(20, post=False)
        b.number_advances()
        assert advances.post(actor=b.actor, ids=[draft]) == ["ADV-00001"]
        b.configure(advance_sequence=None)
        after = b.advance(30)
        assert [b.document(key).number for key in (before, draft, after)] == [None, "ADV-00001", None]
        mirror = b.reverse(draft)
        assert b.document(mirror).number is None
        assert str(b.document(mirror)) == "Advance of Mar 15, 2026"
        assert check(b.company.pk) == []


def test_no_other_kind_is_posted_without_a_number() -> None:
    with books() as b:
        draft = b.adjustment(-10, post=False)
        with pytest.raises(IntegrityError, match="posted_is_complete"), transaction.atomic():
            connection.cursor().execute(
                "UPDATE ledger_document SET state = 'posted', gl_date = date, posted_at = created_at"
                " WHERE company_id = %s AND id = %s",
                [b.company.pk, draft],
            )
        advance = b.advance(10, post=False)
        connection.cursor().execute(
            "UPDATE ledger_document SET state = 'posted', gl_date = date, posted_at = created_at"
            " WHERE company_id = %s AND id = %s",
            [b.company.pk, advance],
        )
        assert b.document(advance).state == "posted"


def test_drafts_change_and_go_and_posted_ones_stay() -> None:
    with books() as b:
        draft = b.advance(10, post=False)
        advances.edit(actor=b.actor, key=draft, entered=entered(b, amount=Decimal(12)), version=1)
        assert (b.document(draft).total, b.document(draft).method) == (-12, "check")
        with pytest.raises(Stale):
            advances.edit(actor=b.actor, key=draft, entered=entered(b, amount=Decimal(13)), version=1)
        with pytest.raises(NotReceived):
            advances.edit(actor=b.actor, key=draft, entered=entered(b, amount=Decimal(0)), version=2)
        advances.post(actor=b.actor, ids=[draft])
        with pytest.raises(NotADraft) as refused:
            advances.post(actor=b.actor, ids=[draft])
        assert "Advance of Mar 15, 2026 is posted already" in str(refused.value)
        with pytest.raises(NotADraft):
            advances.delete(actor=b.actor, ids=[draft])
        gone = b.advance(5, post=False)
        advances.delete(actor=b.actor, ids=[gone])
        assert not Document.objects.filter(pk=gone).exists()


def test_it_is_taken_back_once_in_an_open_period_and_while_nothing_uses_it() -> None:
    with books() as b:
        key, invoice = b.advance(200), b.invoice(150)
        b.match((b.line(invoice), b.line(key), 40))
        with pytest.raises(StillApplied) as refused:
            b.reverse(key)
        assert "Advance of Mar 15, 2026 is matched with INV-00001" in str(refused.value)
        b.unapply(*b.applications(key))
        b.configure(closed_through=date(2026, 3, 31))
        with pytest.raises(PeriodClosed):
            b.reverse(key, on=date(2026, 3, 20))
        mirror = b.reverse(key, on=date(2026, 4, 2))
        assert b.state(key, on=date(2026, 4, 2))[:2] == (0, "applied")
        assert b.open(key, on=date(2026, 4, 1)) == -200
        with pytest.raises(AlreadyReversed) as again:
            b.reverse(key, on=date(2026, 4, 3))
        assert "Advance of Apr 2, 2026" in str(again.value)
        with pytest.raises(ReversalIsFinal):
            b.reverse(mirror, on=date(2026, 4, 3))
        assert journal(b, mirror) == {"512000": -200, "419100": 200}
        assert check(b.company.pk) == []


@pytest.mark.parametrize(
    ("right", "verb"),
    [
        ("advances.add", lambda b, key: enter(b, amount=Decimal(1))),
        (
            "advances.add",
            lambda b, key: advances.edit(
                actor=b.actor, key=key, entered=entered(b, amount=Decimal(1)), version=1
            ),
        ),
        ("advances.post", lambda b, key: advances.post(actor=b.actor, ids=[key])),
        ("advances.delete", lambda b, key: advances.delete(actor=b.actor, ids=[key])),
        (
            "advances.reverse",
            lambda b, key: advances.reverse(actor=b.actor, ids=[key], on=TODAY, reason="x"),
        ),
    ],
)
def test_each_verb_needs_its_right(right: str, verb: object) -> None:
    with books() as b:
        key = b.advance(10, post=False)
        limited = b.limited_to(b.actor.rights - {right})
        with pytest.raises(Forbidden) as refused:
            verb(limited, key)  # type: ignore[operator]
        assert refused.value.values["right"] == right
