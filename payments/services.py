"""The verbs of payments: receive (as draft or posted), post, edit, delete, reverse (SPEC 8).

"A payment is received" happens here: ``receive`` spreads the money, and credits used with it, over the open charges
under the customers' locks, writes one line per document the cash pays and one for the remainder, posts, and applies
line by line. What credits pay is applied by the payment too, so that reversing it gives both back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from arledger.companies.selectors import Settings, settings_of
from arledger.core import audit, late, outbox
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals
from customers.selectors import allowed
from ledger import billing
from ledger.drafts import (
    NewDocument,
    NewLine,
    Written,
    as_document,
    free,
    replace_lines,
    reserve,
    rewrite_draft,
    write_drafts,
)
from ledger.models import Document, Kind, Line, Reservation
from ledger.posting import (
    book,
    keys_checked_once,
    lock_customers,
    lock_documents,
    require_active,
    require_drafts,
    require_open_period,
    require_version,
)
from payments.inputs import PartInput, PaymentInput, Receipt, check, parties
from payments.spreading import Spreading, spread
from reconciliation import reversing
from reconciliation.applying import Match, join, pair
from reconciliation.plans import CreditUse


def receive(*, actor: Actor, payments: Sequence[PaymentInput], post: bool = True) -> list[int]:
    """Receive payments; returns their keys in order. As drafts they reserve what they name (SPEC 8).

    Posted, one that names nothing and is exactly its customer's open balance settles all of it (SPEC 11).
    Raises Refusals with a row for each payment at fault (or the one refusal), PeriodClosed, CustomerInactive,
    NothingPaid and what ``reconciliation.distribution.distribute`` refuses; then nothing is written.
    """
    actor.require("payments.add")
    if post:
        actor.require("payments.post")
    with transaction.atomic(), keys_checked_once(len(payments) if post else 0):
        settings = settings_of(actor.company_id, hold=True)
        receipts = _locked_receipts(actor, settings, payments)
        if post:
            return _receive_posted(actor, settings, receipts)
        return _write_drafts(actor, settings, spread(actor, settings, receipts))


def _receive_posted(
    actor: Actor, settings: Settings, receipts: Sequence[Receipt], drafts: Sequence[Document] = ()
) -> list[int]:
    """Spread and post receipts (of ``drafts``), at once as far as none needs what an earlier one leaves."""
    keys: list[int] = []
    with late.held():
        while len(keys) < len(receipts):
            done = len(keys)
            spreadings = spread(actor, settings, receipts[done:], post=True, first=done)
            try:
                keys += _write_posted(actor, settings, spreadings, drafts[done : done + len(spreadings)])
            except Refusal as refusal:
                raise _rows_later(refusal, done) from None
    return keys


def _rows_later(refusal: Refusal, rows: int) -> Refusal:
    """The refusal of a receipt that comes after ``rows`` others which are written already."""
    for error in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
        if error.row is not None:
            error.row += rows
    return refusal


def _locked_receipts(actor: Actor, settings: Settings, payments: Sequence[PaymentInput]) -> list[Receipt]:
    """Lock every customer named, then check the payments against the books."""
    customers = allowed(actor, lock_customers(actor=actor, ids=parties(payments)))
    return check(actor=actor, settings=settings, payments=payments, customers=customers)


def _header(spreading: Spreading, lines: list[NewLine]) -> NewDocument:
    receipt = spreading.receipt
    entered = receipt.entered
    return NewDocument(
        kind=Kind.PAYMENT,
        customer_id=receipt.payer.pk,
        currency=receipt.currency,
        exchange_rate=receipt.exchange_rate,
        date=entered.date,
        entity_id=entered.entity_id,
        summary_id=entered.summary_id,
        number=receipt.number,
        reference=receipt.reference,
        description=receipt.description,
        amount=entered.amount,
        method=entered.method,
        bank_account_id=entered.bank_account_id,
        lines=lines,
    )


def _posted_lines(
    settings: Settings, spreading: Spreading
) -> tuple[list[NewLine], list[list[tuple[int, Decimal]]]]:
    """One line per document the cash pays and one per remainder, each with the charges it pays."""
    receipt = spreading.receipt
    lines: list[NewLine] = []
    pays: list[list[tuple[int, Decimal]]] = []
    for part, mix in zip(receipt.entered.parts, spreading.mixes, strict=True):
        spread = mix.cash
        per_document: dict[int, list[tuple[int, Decimal]]] = {}
        for allocation in spread.allocations:
            per_document.setdefault(allocation.document, []).append((allocation.line, allocation.amount))
        shares = [*per_document.values(), []] if spread.remainder else list(per_document.values())
        for share in shares:
            amount = sum((a for _, a in share), Decimal(0)) or spread.remainder
            control = settings.row.receivable_account_id if share else settings.row.overpayments_account_id
            lines.append(
                NewLine(
                    customer_id=part.customer_id,
                    amount=-amount,
                    account_id=receipt.account_id,
                    control_account_id=control,
                )
            )
            pays.append(share)
    return lines, pays


def _write_posted(
    actor: Actor, settings: Settings, spreadings: Sequence[Spreading], drafts: Sequence[Document] = ()
) -> list[int]:
    """Write (or, for ``drafts``, rewrite) the payments, post them and apply each line to the charges it pays."""
    built = [_posted_lines(settings, spreading) for spreading in spreadings]
    headers = [_header(s, lines) for s, (lines, _pays) in zip(spreadings, built, strict=True)]
    if drafts:
        pairs = [(document.pk, header) for document, header in zip(drafts, headers, strict=True)]
        written = replace_lines(company_id=actor.company_id, documents=pairs)
    else:
        written = write_drafts(actor=actor, documents=headers)
    keys = [w.key for w in written]
    documents = [as_document(actor, w, header) for w, header in zip(written, headers, strict=True)]
    for document, spreading in zip(documents, spreadings, strict=True):
        document.customer = spreading.receipt.payer
    require_active(documents)
    numbers = book(actor=actor, documents=documents, settings=settings)
    matches = [
        match
        for w, spreading, (_lines, pays) in zip(written, spreadings, built, strict=True)
        for match in _matches(w, spreading, pays)
    ]
    _apply(actor, settings, matches)
    audit.record(
        actor=actor,
        action="post",
        object_kind="document",
        object_ids=keys,
        after={"kind": "payment", "numbers": numbers, "amounts": [header.amount for header in headers]},
    )
    outbox.publish(actor=actor, kind="payment.posted", object_ids=keys)
    return keys


def _matches(
    written: Written, spreading: Spreading, pays: Sequence[Sequence[tuple[int, Decimal]]]
) -> list[Match]:
    """What a payment applies: its credits, from its own date on at the earliest, and its cash."""
    date = spreading.receipt.entered.date
    credits = [
        Match(charge=pair.charge, credit=pair.credit, amount=pair.amount, maker=written.key, since=date)
        for mix in spreading.mixes
        for pair in mix.pairs
    ]
    cash = [
        Match(charge=charge, credit=line, amount=amount, maker=written.key)
        for line, share in zip(written.lines, pays, strict=True)
        for charge, amount in share
    ]
    return credits + cash


def _apply(actor: Actor, settings: Settings, matches: Sequence[Match]) -> None:
    """Apply them all; credits used also obey the closed periods of both documents' entities."""
    pairs = pair(settings=settings, matches=matches)
    for found in pairs:
        if found.credit.document != found.maker:
            for entity in {found.charge.entity, found.credit.entity}:
                require_open_period(settings, found.date, entity)
    join(actor=actor, settings=settings, pairs=pairs)


def _draft_header(settings: Settings, spreading: Spreading) -> NewDocument:
    """A draft payment keeps one line per part; the charges it names are its reservations."""
    receipt = spreading.receipt
    return _header(
        spreading,
        [
            NewLine(
                customer_id=part.customer_id,
                amount=-part.amount,
                account_id=receipt.account_id,
                control_account_id=settings.row.overpayments_account_id,
            )
            for part in receipt.entered.parts
        ],
    )


def _promises(keys: Sequence[int], spreadings: Sequence[Spreading]) -> Iterator[tuple[int, int, Decimal]]:
    """What drafts name on both sides: of charges a positive amount, of credits a negative one."""
    for key, spreading in zip(keys, spreadings, strict=True):
        for mix in spreading.mixes:
            yield from ((key, line, amount) for line, amount in mix.charges.items())
            yield from ((key, line, -used) for line, used in mix.used.items())


def _write_drafts(actor: Actor, settings: Settings, spreadings: Sequence[Spreading]) -> list[int]:
    headers = [_draft_header(settings, spreading) for spreading in spreadings]
    keys = [written.key for written in write_drafts(actor=actor, documents=headers)]
    reserve(company_id=actor.company_id, promises=_promises(keys, spreadings))
    audit.record(
        actor=actor,
        action="add",
        object_kind="document",
        object_ids=keys,
        after={"kind": "payment", "amounts": [header.amount for header in headers]},
    )
    return keys


def edit(*, actor: Actor, key: int, entered: PaymentInput, version: int) -> None:
    """Replace a draft and what it reserves. Raises Stale, NotADraft, or as ``receive``."""
    actor.require("payments.add")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        document = _locked_draft(actor, key, version, also=parties([entered]))
        free(company_id=actor.company_id, drafts=[key])
        spreadings = spread(actor, settings, _locked_receipts(actor, settings, [entered]))
        rewrite_draft(actor=actor, document_id=key, document=_draft_header(settings, spreadings[0]))
        reserve(company_id=actor.company_id, promises=_promises([key], spreadings))
        audit.record(
            actor=actor,
            action="edit",
            object_kind="document",
            object_ids=[key],
            before={"amount": document.amount, "date": document.date},
            after={"amount": entered.amount, "date": entered.date},
        )


def _locked_draft(actor: Actor, key: int, version: int, *, also: set[int]) -> Document:
    document = lock_documents(actor=actor, ids=[key], kind=Kind.PAYMENT, also=also)[0]
    require_drafts([document])
    require_version(actor, document, version)
    return document


def post(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> list[str]:
    """Post draft payments as they were drafted: what they reserved is applied; returns the numbers in order.

    With ``version`` (of a single draft) raises Stale when it was changed since.
    """
    actor.require("payments.post")
    with transaction.atomic():
        settings = settings_of(actor.company_id, hold=True)
        documents = lock_documents(actor=actor, ids=ids, kind=Kind.PAYMENT)
        require_drafts(documents)
        _require_version(actor, documents, version)
        entered = drafted(company_id=actor.company_id, documents=documents)
        free(company_id=actor.company_id, drafts=ids)
        _receive_posted(actor, settings, _locked_receipts(actor, settings, entered), documents)
    found = Document.objects.filter(company_id=actor.company_id, pk__in=ids)
    numbers = dict(found.values_list("pk", "number"))
    return [str(numbers[key]) for key in ids]


def drafted(*, company_id: int, documents: Sequence[Document]) -> list[PaymentInput]:
    """Draft payments as they were entered: parts from their lines, charges and credits from what they reserve."""
    keys = [document.pk for document in documents]
    parts: dict[int, dict[int, Decimal]] = {key: {} for key in keys}
    for line in Line.objects.filter(company_id=company_id, document__in=keys).order_by("position"):
        parts[line.document_id][line.customer_id] = -line.amount
    holds: dict[tuple[int, int], dict[int, Decimal]] = {}
    reservations = Reservation.objects.filter(company_id=company_id, document__in=keys)
    for document, line_id, customer, amount in reservations.values_list(
        "document_id", "line_id", "line__customer_id", "amount"
    ):
        holds.setdefault((document, customer), {})[line_id] = amount
    return [
        PaymentInput(
            date=document.date,
            method=document.method,
            currency=document.currency,
            exchange_rate=document.exchange_rate,
            bank_account_id=document.bank_account_id,
            payer_id=document.customer_id,
            entity_id=document.entity_id,
            reference=document.reference,
            description=document.description,
            summary_id=document.summary_id,
            number=document.number,
            parts=tuple(
                _drafted_part(customer, amount, holds.get((document.pk, customer), {}))
                for customer, amount in parts[document.pk].items()
            ),
        )
        for document in documents
    ]


def _drafted_part(customer: int, amount: Decimal, holds: Mapping[int, Decimal]) -> PartInput:
    return PartInput(
        customer_id=customer,
        amount=amount,
        lines={line: held for line, held in holds.items() if held > 0},
        credits=[CreditUse(line=line, amount=-held) for line, held in holds.items() if held < 0],
    )


def _require_version(actor: Actor, documents: Sequence[Document], version: int | None) -> None:
    if version is not None:
        for document in documents:
            require_version(actor, document, version)


def delete(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts and free what they reserved. Raises as ``billing.delete``."""
    billing.delete(actor=actor, kind=Kind.PAYMENT, right="payments.add", ids=ids, version=version)


def reverse(*, actor: Actor, ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Reverse posted payments: what they applied is undone, the charges are open again; returns the mirrors' keys.

    Raises StillApplied when the remainder was applied since, and what ``reconciliation.reversing.reverse`` raises.
    """
    return reversing.take_back(
        actor=actor, kind=Kind.PAYMENT, right="payments.reverse", ids=ids, on=on, reason=reason
    )
