"""A draft payment as the Receive payment form would send it, so that one screen enters and edits (SPEC 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import get_language

from arledger.core.actor import Actor
from arledger.core.formats import input_amount
from customers.models import Customer
from payments.inputs import PartInput, PaymentInput
from reconciliation.distribution import preview
from reconciliation.open_credits import CreditItem, open_credits
from reconciliation.open_items import OpenItem, open_charges, payable
from reconciliation.typed import FIXED, Cell, Typed
from reconciliation.used_credits import as_typed
from reconciliation.waterfall import spread_document_amounts
from reconciliation.worksheet import ZERO, by_document, flowing


def as_data(
    *, actor: Actor, entered: PaymentInput, customers: Mapping[int, Customer], draft: int
) -> dict[str, str]:
    """A draft as the form would send it; amounts are fixed only where the waterfall alone would give others."""
    language = get_language() or "en"
    currency = entered.currency
    payer = entered.payer_id or entered.parts[0].customer_id
    others = [part for part in entered.parts if part.customer_id != payer]
    data = {
        "customer": customers[payer].code,
        "amount": input_amount(entered.amount, currency, language),
        "currency": currency,
        "currency_for": str(payer),
        "rate": f"{entered.exchange_rate.normalize():f}",
        "date": entered.date.isoformat(),
        "method": entered.method,
        "account": str(entered.bank_account_id or "undeposited"),
        "entity": str(entered.entity_id or ""),
        "summary": str(entered.summary_id or ""),
        "reference": entered.reference,
        "description": entered.description,
        "parts": str(len(others)),
    }
    for index, part in enumerate(others, start=1):
        data[f"customer-{index}"] = customers[part.customer_id].code
        data[f"amount-{index}"] = input_amount(part.amount, currency, language)
    items = open_charges(
        company_id=actor.company_id,
        customers=[part.customer_id for part in entered.parts],
        currency=currency,
        entities=actor.entities,
        draft=draft,
    )
    credits = _credits_of(actor, entered, draft)
    for part in entered.parts:
        own = [item for item in items if item.customer == part.customer_id]
        theirs = [credit for credit in credits if credit.customer == part.customer_id]
        for key, amount in _fixed(part, own, theirs).items():
            data |= {f"use-{key}": input_amount(amount, currency, language), f"pin-{key}": FIXED}
        data |= as_typed(theirs, {use.line: use.amount or ZERO for use in part.credits}, currency)
    return data


def _credits_of(actor: Actor, entered: PaymentInput, draft: int) -> list[CreditItem]:
    """The credits of the customers whose credits the draft uses, what it has reserved itself included."""
    crediting = [part.customer_id for part in entered.parts if part.credits]
    if not crediting:
        return []
    return open_credits(
        company_id=actor.company_id,
        customers=crediting,
        currency=entered.currency,
        entities=actor.entities,
        draft=draft,
    )


def _fixed(part: PartInput, items: Sequence[OpenItem], credits: Sequence[CreditItem]) -> dict[str, Decimal]:
    """The amounts one has to fix so that the rest flows to what the part says."""
    reserved = {line: amount for line, amount in part.lines.items() if amount}
    for fixed in ({}, _named(part, items, every=False)):
        typed = Typed({key: Cell("", True) for key in fixed}, fixed)
        flow = preview(flowing(typed, items, part.amount, part.credits), items, credits)
        if flow.mix.charges == reserved:
            return fixed
    return _named(part, items, every=True)


def _named(part: PartInput, items: Sequence[OpenItem], *, every: bool) -> dict[str, Decimal]:
    """The part's amounts per document, or per line where a document's own waterfall would differ."""
    named: dict[str, Decimal] = {}
    for document, own in by_document(items).items():
        lines = {item.line: part.lines.get(item.line, ZERO) for item in own if item.available > 0}
        total = sum(lines.values(), ZERO)
        if not lines or not (total or every):
            continue
        if spread_document_amounts(payable(own), {document: total}) == lines:
            named[f"d{document}"] = total
        else:
            named |= {f"l{line}": amount for line, amount in lines.items()}
    return named
