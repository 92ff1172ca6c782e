"""Files of payments: a row names an invoice that the receipt pays; a number or a key holds its rows together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from arledger.core.csvfile import Row
from arledger.core.errors import Refusal
from imports import words
from imports.books import Books, Charge
from imports.credit_names import CreditNames
from imports.document_files import Head, LinesFile
from imports.errors import (
    AppliedWithoutInvoice,
    AutoWithInvoices,
    CreditWithoutNumber,
    InvoiceOfAnother,
    InvoiceTwice,
    UnknownInvoice,
)
from imports.readers import Cells, Form, Group, named
from ledger.models import Kind
from payments.inputs import PartInput, PaymentInput
from payments.services import receive
from reconciliation.plans import CreditUse


class PaymentFile(LinesFile):
    """Money received.

    Rows with an amount to apply get exactly that, rows with an invoice alone share the rest by waterfall in
    their order, ``auto`` spreads over all open charges by due date; rows may also name credits to use with the cash.
    What is left is an overpayment (SPEC 8).
    """

    kind: ClassVar[Kind] = Kind.PAYMENT
    gathers: ClassVar[bool] = True
    adds: ClassVar[tuple[str, ...]] = ("payments.add",)
    posts: ClassVar[tuple[str, ...]] = ("payments.post",)

    def __init__(self, books: Books, form: Form) -> None:
        super().__init__(books, form)
        self.charges: dict[str, Charge] = {}
        self.names = CreditNames(books)

    def meet(self, groups: Sequence[Group]) -> None:
        super().meet(groups)
        invoices = named(groups, "invoice")
        self.charges = self.books.charges(invoices) if invoices else {}
        self.names.meet(groups)

    def read(self, group: Group, *, post: bool) -> PaymentInput | None:
        cells = Cells(group, self.form)
        head = self.head(cells)
        amount = cells.amount("amount", head.currency, required=True)
        bank, method = cells.coded("bank_account", self.books.banks), words.method(cells.once("method"))
        auto = cells.flag("auto")
        documents, per_document = self._allocations(cells, head.currency, head.party.key if head.party else 0)
        if auto and (documents or per_document):
            cells.fault(AutoWithInvoices(), cells.first, "auto")
        uses = [self._use(cells, row, head) for row in cells.rows]
        if not self.postable(cells, head, post=post):
            return None
        if head.party is None or head.day is None or amount is None:
            return None
        part = PartInput(
            customer_id=head.party.key,
            amount=amount,
            per_document=per_document,
            documents=documents,
            auto=auto,
            credits=[use for use in uses if use is not None],
        )
        return PaymentInput(
            date=head.day,
            method=method,
            parts=(part,),
            currency=head.currency,
            bank_account_id=bank,
            entity_id=head.entity,
            summary_id=head.summary,
            exchange_rate=head.rate,
            reference=head.reference,
            description=head.description,
            number=head.number,
        )

    def _use(self, cells: Cells, row: Row, head: Head) -> CreditUse | None:
        amount = cells.amount("credit_amount", head.currency, row)
        document = self.names.document(cells, row, head.party)
        if document is None:
            if amount is not None and not row.values.get("credit", "").strip():
                cells.fault(CreditWithoutNumber(), row, "credit")
            return None
        return CreditUse(document=document, amount=amount)

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

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        return receive(actor=self.books.actor, payments=inputs, post=post)

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        if refusal.field == "allocations":
            document = refusal.values.get("document")
            for row in group.rows:
                charge = self.charges.get(row.values.get("invoice", "").strip())
                if charge is not None and charge.key == document:
                    return row.number, "applied" if row.values.get("applied", "").strip() else "invoice"
        if (refusal.field or "").startswith("credits"):
            naming = (row for row in group.rows if row.values.get("credit", "").strip())
            return next(naming, group.rows[0]).number, "credit"
        return group.rows[0].number, refusal.field or ""
