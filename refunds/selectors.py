"""Reading refunds, what may be refunded, and the links between refunds and credits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.sql import fetch_all
from customers.selectors import customer as visible_customer
from ledger.models import Document, Kind, document_name
from ledger.posting import require_drafts
from reconciliation.open_credits import CreditItem, NotRefundable, open_credits
from reconciliation.selectors import documents, visible_document
from refunds.inputs import RefundInput


class RefundState(StrEnum):
    """The life of a refund; ``voiding`` is the mirror that voids another."""

    DRAFT = "draft"
    POSTED = "posted"
    VOIDED = "voided"
    VOIDING = "voiding"

    @property
    def label(self) -> str | Promise:
        return STATES[self]


STATES: dict[RefundState, str | Promise] = {
    RefundState.DRAFT: _("Draft"),
    RefundState.POSTED: _("Posted"),
    RefundState.VOIDED: _("Voided"),
    RefundState.VOIDING: _("Void"),
}


def refundable(
    *,
    actor: Actor,
    customer: int,
    currency: str,
    entity: int | None = None,
    draft: int = 0,
    on: Day | None = None,
    documents: Sequence[int] | None = None,
) -> list[CreditItem]:
    """A customer's open credits, oldest first, each with the reason why it cannot be refunded, if there is one.

    ``on`` is the refund's date: credits dated later cannot be refunded yet. ``entity`` is the refund's: where credits
    keep to their entity, others' cannot (SPEC 3). What ``draft`` has reserved counts as available.
    ``documents`` names the only ones wanted. Constant statements however many credits there are. Raises NotFound for
    a customer the person may not see.
    """
    visible_customer(actor, customer)
    own_only = settings_of(actor.company_id).row.limit_credits_to_entity
    found = open_credits(
        company_id=actor.company_id,
        customers=[customer],
        currency=currency,
        documents=documents,
        entities=actor.entities,
        draft=draft,
    )
    return [_barred(item, entity, own_only=own_only, on=on) for item in found]


def _barred(item: CreditItem, entity: int | None, *, own_only: bool, on: Day | None) -> CreditItem:
    if item.not_refundable is not None:
        return item
    if own_only and item.entity != entity:
        return replace(item, not_refundable=NotRefundable.ENTITY)
    if on is not None and item.date > on:
        return replace(item, not_refundable=NotRefundable.LATER)
    return item


def refund(actor: Actor, key: int) -> Document:
    """One refund. Raises NotFound."""
    return visible_document(actor, kind=Kind.REFUND, key=key)


def draft_of(actor: Actor, key: int) -> Document:
    """A draft refund. Raises NotFound, or NotADraft when it was posted."""
    found = refund(actor, key)
    require_drafts([found])
    return found


def expected_amount(actor: Actor, entered: RefundInput) -> Decimal | None:
    """What a refund comes to as entered, before it is checked; None when that cannot be told."""
    if entered.amount is not None:
        return entered.amount
    typed = [choice.amount for choice in entered.credits]
    if None not in typed:
        return sum((amount for amount in typed if amount is not None), Decimal(0))
    left: dict[tuple[str, int], Decimal] = {}
    for item in open_credits(
        company_id=actor.company_id, customers=[entered.customer_id], entities=actor.entities
    ):
        for key in (("line", item.line), ("document", item.document)):
            left[key] = left.get(key, Decimal(0)) + item.available
    total = Decimal(0)
    for choice in entered.credits:
        key = ("line", choice.line) if choice.line is not None else ("document", choice.document or 0)
        total += left.get(key, Decimal(0)) if choice.amount is None else choice.amount
    return total


def same_before(
    *, actor: Actor, customer: int, amount: Decimal, reference: str, since: Day
) -> list[Document]:
    """Refunds of a customer with this amount and reference dated ``since`` or later, but for voided ones."""
    found = (
        documents(actor)
        .filter(
            kind=Kind.REFUND,
            customer=customer,
            total=amount,
            reference__iexact=reference,
            date__gte=since,
            reverses=None,
        )
        .order_by("-date", "-pk")[:20]
    )
    keys = [document.pk for document in found]
    mirrors = Document.objects.filter(company_id=actor.company_id, reverses__in=keys)
    voided = set(mirrors.values_list("reverses_id", flat=True)) if keys else set()
    return [document for document in found if document.pk not in voided]


@dataclass(frozen=True, slots=True)
class Part:
    """What one refund gives back of one credit document: reserved by a draft, cleared by a posted one.

    ``amount`` is positive. Of a voided refund it is what it had cleared.
    """

    refund: int
    refund_number: str | None
    refund_date: Day
    state: RefundState
    credit: int
    credit_kind: str
    credit_number: str | None
    credit_date: Day
    currency: str
    amount: Decimal

    @property
    def refund_name(self) -> str:
        return document_name(Kind.REFUND, self.refund_number, self.refund_date)

    @property
    def credit_name(self) -> str:
        return document_name(self.credit_kind, self.credit_number, self.credit_date)


PARTS = """
SELECT r.id, r.number, r.date,
       CASE WHEN r.state = 'draft' THEN 'draft'
            WHEN EXISTS (SELECT FROM ledger_document m WHERE m.company_id = r.company_id AND m.reverses_id = r.id)
            THEN 'voided' ELSE 'posted' END,
       k.id, k.kind, k.number, k.date, r.currency, p.amount
FROM (
    SELECT refund, credit, sum(amount) AS amount FROM (
        SELECT a.document_id AS refund, a.credit_document_id AS credit, a.amount
        FROM ledger_application a
        WHERE a.company_id = (SELECT %(company)s) AND a.reverses_id IS NULL AND {cleared}
        UNION ALL
        SELECT v.document_id, l.document_id, -v.amount
        FROM ledger_reservation v
        JOIN ledger_line l ON l.company_id = v.company_id AND l.id = v.line_id
        WHERE v.company_id = (SELECT %(company)s) AND {reserved}
    ) parts GROUP BY refund, credit
) p
JOIN ledger_document r ON r.company_id = (SELECT %(company)s) AND r.id = p.refund AND r.kind = 'refund'
    AND r.reverses_id IS NULL
JOIN ledger_document k ON k.company_id = (SELECT %(company)s) AND k.id = p.credit AND k.id <> r.id
WHERE (%(entities)s::bigint[] IS NULL OR (r.entity_id IS NULL OR r.entity_id = ANY(%(entities)s))
       AND (k.entity_id IS NULL OR k.entity_id = ANY(%(entities)s)))
ORDER BY r.date, r.id, k.date, k.number NULLS FIRST, k.id
"""


def refunds_of(*, actor: Actor, document: int) -> list[Part]:
    """The refunds that gave back part of a credit, and the drafts that hold part of it, oldest first."""
    return _parts(
        actor,
        PARTS.format(cleared="a.credit_document_id = %(key)s", reserved="l.document_id = %(key)s"),
        document,
    )


def credits_of(*, actor: Actor, refund: int) -> list[Part]:
    """The credits that a refund gave back, or holds as a draft, oldest first."""
    return _parts(
        actor, PARTS.format(cleared="a.document_id = %(key)s", reserved="v.document_id = %(key)s"), refund
    )


def _parts(actor: Actor, statement: str, key: int) -> list[Part]:
    entities: Sequence[int] | None = None if actor.entities is None else sorted(actor.entities)
    rows = fetch_all(statement, {"company": actor.company_id, "key": key, "entities": entities})
    return [_part((*row[:3], RefundState(row[3]), *row[4:])) for row in rows]


def _part(values: tuple[Any, ...]) -> Part:
    return Part(*values)
