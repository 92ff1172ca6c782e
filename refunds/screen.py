"""What stands on the refund page, in figures and in words (SPEC 9). No HTTP, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from decimal import Decimal
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.formats import input_amount
from customers.models import Customer
from reconciliation.credit_grid import CreditGrid
from refunds.errors import AmountsDiffer, NoCredits
from refunds.inputs import CreditChoice

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Screen:
    """The work screen. ``typed`` is None until an amount is typed; ``amount_error`` says why it is none.

    ``owed`` is what the customer owes: what brings the account to zero is refunded, not more.
    """

    currency: str
    text: str
    customer: Customer | None = None
    customer_error: str = ""
    grid: CreditGrid | None = None
    typed: Decimal | None = None
    amount_error: str = ""
    day: Day | None = None
    owed: Decimal = ZERO

    def narrowed(self, document: int) -> Screen:
        """The screen with only that document's row, for a script that unfolds it."""
        if self.grid is None:
            return self
        items = [item for item in self.grid.items if item.document == document]
        return replace(self, grid=replace(self.grid, items=items, gone=(), find=""))

    @property
    def shown_for(self) -> str:
        """Whose credits the grid shows; a form posts only what it has shown."""
        return str(self.customer.pk) if self.customer else ""

    @cached_property
    def chosen(self) -> Decimal:
        return self.grid.chosen.total if self.grid else ZERO

    @property
    def refunded(self) -> Decimal:
        """As typed; without an amount what is chosen."""
        return self.chosen if self.typed is None else self.typed

    @property
    def difference(self) -> Decimal:
        return self.refunded - self.chosen

    @property
    def net(self) -> Decimal:
        """What brings the account to zero: the refundable credits without what is owed, never below 0."""
        return max(self.grid.available - self.owed, ZERO) if self.grid else ZERO

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong in the grid: (id of the input, name of the row, sentence)."""
        found = self.grid.wrong if self.grid else []
        return [(f"use-{key}", name, sentence) for key, name, sentence in found]

    @property
    def touched(self) -> bool:
        """Whether anything was entered that could be wrong."""
        return bool(self.typed or self.amount_error or self.chosen or self.wrong)

    @cached_property
    def fault(self) -> str:
        """The first thing that keeps this from being posted; empty when nothing does."""
        if self.customer is None:
            return self.customer_error or _("Choose a customer.")
        if self.amount_error:
            return self.amount_error
        if self.wrong:
            return self.wrong[0][2]
        if not self.chosen:
            return str(NoCredits())
        if self.difference:
            return str(
                AmountsDiffer(amount=self.refunded, total=self.chosen, difference=abs(self.difference))
            )
        return ""

    @property
    def words(self) -> str:
        """The difference in words."""
        return self.fault or _("Everything refunded is chosen.")

    @property
    def terms(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = [
            {"label": _("Refunded"), "amount": self.refunded},
            {"label": _("Chosen"), "amount": self.chosen},
        ]
        return [*found, {"label": _("Difference"), "amount": self.difference}] if self.difference else found

    @property
    def placeholder(self) -> str:
        """What an empty amount stands for, as its input shows it."""
        return input_amount(self.chosen, self.currency, get_language() or "en") if self.chosen else ""

    @property
    def credits(self) -> Sequence[CreditChoice]:
        """The chosen credits, line by line."""
        lines = self.grid.chosen.lines if self.grid else {}
        return [CreditChoice(line=line, amount=amount) for line, amount in lines.items()]

    def answer(self) -> dict[str, object]:
        """The amounts that stand in rows, for the script; rows not named are empty."""
        rows = self.grid.amounts() if self.grid else {}
        return {"rows": rows, "texts": {}, "placeholders": {"id_amount": self.placeholder}}
