"""What payments pay: each takes its part of what the customers owe and of their credits, one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals, refuse
from payments.errors import NothingPaid
from payments.inputs import Receipt, parties
from reconciliation.consuming import Mix, Rules
from reconciliation.distribution import distribute, less
from reconciliation.open_credits import CreditItem, open_credits
from reconciliation.open_items import OpenItem, open_charges


@dataclass(frozen=True)
class Spreading:
    """A receipt with what its cash and credits pay, for each of its parts."""

    receipt: Receipt
    mixes: tuple[Mix, ...]


@dataclass
class _Available:
    """What customers owe in a currency and what credits they have, less what this call has used of it so far."""

    charges: list[OpenItem] = field(default_factory=list)
    credits: list[CreditItem] = field(default_factory=list)


def spread(actor: Actor, settings: Settings, receipts: Sequence[Receipt]) -> list[Spreading]:
    """Read what is open (the customers are locked) and let each receipt take its part of it in turn.

    Raises Refusals with the ``row`` of each receipt that cannot be spread, or the one refusal.
    """
    available = _available(actor, receipts)
    rules = Rules(own_entity_only=settings.row.limit_credits_to_entity)
    spreadings = []
    errors: list[Refusal] = []
    for row, receipt in enumerate(receipts):
        try:
            spreadings.append(Spreading(receipt, _taken(receipt, available, rules)))
        except Refusal as refusal:
            found = refusal.errors if isinstance(refusal, Refusals) else [refusal]
            for error in found:
                error.row = row
            errors.extend(found)
    refuse(errors)
    return spreadings


def _available(actor: Actor, receipts: Sequence[Receipt]) -> dict[tuple[int, str], _Available]:
    """By customer and currency; one statement a currency, and one for credits when any are used."""
    paying = parties([receipt.entered for receipt in receipts])
    found: dict[tuple[int, str], _Available] = defaultdict(_Available)
    for currency in sorted({r.currency for r in receipts}):
        for item in open_charges(
            company_id=actor.company_id,
            customers=sorted(paying),
            currency=currency,
            documents=_named([r for r in receipts if r.currency == currency]),
            entities=actor.entities,
        ):
            found[item.customer, currency].charges.append(item)
    crediting = {p.customer_id for r in receipts for p in r.entered.parts if p.credits}
    if crediting:
        for credit in open_credits(
            company_id=actor.company_id, customers=sorted(crediting), entities=actor.entities
        ):
            found[credit.customer, credit.currency].credits.append(credit)
    return found


def _named(receipts: Sequence[Receipt]) -> list[int] | None:
    """The documents the receipts name, when they name all that they pay: nothing else need be read."""
    parts = [part for receipt in receipts for part in receipt.entered.parts]
    if any(part.auto or part.lines for part in parts):
        return None
    return sorted({key for part in parts for key in (*part.documents, *part.per_document)})


def _taken(receipt: Receipt, available: dict[tuple[int, str], _Available], rules: Rules) -> tuple[Mix, ...]:
    """Spread one receipt and take what it uses out of ``available``."""
    mixes = []
    for part in receipt.entered.parts:
        own = available[part.customer_id, receipt.currency]
        mix = distribute(part, own.charges, own.credits, rules=rules)
        if not (part.amount or mix.pairs):
            raise NothingPaid(field="amount")
        own.charges, own.credits = less(own.charges, mix.charges), less(own.credits, mix.used)
        mixes.append(mix)
    return tuple(mixes)
