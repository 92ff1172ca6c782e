"""Files of opening balances: what was open in a former system when this one took over (docs/adr/0037).

A row is one open item. What a customer owes becomes an invoice, a credit an adjustment, each with one line that stands
against an account of its own kind: revenue was booked where the item came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from arledger.companies.models import Account
from arledger.core.errors import Refusal, Refusals
from credits.services import adjustments
from imports.document_files import LinesFile
from imports.errors import OpeningAccountMissing, OpeningAgainstRevenue, OpeningIsZero
from imports.readers import ZERO, Cells, Group, named
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.errors import NumberTaken
from ledger.models import Kind


class OpeningFile(LinesFile):
    kind: ClassVar[Kind] = Kind.INVOICE
    keys: ClassVar[tuple[str, ...]] = ("number",)
    several: ClassVar[bool] = False
    adds: ClassVar[tuple[str, ...]] = ("invoices.add", "adjustments.add")
    posts: ClassVar[tuple[str, ...]] = ("invoices.post", "adjustments.post")

    def meet(self, groups: Sequence[Group]) -> None:
        super().meet(groups)
        numbers = named(groups, "number")
        self.taken_credits = self.books.taken_numbers(Kind.ADJUSTMENT, numbers) if numbers else set()

    def read(self, group: Group, *, post: bool) -> DocumentInput | None:
        cells = Cells(group, self.form)
        # Whether the number is taken depends on the sign: an item is an invoice or an adjustment.
        invoiced, self.taken = self.taken, set()
        head = self.head(cells)
        self.taken = invoiced
        due_date = cells.day("due_date")
        location = cells.coded("location", self.books.locations)
        amount = cells.amount("amount", head.currency, required=True)
        account = self._account(cells)
        if amount is not None and not amount:
            cells.fault(OpeningIsZero(), cells.first, "amount")
        taken = self.taken_credits if amount is not None and amount < 0 else self.taken
        if head.number in taken:
            cells.fault(NumberTaken(number=head.number), cells.first, "number")
        if head.party is None or head.day is None or not cells.finish():
            return None
        day = head.gl_date or head.day
        ruling = None if head.summary else day
        for refusal in self.books.refusals(head.party, ruling, head.entity) if post else ():
            column = "gl_date" if refusal.field == "date" and head.gl_date else refusal.field
            cells.fault(refusal, cells.first, column or "")
        if not cells.finish():
            return None
        line = LineInput(amount=amount or ZERO, account_id=account, location_id=location)
        return DocumentInput(
            customer_id=head.party.key,
            date=head.day,
            lines=[replace(line, description=head.description)],
            due_date=due_date or head.day,
            gl_date=day,
            currency=head.currency,
            exchange_rate=head.rate,
            entity_id=head.entity,
            summary_id=head.summary,
            number=head.number,
            reference=head.reference,
            description=head.description,
            opening=True,
        )

    def summary(self, cells: Cells) -> int | None:
        credit = cells.once("amount").startswith("-")
        return self.summary_of(Kind.ADJUSTMENT if credit else Kind.INVOICE, cells)

    def _account(self, cells: Cells) -> int | None:
        kinds = self.books.account_kinds
        if not cells.once("account"):
            own = (key for key, kind in kinds.items() if kind == Account.Kind.OPENING)
            found = next(own, None)
            if found is None:
                cells.fault(OpeningAccountMissing(), cells.first, "account")
            return found
        account = cells.coded("account", self.books.accounts)
        if account is not None and kinds.get(account) == Account.Kind.REVENUE:
            cells.fault(OpeningAgainstRevenue(account=cells.once("account")), cells.first, "account")
        return account

    def write(self, inputs: Sequence[Any], *, post: bool) -> list[int]:
        """Invoices and adjustments in one call each; keys and refusals at the places of ``inputs``."""
        actor = self.books.actor
        owed = [place for place, one in enumerate(inputs) if one.lines[0].amount > 0]
        credited = [place for place, one in enumerate(inputs) if one.lines[0].amount < 0]
        keys = dict.fromkeys(range(len(inputs)), 0)
        for places, credit in ((owed, False), (credited, True)):
            if not places:
                continue
            chosen = [inputs[place] for place in places]
            try:
                if credit:
                    written = adjustments.enter(actor=actor, adjustments=chosen, post=post)
                else:
                    written = invoices.enter(actor=actor, invoices=chosen, post=post)
            except Refusal as refusal:
                for error in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
                    error.row = None if error.row is None else places[error.row]
                raise
            keys |= zip(places, written, strict=True)
        return list(keys.values())

    def numbered(self, entered: Any) -> tuple[int | None, str]:
        kind = Kind.INVOICE if entered.lines[0].amount > 0 else Kind.ADJUSTMENT
        return self.books.settings.sequence_id(kind, entered.entity_id), entered.number or ""

    def place(self, group: Group, refusal: Refusal) -> tuple[int, str]:
        row, column = super().place(group, refusal)
        return row, "description" if column == "line_description" else column
