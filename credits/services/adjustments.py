"""The verbs of adjustments: credit memos (net negative) and debit memos (SPEC 5, 7).

Positive and negative lines may stand in one adjustment; nothing offsets them by itself, that is for invoices only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from arledger.core.actor import Actor
from ledger import billing
from ledger.entering import DocumentInput
from ledger.models import Kind
from reconciliation import reversing


def enter(*, actor: Actor, adjustments: Sequence[DocumentInput], post: bool = False) -> list[int]:
    """Write adjustments as drafts and, with ``post``, post them; returns their keys. Raises as ``billing.enter``."""
    return billing.enter(actor=actor, kind=Kind.ADJUSTMENT, entered=adjustments, post=post)


def post(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> list[str]:
    """Post drafts; returns the numbers in order. Raises as ``billing.post``."""
    numbers = billing.post(actor=actor, kind=Kind.ADJUSTMENT, ids=ids, version=version)
    return [number for number in numbers if number]


def edit(*, actor: Actor, key: int, entered: DocumentInput, version: int) -> None:
    """Replace a draft. Raises as ``billing.edit``."""
    billing.edit(actor=actor, kind=Kind.ADJUSTMENT, key=key, entered=entered, version=version)


def delete(*, actor: Actor, ids: Sequence[int], version: int | None = None) -> None:
    """Delete drafts. Raises as ``billing.delete``."""
    billing.delete(actor=actor, kind=Kind.ADJUSTMENT, right="adjustments.delete", ids=ids, version=version)


def reverse(*, actor: Actor, ids: Sequence[int], on: date, reason: str) -> list[int]:
    """Reverse posted adjustments by mirror documents dated ``on``; returns the mirrors' keys in order.

    A write-off is undone in the same step, as it applied itself; what was matched since is to be un-applied first.
    Raises as ``reversing.take_back``.
    """
    return reversing.take_back(
        actor=actor, kind=Kind.ADJUSTMENT, right="adjustments.reverse", ids=ids, on=on, reason=reason
    )


def duplicate(*, actor: Actor, key: int) -> int:
    """A new draft like an adjustment, dated today; returns its key. Raises NotFound."""
    return enter(actor=actor, adjustments=[billing.duplicate(actor=actor, kind=Kind.ADJUSTMENT, key=key)])[0]
