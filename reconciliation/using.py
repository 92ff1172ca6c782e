"""Applying credits without a payment: from a credit ("apply more"), or from an invoice's available credits (SPEC 7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from customers.selectors import allowed
from ledger.posting import lock_customers
from reconciliation.applying import Match
from reconciliation.consuming import Mix, Rules
from reconciliation.distribution import distribute
from reconciliation.errors import NothingChosen
from reconciliation.matching import match
from reconciliation.open_credits import CreditItem, open_credits
from reconciliation.open_items import OpenItem, open_charges
from reconciliation.plans import Plan, check_plan


def use_credits(
    *,
    actor: Actor,
    customer: int,
    currency: str,
    plan: Plan,
    on: date | None = None,
    reason: str = "",
    oldest_first: bool = False,
) -> int:
    """Apply credits of a customer to charges of his as a plan without cash says; returns the matching document.

    Takes effect for each match on the first day possible, or ``on`` when that is later (SPEC 15.2). With
    ``oldest_first`` both sides go by date, then number. Raises NotFound, NothingChosen, and what
    ``reconciliation.distribution.distribute`` and ``reconciliation.matching.match`` refuse; then nothing is written.
    """
    actor.require("matching.apply")
    if plan.amount or not plan.credits:
        raise NothingChosen()
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        if not allowed(actor, lock_customers(actor=actor, ids=[customer])):
            raise NotFound(field="customer")
        check_plan(plan, currency)
        items, credits = account(actor=actor, customer=customer, currency=currency, oldest_first=oldest_first)
        mixed = distribute(plan, items, credits, rules=rules(settings, oldest_first=oldest_first))
        return match(actor=actor, matches=_matches(mixed), on=on, reason=reason)


def account(
    *,
    actor: Actor,
    customer: int,
    currency: str,
    oldest_first: bool = False,
    documents: Sequence[int] | None = None,
) -> tuple[list[OpenItem], list[CreditItem]]:
    """What a customer owes in a currency, by due date or oldest first, and his credits, as far as a person may see.

    Two statements; ``documents`` names the only charges wanted, in their order.
    """
    items = open_charges(
        company_id=actor.company_id,
        customers=[customer],
        currency=currency,
        documents=documents,
        entities=actor.entities,
    )
    if oldest_first:
        items.sort(key=lambda item: (item.date, item.number, item.document, item.position))
    credits = open_credits(
        company_id=actor.company_id, customers=[customer], currency=currency, entities=actor.entities
    )
    return items, credits


def rules(settings: Settings, *, oldest_first: bool = False) -> Rules:
    return Rules(own_entity_only=settings.row.limit_credits_to_entity, oldest_first=oldest_first)


def _matches(mixed: Mix) -> list[Match]:
    return [Match(charge=pair.charge, credit=pair.credit, amount=pair.amount) for pair in mixed.pairs]
