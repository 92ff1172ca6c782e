"""What a person, a file or a program enters as a refund, and its check against the company's books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from decimal import Decimal

from arledger.companies.models import BankAccount
from arledger.companies.selectors import Settings, usable_entities
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, refuse
from arledger.core.money import check_amount
from arledger.core.text import clean_text
from customers.models import Customer
from ledger.banking import banks_named
from ledger.errors import BankCurrency, UnknownEntity
from refunds.errors import (
    BankMissing,
    BankNotUsable,
    NoCredits,
    NotByTransfer,
    NothingRefunded,
    NotInBaseCurrency,
    RefundsDisabled,
)

RECORD_TRANSFER = "record_transfer"


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditChoice:
    """A credit to give back: one of its lines, or the whole document, spread over its open credit lines in order.

    ``amount`` is positive; None means all that is available.
    """

    line: int | None = None
    document: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RefundInput:
    """A refund as entered (SPEC 9). ``amount`` is what was refunded, as typed; None means what the credits make up.

    An empty currency is the base currency; ``number`` only when it was given elsewhere (imports).
    """

    customer_id: int
    date: Day
    bank_account_id: int | None
    credits: Sequence[CreditChoice]
    amount: Decimal | None = None
    currency: str = ""
    method: str = RECORD_TRANSFER
    entity_id: int | None = None
    reference: str = ""
    description: str = ""
    pay_to: str = ""
    summary_id: int | None = None
    number: str | None = None


@dataclass(frozen=True)
class Checked:
    """A refund whose header was checked, its texts cleaned, with what it refers to."""

    entered: RefundInput
    customer: Customer
    account_id: int


def check(
    *,
    actor: Actor,
    settings: Settings,
    refunds: Sequence[RefundInput],
    customers: Mapping[int, Customer],
) -> list[Checked]:
    """Check headers with two queries at most; ``customers`` are those the person may use.

    Raises Refusals with a ``row`` each, or the single refusal itself.
    """
    banks = banks_named(
        company_id=actor.company_id, ids=(r.bank_account_id for r in refunds), entities=actor.entities
    )
    entities = usable_entities(actor, (one.entity_id for one in refunds))
    found: list[Checked] = []
    errors: list[Refusal] = []
    for row, entered in enumerate(refunds):
        try:
            if entered.entity_id is not None and entered.entity_id not in entities:
                raise UnknownEntity(field="entity")
            found.append(_checked(settings, customers, banks, entered))
        except Refusal as error:
            error.row = row
            errors.append(error)
    refuse(errors)
    return found


def _checked(
    settings: Settings,
    customers: Mapping[int, Customer],
    banks: Mapping[int, BankAccount],
    entered: RefundInput,
) -> Checked:
    if not settings.refunds_enabled(entered.entity_id):
        raise RefundsDisabled(field="entity" if settings.refunds_anywhere else None)
    customer = customers.get(entered.customer_id)
    if customer is None:
        raise NotFound(field="customer")
    base = settings.company.base_currency
    if entered.currency not in ("", base):
        raise NotInBaseCurrency(field="currency", base=base)
    if entered.method != RECORD_TRANSFER:
        raise NotByTransfer(field="method")
    if entered.amount is not None:
        check_amount(entered.amount, base, field="amount")
        if entered.amount <= 0:
            raise NothingRefunded(field="amount")
    if not entered.credits:
        raise NoCredits(field="credits")
    cleaned = replace(
        entered,
        currency=base,
        reference=clean_text(entered.reference, 100, field="reference"),
        description=clean_text(entered.description, 500, field="description"),
        pay_to=clean_text(entered.pay_to, 1000, multiline=True, field="pay_to"),
        number=clean_text(entered.number, 60, required=True, field="number") if entered.number else None,
    )
    return Checked(cleaned, customer, _account(banks, entered.bank_account_id, base))


def _account(banks: Mapping[int, BankAccount], key: int | None, currency: str) -> int:
    """The GL account of the bank account the money left."""
    if key is None:
        raise BankMissing(field="bank_account")
    bank = banks.get(key)
    if bank is None:
        raise BankNotUsable(field="bank_account")
    if bank.currency != currency:
        raise BankCurrency(field="bank_account", account=bank.code, kept=bank.currency, currency=currency)
    return bank.account_id
