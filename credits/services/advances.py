"""The verbs of advances: money received before there is an invoice (SPEC 5, 7).

Whoever may enter advances may also change his drafts of them: SPEC 4 knows no right to edit for advances.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from arledger.core.actor import Actor
from arledger.core.errors import Refusal, refuse
from credits.inputs import AdvanceInput
from ledger import billing
from ledger.entering import DocumentInput
from ledger.models import Kind
from reconciliation import reversing


def enter(*, actor: Actor, advances: Sequence[AdvanceInput], post: bool = False) -> list[int]:
    """Write advances as drafts and, with ``post``, post them; returns their keys.

    Raises AmountOrLines, NotReceived (several as Refusals), and as ``billing.enter``.
    """
    actor.require("advances.add")
    return billing.enter(actor=actor, kind=Kind.ADVANCE, entered=_documents(advances), post=post)


def _documents(advances: Sequence[AdvanceInput]) -> list[DocumentInput]:
    documents: list[DocumentInput] = []
    errors: list[Refusal] = []
    for row, advance in enumerate(advances):
        try:
            documents.append(advance.as_document())
        except Refusal as error:
            error.row = row
            errors.append(error)
    refuse(errors)
    return documents


def post(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> list[str | None]:
    """Post drafts; returns the numbers in order, None for each while advances are not numbered (SPEC 7).

    An advance posted without a number never gets one. Raises as ``billing.post``.
    """
    return billing.post(actor=actor, kind=Kind.ADVANCE, ids=ids, version=version)


def edit(*, actor: Actor, key: int, entered: AdvanceInput, version: int) -> None:
    """Replace a draft. Raises as ``enter``, and Stale or NotADraft."""
    actor.require("advances.add")
    document = entered.as_document()
    billing.edit(
        actor=actor, kind=Kind.ADVANCE, key=key, entered=document, version=version, right="advances.add"
    )


def delete(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts. Raises as ``billing.delete``."""
    billing.delete(actor=actor, kind=Kind.ADVANCE, right="advances.delete", ids=ids, version=version)


def reverse(*, actor: Actor, ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Reverse posted advances by mirror documents dated ``on``; returns the mirrors' keys in order.

    Raises as ``reversing.take_back``: StillApplied names what an advance is matched with.
    """
    return reversing.take_back(
        actor=actor, kind=Kind.ADVANCE, right="advances.reverse", ids=ids, on=on, reason=reason
    )
