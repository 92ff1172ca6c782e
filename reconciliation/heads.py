"""Which group a side of an application belongs to: who carries a match code (SPEC 10, 15.2).

Pure rules on plain values. A head is an invoice, a debit memo or a credit document as a whole, or one line of a
payment: its remainder, or a part that was un-applied and is used again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.models import Kind, document_name

WHOLE_DOCUMENT = frozenset({Kind.INVOICE, Kind.ADJUSTMENT, Kind.ADVANCE})


@dataclass(frozen=True, slots=True)
class Side:
    """A posted line as matching sees it. Amounts are absolute; ``sign`` is +1 for a charge, −1 for a credit.

    ``undone`` says that something matched with the line was un-applied at some time.
    """

    line: int
    document: int
    customer: int
    currency: str
    sign: int
    open: Decimal
    reserved: Decimal
    kind: str
    number: str | None
    date: date
    reverses: int | None
    entity: int | None
    undone: bool

    @property
    def name(self) -> str:
        return document_name(self.kind, self.number, self.date)

    @property
    def available(self) -> Decimal:
        return self.open - self.reserved


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """``line`` is 0 when the document as a whole is the head."""

    document: int
    line: int = 0


def heads_of(charge: Side, credit: Side, maker: int) -> tuple[Head | None, Head | None]:
    """The heads of the charge's and the credit's group for an application made by document ``maker``.

    Inline applications have none. A reversal shares the group of the document it mirrors. What a payment
    applies by its own posting belongs to the charge's group alone.
    """
    if charge.document == credit.document:
        return None, None
    if charge.reverses == credit.document:
        return None, Head(credit.document)
    if credit.reverses == charge.document:
        return Head(charge.document), None
    charge_head = Head(charge.document) if charge.kind in WHOLE_DOCUMENT else None
    if credit.kind in WHOLE_DOCUMENT:
        return charge_head, Head(credit.document)
    if credit.document == maker:
        return charge_head, None
    return charge_head, Head(credit.document, credit.line)
