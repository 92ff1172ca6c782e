"""What payments pay: each takes its part of what the customers owe and of their credits, one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals, refuse
from payments.errors import NothingPaid
from payments.inputs import Receipt, parties
from payments.settling import Available, NotWritten, settled
from reconciliation.consuming import Mix, Rules
from reconciliation.distribution import distribute, less
from reconciliation.open_credits import open_credits
from reconciliation.open_items import open_charges


@dataclass(frozen=True)
class Spreading:
    """A receipt with what its cash and credits pay, for each of its parts."""

    receipt: Receipt
    mixes: tuple[Mix, ...]


def spread(
    actor: Actor, settings: Settings, receipts: Sequence[Receipt], *, post: bool = False, first: int = 0
) -> list[Spreading]:
    """Read what is open (the customers are locked) and let each receipt take its part of it in turn.

    To ``post``, a part that names nothing and is exactly what its customer owes takes all of it, where the company
    wants that (SPEC 11). It may need money that an earlier one leaves: then only those before it are returned, to be
    written first. Raises Refusals with the ``row`` (counted from ``first``) of each receipt that cannot be spread, or
    the one refusal.
    """
    settling = post and settings.row.automatic_match_balance
    available = _available(actor, receipts, settling=settling)
    rules = Rules(own_entity_only=settings.row.limit_credits_to_entity)
    spreadings: list[Spreading] = []
    errors: list[Refusal] = []
    for row, receipt in enumerate(receipts, start=first):
        try:
            mixes = _taken(actor, receipt, available, rules, settling=settling)
        except NotWritten:
            break
        except Refusal as refusal:
            found = refusal.errors if isinstance(refusal, Refusals) else [refusal]
            for error in found:
                error.row = row
            errors.extend(found)
        else:
            spreadings.append(Spreading(receipt, mixes))
    refuse(errors)
    return spreadings


def _available(
    actor: Actor, receipts: Sequence[Receipt], *, settling: bool
) -> dict[tuple[int, str], Available]:
    """By customer and currency; one statement a currency, and one for credits when any are used."""
    paying = parties([receipt.entered for receipt in receipts])
    bare = {p.customer_id for r in receipts for p in r.entered.parts if p.bare} if settling else set()
    found: dict[tuple[int, str], Available] = defaultdict(Available)
    for currency in sorted({r.currency for r in receipts}):
        for item in open_charges(
            company_id=actor.company_id,
            customers=sorted(paying),
            currency=currency,
            documents=None if bare else _named([r for r in receipts if r.currency == currency]),
            entities=None if bare else actor.entities,
        ):
            account = found[item.customer, item.currency]
            if actor.reaches(item.entity):
                account.charges.append(item)
            else:
                account.hidden = True
    crediting = {p.customer_id for r in receipts for p in r.entered.parts if p.credits} | bare
    if crediting:
        for credit in open_credits(
            company_id=actor.company_id,
            customers=sorted(crediting),
            entities=None if bare else actor.entities,
        ):
            account = found[credit.customer, credit.currency]
            if actor.reaches(credit.entity):
                account.credits.append(credit)
            else:
                account.hidden = True
    return found


def _named(receipts: Sequence[Receipt]) -> list[int] | None:
    """The documents the receipts name, when they name all that they pay: nothing else need be read."""
    parts = [part for receipt in receipts for part in receipt.entered.parts]
    if any(part.auto or part.lines for part in parts):
        return None
    return sorted({key for part in parts for key in (*part.documents, *part.per_document)})


def _taken(
    actor: Actor,
    receipt: Receipt,
    available: dict[tuple[int, str], Available],
    rules: Rules,
    *,
    settling: bool,
) -> tuple[Mix, ...]:
    """Spread one receipt and take what it uses out of ``available``."""
    mixes = []
    day = max(receipt.entered.date, actor.today)
    for part in receipt.entered.parts:
        own = available[part.customer_id, receipt.currency]
        mix = settled(part, own, day=day, rules=rules) if settling else None
        mix = mix or distribute(part, own.charges, own.credits, rules=rules)
        if not (part.amount or mix.pairs):
            raise NothingPaid(field="amount")
        own.charges, own.credits = less(own.charges, mix.charges), less(own.credits, mix.used)
        if mix.cash.remainder:
            own.left.append((receipt.entered.date, mix.cash.remainder))
        mixes.append(mix)
    return tuple(mixes)
