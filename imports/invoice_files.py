"""Files of invoices: a row is a line, a number or a key holds the lines of one invoice together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from arledger.core.csvfile import Row
from arledger.core.errors import Refusal
from imports.books import Books
from imports.readers import ZERO, Cells, Form, Group, named
from invoices.services import enter
from ledger.entering import DocumentInput, LineInput
from ledger.errors import NumberTaken
from ledger.models import Kind

_LINE = re.compile(r"lines\.(?P<place>\d+)\.(?P<name>\w+)", re.ASCII)


class InvoiceFile:
    """Every invoice is posted. Its own number is kept as text; without one it gets the next of the company."""

    keys: ClassVar[tuple[str, ...]] = ("number", "key")
    several: ClassVar[bool] = True
    tables: ClassVar[tuple[str, ...]] = ("ledger_document", "ledger_line", "ledger_application")

    def __init__(self, books: Books, form: Form) -> None:
        self.books = books
        self.form = form
        self.taken: set[str] = set()

    def meet(self, groups: Sequence[Group]) -> None:
        self.books.meet(named(groups, "customer"))
        numbers = named(groups, "number")
        self.taken = self.books.taken_numbers(Kind.INVOICE, numbers) if numbers else set()

    def read(self, group: Group) -> DocumentInput | None:
        cells = Cells(group, self.form)
        number = cells.once("number")
        if number in self.taken:
            cells.fault(NumberTaken(number=number), cells.first, "number")
        cells.once("key")
        party = cells.coded("customer", self.books.parties, required=True)
        currency = cells.currency(party.currency if party else self.books.settings.company.base_currency)
        day = cells.day("date", required=True)
        gl_date = cells.day("gl_date")
        entity = cells.coded("entity", self.books.entities)
        due_date, term = cells.day("due_date"), cells.coded("term", self.books.terms)
        rate = cells.rate("exchange_rate")
        texts = {name: cells.once(name) for name in ("reference", "description", "bill_to")}
        lines = [self._line(cells, row, currency) for row in cells.rows]
        if party is None or day is None or not cells.finish():
            return None
        separate = self.books.settings.row.separate_gl_date
        for refusal in self.books.refusals(party, (gl_date if separate else None) or day, entity):
            cells.fault(refusal, cells.first, refusal.field or "")
        if not cells.finish():
            return None
        return DocumentInput(
            customer_id=party.key,
            date=day,
            lines=lines,
            due_date=due_date,
            term_id=term,
            gl_date=gl_date,
            currency=currency,
            exchange_rate=rate,
            entity_id=entity,
            number=number or None,
            reference=texts["reference"],
            description=texts["description"],
            bill_to=texts["bill_to"],
        )

    def _line(self, cells: Cells, row: Row, currency: str) -> LineInput:
        return LineInput(
            amount=cells.amount("amount", currency, row, required=True) or ZERO,
            account_id=cells.coded("account", self.books.accounts, row),
            description=row.values.get("line_description", ""),
            location_id=cells.coded("location", self.books.locations, row),
            tax_code=row.values.get("tax_code", ""),
            tax_amount=cells.amount("tax_amount", currency, row) or ZERO,
            cash_basis_tax=cells.flag("cash_basis_tax", row),
            tax_receipt_eligible=cells.flag("tax_receipt_eligible", row),
            service_start=cells.day("service_start", row),
            service_end=cells.day("service_end", row),
        )

    def write(self, inputs: Sequence[DocumentInput]) -> list[int]:
        return enter(actor=self.books.actor, invoices=inputs, post=True)

    def gives(self, group: Group) -> str:
        return ""

    def needs(self, group: Group) -> str:
        return ""

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        line = _LINE.fullmatch(refusal.field or "")
        if line is None:
            return group.rows[0].number, refusal.field or ""
        name = "line_description" if line["name"] == "description" else line["name"]
        return group.rows[int(line["place"])].number, name
