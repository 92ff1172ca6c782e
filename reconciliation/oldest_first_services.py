"""Match oldest first: all available credits with all open charges of customers, by date, then number (SPEC 11, W11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from customers.selectors import allowed
from ledger.drafts import NewDocument, write_drafts
from ledger.errors import NamedTwice
from ledger.models import Document, Kind
from ledger.posting import book, lock_customers, require_entity, require_open_period
from reconciliation.applying import Match, Pair, join, pair
from reconciliation.distribution import distribute
from reconciliation.errors import NothingChosen, NothingToMatch
from reconciliation.open_credits import CreditItem, open_credits
from reconciliation.open_items import OpenItem, open_charges
from reconciliation.plans import CreditUse, Plan
from reconciliation.using import rules

ZERO = Decimal(0)
Account = tuple[int, str]
Item = TypeVar("Item", OpenItem, CreditItem)


@dataclass(frozen=True, slots=True)
class Matched:
    """What was done on a customer's account in one currency: the matching ``document`` and its matches."""

    customer: int
    currency: str
    document: int
    pairs: Sequence[Pair]

    @property
    def amount(self) -> Decimal:
        return sum((pair.amount for pair in self.pairs), ZERO)

    @property
    def documents(self) -> list[int]:
        """The documents it touches, the charges first, each side oldest first."""
        charges = [pair.charge.document for pair in self.pairs]
        return list(dict.fromkeys([*charges, *(pair.credit.document for pair in self.pairs)]))


def match_oldest_first(
    *, actor: Actor, customers: Sequence[int], on: date | None = None, reason: str = ""
) -> list[Matched]:
    """Settle the oldest charges with the oldest credits, in each currency: a matching document per account.

    Both sides go by date, then number; what drafts have reserved and what the person may not see stays, and credits
    stay in their entity where the company wants that. A match takes effect on the first day possible, or ``on`` when
    that is later (SPEC 15.2). One customer with nothing to match is refused, among several he is left out.

    A batch of any size takes the same number of statements, and one more per currency. All or nothing. Raises
    NothingChosen, NamedTwice, NotFound, NothingToMatch, and PeriodClosed when a match's day lies in closed books.
    """
    actor.require("matching.apply")
    if not customers:
        raise NothingChosen()
    if len(set(customers)) < len(customers):
        raise NamedTwice()
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        found = allowed(actor, lock_customers(actor=actor, ids=customers))
        if len(found) < len(customers):
            raise NotFound(field="customer")
        wanted = _wanted(actor, settings, customers, on)
        if not wanted:
            if len(customers) == 1:
                raise NothingToMatch(field="customer", customer=found[customers[0]].name)
            return []
        return _record(actor, settings, wanted, reason.strip())


def _wanted(
    actor: Actor, settings: Settings, customers: Sequence[int], on: date | None
) -> dict[Account, list[Match]]:
    """The matches of each account that has any, in the customers' order."""
    company, entities = actor.company_id, actor.entities
    credits = _by_account(open_credits(company_id=company, customers=customers, entities=entities))
    wanted: dict[Account, list[Match]] = {}
    for currency in sorted({currency for _, currency in credits}):
        having = [key for key in customers if (key, currency) in credits]
        items = open_charges(company_id=company, customers=having, currency=currency, entities=entities)
        for account, charges in _by_account(items).items():
            if matches := _matches(settings, charges, credits[account], on):
                wanted[account] = matches
    place = {key: index for index, key in enumerate(customers)}
    return dict(sorted(wanted.items(), key=lambda found: (place[found[0][0]], found[0][1])))


def _by_account(items: Iterable[Item]) -> dict[Account, list[Item]]:
    found: dict[Account, list[Item]] = {}
    for item in items:
        found.setdefault((item.customer, item.currency), []).append(item)
    return found


def _matches(
    settings: Settings, charges: Sequence[OpenItem], credits: Sequence[CreditItem], on: date | None
) -> list[Match]:
    """Of one account."""
    ordered = sorted(charges, key=lambda item: (item.date, item.number, item.document, item.position))
    plan = Plan(auto=True, credits=[CreditUse(line=credit.line) for credit in credits])
    mixed = distribute(plan, ordered, credits, rules=rules(settings, oldest_first=True))
    return [Match(charge=p.charge, credit=p.credit, amount=p.amount, since=on) for p in mixed.pairs]


def _record(
    actor: Actor, settings: Settings, wanted: dict[Account, list[Match]], reason: str
) -> list[Matched]:
    """Check, write and post everything at once; the caller holds the customers' locks."""
    pairs = iter(pair(settings=settings, matches=[m for own in wanted.values() for m in own]))
    groups = [(account, [next(pairs) for _ in own]) for account, own in wanted.items()]
    for _, own in groups:
        for entity, day in {(side.entity, p.date) for p in own for side in (p.charge, p.credit)}:
            require_entity(actor, entity)
            require_open_period(settings, day, entity)
    keys = _matching_documents(actor, settings, groups, reason)
    done = [
        Matched(customer, currency, key, [replace(p, maker=key) for p in own])
        for ((customer, currency), own), key in zip(groups, keys, strict=True)
    ]
    join(actor=actor, settings=settings, pairs=[p for found in done for p in found.pairs], reason=reason)
    touched = sorted({key for found in done for key in found.documents})
    audit.record(
        actor=actor,
        action="match",
        object_kind="document",
        object_ids=[*keys, *touched],
        after={
            "matches": [[p.charge.line, p.credit.line, p.amount] for found in done for p in found.pairs],
            "order": "oldest first",
            "reason": reason,
        },
    )
    outbox.publish(actor=actor, kind="matching.posted", object_ids=keys)
    return done


def _matching_documents(
    actor: Actor, settings: Settings, groups: Sequence[tuple[Account, Sequence[Pair]]], reason: str
) -> list[int]:
    """A posted matching document per account (SPEC 10), of the entity that all its documents are of, else of none."""
    drafts = []
    for (customer, currency), own in groups:
        entities = {side.entity for p in own for side in (p.charge, p.credit)}
        draft = NewDocument(
            kind=Kind.MATCHING,
            customer_id=customer,
            currency=currency,
            date=max(p.date for p in own),
            entity_id=next(iter(entities)) if len(entities) == 1 else None,
            reason=reason,
        )
        drafts.append(draft)
    keys = [written.key for written in write_drafts(actor=actor, documents=drafts)]
    found = Document.objects.filter(company_id=actor.company_id).in_bulk(keys)
    book(actor=actor, documents=[found[key] for key in keys], settings=settings)
    return keys
