"""The verbs of customer refunds: record (as draft or posted), edit, delete, post, void (SPEC 9).

"A refund is posted" happens in ``_write_posted``: under the customers' locks what the drafts reserved is freed, every
rule is asked again, the refund gets its number, and each of its lines clears the credits it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date as Day
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, outbox
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals, refuse
from arledger.core.sql import execute
from customers.selectors import allowed
from ledger import billing
from ledger.drafts import NewDocument, as_document, free, replace_lines, reserve, rewrite_draft, write_drafts
from ledger.errors import AlreadyReversed, NotADraft, NotPosted, ReversalIsFinal, ReversalTooEarly
from ledger.models import Document, Kind, Method, Reservation
from ledger.posting import (
    book,
    lock_customers,
    lock_documents,
    require_active,
    require_drafts,
    require_version,
)
from reconciliation import reversing
from reconciliation.applying import Match, apply
from refunds.choosing import Cleared, Credits, lines_of
from refunds.errors import (
    AlreadyVoided,
    RefundIsPosted,
    RefundNotPosted,
    RefundsDisabled,
    SecondPersonNeeded,
    VoidIsFinal,
    VoidTooEarly,
)
from refunds.inputs import Checked, CreditChoice, RefundInput, check
from refunds.selectors import expected_amount, same_before

# A refund of the same customer, amount and reference this many days ago may be the same one.
SIMILAR_DAYS = 30


@dataclass(frozen=True)
class Clearing:
    """A checked refund with its lines and the credit lines that each clears."""

    refund: Checked
    lines: list[Cleared]

    def header(self, settings: Settings) -> NewDocument:
        entered = self.refund.entered
        return NewDocument(
            kind=Kind.REFUND,
            customer_id=self.refund.customer.pk,
            currency=entered.currency,
            date=entered.date,
            entity_id=entered.entity_id,
            journal_id=settings.refund_journal_id(entered.entity_id),
            summary_id=entered.summary_id,
            number=entered.number,
            reference=entered.reference,
            description=entered.description,
            bill_to=entered.pay_to,
            method=Method.TRANSFER,
            bank_account_id=entered.bank_account_id,
            lines=[cleared.line for cleared in self.lines],
        )


def record(*, actor: Actor, refunds: Sequence[RefundInput], post: bool = False) -> list[int]:
    """Record refunds; returns their keys in order. As drafts they reserve the credits they name (SPEC 9).

    Raises Refusals with a ``row`` for each refund at fault (or the one refusal) of ``refunds.errors``, NotFound,
    UnknownEntity, BankCurrency, NumberTaken; posting also PeriodClosed, CustomerInactive and SecondPersonNeeded.
    Then nothing is written.
    """
    actor.require("refunds.add")
    if post:
        actor.require("refunds.post")
    with transaction.atomic():
        settings = _enabled(actor)
        clearings = _cleared(actor, settings, refunds)
        if post:
            return _write_posted(actor, settings, clearings)[0]
        return _write_drafts(actor, settings, clearings)


def edit(*, actor: Actor, key: int, entered: RefundInput, version: int) -> None:
    """Replace a draft and what it reserves. Raises Stale, RefundIsPosted, or as ``record``."""
    actor.require("refunds.add")
    with transaction.atomic(), _in_words_of_refunds():
        settings = _enabled(actor)
        document = lock_documents(actor=actor, ids=[key], kind=Kind.REFUND, also=[entered.customer_id])[0]
        require_drafts([document])
        require_version(actor, document, version)
        free(company_id=actor.company_id, drafts=[key])
        clearings = _cleared(actor, settings, [entered])
        header = clearings[0].header(settings)
        rewrite_draft(actor=actor, document_id=key, document=header)
        reserve(company_id=actor.company_id, promises=_promises([key], clearings))
        audit.record(
            actor=actor,
            action="edit",
            object_kind="document",
            object_ids=[key],
            before={"total": document.total, "date": document.date},
            after={"total": header.total, "date": header.date},
        )


def delete(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts and free what they reserved. Raises NotFound, RefundIsPosted, or with ``version`` Stale."""
    with transaction.atomic(), _in_words_of_refunds():
        actor.require("refunds.add")
        _enabled(actor)
        billing.delete(actor=actor, kind=Kind.REFUND, right="refunds.add", ids=ids, version=version)


def post(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> list[str]:
    """Post drafts as they were drafted: the credits they reserved are cleared; returns the numbers in order.

    With ``version`` (of a single draft) raises Stale when it was changed since; else as ``record``.
    """
    actor.require("refunds.post")
    with transaction.atomic(), _in_words_of_refunds():
        settings = _enabled(actor)
        documents = lock_documents(actor=actor, ids=ids, kind=Kind.REFUND)
        require_drafts(documents)
        if version is not None:
            for document in documents:
                require_version(actor, document, version)
        entered = drafted(company_id=actor.company_id, documents=documents)
        free(company_id=actor.company_id, drafts=ids)
        return _write_posted(actor, settings, _cleared(actor, settings, entered), documents)[1]


def void(*, actor: Actor, ids: Sequence[int], on: Day, reason: str) -> list[int]:
    """Void posted refunds: their credits are available again, as before; returns the mirrors' keys in order.

    Raises NotFound, ReasonMissing, RefundNotPosted, VoidIsFinal, AlreadyVoided, VoidTooEarly or PeriodClosed.
    """
    actor.require("refunds.void")
    with transaction.atomic(), _in_words_of_refunds():
        _enabled(actor)
        return reversing.take_back(
            actor=actor, kind=Kind.REFUND, right="refunds.void", ids=ids, on=on, reason=reason
        )


def drafted(*, company_id: int, documents: Sequence[Document]) -> list[RefundInput]:
    """Draft refunds as they were entered: the credits from what they reserve."""
    choices: dict[int, list[CreditChoice]] = {document.pk: [] for document in documents}
    held = Reservation.objects.filter(company_id=company_id, document__in=choices).order_by("pk")
    for document, line, amount in held.values_list("document_id", "line_id", "amount"):
        choices[document].append(CreditChoice(line=line, amount=-amount))
    return [
        RefundInput(
            customer_id=document.customer_id or 0,
            date=document.date,
            bank_account_id=document.bank_account_id,
            credits=tuple(choices[document.pk]),
            amount=document.total,
            currency=document.currency,
            entity_id=document.entity_id,
            reference=document.reference,
            description=document.description,
            pay_to=document.bill_to,
            summary_id=document.summary_id,
            number=document.number,
        )
        for document in documents
    ]


def similar(*, actor: Actor, entered: RefundInput, ignore: int = 0) -> list[Document]:
    """Refunds of the same customer, amount and reference in the 30 days before, drafts included, voided ones not.

    A warning for whoever enters a refund, newest first; none without a reference. ``ignore`` is the draft at hand.
    """
    reference = entered.reference.strip()
    amount = expected_amount(actor, entered) if reference else None
    if amount is None:
        return []
    since = min(entered.date, actor.today) - timedelta(days=SIMILAR_DAYS)
    found = same_before(
        actor=actor, customer=entered.customer_id, amount=amount, reference=reference, since=since
    )
    return [document for document in found if document.pk != ignore]


def _enabled(actor: Actor) -> Settings:
    """The settings, while anybody in the company records refunds; each refund's own entity is asked later."""
    settings = settings_of(actor.company_id, hold=True)
    if not settings.refunds_anywhere:
        raise RefundsDisabled()
    return settings


def _cleared(actor: Actor, settings: Settings, refunds: Sequence[RefundInput]) -> list[Clearing]:
    """Lock every customer named, check the refunds against the books, and let each take its credits in turn."""
    customers = allowed(actor, lock_customers(actor=actor, ids={refund.customer_id for refund in refunds}))
    checked = check(actor=actor, settings=settings, refunds=refunds, customers=customers)
    credits = Credits(actor=actor, settings=settings, refunds=[refund.entered for refund in checked])
    clearings: list[Clearing] = []
    errors: list[Refusal] = []
    for row, refund in enumerate(checked):
        try:
            clearings.append(Clearing(refund, lines_of(refund, credits.take(refund))))
        except Refusal as refusal:
            found = refusal.errors if isinstance(refusal, Refusals) else [refusal]
            for error in found:
                error.row = row
            errors.extend(found)
    refuse(errors)
    return clearings


def _write_drafts(actor: Actor, settings: Settings, clearings: Sequence[Clearing]) -> list[int]:
    headers = [clearing.header(settings) for clearing in clearings]
    keys = [written.key for written in write_drafts(actor=actor, documents=headers)]
    reserve(company_id=actor.company_id, promises=_promises(keys, clearings))
    audit.record(
        actor=actor,
        action="add",
        object_kind="document",
        object_ids=keys,
        after={"kind": "refund", "totals": [header.total for header in headers]},
    )
    return keys


def _write_posted(
    actor: Actor, settings: Settings, clearings: Sequence[Clearing], drafts: Sequence[Document] = ()
) -> tuple[list[int], list[str]]:
    """Write (or, for ``drafts``, rewrite) the refunds, post them, and clear the credits. Returns keys and numbers."""
    headers = [clearing.header(settings) for clearing in clearings]
    for row, header in enumerate(headers):
        _require_second_person(
            actor, settings, header.total, drafts[row].updated_by if drafts else actor.user_id, row
        )
    if drafts:
        pairs = [(document.pk, header) for document, header in zip(drafts, headers, strict=True)]
        _rejournal(actor.company_id, drafts, headers)
        written = replace_lines(company_id=actor.company_id, documents=pairs)
    else:
        written = write_drafts(actor=actor, documents=headers)
    keys = [w.key for w in written]
    documents = [as_document(actor, w, header) for w, header in zip(written, headers, strict=True)]
    for document, clearing in zip(documents, clearings, strict=True):
        document.customer = clearing.refund.customer
    require_active(documents)
    numbers = [str(number) for number in book(actor=actor, documents=documents, settings=settings)]
    _apply(actor, settings, clearings, [w.lines for w in written], keys)
    audit.record(
        actor=actor,
        action="post",
        object_kind="document",
        object_ids=keys,
        after={"kind": "refund", "numbers": numbers, "totals": [header.total for header in headers]},
    )
    outbox.publish(actor=actor, kind="refund.posted", object_ids=keys)
    return keys, numbers


def _require_second_person(
    actor: Actor, settings: Settings, total: Decimal, last_editor: int | None, row: int
) -> None:
    """Above a limit, whoever edited a refund last may not post it, where the company wants a second person."""
    limit = settings.row.refund_two_person_above
    if settings.row.refund_two_person and total > limit and last_editor == actor.user_id:
        raise SecondPersonNeeded(row=row, limit=limit)


def _rejournal(company_id: int, drafts: Sequence[Document], headers: Sequence[NewDocument]) -> None:
    """The journal is the one in force at posting, whatever it was when the refund was drafted."""
    moved: dict[int | None, list[int]] = {}
    for document, header in zip(drafts, headers, strict=True):
        if document.journal_id != header.journal_id:
            moved.setdefault(header.journal_id, []).append(document.pk)
    for journal, keys in moved.items():
        execute(
            "UPDATE ledger_document SET journal_id = %s WHERE company_id = %s AND id = ANY(%s)",
            [journal, company_id, keys],
        )


def _apply(
    actor: Actor,
    settings: Settings,
    clearings: Sequence[Clearing],
    lines: Sequence[Sequence[int]],
    makers: Sequence[int],
) -> None:
    """Match each refund line with the credit lines it clears; their days were asked for before (``Credits``)."""
    matches = [
        Match(charge=charge, credit=take.item.line, amount=take.amount, maker=maker)
        for clearing, charges, maker in zip(clearings, lines, makers, strict=True)
        for charge, cleared in zip(charges, clearing.lines, strict=True)
        for take in cleared.takes
    ]
    apply(actor=actor, settings=settings, matches=matches)


def _promises(keys: Sequence[int], clearings: Sequence[Clearing]) -> Iterator[tuple[int, int, Decimal]]:
    """What drafts take of credit lines, negative as those are."""
    for key, clearing in zip(keys, clearings, strict=True):
        for cleared in clearing.lines:
            yield from ((key, take.item.line, -take.amount) for take in cleared.takes)


# What the books refuse to any document, said of a refund.
_WORDS: dict[type[Refusal], type[Refusal]] = {
    NotADraft: RefundIsPosted,
    NotPosted: RefundNotPosted,
    AlreadyReversed: AlreadyVoided,
    ReversalIsFinal: VoidIsFinal,
    ReversalTooEarly: VoidTooEarly,
}


@contextmanager
def _in_words_of_refunds() -> Iterator[None]:
    try:
        yield
    except tuple(_WORDS) as error:
        raise _WORDS[type(error)](field=error.field, row=error.row, **error.values) from error
