"""Reversal: a mirror document, applied to its original so that both are settled (SPEC 5, 15.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from ledger.depositing import require_not_deposited
from ledger.drafts import NewDocument, NewLine, write_drafts
from ledger.errors import (
    AlreadyReversed,
    NotPosted,
    ReversalIsFinal,
    ReversalTooEarly,
    StillApplied,
    StillRefunded,
    StillReserved,
)
from ledger.models import Application, Document, Kind, Line, Reservation
from ledger.posting import book, lock_documents, require_open_period
from reconciliation.applying import Match, apply
from reconciliation.errors import ReasonMissing, TooEarly
from reconciliation.matching import InForce, in_force, made_by, record_undo


def reverse(
    *, actor: Actor, settings: Settings, documents: Sequence[Document], on: date, reason: str
) -> dict[int, int]:
    """Reverse posted documents: undo what each made itself and its inline matches, mirror it, match both.

    Returns {original: mirror}. The caller holds the customers' locks and has re-read the documents. Raises
    ReasonMissing, NotPosted, ReversalIsFinal, AlreadyReversed, ReversalTooEarly, PeriodClosed, StillApplied
    (something else is matched with the document since), StillReserved, InDeposit or InDraftDeposit.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    keys = [document.pk for document in documents]
    for row, document in enumerate(documents):
        _require_reversible(document, on, row)
        require_open_period(settings, on, document.entity_id, row=row)
    _require_not_reversed(actor.company_id, documents)
    require_not_deposited(company_id=actor.company_id, documents=documents)
    touching = _touching(actor.company_id, keys)
    own = {a.id: a for a in made_by(company_id=actor.company_id, documents=keys)}
    own |= {a.id: a for a in touching if a.inline}
    _require_free(actor.company_id, documents, [a for a in touching if a.id not in own])
    mirrors = _write_mirrors(actor, settings, documents, on, reason.strip())
    record_undo(
        actor=actor,
        undos=[(a, a.left) for a in own.values()],
        makers=[mirrors.get(a.maker) or mirrors[a.charge_document] for a in own.values()],
        on=on,
        reason=reason.strip(),
    )
    _tie(actor, settings, mirrors, on, reason.strip())
    return mirrors


def take_back(
    *,
    actor: Actor,
    kind: Kind,
    right: str,
    ids: Sequence[int],
    on: date,
    reason: str,
) -> list[int]:
    """The verb: reverse posted documents of a kind (refunds: void them); returns the mirrors' keys in order.

    Raises NotFound and what ``reverse`` raises; then nothing is written.
    """
    actor.require(right)
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        documents = lock_documents(actor=actor, ids=ids, kind=kind)
        mirrors = reverse(actor=actor, settings=settings, documents=documents, on=on, reason=reason)
        audit.record(
            actor=actor,
            action="void" if kind == Kind.REFUND else "reverse",
            object_kind="document",
            object_ids=[*ids, *mirrors.values()],
            after={"kind": kind, "date": on, "reason": reason.strip()},
        )
        done = "voided" if kind == Kind.REFUND else "reversed"
        outbox.publish(actor=actor, kind=f"{kind}.{done}", object_ids=ids)
    return [mirrors[key] for key in ids]


def _require_reversible(document: Document, on: date, row: int) -> None:
    if document.state != Document.State.POSTED:
        raise NotPosted(row=row)
    if document.reverses_id is not None:
        raise ReversalIsFinal(row=row, document=str(document))
    if on < document.date:
        raise ReversalTooEarly(field="date", row=row, earliest=document.date)


def _require_not_reversed(company_id: int, documents: Sequence[Document]) -> None:
    mirrors = Document.objects.filter(company_id=company_id, reverses__in=[d.pk for d in documents])
    for mirror in mirrors.select_related("reverses"):
        raise AlreadyReversed(document=str(mirror.reverses), mirror=str(mirror))


def _require_free(company_id: int, documents: Sequence[Document], others: Sequence[InForce]) -> None:
    """No application but the documents' own is in force (``others`` are), and no draft has reserved anything."""
    by_key = {document.pk: document for document in documents}
    for a in others:
        key = a.charge_document if a.charge_document in by_key else a.credit_document
        document, matched = str(by_key[key]), ", ".join(_matched_with(company_id, key, others))
        refunds = {o.refund: None for o in others if o.refund and o.credit_document == key}
        if refunds:
            raise StillRefunded(document=document, others=matched, refunds=", ".join(refunds))
        raise StillApplied(document=document, others=matched)
    held = Reservation.objects.filter(company_id=company_id, line__document__in=by_key)
    for reservation in held.select_related("document", "line__document").order_by("pk"):
        raise StillReserved(
            document=str(reservation.line.document),
            drafts=str(reservation.document),
            draft=reservation.document_id,
        )


def _touching(company_id: int, documents: Sequence[int]) -> list[InForce]:
    """Applications in force with one of the documents on either side."""
    touching = Application.objects.filter(
        Q(charge_document__in=documents) | Q(credit_document__in=documents),
        company_id=company_id,
        reverses=None,
    )
    ids = list(touching.values_list("pk", flat=True))
    return [a for a in in_force(company_id=company_id, ids=ids) if a.left > 0]


def _matched_with(company_id: int, document: int, others: Sequence[InForce]) -> list[str]:
    """The numbers of the documents that ``others`` match the document with."""
    sides = [(a.charge_document, a.credit_document) for a in others]
    keys = {
        charge if credit == document else credit for charge, credit in sides if document in (charge, credit)
    }
    found = Document.objects.filter(company_id=company_id, pk__in=keys).order_by("pk")
    return [str(other) for other in found]


def _write_mirrors(
    actor: Actor, settings: Settings, documents: Sequence[Document], on: date, reason: str
) -> dict[int, int]:
    lines: dict[int, list[Line]] = {document.pk: [] for document in documents}
    for line in Line.objects.filter(company_id=actor.company_id, document__in=lines).order_by("position"):
        lines[line.document_id].append(line)
    drafts = [_mirror(document, lines[document.pk], on, reason) for document in documents]
    keys = [written.key for written in write_drafts(actor=actor, documents=drafts)]
    written = {d.pk: d for d in Document.objects.filter(company_id=actor.company_id, pk__in=keys)}
    book(actor=actor, documents=[written[key] for key in keys], settings=settings, alone=True)
    return {document.pk: key for document, key in zip(documents, keys, strict=True)}


def _mirror(document: Document, lines: Sequence[Line], on: date, reason: str) -> NewDocument:
    return NewDocument(
        kind=Kind(document.kind),
        customer_id=document.customer_id,
        currency=document.currency,
        exchange_rate=document.exchange_rate,
        date=on,
        due_date=on if document.due_date else None,
        entity_id=document.entity_id,
        journal_id=document.journal_id,
        reference=document.reference,
        description=document.description,
        bill_to=document.bill_to,
        amount=document.amount,
        method=document.method,
        bank_account_id=document.bank_account_id,
        reverses_id=document.pk,
        reason=reason,
        lines=[
            NewLine(
                customer_id=line.customer_id,
                amount=-line.amount,
                account_id=line.account_id or 0,
                control_account_id=line.control_account_id or 0,
                description=line.description,
                location_id=line.location_id,
                tax_code=line.tax_code,
                tax_amount=-line.tax_amount,
                cash_basis_tax=line.cash_basis_tax,
                tax_receipt_eligible=line.tax_receipt_eligible,
                service_start=line.service_start,
                service_end=line.service_end,
            )
            for line in lines
        ],
    )


def _tie(actor: Actor, settings: Settings, mirrors: dict[int, int], on: date, reason: str) -> None:
    """Match each line of an original with the same line of its mirror."""
    at: dict[tuple[int, int], Line] = {
        (line.document_id, line.position): line
        for line in Line.objects.filter(
            company_id=actor.company_id, document__in=[*mirrors, *mirrors.values()]
        ).exclude(amount=0)
    }
    place = {document: index for index, document in enumerate(mirrors)}
    originals = [line for line in at.values() if line.document_id in mirrors]
    matches = []
    for line in sorted(originals, key=lambda line: (place[line.document_id], line.position)):
        other = at[(mirrors[line.document_id], line.position)]
        charge, credit = (line, other) if line.amount > 0 else (other, line)
        matches.append(Match(charge.pk, credit.pk, abs(line.amount), maker=mirrors[line.document_id]))
    try:
        apply(actor=actor, settings=settings, matches=matches, on=on, reason=reason)
    except TooEarly as error:
        raise ReversalTooEarly(field="date", **error.values) from error
