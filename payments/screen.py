"""What stands on the Receive payment screen, in figures and in words. No HTTP, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.core.formats import format_amount, format_date
from customers.models import Customer
from payments.errors import NothingReceived, PartsOverReceived
from payments.inputs import PartInput
from reconciliation.errors import AppliedOverFunds, AppliedOverReceived
from reconciliation.filling import BEYOND_CHANGED
from reconciliation.typed import Typed
from reconciliation.used_credits import UsedCredits
from reconciliation.window import Window
from reconciliation.worksheet import ZERO, Grid, Row


@dataclass(frozen=True, kw_only=True)
class Part:
    """One customer's share of the receipt as shown; the first is the payer's: what the others leave of it.

    ``applied`` counts what cash and credits pay, ``credited`` what credits give of it. ``changed``: what the page said
    of charges that it does not draw is not so any more.
    """

    index: int
    text: str
    customer: Customer | None = None
    amount_text: str = ""
    amount: Decimal = ZERO
    entered: PartInput | None = None
    grid: Grid | None = None
    credits: UsedCredits | None = None
    applied: Decimal = ZERO
    credited: Decimal = ZERO
    changed: bool = False
    error: str = ""
    customer_error: str = ""

    @cached_property
    def rows(self) -> list[Row]:
        return self.grid.rows() if self.grid else []

    def narrowed(self, document: int) -> Part:
        """The part with only that document's row, for a script that unfolds it."""
        if self.grid is None:
            return self
        items = [item for item in self.grid.items if item.document == document]
        window = replace(self.grid.window, find="", drawn=frozenset({document}))
        return replace(self, grid=replace(self.grid, items=items, window=window))

    @property
    def owes(self) -> bool:
        """Whether there is anything to pay, drawn or not."""
        return bool(self.grid and self.grid.items)

    @property
    def beyond(self) -> str:
        """What the form says of charges that are not drawn (its stamp)."""
        return self.grid.beyond.stamp if self.grid else ""

    @property
    def beyond_words(self) -> str:
        return self.grid.beyond_words if self.grid else ""

    @property
    def shown_text(self) -> str:
        return self.customer.code if self.customer else self.text

    @property
    def remainder(self) -> Decimal:
        return self.amount + self.credited - self.applied

    @property
    def offers_credits(self) -> bool:
        """Whether there is a credit to use, or one that was to be used."""
        return bool(self.credits and (self.credits.items or self.credits.errors) and self.owes)


@dataclass(frozen=True, kw_only=True)
class Screen:
    """The work screen. ``received`` is None until an amount is typed; ``amount_error`` says why it is none."""

    currency: str
    order: str
    first: Sequence[int]
    unfolded: Sequence[int]
    parts: Sequence[Part]
    typed: Typed
    received: Decimal | None
    amount_error: str
    day: date | None
    today: date
    window: Window

    @property
    def payer(self) -> Customer | None:
        return self.parts[0].customer

    @property
    def several(self) -> bool:
        return len(self.parts) > 1

    @property
    def others(self) -> int:
        """How many parts there are beside the payer's."""
        return len(self.parts) - 1

    @property
    def any_rows(self) -> bool:
        return any(part.owes for part in self.parts)

    @property
    def long(self) -> bool:
        """Whether the server has to filter: not everything is in the page."""
        grids = [grid for part in self.parts for grid in (part.grid, part.credits) if grid]
        return any(grid.long for grid in grids)

    @property
    def kept(self) -> str:
        """The amounts fixed for rows that are not drawn, as a hidden field carries them."""
        grids = [grid for part in self.parts for grid in (part.grid, part.credits) if grid]
        return " ".join(kept for grid in grids if (kept := grid.kept))

    @property
    def shown_for(self) -> str:
        """Whose charges in which currency the grid shows; a form posts only what it has shown."""
        keys = ",".join(str(part.customer.pk) if part.customer else "" for part in self.parts)
        return f"{self.currency}:{keys}"

    @cached_property
    def applied(self) -> Decimal:
        return sum((part.applied for part in self.parts), ZERO)

    @cached_property
    def credited(self) -> Decimal:
        return sum((part.credited for part in self.parts), ZERO)

    @property
    def uses_credits(self) -> bool:
        return any(part.entered.credits for part in self.parts if part.entered)

    @property
    def overpayment(self) -> Decimal:
        return (self.received or ZERO) + self.credited - self.applied

    @property
    def touched(self) -> bool:
        """Whether anything was entered that could be wrong."""
        return bool(self.received or self.amount_error or self.applied or self.wrong)

    @property
    def post_dated(self) -> bool:
        return self.day is not None and self.day > self.today

    @cached_property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong in the grid: (id of the input, what it stands beside, the sentence)."""
        found = []
        for part in self.parts[1:]:
            for name, sentence in (("customer", part.customer_error), ("amount", part.error)):
                if sentence:
                    found.append((f"{name}-{part.index}", part.text or _("Customer"), sentence))
        for part in self.parts:
            if part.changed:
                found.append((f"flows-{part.index}", part.shown_text, str(BEYOND_CHANGED)))
            if part.grid:
                found += [(f"use-{key}", name, sentence) for key, name, sentence in part.grid.wrong]
            if part.credits:
                found += [(f"use-{key}", name, sentence) for key, name, sentence in part.credits.wrong]
        return found

    @cached_property
    def fault(self) -> str:
        """The first thing that keeps this from being posted; empty when nothing does."""
        if self.payer is None:
            return str(_("Choose a customer."))
        if self.amount_error:
            return self.amount_error
        if self.wrong:
            return self.wrong[0][2]
        if not self.received and not self.credited:
            if self.applied:
                return _("You chose %(amount)s: enter the amount received.") % {
                    "amount": self._text(self.applied)
                }
            return str(NothingReceived())
        return self._over()

    def _over(self) -> str:
        received = self.received or ZERO
        others = sum((part.amount for part in self.parts[1:]), ZERO)
        if others > received:
            return str(PartsOverReceived(total=others, excess=others - received))
        for part in self.parts:
            lacking = -part.remainder
            if lacking > 0 and part.credited:
                funds = part.amount + part.credited
                return str(AppliedOverFunds(applied=part.applied, funds=funds, difference=lacking))
            if lacking > 0:
                return str(
                    AppliedOverReceived(applied=part.applied, received=part.amount, difference=lacking)
                )
        return ""

    @property
    def words(self) -> str:
        """The difference in words, and that a post-dated receipt counts later."""
        if self.fault:
            return self.fault
        if not self.received:
            sentence = _("Nothing is received: credits alone pay what is applied.")
        elif not self.overpayment:
            sentence = _("Everything received is applied.")
        elif not self.applied:
            sentence = _("Nothing is applied: all of it becomes an overpayment, available like any credit.")
        else:
            sentence = _("%(amount)s is left over and becomes an overpayment, available like any credit.") % {
                "amount": self._text(self.overpayment)
            }
        if self.post_dated and self.day:
            sentence += " " + _("Post-dated: it counts from %(date)s, until then the charges stay open.") % {
                "date": format_date(self.day, get_language() or "en")
            }
        return sentence

    @property
    def terms(self) -> list[dict[str, object]]:
        credits = (
            [{"label": _("Credits"), "amount": self.credited, "joins": True}] if self.uses_credits else []
        )
        return [
            {"label": _("Received"), "amount": self.received or ZERO},
            *credits,
            {"label": _("Applied"), "amount": self.applied},
            {"label": _("Overpayment"), "amount": self.overpayment},
        ]

    def share(self, part: Part) -> str:
        """What becomes of one part, for its heading."""
        return _("%(amount)s: %(applied)s applied, %(rest)s overpayment") % {
            "amount": self._text(part.amount),
            "applied": self._text(part.applied),
            "rest": self._text(part.remainder),
        }

    @property
    def shares(self) -> list[tuple[Part, str]]:
        return [(part, self.share(part)) for part in self.parts]

    def answer(self) -> dict[str, object]:
        """The amounts that stand in rows, for the script; rows not named are empty."""
        rows: dict[str, object] = {}
        fulls: dict[str, str] = {}
        for part in self.parts:
            rows |= part.grid.amounts() if part.grid else {}
            rows |= part.credits.amounts() if part.credits else {}
            fulls |= part.credits.fulls() if part.credits else {}
        texts = {f"share-{part.index}": text for part, text in self.shares} if self.several else {}
        texts |= {f"flows-{part.index}": part.beyond_words for part in self.parts}
        fields = {f"beyond-{part.index}": part.beyond for part in self.parts}
        return {"rows": rows, "texts": texts, "fulls": fulls, "fields": fields}

    def entered_parts(self) -> list[PartInput]:
        """The parts that receive something; a payer who pays only for others has none of his own."""
        return [
            part.entered
            for part in self.parts
            if part.entered and (part.amount or part.entered.credits or part.index or len(self.parts) == 1)
        ]

    def _text(self, amount: Decimal) -> str:
        return format_amount(amount, self.currency, get_language() or "en")
