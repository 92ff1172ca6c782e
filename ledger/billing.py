"""The verbs that invoices, adjustments and advances share: enter, edit, delete, post, duplicate (SPEC 5).

Each takes a list: one document on a page or a hundred thousand from a file cost the same number of statements. The
kinds' services name the kind and add what is theirs. The right asked for is the kind's, such as ``invoices.add``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from customers.models import Customer
from customers.selectors import allowed, visible
from ledger.drafts import NewDocument, Written, as_document, delete_drafts, rewrite_draft, write_drafts
from ledger.entering import DocumentInput, LineInput, prepare
from ledger.errors import NoLines
from ledger.inline_events import publish_inline
from ledger.models import Document, Kind, Line
from ledger.posting import (
    book,
    keys_checked_once,
    lock_customers,
    lock_documents,
    require_active,
    require_drafts,
    require_version,
)

# Lines of documents in their order, as offsetting needs them: {document: [(line, signed amount)]}.
Amounts = dict[int, list[tuple[int, Decimal]]]
# What a kind does with its documents in the transaction that posts them.
Then = Callable[[Actor, Settings, Sequence[Document], Amounts], None]
# What a kind checks of its drafts before they are written.
Check = Callable[[Sequence[NewDocument]], None]


def enter(
    *,
    actor: Actor,
    kind: Kind,
    entered: Sequence[DocumentInput],
    post: bool = False,
    then: Then | None = None,
    check: Check | None = None,
) -> list[int]:
    """Write documents as drafts and, with ``post``, post them in the same transaction; returns their keys.

    Raises Refusals with a row for each document at fault (or the one refusal when it is one), and what ``post``
    raises. Without the right to post nothing is written when ``post`` is asked (doors decide to leave a draft).
    """
    actor.require(f"{kind}s.add")
    if post:
        actor.require(f"{kind}s.post")
    with transaction.atomic(), keys_checked_once(len(entered) if post else 0):
        settings = settings_of(actor.company_id, hold=post)
        customers = _customers(actor, entered, lock=post)
        drafts = prepare(actor=actor, settings=settings, kind=kind, entered=entered, customers=customers)
        if check:
            check(drafts)
        written = write_drafts(actor=actor, documents=drafts)
        keys = [w.key for w in written]
        if post:
            documents = [as_document(actor, w, draft) for w, draft in zip(written, drafts, strict=True)]
            for document, one in zip(documents, entered, strict=True):
                document.customer = customers[one.customer_id]
            _post(actor, settings, kind, documents, _written_lines(written, drafts), then)
        else:
            audit.record(
                actor=actor,
                action="add",
                object_kind="document",
                object_ids=keys,
                after={"kind": kind, "totals": [draft.total for draft in drafts]},
            )
    return keys


def _customers(actor: Actor, documents: Sequence[DocumentInput], *, lock: bool) -> Mapping[int, Customer]:
    """The customers named that the person may use; locked when their open amounts are about to move."""
    ids = {entered.customer_id for entered in documents}
    if lock:
        return allowed(actor, lock_customers(actor=actor, ids=ids))
    return {c.pk: c for c in visible(actor).select_related("term").filter(pk__in=ids)}


def _written_lines(written: Sequence[Written], drafts: Sequence[NewDocument]) -> Amounts:
    return {
        w.key: [(key, line.amount) for key, line in zip(w.lines, draft.lines, strict=True)]
        for w, draft in zip(written, drafts, strict=True)
    }


def post(
    *,
    actor: Actor,
    kind: Kind,
    ids: Sequence[int],
    then: Then | None = None,
    version: int | None = None,
) -> list[str | None]:
    """Post drafts: draw their numbers, do what the kind does, tell the outbox; returns the numbers in order.

    Raises NotFound, NotADraft, NoLines, PeriodClosed, CustomerInactive or NumberTaken, or with ``version`` (of a
    single draft) Stale when it was changed since; then nothing is posted.
    """
    actor.require(f"{kind}s.post")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        documents = lock_documents(actor=actor, ids=ids, kind=kind)
        require_drafts(documents)
        _require_version(actor, documents, version)
        return _post(actor, settings, kind, documents, _read_lines(actor.company_id, documents), then)


def _require_version(actor: Actor, documents: Sequence[Document], version: int | None) -> None:
    if version is not None:
        for document in documents:
            require_version(actor, document, version)


def _post(
    actor: Actor,
    settings: Settings,
    kind: Kind,
    documents: Sequence[Document],
    lines: Amounts,
    then: Then | None,
) -> list[str | None]:
    require_active(documents)
    for row, document in enumerate(documents):
        if not lines.get(document.pk):
            raise NoLines(row=row)
    numbers = book(actor=actor, documents=documents, settings=settings)
    if then:
        then(actor, settings, documents, lines)
    keys = [document.pk for document in documents]
    audit.record(
        actor=actor,
        action="post",
        object_kind="document",
        object_ids=keys,
        after={"kind": kind, "numbers": numbers, "totals": [document.total for document in documents]},
    )
    outbox.publish(actor=actor, kind=f"{kind}.posted", object_ids=keys)
    if settings.row.own_rules_and_events:
        publish_inline(actor=actor, documents=keys)
    return numbers


def _read_lines(company_id: int, documents: Sequence[Document]) -> Amounts:
    lines: Amounts = {}
    found = Line.objects.filter(company_id=company_id, document__in=[d.pk for d in documents])
    for key, document, amount in found.order_by("position").values_list("pk", "document_id", "amount"):
        lines.setdefault(document, []).append((key, amount))
    return lines


def edit(
    *,
    actor: Actor,
    kind: Kind,
    key: int,
    entered: DocumentInput,
    version: int,
    right: str = "",
    check: Check | None = None,
) -> None:
    """Replace a draft. Raises Stale when somebody changed it since ``version``, NotADraft, or as ``enter``."""
    actor.require(right or f"{kind}s.edit")
    with transaction.atomic():
        settings = settings_of(actor.company_id)
        document = lock_documents(actor=actor, ids=[key], kind=kind)[0]
        require_drafts([document])
        require_version(actor, document, version)
        customers = _customers(actor, [entered], lock=False)
        drafts = prepare(actor=actor, settings=settings, kind=kind, entered=[entered], customers=customers)
        if check:
            check(drafts)
        rewrite_draft(actor=actor, document_id=key, document=drafts[0])
        audit.record(
            actor=actor,
            action="edit",
            object_kind="document",
            object_ids=[key],
            before={"total": document.total, "date": document.date},
            after={"total": drafts[0].total, "date": drafts[0].date},
        )


def delete(*, actor: Actor, kind: Kind, right: str, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts of any kind and free what they reserved.

    Raises NotFound, NotADraft, or with ``version`` (of a single draft) Stale when it was changed since.
    """
    actor.require(right)
    with transaction.atomic():
        documents = lock_documents(actor=actor, ids=ids, kind=kind)
        require_drafts(documents)
        _require_version(actor, documents, version)
        delete_drafts(company_id=actor.company_id, ids=ids)
        audit.record(
            actor=actor,
            action="delete",
            object_kind="document",
            object_ids=ids,
            before={"kind": kind, "totals": [document.total for document in documents]},
        )


def duplicate(*, actor: Actor, kind: Kind, key: int) -> DocumentInput:
    """What a new draft like a document says, dated today with the same term. Raises NotFound."""
    source = (
        Document.objects.filter(company_id=actor.company_id, kind=kind, pk=key)
        .prefetch_related("lines")
        .first()
    )
    if source is None:
        raise NotFound()
    days = (source.due_date - source.date) if source.due_date and source.term_id is None else None
    return replace(
        as_input(source),
        date=actor.today,
        gl_date=None,
        summary_id=None,
        number=None,
        due_date=actor.today + days if days is not None else None,
    )


def as_input(document: Document) -> DocumentInput:
    """A document as a person would enter it again."""
    assert document.customer_id is not None, "only deposits have no customer, and nobody enters them so"
    return DocumentInput(
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
        reason=document.reason,
        method=document.method,
        bank_account_id=document.bank_account_id,
        summary_id=document.summary_id,
        lines=tuple(
            LineInput(
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
