"""Files of refunds: a row names a credit that was given back; a number or a key holds a refund's credits together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from arledger.core.csvfile import Row
from arledger.core.errors import Refusal
from imports.books import Books, Party
from imports.credit_names import CreditNames
from imports.document_files import LinesFile
from imports.errors import CreditWithoutNumber
from imports.readers import Cells, Form, Group
from ledger.models import Kind
from refunds.inputs import CreditChoice, RefundInput
from refunds.services import record

_CREDIT = re.compile(r"credits\.(?P<place>\d+)\.(?P<name>\w+)", re.ASCII)
COLUMN = {"credit": "credit", "amount": "credit_amount"}


class RefundFile(LinesFile):
    """Money given back: each row clears a credit, wholly or by an amount (SPEC 9)."""

    kind: ClassVar[Kind] = Kind.REFUND
    gathers: ClassVar[bool] = True
    adds: ClassVar[tuple[str, ...]] = ("refunds.add",)
    posts: ClassVar[tuple[str, ...]] = ("refunds.post",)

    def __init__(self, books: Books, form: Form) -> None:
        super().__init__(books, form)
        self.names = CreditNames(books)

    def meet(self, groups: Sequence[Group]) -> None:
        super().meet(groups)
        self.names.meet(groups)

    def read(self, group: Group, *, post: bool) -> RefundInput | None:
        cells = Cells(group, self.form)
        head = self.head(cells)
        amount = cells.amount("amount", head.currency)
        bank = cells.coded("bank_account", self.books.banks, required=True)
        pay_to = cells.once("pay_to")
        choices = [self._choice(cells, row, head.party, head.currency) for row in cells.rows]
        if not self.postable(cells, head, post=post) or head.party is None or head.day is None:
            return None
        credits = [choice for choice in choices if choice is not None]
        if len(credits) == 1 and credits[0].amount is None:
            # Of a single credit, what was refunded says how much of it.
            credits = [CreditChoice(line=credits[0].line, document=credits[0].document, amount=amount)]
        return RefundInput(
            customer_id=head.party.key,
            date=head.day,
            bank_account_id=bank,
            credits=credits,
            amount=amount,
            currency=head.currency,
            entity_id=head.entity,
            summary_id=head.summary,
            reference=head.reference,
            description=head.description,
            pay_to=pay_to,
            number=head.number,
        )

    def _choice(self, cells: Cells, row: Row, party: Party | None, currency: str) -> CreditChoice | None:
        amount = cells.amount("credit_amount", currency, row)
        if not row.values.get("credit", "").strip() and not row.values.get("credit_kind", "").strip():
            cells.fault(CreditWithoutNumber(), row, "credit")
            return None
        document = self.names.document(cells, row, party)
        if document is None:
            return None
        line = self.names.line(cells, row, document)
        return CreditChoice(line=line, document=None if line else document, amount=amount)

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        return record(actor=self.books.actor, refunds=inputs, post=post)

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        credit = _CREDIT.fullmatch(refusal.field or "")
        if credit is None:
            return group.rows[0].number, refusal.field or ""
        return group.rows[int(credit["place"])].number, COLUMN.get(credit["name"], "credit")
