"""Files of payments: a row names an invoice that the receipt pays; a number or a key holds its rows together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from arledger.core.errors import Refusal
from imports.books import Books, Charge
from imports.errors import (
    AppliedWithoutInvoice,
    AutoWithInvoices,
    InvoiceOfAnother,
    InvoiceTwice,
    UnknownInvoice,
)
from imports.readers import Cells, Form, Group, named
from ledger.errors import NumberTaken
from ledger.models import Kind
from payments.inputs import PartInput, PaymentInput
from payments.services import receive


class PaymentFile:
    """Every payment is posted.

    Rows with an amount to apply get exactly that, rows with an invoice alone share the rest by waterfall in
    their order, ``auto`` spreads over all open charges by due date; what is left is an overpayment (SPEC 8).
    """

    keys: ClassVar[tuple[str, ...]] = ("number", "key")
    several: ClassVar[bool] = True
    tables: ClassVar[tuple[str, ...]] = ("ledger_document", "ledger_line", "ledger_application")

    def __init__(self, books: Books, form: Form) -> None:
        self.books = books
        self.form = form
        self.taken: set[str] = set()
        self.charges: dict[str, Charge] = {}

    def meet(self, groups: Sequence[Group]) -> None:
        self.books.meet(named(groups, "customer"))
        numbers = named(groups, "number")
        self.taken = self.books.taken_numbers(Kind.PAYMENT, numbers) if numbers else set()
        invoices = named(groups, "invoice")
        self.charges = self.books.charges(invoices) if invoices else {}

    def read(self, group: Group) -> PaymentInput | None:
        cells = Cells(group, self.form)
        number = cells.once("number")
        if number in self.taken:
            cells.fault(NumberTaken(number=number), cells.first, "number")
        cells.once("key")
        party = cells.coded("customer", self.books.parties, required=True)
        currency = cells.currency(party.currency if party else self.books.settings.company.base_currency)
        day, amount = cells.day("date", required=True), cells.amount("amount", currency, required=True)
        entity = cells.coded("entity", self.books.entities)
        bank = cells.coded("bank_account", self.books.banks)
        rate, method = cells.rate("exchange_rate"), cells.once("method")
        reference, description = cells.once("reference"), cells.once("description")
        auto = cells.flag("auto")
        documents, per_document = self._allocations(cells, currency, party.key if party else 0)
        if auto and (documents or per_document):
            cells.fault(AutoWithInvoices(), cells.first, "auto")
        if party is None or day is None or amount is None or not cells.finish():
            return None
        for refusal in self.books.refusals(party, day, entity):
            cells.fault(refusal, cells.first, refusal.field or "")
        if not cells.finish():
            return None
        part = PartInput(
            customer_id=party.key, amount=amount, per_document=per_document, documents=documents, auto=auto
        )
        return PaymentInput(
            date=day,
            method=method,
            parts=(part,),
            currency=currency,
            bank_account_id=bank,
            entity_id=entity,
            exchange_rate=rate,
            reference=reference,
            description=description,
            number=number or None,
        )

    def _allocations(
        self, cells: Cells, currency: str, customer: int
    ) -> tuple[list[int], dict[int, Decimal]]:
        """The invoices to pay in their order, and the amounts typed for some of them."""
        documents: list[int] = []
        per_document: dict[int, Decimal] = {}
        first: dict[str, int] = {}
        for row in cells.rows:
            number = row.values.get("invoice", "").strip()
            applied = cells.amount("applied", currency, row)
            if not number:
                if applied is not None:
                    cells.fault(AppliedWithoutInvoice(), row, "applied")
                continue
            refusal = self._refusal(number, customer)
            if first.setdefault(number, row.number) != row.number:
                refusal = InvoiceTwice(number=number, first=first[number])
            if refusal is not None:
                cells.fault(refusal, row, "invoice")
            elif applied is None:
                documents.append(self.charges[number].key)
            else:
                per_document[self.charges[number].key] = applied
        return documents, per_document

    def _refusal(self, number: str, customer: int) -> Refusal | None:
        charge = self.charges.get(number)
        if charge is None or not charge.posted:
            return UnknownInvoice(number=number[:60])
        if customer and charge.customer != customer:
            return InvoiceOfAnother(number=number)
        return None

    def write(self, inputs: Sequence[PaymentInput]) -> list[int]:
        return receive(actor=self.books.actor, payments=inputs)

    def gives(self, group: Group) -> str:
        return ""

    def needs(self, group: Group) -> str:
        return ""

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        if refusal.field == "allocations":
            document = refusal.values.get("document")
            for row in group.rows:
                charge = self.charges.get(row.values.get("invoice", "").strip())
                if charge is not None and charge.key == document:
                    return row.number, "applied" if row.values.get("applied", "").strip() else "invoice"
        return group.rows[0].number, refusal.field or ""
