"""What is entered as an advance: money received before there is an invoice (SPEC 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal

from credits.errors import AmountOrLines, NotReceived
from ledger.entering import DocumentInput, LineInput


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceLine:
    """A part of the money received, positive in the advance's currency."""

    amount: Decimal
    description: str = ""
    location_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceInput:
    """An advance as entered: ``amount``, or ``lines`` that make it up; positive in its currency.

    ``method`` is one of ``ledger.models.Method``; no ``bank_account_id`` means undeposited funds. An empty currency
    means the customer's; ``number`` only when it was given elsewhere (imports).
    """

    customer_id: int
    date: Day
    method: str
    amount: Decimal | None = None
    lines: Sequence[AdvanceLine] = ()
    bank_account_id: int | None = None
    gl_date: Day | None = None
    currency: str = ""
    exchange_rate: Decimal = Decimal(1)
    entity_id: int | None = None
    reference: str = ""
    description: str = ""
    summary_id: int | None = None
    number: str | None = None

    def as_document(self) -> DocumentInput:
        """The document it becomes: its lines lower what the customer owes. Raises AmountOrLines or NotReceived."""
        if self.amount is not None and self.lines:
            raise AmountOrLines(field="amount")
        lines = self.lines or ([AdvanceLine(amount=self.amount)] if self.amount is not None else [])
        for place, line in enumerate(lines):
            if not line.amount.is_finite() or line.amount < 0:
                raise NotReceived(field=f"lines.{place}.amount" if self.lines else "amount")
        if lines and not any(line.amount for line in lines):
            raise NotReceived(field="lines.0.amount" if self.lines else "amount")
        return DocumentInput(
            customer_id=self.customer_id,
            date=self.date,
            gl_date=self.gl_date,
            currency=self.currency,
            exchange_rate=self.exchange_rate,
            entity_id=self.entity_id,
            reference=self.reference,
            description=self.description,
            method=self.method,
            bank_account_id=self.bank_account_id,
            summary_id=self.summary_id,
            number=self.number,
            lines=[
                LineInput(amount=-line.amount, description=line.description, location_id=line.location_id)
                for line in lines
            ],
        )
