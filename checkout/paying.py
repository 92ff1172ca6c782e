"""Checkout: an invoice posted together with the receipts that pay it, now or by instalments (SPEC 6, 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import late
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals, refuse
from arledger.core.money import check_amount
from checkout.errors import NoReceipts, NoSuchItem
from checkout.instalments import Instalment, spread
from invoices import services as invoices
from ledger.entering import DocumentInput
from ledger.inline import offset
from ledger.models import Document, Line
from payments import services as payments
from payments.errors import NothingReceived
from payments.inputs import PartInput, PaymentInput
from reconciliation.plans import CreditUse

RIGHTS = ("invoices.add", "invoices.post", "payments.add", "payments.post")
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptInput:
    """A receipt of a checkout, in the invoice's currency; dated after the invoice it is an instalment.

    ``allocations`` say what it pays: amounts by the position of the invoice's line, from 1. No bank account means
    undeposited funds; no exchange rate, entity or reference the invoice's. ``summary_id`` is an open summary of
    payments, where users make those (SPEC 13).
    """

    amount: Decimal
    date: date
    method: str
    bank_account_id: int | None = None
    allocations: Mapping[int, Decimal] = field(default_factory=dict)
    reference: str = ""
    description: str = ""
    exchange_rate: Decimal | None = None
    summary_id: int | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class CheckoutResult:
    """The keys of the posted invoice and of its receipts, in the order entered."""

    invoice: int
    payments: list[int]


def checkout(
    *,
    actor: Actor,
    invoice: DocumentInput,
    payments: Sequence[ReceiptInput],
    draft: int = 0,
    version: int = 0,
) -> CheckoutResult:
    """Post an invoice (with ``draft`` its key and ``version``: that draft, changed) and receive its receipts.

    They are matched as ADR 0039 says; what is more than the invoice is an overpayment. All of it or nothing. A refusal
    about a receipt has the field ``payments.<index>.<field>``, from 0; the others' are the invoice's. Raises
    NoReceipts, NoSuchItem, NothingReceived, and what ``invoices.services.enter`` (or ``edit``) and
    ``payments.services.receive`` raise.
    """
    for right in RIGHTS:
        actor.require(right)
    if not payments:
        raise NoReceipts(field="payments")
    with transaction.atomic(), late.held():
        settings = settings_of(actor.company_id)
        key = _post_invoice(actor, invoice, draft, version)
        document = Document.objects.get(company_id=actor.company_id, pk=key)
        _check(actor, document, payments)
        received = _receive(actor, settings, document, payments)
    return CheckoutResult(key, received)


def _post_invoice(actor: Actor, entered: DocumentInput, draft: int, version: int) -> int:
    if not draft:
        return invoices.enter(actor=actor, invoices=[entered], post=True)[0]
    invoices.edit(actor=actor, key=draft, entered=entered, version=version)
    invoices.post(actor=actor, ids=[draft])
    return draft


def _check(actor: Actor, document: Document, receipts: Sequence[ReceiptInput]) -> None:
    """Amounts of the currency, above 0, for lines that are charges of the invoice."""
    found = Line.objects.filter(company_id=actor.company_id, document=document.pk, amount__gte=0)
    positions = set(found.values_list("position", flat=True))
    errors: list[Refusal] = []
    for index, receipt in enumerate(receipts):
        try:
            _check_receipt(receipt, document.currency, positions)
        except Refusal as refusal:
            errors.append(_about(refusal, index))
    refuse(errors)


def _check_receipt(receipt: ReceiptInput, currency: str, positions: set[int]) -> None:
    check_amount(receipt.amount, currency, field="amount")
    if receipt.amount <= 0:
        raise NothingReceived(field="amount")
    for position, amount in receipt.allocations.items():
        check_amount(amount, currency, field="allocations")
        if position not in positions:
            raise NoSuchItem(field="allocations", position=position)


def _about(refusal: Refusal, index: int) -> Refusal:
    """The refusal, said of a receipt of the call."""
    refusal.row = None
    refusal.field = f"payments.{index}.{refusal.field}" if refusal.field else f"payments.{index}"
    return refusal


def _receive(
    actor: Actor, settings: Settings, document: Document, receipts: Sequence[ReceiptInput]
) -> list[int]:
    entered = [
        _payment(document, receipt, part)
        for receipt, part in zip(receipts, _parts(actor, settings, document, receipts), strict=True)
    ]
    try:
        return payments.receive(actor=actor, payments=entered)
    except Refusals as several:
        raise Refusals([_about(error, error.row or 0) for error in several.errors]) from several
    except Refusal as refusal:
        raise (refusal if refusal.row is None else _about(refusal, refusal.row)) from None


def _payment(document: Document, receipt: ReceiptInput, part: PartInput) -> PaymentInput:
    rate = document.exchange_rate if receipt.exchange_rate is None else receipt.exchange_rate
    return PaymentInput(
        date=receipt.date,
        method=receipt.method,
        parts=[part],
        currency=document.currency,
        bank_account_id=receipt.bank_account_id,
        exchange_rate=rate,
        entity_id=document.entity_id,
        reference=receipt.reference or document.reference,
        description=receipt.description,
        summary_id=receipt.summary_id,
        number=receipt.number,
    )


def _parts(
    actor: Actor, settings: Settings, document: Document, receipts: Sequence[ReceiptInput]
) -> list[PartInput]:
    """What each receipt pays of the posted invoice, line by line."""
    assert document.customer_id is not None
    lines = list(Line.objects.filter(company_id=actor.company_id, document=document.pk).order_by("position"))
    places = {line.position: line.pk for line in lines}
    said = [{places[at]: amount for at, amount in r.allocations.items()} for r in receipts]
    automatic = _automatic(settings, document, receipts)
    credits = _credits(document, lines, receipts) if automatic and not any(said) else []
    opens = {line.pk: line.open_amount for line in lines if line.open_amount > 0}
    for charge, _credit, amount in credits:
        opens[charge] -= amount
    wanted = [
        Instalment(receipt.amount, receipt.date, own) for receipt, own in zip(receipts, said, strict=True)
    ]
    paid = spread({key: left for key, left in opens.items() if left}, wanted) if automatic else said
    uses: list[list[CreditUse]] = [[] for _ in receipts]
    if credits:
        first = min(range(len(receipts)), key=lambda index: receipts[index].date)
        uses[first] = _used(credits)
        for charge, _credit, amount in credits:
            paid[first][charge] = paid[first].get(charge, ZERO) + amount
    return [
        PartInput(customer_id=document.customer_id, amount=r.amount, lines=own, credits=used, leave=True)
        for r, own, used in zip(receipts, paid, uses, strict=True)
    ]


def _automatic(settings: Settings, document: Document, receipts: Sequence[ReceiptInput]) -> bool:
    """Whether the company wants this kind of checkout matched: at once, or by instalments."""
    later = any(receipt.date > document.date for receipt in receipts)
    row = settings.row
    return row.automatic_match_instalments if later else row.automatic_match_checkout


def _credits(
    document: Document, lines: Sequence[Line], receipts: Sequence[ReceiptInput]
) -> list[tuple[int, int, Decimal]]:
    """The invoice's own credits that posting left available, where the receipts pay the rest: (charge, credit, amount).

    Paid in full means everything is matched, these too, whatever the setting of inline credits.
    """
    if document.total <= 0 or sum((receipt.amount for receipt in receipts), ZERO) < document.total:
        return []
    return offset([(line.pk, line.open_amount) for line in lines])


def _used(credits: Sequence[tuple[int, int, Decimal]]) -> list[CreditUse]:
    amounts: dict[int, Decimal] = {}
    for _charge, credit, amount in credits:
        amounts[credit] = amounts.get(credit, ZERO) + amount
    return [CreditUse(line=line, amount=amount) for line, amount in amounts.items()]
