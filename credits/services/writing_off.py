"""Writing off a small remainder: a credit memo on the write-off account, applied at once (SPEC 6, 15.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.money import check_amount, quantize
from arledger.core.text import clean_text
from credits.errors import WriteOffOfDraft, WriteOffTooEarly, WriteOffTooLarge
from credits.selectors import CHARGES, left, written_off
from ledger.drafts import NewDocument, NewLine, as_document, write_drafts
from ledger.models import Document, Kind, Line
from ledger.posting import book, lock_documents, require_active
from reconciliation.applying import Match, apply
from reconciliation.errors import AmountNotPositive, NotEnoughLeft, NothingLeft, ReasonMissing, TooEarly
from reconciliation.open_items import OpenItem, payable
from reconciliation.waterfall import Allocation, waterfall


def write_off(*, actor: Actor, charge: int, amount: Decimal, on: date, reason: str) -> int:
    """Write ``amount`` of an invoice or debit memo off; returns the key of the credit memo that does it.

    The memo is posted on ``on`` with the charge's currency, rate and entity, and settles the charge's open lines in
    their order. Raises NotFound, WriteOffOfDraft, ReasonMissing, AmountNotPositive, WriteOffTooEarly, NothingLeft,
    NotEnoughLeft, WriteOffTooLarge, PeriodClosed or CustomerInactive; then nothing is written.
    """
    actor.require("adjustments.write_off")
    reason = clean_text(reason, 500, field="reason")
    if not reason:
        raise ReasonMissing(field="reason")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        document = _charge(actor, charge)
        parts = _parts(document, left(actor, document), amount, on)
        _require_small(settings, document, amount)
        memo = _write(actor, settings, document, parts, on, reason)
        audit.record(
            actor=actor,
            action="write_off",
            object_kind="document",
            object_ids=[memo, charge],
            after={"amount": amount, "date": on, "reason": reason},
        )
        outbox.publish(actor=actor, kind="adjustment.posted", object_ids=[memo])
    return memo


def _charge(actor: Actor, key: int) -> Document:
    """The charge under its customer's lock; of whichever of the two kinds it is."""
    found = Document.objects.filter(company_id=actor.company_id, kind__in=CHARGES, pk=key)
    kind = found.values_list("kind", flat=True).first()
    if kind is None:
        raise NotFound()
    document = lock_documents(actor=actor, ids=[key], kind=kind)[0]
    if document.state != Document.State.POSTED:
        raise WriteOffOfDraft()
    require_active([document])
    return document


def _parts(
    document: Document, items: Sequence[OpenItem], amount: Decimal, on: date
) -> list[tuple[OpenItem, Allocation]]:
    """What each open line gets of the amount, by waterfall."""
    check_amount(amount, document.currency, field="amount")
    if amount <= 0:
        raise AmountNotPositive(field="amount")
    if on < document.date:
        raise WriteOffTooEarly(field="date", document=str(document), earliest=document.date)
    lines = payable(items)
    available = sum((line.open for line in lines), Decimal(0))
    if not available:
        raise NothingLeft(document=str(document))
    if amount > available:
        raise NotEnoughLeft(field="amount", document=str(document), available=available, amount=amount)
    by_line = {item.line: item for item in items}
    return [(by_line[part.line], part) for part in waterfall(amount, lines).allocations]


def _require_small(settings: Settings, document: Document, amount: Decimal) -> None:
    """Refuse what makes the write-offs of one document more than the limit: it is not got round in small steps."""
    limit = settings.row.write_off_limit
    if limit is None:
        return
    base = settings.company.base_currency
    written = quantize((written_off(settings, document) + amount) * document.exchange_rate, base)
    if written > limit:
        raise WriteOffTooLarge(field="amount", limit=limit, currency=base, written=written)


def _write(
    actor: Actor,
    settings: Settings,
    charge: Document,
    parts: Sequence[tuple[OpenItem, Allocation]],
    on: date,
    reason: str,
) -> int:
    """Write and post the memo, one line for each charge line it settles, and match the two."""
    settled = Line.objects.filter(company_id=actor.company_id, pk__in=[item.line for item, _ in parts])
    places = dict(settled.values_list("pk", "location_id"))
    draft = NewDocument(
        kind=Kind.ADJUSTMENT,
        customer_id=charge.customer_id,
        currency=charge.currency,
        exchange_rate=charge.exchange_rate,
        date=on,
        entity_id=charge.entity_id,
        reference=charge.number or "",
        reason=reason,
        lines=[
            NewLine(
                customer_id=item.customer,
                amount=-part.amount,
                account_id=settings.row.write_off_account_id,
                control_account_id=settings.row.receivable_account_id,
                description=item.description,
                location_id=places.get(item.line),
            )
            for item, part in parts
        ],
    )
    written = write_drafts(actor=actor, documents=[draft])[0]
    book(actor=actor, documents=[as_document(actor, written, draft)], settings=settings, alone=True)
    matches = [
        Match(part.line, line, part.amount, maker=written.key)
        for (_item, part), line in zip(parts, written.lines, strict=True)
    ]
    try:
        apply(actor=actor, settings=settings, matches=matches, on=on, reason=reason)
    except TooEarly as error:
        raise WriteOffTooEarly(field="date", document=str(charge), **error.values) from error
    return written.key
