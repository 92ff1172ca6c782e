"""The verbs of invoices: enter, edit, delete, post, reverse, duplicate (SPEC 5, 6).

What is common to documents with lines happens in ``ledger.billing``; here are inline credits and the rules of
invoices.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from arledger.companies.selectors import Settings, settings_of
from arledger.core.actor import Actor
from invoices.errors import ReversalSwitchedOff
from ledger import billing
from ledger.billing import Amounts
from ledger.entering import DocumentInput
from ledger.inline import offset
from ledger.models import Document, Kind
from ledger.posting import insert_applications
from reconciliation import reversing


def enter(*, actor: Actor, invoices: Sequence[DocumentInput], post: bool = False) -> list[int]:
    """Write invoices as drafts and, with ``post``, post them; returns their keys. Raises as ``billing.enter``."""
    return billing.enter(actor=actor, kind=Kind.INVOICE, entered=invoices, post=post, then=_offset_inline)


def post(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> list[str]:
    """Post drafts and offset their inline credits; returns the numbers in order. Raises as ``billing.post``."""
    numbers = billing.post(actor=actor, kind=Kind.INVOICE, ids=ids, then=_offset_inline, version=version)
    return [number for number in numbers if number]


def _offset_inline(actor: Actor, settings: Settings, documents: Sequence[Document], lines: Amounts) -> None:
    """Match each invoice's negative lines with its positive ones (SPEC 6); these matches draw no code (15.2)."""
    if not settings.row.auto_apply_inline_credits:
        return
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


def edit(*, actor: Actor, key: int, entered: DocumentInput, version: int) -> None:
    """Replace a draft. Raises as ``billing.edit``."""
    billing.edit(actor=actor, kind=Kind.INVOICE, key=key, entered=entered, version=version)


def delete(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts. Raises as ``billing.delete``."""
    billing.delete(actor=actor, kind=Kind.INVOICE, right="invoices.delete", ids=ids, version=version)


def reverse(*, actor: Actor, ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Reverse posted invoices by mirror documents dated ``on``; returns the mirrors' keys in order.

    Inline applications are undone in the same step (SPEC 15.2). Raises ReversalSwitchedOff and what
    ``reconciliation.reversing.reverse`` raises.
    """
    actor.require("invoices.reverse")
    if not settings_of(actor.company_id).row.reverse_unpaid_invoices:
        raise ReversalSwitchedOff()
    return reversing.take_back(
        actor=actor, kind=Kind.INVOICE, right="invoices.reverse", ids=ids, on=on, reason=reason
    )


def duplicate(*, actor: Actor, key: int) -> int:
    """A new draft like an invoice, dated today with the same term; returns its key. Raises NotFound."""
    return enter(actor=actor, invoices=[billing.duplicate(actor=actor, kind=Kind.INVOICE, key=key)])[0]
