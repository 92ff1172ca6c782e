"""Suggestions for a customer's account, and accepting them: the normal match (SPEC 11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from customers.selectors import visible
from ledger.models import Document
from reconciliation.applying import Match
from reconciliation.consuming import Rules
from reconciliation.distribution import distribute
from reconciliation.matching import match
from reconciliation.open_credits import CreditItem, open_credits
from reconciliation.open_items import OpenItem, open_charges
from reconciliation.plans import CreditUse, Plan
from reconciliation.suggesting import Candidate, Suggestion, Why, suggest
from reconciliation.using import rules
from reconciliation.waterfall import Pair

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A suggestion with the matches of lines that accepting it makes, as ``match`` takes them."""

    suggestion: Suggestion
    currency: str
    pairs: Sequence[Pair]

    @property
    def matches(self) -> list[Match]:
        return [Match(pair.charge, pair.credit, pair.amount) for pair in self.pairs]

    @property
    def reason(self) -> str:
        """Why it is suggested, in words."""
        found = self.suggestion
        credits, charges = _names(found.credits), _names(found.charges)
        match found.why:
            case Why.REFERENCE:
                return _("The reference of %(credits)s names %(charges)s.") % {
                    "credits": credits,
                    "charges": found.found,
                }
            case Why.EXACT:
                return _("%(credits)s is exactly what %(charges)s has open.") % {
                    "credits": credits,
                    "charges": charges,
                }
            case Why.COMBINATION if len(found.charges) > 1:
                return _("%(charges)s together are exactly %(credits)s.") % {
                    "credits": credits,
                    "charges": charges,
                }
            case Why.COMBINATION:
                return _("%(credits)s together are exactly %(charges)s.") % {
                    "credits": credits,
                    "charges": charges,
                }
            case _:
                return _("All that is left on both sides is the same amount.")


def _names(side: Iterable[tuple[Candidate, Decimal]]) -> str:
    return ", ".join(one.name for one, _ in side)


def suggestions(*, actor: Actor, customer: int, currency: str | None = None) -> list[Suggested]:
    """What may be matched on a customer's account, in one currency or in each, the strongest first in each.

    A constant number of statements, and one more per currency. Raises Forbidden, or NotFound for a customer that the
    person may not see.
    """
    actor.require("matching.apply")
    if not visible(actor).filter(pk=customer).exists():
        raise NotFound(field="customer")
    own = rules(settings_of(actor.company_id))
    credits = open_credits(
        company_id=actor.company_id, customers=[customer], currency=currency, entities=actor.entities
    )
    found: list[Suggested] = []
    for each in sorted({credit.currency for credit in credits}):
        items = open_charges(
            company_id=actor.company_id, customers=[customer], currency=each, entities=actor.entities
        )
        found += suggested(
            actor=actor, items=items, credits=[c for c in credits if c.currency == each], rules=own
        )
    return found


def suggested(
    *, actor: Actor, items: Sequence[OpenItem], credits: Sequence[CreditItem], rules: Rules
) -> list[Suggested]:
    """The same for an account that was read already: open charges and credits of one customer and currency."""
    if not items or not credits:
        return []
    charges_of, credits_of = _documents(items), _documents(credits)
    texts = _texts(actor.company_id, credits_of)
    groups: Collection[int | None] = {item.entity for item in items} if rules.own_entity_only else {None}
    found = []
    for entity in groups:
        fits = [not rules.own_entity_only or own[0].entity == entity for own in charges_of.values()]
        charges = [_charge(own) for own, fit in zip(charges_of.values(), fits, strict=True) if fit]
        fits = [not rules.own_entity_only or own[0].entity == entity for own in credits_of.values()]
        offered = [_credit(own, texts) for own, fit in zip(credits_of.values(), fits, strict=True) if fit]
        for one in suggest(charges, offered):
            pairs = _pairs(one, charges_of, credits_of, rules)
            found.append(Suggested(suggestion=one, currency=items[0].currency, pairs=pairs))
    return found


def accept(*, actor: Actor, matches: Sequence[Match], reason: str = "") -> int:
    """Match what was suggested, by the normal match; returns the matching document. Raises as ``match``."""
    return match(actor=actor, matches=matches, reason=reason)


def _documents(items: Iterable[OpenItem] | Iterable[CreditItem]) -> dict[int, list[OpenItem | CreditItem]]:
    """The lines with something available, by document, in the order in which they come."""
    documents: dict[int, list[OpenItem | CreditItem]] = {}
    for item in items:
        if item.available > 0:
            documents.setdefault(item.document, []).append(item)
    return documents


def _charge(own: Sequence[OpenItem | CreditItem]) -> Candidate:
    return _candidate(own, keys=tuple(key for key in (own[0].number or "", own[0].reference) if key))


def _credit(own: Sequence[OpenItem | CreditItem], texts: Mapping[int, str]) -> Candidate:
    lines = (item.description for item in own)
    told = (own[0].reference, texts.get(own[0].document, ""), *lines)
    return _candidate(own, texts=tuple(text for text in dict.fromkeys(told) if text))


def _candidate(
    own: Sequence[OpenItem | CreditItem], *, keys: tuple[str, ...] = (), texts: tuple[str, ...] = ()
) -> Candidate:
    head = own[0]
    return Candidate(
        document=head.document,
        name=head.name,
        date=head.date,
        amount=sum((item.available for item in own), ZERO),
        keys=keys,
        texts=texts,
    )


def _texts(company_id: int, credits: Mapping[int, object]) -> dict[int, str]:
    """What the credits' documents say of themselves."""
    found = Document.objects.filter(company_id=company_id, pk__in=list(credits)).exclude(description="")
    return dict(found.values_list("pk", "description"))


def _pairs(
    suggestion: Suggestion,
    charges: Mapping[int, Sequence[OpenItem | CreditItem]],
    credits: Mapping[int, Sequence[OpenItem | CreditItem]],
    rules: Rules,
) -> Sequence[Pair]:
    """The lines of the suggested documents matched by the one plan that everything else is matched by."""
    plan = Plan(
        per_document={one.document: amount for one, amount in suggestion.charges},
        credits=[CreditUse(document=one.document, amount=amount) for one, amount in suggestion.credits],
    )
    items = [item for one, _ in suggestion.charges for item in charges[one.document]]
    given = [item for one, _ in suggestion.credits for item in credits[one.document]]
    mixed = distribute(
        plan,
        [item for item in items if isinstance(item, OpenItem)],
        [item for item in given if isinstance(item, CreditItem)],
        rules=rules,
    )
    return mixed.pairs
