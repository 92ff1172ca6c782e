"""The verbs of invoices: enter, edit, delete, post, reverse, duplicate (SPEC 5, 6).

Each takes a list: one invoice on a page or a hundred thousand from a file cost the same number of statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from customers.models import Customer
from customers.selectors import allowed, visible
from invoices.errors import ReversalSwitchedOff
from invoices.inputs import InvoiceInput, InvoiceLineInput, prepare
from ledger.drafts import NewDocument, Written, as_document, delete_drafts, rewrite_draft, write_drafts
from ledger.errors import NoLines
from ledger.inline import offset
from ledger.models import Document, Kind, Line
from ledger.posting import (
    book,
    insert_applications,
    lock_customers,
    lock_documents,
    require_active,
    require_drafts,
    require_version,
)
from reconciliation.reversing import reverse as mirror

# Lines of documents in their order, as inline offsetting needs them: {document: [(line, signed amount)]}.
Amounts = dict[int, list[tuple[int, Decimal]]]


def enter(*, actor: Actor, invoices: Sequence[InvoiceInput], post: bool = False) -> list[int]:
    """Write invoices as drafts and, with ``post``, post them in the same transaction; returns their keys.

    Raises Refusals with a row for each invoice at fault (or the one refusal when it is one), and what ``post``
    raises. Without the right to post nothing is written when ``post`` is asked (doors decide to leave a draft).
    """
    actor.require("invoices.add")
    if post:
        actor.require("invoices.post")
    with transaction.atomic():
        settings = settings_of(actor.company_id)
        customers = _customers(actor, invoices, lock=post)
        drafts = prepare(actor=actor, settings=settings, invoices=invoices, customers=customers)
        written = write_drafts(actor=actor, documents=drafts)
        keys = [w.key for w in written]
        if post:
            documents = [as_document(actor, w, draft) for w, draft in zip(written, drafts, strict=True)]
            for document in documents:
                document.customer = customers[document.customer_id]
            _post(actor, settings, documents, _written_lines(written, drafts))
        else:
            audit.record(
                actor=actor,
                action="add",
                object_kind="document",
                object_ids=keys,
                after={"kind": "invoice", "totals": [draft.total for draft in drafts]},
            )
    return keys


def _customers(actor: Actor, invoices: Sequence[InvoiceInput], *, lock: bool) -> dict[int, Customer]:
    """The customers named that the person may use; locked when their open amounts are about to move."""
    ids = {entered.customer_id for entered in invoices}
    if lock:
        return allowed(actor, lock_customers(actor=actor, ids=ids))
    return {c.pk: c for c in visible(actor).select_related("term").filter(pk__in=ids)}


def _written_lines(written: Sequence[Written], drafts: Sequence[NewDocument]) -> Amounts:
    return {
        w.key: [(key, line.amount) for key, line in zip(w.lines, draft.lines, strict=True)]
        for w, draft in zip(written, drafts, strict=True)
    }


def post(*, actor: Actor, ids: Sequence[int]) -> list[str]:
    """Post drafts: draw their numbers, offset inline credits, tell the outbox; returns the numbers in order.

    Raises NotFound, NotADraft, NoLines, PeriodClosed, CustomerInactive or NumberTaken; then nothing is posted.
    """
    actor.require("invoices.post")
    with transaction.atomic():
        settings = settings_of(actor.company_id)
        documents = lock_documents(actor=actor, ids=ids, kind=Kind.INVOICE)
        require_drafts(documents)
        return _post(actor, settings, documents, _read_lines(actor.company_id, documents))


def _post(actor: Actor, settings: Settings, documents: Sequence[Document], lines: Amounts) -> list[str]:
    require_active(documents)
    for row, document in enumerate(documents):
        if not lines.get(document.pk):
            raise NoLines(row=row)
    numbers = book(actor=actor, documents=documents, settings=settings)
    if settings.row.auto_apply_inline_credits:
        _offset_inline(actor, documents, lines)
    keys = [document.pk for document in documents]
    audit.record(
        actor=actor,
        action="post",
        object_kind="document",
        object_ids=keys,
        after={"kind": "invoice", "numbers": numbers, "totals": [document.total for document in documents]},
    )
    outbox.publish(actor=actor, kind="invoice.posted", object_ids=keys)
    return numbers


def _read_lines(company_id: int, documents: Sequence[Document]) -> Amounts:
    lines: Amounts = {}
    found = Line.objects.filter(company_id=company_id, document__in=[d.pk for d in documents])
    for key, document, amount in found.order_by("position").values_list("pk", "document_id", "amount"):
        lines.setdefault(document, []).append((key, amount))
    return lines


def _offset_inline(actor: Actor, documents: Sequence[Document], lines: Amounts) -> None:
    """Match each invoice's negative lines with its positive ones (SPEC 6); these matches draw no code (15.2)."""
    insert_applications(
        [
            (
                actor.company_id,
                document.pk,
                charge,
                credit,
                document.pk,
                document.pk,
                document.customer_id,
                amount,
                document.date,
                actor.at,
                actor.user_id,
                "",
                None,
                None,
                None,
            )
            for document in documents
            for charge, credit, amount in offset(lines[document.pk])
        ]
    )


def edit(*, actor: Actor, key: int, entered: InvoiceInput, version: int) -> None:
    """Replace a draft. Raises Stale when somebody changed it since ``version``, NotADraft, or as ``enter``."""
    actor.require("invoices.edit")
    with transaction.atomic():
        settings = settings_of(actor.company_id)
        document = lock_documents(actor=actor, ids=[key], kind=Kind.INVOICE)[0]
        require_drafts([document])
        require_version(actor, document, version)
        customers = _customers(actor, [entered], lock=False)
        draft = prepare(actor=actor, settings=settings, invoices=[entered], customers=customers)[0]
        rewrite_draft(actor=actor, document_id=key, document=draft)
        audit.record(
            actor=actor,
            action="edit",
            object_kind="document",
            object_ids=[key],
            before={"total": document.total, "date": document.date},
            after={"total": draft.total, "date": draft.date},
        )


def delete(*, actor: Actor, ids: Sequence[int]) -> None:
    """Delete drafts. Raises NotFound or NotADraft."""
    actor.require("invoices.delete")
    with transaction.atomic():
        documents = lock_documents(actor=actor, ids=ids, kind=Kind.INVOICE)
        require_drafts(documents)
        delete_drafts(company_id=actor.company_id, ids=ids)
        audit.record(
            actor=actor,
            action="delete",
            object_kind="document",
            object_ids=ids,
            before={"kind": "invoice", "totals": [document.total for document in documents]},
        )


def reverse(*, actor: Actor, ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Reverse posted invoices by mirror documents dated ``on``; returns the mirrors' keys in order.

    Inline applications are undone in the same step (SPEC 15.2). Raises ReversalSwitchedOff and what
    ``reconciliation.reversing.reverse`` raises.
    """
    actor.require("invoices.reverse")
    with transaction.atomic():
        settings = settings_of(actor.company_id)
        if not settings.row.reverse_unpaid_invoices:
            raise ReversalSwitchedOff()
        documents = lock_documents(actor=actor, ids=ids, kind=Kind.INVOICE)
        mirrors = mirror(actor=actor, settings=settings, documents=documents, on=on, reason=reason)
        audit.record(
            actor=actor,
            action="reverse",
            object_kind="document",
            object_ids=[*ids, *mirrors.values()],
            after={"kind": "invoice", "date": on, "reason": reason},
        )
        outbox.publish(actor=actor, kind="invoice.reversed", object_ids=ids)
    return [mirrors[key] for key in ids]


def duplicate(*, actor: Actor, key: int) -> int:
    """A new draft like an invoice, dated today with the same term; returns its key. Raises NotFound."""
    source = (
        Document.objects.filter(company_id=actor.company_id, kind=Kind.INVOICE, pk=key)
        .prefetch_related("lines")
        .first()
    )
    if source is None:
        raise NotFound()
    entered = as_input(source)
    days = (source.due_date - source.date) if source.due_date and source.term_id is None else None
    fresh = replace(
        entered,
        date=actor.today,
        gl_date=None,
        number=None,
        due_date=actor.today + days if days is not None else None,
    )
    return enter(actor=actor, invoices=[fresh])[0]


def as_input(document: Document) -> InvoiceInput:
    """An invoice as a person would enter it again."""
    return InvoiceInput(
        customer_id=document.customer_id,
        date=document.date,
        due_date=document.due_date,
        term_id=document.term_id,
        gl_date=document.gl_date,
        currency=document.currency,
        exchange_rate=document.exchange_rate,
        entity_id=document.entity_id,
        reference=document.reference,
        description=document.description,
        bill_to=document.bill_to,
        lines=tuple(
            InvoiceLineInput(
                account_id=line.account_id,
                amount=line.amount,
                description=line.description,
                location_id=line.location_id,
                tax_code=line.tax_code,
                tax_amount=line.tax_amount,
                cash_basis_tax=line.cash_basis_tax,
                tax_receipt_eligible=line.tax_receipt_eligible,
                service_start=line.service_start,
                service_end=line.service_end,
            )
            for line in sorted(document.lines.all(), key=lambda line: line.position)
        ),
    )
