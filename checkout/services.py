"""Verbs that need an invoice and its receipts at once: they stand above the kinds (SPEC 6, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.core import late
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals, refuse
from checkout.errors import QuickAmountNotPositive
from checkout.paying import RIGHTS, CheckoutResult, ReceiptInput, checkout
from invoices import services as invoices
from ledger.banking import banks_named
from ledger.entering import DocumentInput, LineInput
from ledger.errors import NoLines
from ledger.models import Document
from payments import services as payments
from payments.inputs import PartInput, PaymentInput

__all__ = [
    "RIGHTS",
    "CheckoutResult",
    "QuickDeposit",
    "QuickDepositInput",
    "ReceiptInput",
    "checkout",
    "quick_deposit",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class QuickDepositInput:
    """Money without an invoice: what it was for, in lines with positive amounts, and how it came.

    No bank account means undeposited funds. An empty currency means the bank account's, else the customer's.
    ``summary_id`` and ``payment_summary_id`` are open summaries for the invoice and for the receipt, where users make
    those of the type (SPEC 13).
    """

    customer_id: int
    date: date
    method: str
    lines: Sequence[LineInput]
    bank_account_id: int | None = None
    currency: str = ""
    exchange_rate: Decimal = Decimal(1)
    entity_id: int | None = None
    reference: str = ""
    description: str = ""
    summary_id: int | None = None
    payment_summary_id: int | None = None


@dataclass(frozen=True, slots=True)
class QuickDeposit:
    """The keys of the invoice and of the receipt that pays it."""

    invoice: int
    payment: int


def quick_deposit(*, actor: Actor, deposits: Sequence[QuickDepositInput]) -> list[QuickDeposit]:
    """Post for each deposit an invoice and a receipt of exactly its amount, matched; all of them or nothing.

    Raises Forbidden unless the person may add and post both, Refusals with a row for each deposit at fault (or the
    one refusal), and what ``invoices.services.enter`` and ``payments.services.receive`` raise; what is said of the
    receipt's summary has the field ``payment_summary``.
    """
    for right in RIGHTS:
        actor.require(right)
    _check(deposits)
    with transaction.atomic(), late.held():
        named = (one.bank_account_id for one in deposits)
        kept = {
            key: bank.currency
            for key, bank in banks_named(
                company_id=actor.company_id, ids=named, entities=actor.entities
            ).items()
        }
        bills = [_bill(one, kept.get(one.bank_account_id or 0, "")) for one in deposits]
        made = invoices.enter(actor=actor, invoices=bills, post=True)
        found = Document.objects.filter(company_id=actor.company_id, pk__in=made)
        currencies = dict(found.values_list("pk", "currency"))
        receipts = [_receipt(one, key, currencies[key]) for one, key in zip(deposits, made, strict=True)]
        received = _receive(actor, receipts)
    return [QuickDeposit(*pair) for pair in zip(made, received, strict=True)]


def _receive(actor: Actor, receipts: Sequence[PaymentInput]) -> list[int]:
    try:
        return payments.receive(actor=actor, payments=receipts)
    except Refusal as refusal:
        for error in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
            if error.field == "summary":
                error.field = "payment_summary"
        raise


def _check(deposits: Sequence[QuickDepositInput]) -> None:
    errors: list[Refusal] = []
    for row, one in enumerate(deposits):
        if not one.lines:
            errors.append(NoLines(field="lines", row=row))
        errors.extend(
            QuickAmountNotPositive(field=f"lines.{place}.amount", row=row)
            for place, line in enumerate(one.lines)
            if not line.amount.is_finite() or line.amount <= 0
        )
    refuse(errors)


def _bill(entered: QuickDepositInput, kept: str) -> DocumentInput:
    """Due on the day it is paid; ``kept`` is the bank account's currency."""
    return DocumentInput(
        customer_id=entered.customer_id,
        date=entered.date,
        due_date=entered.date,
        currency=entered.currency or kept,
        exchange_rate=entered.exchange_rate,
        entity_id=entered.entity_id,
        reference=entered.reference,
        description=entered.description,
        summary_id=entered.summary_id,
        lines=entered.lines,
    )


def _receipt(entered: QuickDepositInput, invoice: int, currency: str) -> PaymentInput:
    amount = sum((line.amount for line in entered.lines), Decimal(0))
    return PaymentInput(
        date=entered.date,
        method=entered.method,
        parts=[PartInput(customer_id=entered.customer_id, amount=amount, documents=(invoice,))],
        currency=currency,
        bank_account_id=entered.bank_account_id,
        exchange_rate=entered.exchange_rate,
        entity_id=entered.entity_id,
        reference=entered.reference,
        description=entered.description,
        summary_id=entered.payment_summary_id,
    )
