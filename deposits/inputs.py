"""What is entered as a deposit, and its check against the company's books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from datetime import date as Day
from decimal import Decimal

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, refuse
from arledger.core.money import LIMIT
from arledger.core.text import clean_text
from deposits.errors import (
    AlreadyDeposited,
    BankAccountMissing,
    DepositTooEarly,
    NothingToDeposit,
    NotUndeposited,
    ReceiptCurrency,
)
from deposits.selectors import Receipt
from ledger.banking import banks_named
from ledger.drafts import NewDocument
from ledger.errors import NamedTwice, TotalTooLarge, UnknownEntity
from ledger.models import Kind
from ledger.rates import exchange_rate


@dataclass(frozen=True, kw_only=True, slots=True)
class DepositInput:
    """Receipts (keys of payments and advances) that go to a bank account together; all of their cash does.

    ``exchange_rate`` is the bank's, when its currency is not the company's; the entity defaults to the bank account's.
    """

    bank_account_id: int
    date: Day
    receipts: Sequence[int]
    gl_date: Day | None = None
    exchange_rate: Decimal = Decimal(1)
    entity_id: int | None = None
    reference: str = ""
    description: str = ""
    summary_id: int | None = None


@dataclass(frozen=True)
class Checked:
    """A deposit to write, with its receipts and the GL account that their cash goes to."""

    header: NewDocument
    receipts: tuple[Receipt, ...]
    account_id: int


@dataclass(frozen=True)
class _Books:
    banks: Mapping[int, BankAccount]
    entities: frozenset[int]
    receipts: Mapping[int, Receipt]


def check(
    *,
    actor: Actor,
    settings: Settings,
    entered: Sequence[DepositInput],
    receipts: Mapping[int, Receipt],
) -> list[Checked]:
    """Check deposits with two queries; ``receipts`` are those the person may see, read under their customers' locks.

    Raises Refusals (a ``row`` each), or the single refusal itself; NamedTwice for a receipt in two places.
    """
    keys = [key for one in entered for key in one.receipts]
    if len(set(keys)) < len(keys):
        raise NamedTwice(field="receipts")
    named = {one.entity_id for one in entered if one.entity_id is not None}
    found = Entity.objects.filter(company_id=actor.company_id, active=True, pk__in=named) if named else ()
    books = _Books(
        banks=banks_named(
            company_id=actor.company_id, ids=(one.bank_account_id for one in entered), entities=actor.entities
        ),
        entities=frozenset(entity.pk for entity in found),
        receipts=receipts,
    )
    checked: list[Checked] = []
    errors: list[Refusal] = []
    for row, one in enumerate(entered):
        try:
            checked.append(_checked(actor, settings, books, one))
        except Refusal as error:
            error.row = row
            errors.append(error)
    refuse(errors)
    return checked


def _checked(actor: Actor, settings: Settings, books: _Books, entered: DepositInput) -> Checked:
    bank = books.banks.get(entered.bank_account_id)
    if bank is None:
        raise BankAccountMissing(field="bank_account")
    entity_id = bank.entity_id if entered.entity_id is None else entered.entity_id
    unknown = entered.entity_id is not None and entered.entity_id not in books.entities
    if unknown or not actor.reaches(entity_id):
        raise UnknownEntity(field="entity")
    receipts = _receipts(books, bank, entered.receipts, entered.date)
    amount = sum((receipt.amount for receipt in receipts), Decimal(0))
    if amount >= LIMIT:
        raise TotalTooLarge(field="receipts")
    header = NewDocument(
        kind=Kind.DEPOSIT,
        customer_id=None,
        currency=bank.currency,
        exchange_rate=exchange_rate(settings, bank.currency, entered.exchange_rate),
        date=entered.date,
        gl_date=entered.gl_date if settings.row.separate_gl_date else None,
        entity_id=entity_id,
        summary_id=entered.summary_id,
        reference=clean_text(entered.reference, 100, field="reference"),
        description=clean_text(entered.description, 500, field="description"),
        amount=amount,
        bank_account_id=bank.pk,
    )
    return Checked(header, receipts, bank.account_id)


def _receipts(books: _Books, bank: BankAccount, keys: Sequence[int], day: date) -> tuple[Receipt, ...]:
    """The receipts in the order named, each fit to go to this bank account on this day."""
    if not keys:
        raise NothingToDeposit(field="receipts")
    found = []
    for key in keys:
        receipt = books.receipts.get(key)
        if receipt is None:
            raise NotFound(field="receipts")
        if receipt.deposit:
            raise AlreadyDeposited(field="receipts", document=receipt.name, deposit=receipt.deposit)
        if not receipt.undeposited:
            raise NotUndeposited(field="receipts", document=receipt.name)
        if receipt.currency != bank.currency:
            raise ReceiptCurrency(
                field="receipts",
                document=receipt.name,
                currency=receipt.currency,
                account=bank.code,
                kept=bank.currency,
            )
        if receipt.date > day:
            raise DepositTooEarly(field="date", document=receipt.name, earliest=receipt.date)
        found.append(receipt)
    return tuple(found)
