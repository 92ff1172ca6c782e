"""What a person, a file or a program enters as a payment, and its check against the company's books."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arledger.companies.models import BankAccount
from arledger.companies.selectors import Settings, usable_entities
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal, refuse
from arledger.core.money import check_amount, decimals
from arledger.core.text import clean_text
from customers.models import Customer
from ledger.banking import banks_named, money_account
from ledger.errors import UnknownEntity, UnknownMethod
from ledger.models import Method
from ledger.rates import exchange_rate
from payments.errors import CustomerTwice, NothingReceived
from reconciliation.plans import Plan, check_plan

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class PartInput(Plan):
    """What one customer's part of a receipt pays, in the payment's currency (see Plan).

    ``amount`` is cash; it may be 0 where credits are used. A part that names nothing settles the customer's account
    where it is exactly what he owes (SPEC 11), unless the money is to be left (``leave``).
    """

    customer_id: int
    leave: bool = False

    @property
    def bare(self) -> bool:
        """Whether it says nothing about what it pays."""
        return not (
            self.leave or self.lines or self.per_document or self.documents or self.auto or self.credits
        )

    @classmethod
    def of(cls, customer_id: int, plan: Plan) -> PartInput:
        """The part of a customer that pays exactly what a plan says."""
        return cls(
            customer_id=customer_id,
            leave=True,
            amount=plan.amount,
            lines=plan.lines,
            per_document=plan.per_document,
            documents=plan.documents,
            auto=plan.auto,
            credits=plan.credits,
        )


@dataclass(frozen=True, kw_only=True)
class PaymentInput:
    """A receipt. No bank account means undeposited funds; ``payer_id`` defaults to the first part's customer."""

    date: date
    method: str
    parts: Sequence[PartInput]
    currency: str = ""
    bank_account_id: int | None = None
    payer_id: int | None = None
    entity_id: int | None = None
    exchange_rate: Decimal = Decimal(1)
    reference: str = ""
    description: str = ""
    summary_id: int | None = None
    number: str | None = None

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.parts), ZERO)


@dataclass(frozen=True)
class Receipt:
    """A checked payment with what it refers to."""

    entered: PaymentInput
    payer: Customer
    currency: str
    account_id: int
    exchange_rate: Decimal
    reference: str
    description: str
    number: str | None


def parties(payments: Sequence[PaymentInput]) -> set[int]:
    """Every customer the payments name."""
    return {part.customer_id for p in payments for part in p.parts} | _keys(p.payer_id for p in payments)


def check(
    *,
    actor: Actor,
    settings: Settings,
    payments: Sequence[PaymentInput],
    customers: Mapping[int, Customer],
) -> list[Receipt]:
    """Check payments with two queries at most; ``customers`` are those the person may use.

    Raises Refusals (a ``row`` each), or the single refusal itself.
    """
    banks = banks_named(
        company_id=actor.company_id, ids=(p.bank_account_id for p in payments), entities=actor.entities
    )
    entities = usable_entities(actor, (one.entity_id for one in payments))
    receipts: list[Receipt] = []
    errors: list[Refusal] = []
    for row, entered in enumerate(payments):
        try:
            if entered.entity_id is not None and entered.entity_id not in entities:
                raise UnknownEntity(field="entity")
            receipts.append(_receipt(settings, customers, banks, entered))
        except Refusal as error:
            error.row = row
            errors.append(error)
    refuse(errors)
    return receipts


def _keys(found: Iterable[int | None]) -> set[int]:
    return {key for key in found if key is not None}


def _receipt(
    settings: Settings,
    customers: Mapping[int, Customer],
    banks: dict[int, BankAccount],
    entered: PaymentInput,
) -> Receipt:
    if not entered.parts or any(part.customer_id not in customers for part in entered.parts):
        raise NotFound(field="customer")
    payer = customers.get(entered.payer_id or entered.parts[0].customer_id)
    if payer is None:
        raise NotFound(field="customer")
    currency = entered.currency or payer.currency
    decimals(currency)
    _check_parts(customers, entered, currency)
    if entered.method not in Method.values:
        raise UnknownMethod(field="method")
    return Receipt(
        entered=entered,
        payer=payer,
        currency=currency,
        account_id=money_account(settings, banks, entered.bank_account_id, currency),
        exchange_rate=exchange_rate(settings, currency, entered.exchange_rate),
        reference=clean_text(entered.reference, 100, field="reference"),
        description=clean_text(entered.description, 500, field="description"),
        number=clean_text(entered.number, 60, required=True, field="number") if entered.number else None,
    )


def _check_parts(customers: Mapping[int, Customer], entered: PaymentInput, currency: str) -> None:
    seen: set[int] = set()
    for part in entered.parts:
        if part.customer_id in seen:
            raise CustomerTwice(field="customer", customer=str(customers[part.customer_id]))
        seen.add(part.customer_id)
        check_amount(part.amount, currency, field="amount")
        if part.amount < 0 or not (part.amount or part.credits):
            raise NothingReceived(field="amount")
        check_plan(part, currency)
