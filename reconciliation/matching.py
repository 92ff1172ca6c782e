"""Matching by hand: apply and un-apply as verbs of their own, each recorded by a matching document (SPEC 11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.money import check_amount
from arledger.core.sql import fetch_all
from ledger.drafts import NewDocument, write_drafts
from ledger.errors import NamedTwice
from ledger.models import Document, Kind, Line, document_name
from ledger.posting import book, insert_applications, lock_customers, require_entity, require_open_period
from reconciliation.applying import Match, join, pair
from reconciliation.errors import (
    AlreadyUnapplied,
    AmountNotPositive,
    EntryOfRefund,
    MatchOfReversal,
    NothingChosen,
    OtherCustomer,
    ReasonMissing,
    SeveralAccounts,
    TooEarly,
    TooMuchUnapplied,
)


def match(*, actor: Actor, matches: Sequence[Match], on: date | None = None, reason: str = "") -> int:
    """Match charges with credits of one customer by hand; returns the matching document's key.

    Takes effect as ``reconciliation.applying.pair`` says, whose refusals it raises; also NothingChosen,
    SeveralAccounts, and PeriodClosed when a match's day lies in closed books.
    """
    actor.require("matching.apply")
    if not matches:
        raise NothingChosen()
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        lines = {key for m in matches for key in (m.charge, m.credit)}
        lock_customers(actor=actor, ids=_customers_of(actor, lines))
        pairs = pair(settings=settings, matches=matches, on=on)
        if len({p.charge.currency for p in pairs}) > 1:
            raise SeveralAccounts()
        for p in pairs:
            _require_usable(actor, settings, p.date, {p.charge.entity, p.credit.entity})
        document = _matching_document(
            actor,
            settings,
            pairs[0].charge.customer,
            pairs[0].charge.currency,
            max(p.date for p in pairs),
            {side.entity for p in pairs for side in (p.charge, p.credit)},
            reason,
        )
        made = [replace(p, maker=document) for p in pairs]
        join(actor=actor, settings=settings, pairs=made, reason=reason)
        touched = {side.document for p in pairs for side in (p.charge, p.credit)}
        audit.record(
            actor=actor,
            action="match",
            object_kind="document",
            object_ids=[document, *sorted(touched)],
            after={"matches": [[m.charge, m.credit, m.amount] for m in matches], "reason": reason},
        )
        outbox.publish(actor=actor, kind="matching.posted", object_ids=[document])
    return document


def _require_usable(actor: Actor, settings: Settings, day: date, entities: Iterable[int | None]) -> None:
    """The person may see both documents, and the books of both are open on the day."""
    for entity in entities:
        require_entity(actor, entity)
        require_open_period(settings, day, entity)


def _customers_of(actor: Actor, lines: set[int]) -> set[int]:
    customers = set(
        Line.objects.filter(company_id=actor.company_id, pk__in=lines).values_list("customer_id", flat=True)
    )
    if not customers:
        raise NotFound()
    if len(customers) > 1:
        found = Line.objects.filter(company_id=actor.company_id, pk__in=lines).select_related("document")
        names = [str(line.document) for line in found.order_by("pk")]
        raise OtherCustomer(charge=names[0], credit=names[-1])
    return customers


def _matching_document(
    actor: Actor,
    settings: Settings,
    customer: int,
    currency: str,
    day: date,
    entities: Collection[int | None],
    reason: str,
) -> int:
    """Write and post the document that a match or un-match made by hand belongs to (SPEC 10).

    It is of the entity that all matched documents are of, else of none.
    """
    draft = NewDocument(
        kind=Kind.MATCHING,
        customer_id=customer,
        currency=currency,
        date=day,
        entity_id=next(iter(entities)) if len(entities) == 1 else None,
        reason=reason,
    )
    key = write_drafts(actor=actor, documents=[draft])[0].key
    documents = list(Document.objects.filter(company_id=actor.company_id, pk=key))
    book(actor=actor, documents=documents, settings=settings)
    return key


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back ``amount`` of an application, or with None all of it that is in force."""

    application: int
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """An application with the part of it that has not been un-applied.

    ``refund`` is the number of the refund that made it, when one did.
    """

    id: int
    maker: int
    maker_kind: str
    charge_line: int
    credit_line: int
    charge_document: int
    credit_document: int
    customer: int
    currency: str
    date: date
    charge_code: str | None
    credit_code: str | None
    amount: Decimal
    left: Decimal
    reversal_of: str | None
    charge_entity: int | None
    credit_entity: int | None
    refund: str | None

    @property
    def inline(self) -> bool:
        """Between lines of one document (SPEC 6)."""
        return self.charge_document == self.credit_document


READ = """
SELECT a.id, a.document_id, m.kind, a.charge_line_id, a.credit_line_id, a.charge_document_id, a.credit_document_id,
       a.customer_id, cd.currency, a.date, a.charge_code, a.credit_code, a.amount,
       a.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
                            WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0),
       CASE WHEN cd.reverses_id = kd.id THEN ARRAY[kd.kind, kd.number, kd.date::text]
            WHEN kd.reverses_id = cd.id THEN ARRAY[cd.kind, cd.number, cd.date::text] END,
       cd.entity_id, kd.entity_id, CASE WHEN cd.kind = 'refund' AND cd.id = a.document_id THEN cd.number END
FROM ledger_application a
JOIN ledger_document m ON m.company_id = a.company_id AND m.id = a.document_id
JOIN ledger_document cd ON cd.company_id = a.company_id AND cd.id = a.charge_document_id
JOIN ledger_document kd ON kd.company_id = a.company_id AND kd.id = a.credit_document_id
WHERE a.company_id = (SELECT %s) AND a.reverses_id IS NULL AND {condition}
ORDER BY a.id
"""


def in_force(*, company_id: int, ids: Sequence[int]) -> list[InForce]:
    """The original applications with these keys and what is left of each."""
    rows = fetch_all(READ.format(condition="a.id = ANY(%s)"), [company_id, list(ids)])
    return [_in_force(row) for row in rows]


def _in_force(row: tuple[Any, ...]) -> InForce:
    """A row of READ; what is tied to its reversal is named as people call it."""
    tied = row[14]
    name = document_name(tied[0], tied[1], date.fromisoformat(tied[2])) if tied else None
    values = (*row[:14], name, *row[15:])
    return InForce(*values)


def made_by(*, company_id: int, documents: Sequence[int]) -> list[InForce]:
    """The applications these documents made, those of them with something left in force."""
    rows = fetch_all(READ.format(condition="a.document_id = ANY(%s)"), [company_id, list(documents)])
    return [found for row in rows if (found := _in_force(row)).left > 0]


def unapply(*, actor: Actor, undos: Sequence[Undo], reason: str, on: date | None = None) -> int:
    """Record the opposite of applications of one customer, in whole or in part; returns the matching document.

    Dated ``on`` (default today), never before the application itself (SPEC 15.2). Raises NothingChosen, NotFound,
    ReasonMissing, AmountNotPositive, AlreadyUnapplied, TooMuchUnapplied, NamedTwice, SeveralAccounts,
    MatchOfReversal, EntryOfRefund, TooEarly or PeriodClosed.
    """
    actor.require("matching.unapply")
    if not undos:
        raise NothingChosen()
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        wanted = [undo.application for undo in undos]
        lock_customers(
            actor=actor, ids={a.customer for a in in_force(company_id=actor.company_id, ids=wanted)}
        )
        found = {a.id: a for a in in_force(company_id=actor.company_id, ids=wanted)}
        chosen = _choose(found, undos)
        day = _undo_day(actor, [a for a, _ in chosen], on)
        entities = {entity for a, _ in chosen for entity in (a.charge_entity, a.credit_entity)}
        _require_usable(actor, settings, day, entities)
        first = chosen[0][0]
        document = _matching_document(
            actor, settings, first.customer, first.currency, day, entities, reason.strip()
        )
        record_undo(actor=actor, undos=chosen, makers=[document] * len(chosen), on=day, reason=reason.strip())
        touched = {key for a, _ in chosen for key in (a.charge_document, a.credit_document)}
        audit.record(
            actor=actor,
            action="unapply",
            object_kind="document",
            object_ids=[document, *sorted(touched)],
            after={"applications": [[a.id, amount] for a, amount in chosen], "reason": reason.strip()},
        )
        outbox.publish(actor=actor, kind="matching.undone", object_ids=[document])
    return document


def _choose(found: dict[int, InForce], undos: Sequence[Undo]) -> list[tuple[InForce, Decimal]]:
    """The applications with how much of each to take back; of one customer and currency, each named once."""
    chosen = [_chosen(found, undo) for undo in undos]
    if len({a.id for a, _ in chosen}) < len(chosen):
        raise NamedTwice()
    if len({(a.customer, a.currency) for a, _ in chosen}) > 1:
        raise SeveralAccounts()
    return chosen


def _chosen(found: dict[int, InForce], undo: Undo) -> tuple[InForce, Decimal]:
    application = found.get(undo.application)
    if application is None:
        raise NotFound()
    if application.reversal_of:
        raise MatchOfReversal(document=application.reversal_of)
    if application.left <= 0:
        raise AlreadyUnapplied()
    if application.refund:
        raise EntryOfRefund(document=application.refund)
    amount = application.left if undo.amount is None else undo.amount
    if amount <= 0:
        raise AmountNotPositive(field="amount")
    check_amount(amount, application.currency, field="amount")
    if amount > application.left:
        raise TooMuchUnapplied(field="amount", in_force=application.left, amount=amount)
    return application, amount


def _undo_day(actor: Actor, applications: Sequence[InForce], on: date | None) -> date:
    earliest = max(application.date for application in applications)
    if on is not None and on < earliest:
        raise TooEarly(field="date", earliest=earliest)
    return on or max(actor.today, earliest)


def record_undo(
    *,
    actor: Actor,
    undos: Sequence[tuple[InForce, Decimal]],
    makers: Sequence[int],
    on: date,
    reason: str,
) -> None:
    """Insert the opposites of applications, each made by a posted document; locks are the caller's."""
    insert_applications(
        [
            (
                actor.company_id,
                maker,
                a.charge_line,
                a.credit_line,
                a.charge_document,
                a.credit_document,
                a.customer,
                -amount,
                max(on, a.date),
                actor.at,
                actor.user_id,
                reason,
                a.charge_code,
                a.credit_code,
                a.id,
            )
            for (a, amount), maker in zip(undos, makers, strict=True)
        ]
    )
