"""Deposits through their services: undeposited funds into one bank amount, and back (SPEC 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Account, BankAccount, Entity
from arledger.core.errors import Forbidden, NotFound, Refusals, Stale
from arledger.core.models import OutboxEvent
from arledger.core.scope import company_scope
from deposits import services as deposits
from deposits.errors import (
    AlreadyDeposited,
    BankAccountMissing,
    DepositTooEarly,
    NothingToDeposit,
    NotUndeposited,
    ReceiptCurrency,
)
from deposits.inputs import DepositInput
from deposits.selectors import undeposited
from ledger.checks import check
from ledger.errors import (
    AlreadyReversed,
    InDeposit,
    InDraftDeposit,
    NamedTwice,
    NotADraft,
    NotPosted,
    PeriodClosed,
    ReversalIsFinal,
    ReversalTooEarly,
)
from ledger.models import DepositItem, Document, JournalEntry
from payments import services as payments
from reconciliation.errors import ReasonMissing
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def waiting(b: Books) -> list[int]:
    return sorted(undeposited(b.actor).values_list("pk", flat=True))


def entered(b: Books, *receipts: int, **more: object) -> DepositInput:
    return DepositInput(**{"bank_account_id": b.bank, "date": TODAY, "receipts": receipts, **more})  # type: ignore[arg-type]


def undo(b: Books, deposit: int, on: date = TODAY) -> int:
    return deposits.reverse(actor=b.actor, ids=[deposit], on=on, reason="wrong slip")[0]


def booked(b: Books, document: int) -> dict[str, tuple[Any, Any]]:
    """The journal of a document: {account: (amount, base amount)}, debit +."""
    names = dict(Account.objects.filter(company=b.company).values_list("pk", "kind"))
    found: dict[str, tuple[Any, Any]] = {}
    for entry in JournalEntry.objects.filter(company_id=b.company.pk, document=document):
        amount, base = found.get(names[entry.account_id], (Decimal(0), Decimal(0)))
        found[names[entry.account_id]] = (amount + entry.amount, base + entry.base_amount)
    return found


def balance(b: Books, kind: str) -> Decimal:
    accounts = Account.objects.filter(company=b.company, kind=kind).values_list("pk", flat=True)
    entries = JournalEntry.objects.filter(company_id=b.company.pk, account_id__in=list(accounts))
    return sum((entry.base_amount for entry in entries), Decimal(0))


def dollars(b: Books) -> BankAccount:
    own = BankAccount.objects.get(company=b.company, pk=b.bank)
    return BankAccount.objects.create(
        company=b.company, code="USD", name="Dollars", currency="USD", account=own.account
    )


def test_receipts_go_to_the_bank_together() -> None:
    with books() as b:
        invoice = b.invoice(300)
        first, second = b.cash(100, [invoice]), b.cash(Decimal("50.25"))
        advance = b.advance(30, bank_account_id=None)
        other = b.cash(7)
        b.receipt(9)
        assert waiting(b) == sorted([first, second, advance, other])
        key = b.deposit(first, second, advance, reference="SLIP 1")
        deposit = b.document(key)
        assert (deposit.kind, deposit.state, deposit.number) == ("deposit", "posted", "DEP-00001")
        assert (deposit.amount, deposit.total, deposit.currency) == (Decimal("180.25"), 0, "EUR")
        assert (deposit.customer_id, deposit.gl_date, deposit.reference) == (None, TODAY, "SLIP 1")
        assert waiting(b) == [other]
        assert booked(b, key) == {
            "bank": (Decimal("180.25"), Decimal("180.25")),
            "undeposited": (Decimal("-180.25"), Decimal("-180.25")),
        }
        assert balance(b, "undeposited") == 7
        assert b.open(invoice) == 200, "a deposit moves nobody's balance"
        assert [event.kind for event in OutboxEvent.objects.filter(object_ids=[key])] == ["deposit.posted"]
        assert check(b.company.pk) == []


def test_a_draft_holds_its_receipts_and_moves_nothing() -> None:
    with books() as b:
        first, second = b.cash(100), b.cash(50)
        key = b.deposit(first, post=False)
        assert (b.document(key).number, b.document(key).amount) == (None, 100)
        assert waiting(b) == [second]
        assert sorted(undeposited(b.actor, draft=key).values_list("pk", flat=True)) == [first, second]
        assert balance(b, "undeposited") == 150
        with pytest.raises(AlreadyDeposited):
            b.deposit(first)
        assert deposits.post(actor=b.actor, ids=[key]) == ["DEP-00001"]
        assert balance(b, "undeposited") == 50
        assert balance(b, "bank") == 100
        assert check(b.company.pk) == []


def test_a_draft_is_edited_and_deleted() -> None:
    with books() as b:
        first, second = b.cash(100), b.cash(50)
        key = b.deposit(first, post=False)
        deposits.edit(actor=b.actor, key=key, entered=entered(b, first, second, reference="B"), version=1)
        assert (b.document(key).amount, b.document(key).reference) == (150, "B")
        with pytest.raises(Stale):
            deposits.edit(actor=b.actor, key=key, entered=entered(b, second), version=1)
        deposits.edit(actor=b.actor, key=key, entered=entered(b, second), version=2)
        assert waiting(b) == [first]
        with pytest.raises(Stale):
            deposits.post(actor=b.actor, ids=[key], version=2)
        with pytest.raises(Stale):
            deposits.delete(actor=b.actor, ids=[key], version=2)
        deposits.delete(actor=b.actor, ids=[key], version=3)
        assert waiting(b) == [first, second]
        assert not Document.objects.filter(company=b.company, kind="deposit").exists()
        assert check(b.company.pk) == []


def test_a_posted_deposit_is_no_draft() -> None:
    with books() as b:
        key = b.deposit(b.cash(100))
        for verb in (
            lambda: deposits.post(actor=b.actor, ids=[key]),
            lambda: deposits.delete(actor=b.actor, ids=[key]),
            lambda: deposits.edit(actor=b.actor, key=key, entered=entered(b, b.cash(1)), version=2),
        ):
            with pytest.raises(NotADraft):
                verb()
        assert DepositItem.objects.filter(company=b.company, document=key).count() == 1


def test_a_reversal_gives_the_receipts_back() -> None:
    with books() as b:
        receipt = b.cash(100)
        key = b.deposit(receipt)
        mirror = undo(b, key)
        assert (b.document(mirror).number, b.document(mirror).reverses_id) == ("DEP-00002", key)
        assert waiting(b) == [receipt]
        assert booked(b, mirror) == {"bank": (-100, -100), "undeposited": (100, 100)}
        assert [balance(b, "bank"), balance(b, "undeposited")] == [0, 100]
        with pytest.raises(AlreadyReversed):
            undo(b, key)
        with pytest.raises(ReversalIsFinal):
            undo(b, mirror)
        again = b.deposit(receipt)
        assert b.document(again).number == "DEP-00003"
        assert check(b.company.pk) == []


def test_a_reversal_that_is_refused() -> None:
    with books() as b:
        receipt = b.cash(100)
        draft = b.deposit(receipt, post=False)
        with pytest.raises(NotPosted):
            undo(b, draft)
        deposits.post(actor=b.actor, ids=[draft])
        with pytest.raises(ReversalTooEarly):
            undo(b, draft, TODAY - timedelta(days=1))
        with pytest.raises(ReasonMissing):
            deposits.reverse(actor=b.actor, ids=[draft], on=TODAY, reason=" ")
        b.configure(closed_through=TODAY)
        with pytest.raises(PeriodClosed):
            undo(b, draft)
        assert waiting(b) == []


def test_a_receipt_in_a_deposit_cannot_be_reversed() -> None:
    with books() as b:
        receipt = b.cash(100)
        draft = b.deposit(receipt, post=False)
        with pytest.raises(InDraftDeposit, match="PAY-00001 lies in the draft"):
            b.reverse(receipt)
        deposits.post(actor=b.actor, ids=[draft])
        with pytest.raises(InDeposit) as caught:
            b.reverse(receipt)
        assert str(caught.value) == "PAY-00001 lies in DEP-00001: reverse the deposit first."
        undo(b, draft)
        b.reverse(receipt)
        assert waiting(b) == []
        assert balance(b, "undeposited") == 0
        assert check(b.company.pk) == []


def test_only_undeposited_receipts_of_one_currency_are_deposited() -> None:
    with books() as b:
        banked, draft, gone = b.receipt(10), b.cash(20, post=False), b.cash(30)
        mirror = b.reverse(gone)
        for wrong in (banked, draft, gone, mirror):
            with pytest.raises(NotUndeposited):
                b.deposit(wrong)
        for missing in (b.invoice(5), 10**15):
            with pytest.raises(NotFound):
                b.deposit(missing)
        held = b.cash(40, currency="USD", exchange_rate=Decimal("0.9"))
        with pytest.raises(ReceiptCurrency, match="is in USD; the bank account BANK is kept in EUR"):
            b.deposit(held)
        with pytest.raises(NothingToDeposit):
            b.deposit()
        with pytest.raises(BankAccountMissing):
            b.deposit(b.cash(1), bank_account_id=10**15)
        with pytest.raises(DepositTooEarly):
            b.deposit(b.cash(1, on=TODAY + timedelta(days=1)))
        twice = b.cash(2)
        with pytest.raises(NamedTwice):
            b.deposit(twice, twice)
        b.configure(closed_through=TODAY)
        with pytest.raises(PeriodClosed):
            b.deposit(twice)
        assert not DepositItem.objects.filter(company=b.company).exists()


def test_another_currency_books_the_difference_of_the_rates() -> None:
    with books() as b:
        bank = dollars(b)
        first = b.cash(100, currency="USD", exchange_rate=Decimal("0.90"))
        second = b.cash(50, currency="USD", exchange_rate=Decimal("0.80"))
        key = b.deposit(first, second, bank_account_id=bank.pk, exchange_rate=Decimal("0.95"))
        assert booked(b, key) == {
            "bank": (150, Decimal("142.50")),
            "undeposited": (-150, Decimal("-130.00")),
            "exchange": (0, Decimal("-12.50")),
        }
        assert balance(b, "undeposited") == 0
        assert check(b.company.pk) == []
        mirror = undo(b, key)
        assert booked(b, mirror) == {
            account: (-amount, -base) for account, (amount, base) in booked(b, key).items()
        }
        assert check(b.company.pk) == []


def test_the_accounts_of_the_day_stay() -> None:
    """The journal is made of facts: a bank account that is moved to another GL account moves no deposit."""
    with books() as b:
        receipt = b.cash(100)
        kept = b.cash(5)
        other = Account.objects.create(company=b.company, code="511999", name="Till", kind="undeposited")
        b.configure(undeposited_account=other)
        key = b.deposit(receipt)
        old = balance(b, "bank")
        elsewhere = Account.objects.create(company=b.company, code="512999", name="Other bank", kind="bank")
        BankAccount.objects.filter(company=b.company, pk=b.bank).update(account=elsewhere)
        entries = JournalEntry.objects.filter(company_id=b.company.pk, document=key)
        assert elsewhere.pk not in {entry.account_id for entry in entries}
        assert other.pk not in {entry.account_id for entry in entries}
        assert old == 100
        late = b.cash(8)
        b.deposit(kept, late)
        assert balance(b, "undeposited") == 0
        assert check(b.company.pk) == []


def test_many_deposits_are_one_call() -> None:
    with books() as b:
        receipts = [b.cash(amount) for amount in (1, 2, 3)]
        keys = deposits.add(actor=b.actor, deposits=[entered(b, key) for key in receipts], post=True)
        assert [b.document(key).number for key in keys] == ["DEP-00001", "DEP-00002", "DEP-00003"]
        late = [entered(b, b.cash(1)), entered(b), entered(b, receipts[0])]
        with pytest.raises(Refusals) as caught:
            deposits.add(actor=b.actor, deposits=late)
        assert [(error.row, error.code) for error in caught.value.errors] == [
            (1, "nothing_to_deposit"),
            (2, "already_deposited"),
        ]


@pytest.mark.parametrize("verb", ["add", "post", "reverse"])
def test_each_verb_needs_its_right(verb: str) -> None:
    with books() as b:
        receipt, draft, posted = b.cash(1), b.deposit(b.cash(2), post=False), b.deposit(b.cash(3))
        actor = replace(b.actor, rights=b.actor.rights - {f"deposits.{verb}"})
        calls: dict[str, list[Any]] = {
            "add": [
                lambda: deposits.add(actor=actor, deposits=[entered(b, receipt)]),
                lambda: deposits.edit(actor=actor, key=draft, entered=entered(b, receipt), version=1),
                lambda: deposits.delete(actor=actor, ids=[draft]),
            ],
            "post": [
                lambda: deposits.add(actor=actor, deposits=[entered(b, receipt)], post=True),
                lambda: deposits.post(actor=actor, ids=[draft]),
            ],
            "reverse": [lambda: deposits.reverse(actor=actor, ids=[posted], on=TODAY, reason="x")],
        }
        for call in calls[verb]:
            with pytest.raises(Forbidden):
                call()


def test_who_is_limited_to_entities_deposits_for_them() -> None:
    with books() as b:
        mine, theirs = (
            Entity.objects.create(company=b.company, code=code, name=code) for code in ("E1", "E2")
        )
        own, other = b.cash(10, entity_id=mine.pk), b.cash(20, entity_id=theirs.pk)
        limited = replace(b.actor, entities=frozenset({mine.pk}))
        assert list(undeposited(limited)) == [b.document(own)]
        with pytest.raises(NotFound):
            deposits.add(actor=limited, deposits=[entered(b, other)])
        key = deposits.add(actor=limited, deposits=[entered(b, own, entity_id=mine.pk)])[0]
        stranger = replace(b.actor, entities=frozenset({theirs.pk}))
        with pytest.raises(NotFound):
            deposits.post(actor=stranger, ids=[key])
        assert deposits.post(actor=limited, ids=[key]) == ["DEP-00001"]


def test_another_companys_receipts_and_deposits_do_not_exist() -> None:
    with books() as theirs:
        receipt, deposit = theirs.cash(10), theirs.deposit(theirs.cash(5))
    with books() as b:
        for call in (
            lambda: b.deposit(receipt),
            lambda: deposits.reverse(actor=b.actor, ids=[deposit], on=TODAY, reason="x"),
            lambda: deposits.post(actor=b.actor, ids=[deposit]),
            lambda: b.deposit(b.cash(1), bank_account_id=theirs.bank),
        ):
            with pytest.raises((NotFound, BankAccountMissing)):
                call()
    with company_scope(theirs.company.pk):
        assert waiting(theirs) == [receipt]


def test_statements_do_not_depend_on_the_number_of_receipts() -> None:
    with books() as b:

        def asked(receipts: list[int]) -> int:
            with CaptureQueriesContext(connection) as found:
                b.deposit(*receipts)
            return len(found)

        few = asked([b.cash(1)])
        assert few <= 20
        assert asked([b.cash(1) for _ in range(12)]) == few


def test_a_reversed_payment_of_a_bank_account_is_not_in_the_way() -> None:
    with books() as b:
        key = b.receipt(10)
        payments.reverse(actor=b.actor, ids=[key], on=TODAY, reason="x")
        assert waiting(b) == []
