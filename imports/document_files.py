"""Files of invoices, adjustments and advances: a row is a line, a number or a key holds a document's lines together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from arledger.core.csvfile import Row
from credits.inputs import AdvanceInput, AdvanceLine
from credits.services import adjustments, advances
from imports import words
from imports.books import Books, Party
from imports.kinds import DocumentFile
from imports.readers import ZERO, Cells, Form, Group, named
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.errors import NumberTaken
from ledger.models import Kind
from summaries.errors import SummaryAmbiguous, SummaryClosed


@dataclass(frozen=True, slots=True)
class Head:
    """What every document has once."""

    party: Party | None
    number: str | None
    day: date | None
    gl_date: date | None
    currency: str
    rate: Decimal
    entity: int | None
    summary: int | None
    reference: str
    description: str


class LinesFile(DocumentFile):
    """A document of one kind: its own number is kept as text; without one it gets the next of its sequence."""

    def __init__(self, books: Books, form: Form) -> None:
        super().__init__(books, form)
        self.taken: set[str] = set()

    def meet(self, groups: Sequence[Group]) -> None:
        self.books.meet(named(groups, "customer"))
        numbers = named(groups, "number")
        self.taken = self.books.taken_numbers(self.kind, numbers) if numbers else set()

    def head(self, cells: Cells) -> Head:
        number = cells.once("number")
        if number in self.taken:
            cells.fault(NumberTaken(number=number), cells.first, "number")
        cells.once("key")
        party = cells.coded("customer", self.books.parties, required=True)
        currency = cells.currency(party.currency if party else self.books.settings.company.base_currency)
        return Head(
            party=party,
            number=number or None,
            day=cells.day("date", required=True),
            gl_date=cells.day("gl_date"),
            currency=currency,
            rate=cells.rate("exchange_rate"),
            entity=cells.coded("entity", self.books.entities),
            summary=self.summary(cells),
            reference=cells.once("reference"),
            description=cells.description(),
        )

    def summary(self, cells: Cells) -> int | None:
        return self.summary_of(self.kind, cells)

    def summary_of(self, kind: Kind, cells: Cells) -> int | None:
        """The open summary whose title is in the cell, of those for a kind of documents."""
        title = cells.once("summary")
        if not title:
            return None
        known = self.books.summaries(kind)
        if title in known and known[title] is None:
            cells.fault(SummaryAmbiguous(summary=title), cells.first, "summary")
            return None
        if title not in known and self.books.is_closed_summary(kind, title):
            cells.fault(SummaryClosed(summary=title), cells.first, "summary")
            return None
        return cells.coded("summary", known)

    def postable(self, cells: Cells, head: Head, *, post: bool) -> bool:
        """Whether everything could be read, and nothing stands against posting on that day if that is asked."""
        if not cells.finish() or head.party is None or head.day is None:
            return False
        if post:
            separate = self.books.settings.row.separate_gl_date
            day = (head.gl_date if separate else None) or head.day
            for refusal in self.books.refusals(head.party, None if head.summary else day, head.entity):
                cells.fault(refusal, cells.first, refusal.field or "")
        return cells.finish()


class BilledFile(LinesFile):
    """Invoices and adjustments."""

    def read(self, group: Group, *, post: bool) -> DocumentInput | None:
        cells = Cells(group, self.form)
        head = self.head(cells)
        due_date, term = cells.day("due_date"), cells.coded("term", self.books.terms)
        bill_to, reason = cells.once("bill_to"), cells.once("reason")
        lines = [self._line(cells, row, head.currency) for row in cells.rows]
        if not self.postable(cells, head, post=post) or head.party is None or head.day is None:
            return None
        return DocumentInput(
            customer_id=head.party.key,
            date=head.day,
            lines=lines,
            due_date=due_date,
            term_id=term,
            gl_date=head.gl_date,
            currency=head.currency,
            exchange_rate=head.rate,
            entity_id=head.entity,
            summary_id=head.summary,
            number=head.number,
            reference=head.reference,
            description=head.description,
            bill_to=bill_to,
            reason=reason,
        )

    def _line(self, cells: Cells, row: Row, currency: str) -> LineInput:
        return LineInput(
            amount=cells.amount("amount", currency, row, required=True) or ZERO,
            account_id=cells.coded("account", self.books.accounts, row),
            description=cells.line_description(row),
            location_id=cells.coded("location", self.books.locations, row),
            tax_code=row.values.get("tax_code", ""),
            tax_amount=cells.amount("tax_amount", currency, row) or ZERO,
            cash_basis_tax=cells.said("cash_basis_tax", row),
            tax_receipt_eligible=cells.flag("tax_receipt_eligible", row),
            service_start=cells.day("service_start", row),
            service_end=cells.day("service_end", row),
        )


class InvoiceFile(BilledFile):
    kind: ClassVar[Kind] = Kind.INVOICE
    adds: ClassVar[tuple[str, ...]] = ("invoices.add",)
    posts: ClassVar[tuple[str, ...]] = ("invoices.post",)

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        return invoices.enter(actor=self.books.actor, invoices=inputs, post=post)


class AdjustmentFile(BilledFile):
    kind: ClassVar[Kind] = Kind.ADJUSTMENT
    adds: ClassVar[tuple[str, ...]] = ("adjustments.add",)
    posts: ClassVar[tuple[str, ...]] = ("adjustments.post",)

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        return adjustments.enter(actor=self.books.actor, adjustments=inputs, post=post)


class AdvanceFile(LinesFile):
    """Money received before an invoice: each row is a part of it."""

    kind: ClassVar[Kind] = Kind.ADVANCE
    adds: ClassVar[tuple[str, ...]] = ("advances.add",)
    posts: ClassVar[tuple[str, ...]] = ("advances.post",)

    def read(self, group: Group, *, post: bool) -> AdvanceInput | None:
        cells = Cells(group, self.form)
        head = self.head(cells)
        method, bank = words.method(cells.once("method")), cells.coded("bank_account", self.books.banks)
        lines = [
            AdvanceLine(
                amount=cells.amount("amount", head.currency, row, required=True) or ZERO,
                description=cells.line_description(row),
                location_id=cells.coded("location", self.books.locations, row),
            )
            for row in cells.rows
        ]
        if not self.postable(cells, head, post=post) or head.party is None or head.day is None:
            return None
        return AdvanceInput(
            customer_id=head.party.key,
            date=head.day,
            method=method,
            lines=lines,
            bank_account_id=bank,
            gl_date=head.gl_date,
            currency=head.currency,
            exchange_rate=head.rate,
            entity_id=head.entity,
            summary_id=head.summary,
            reference=head.reference,
            description=head.description,
            number=head.number,
        )

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        return advances.enter(actor=self.books.actor, advances=inputs, post=post)
