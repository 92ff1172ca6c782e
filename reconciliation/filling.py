"""How a grid of charges is filled: what was fixed, what flows around it, and to post what the page showed (SPEC 8).

A page may not draw all charges (``reconciliation.window``); what flows to the others counts as well. Plain values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from reconciliation.beyond import Beyond, beyond, told
from reconciliation.consuming import Rules
from reconciliation.distribution import Preview, preview
from reconciliation.open_credits import CreditItem
from reconciliation.open_items import OpenItem, payable
from reconciliation.plans import CreditUse, Plan
from reconciliation.typed import Typed
from reconciliation.waterfall import waterfall
from reconciliation.window import Window, drawn_of
from reconciliation.worksheet import by_document, flowing, given, named

BEYOND_CHANGED = _(
    "What goes to the charges that are not shown has changed meanwhile. Check the amounts, then send them again."
)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """``plan`` is what the grid asks for, ``shown`` what becomes of it.

    ``changed``: what the page said of the charges that it does not draw is not so any more; nothing may be posted.
    """

    plan: Plan
    shown: Preview
    changed: bool = False


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What stands in the grid of a customer's ``items``, with the cash and the credits (``uses``) to pay them.

    ``stamp`` is what the page said of charges that it did not draw. Unless it ``flows``, only fixed amounts count.
    """

    customer: int
    typed: Typed
    items: Sequence[OpenItem]
    credits: Sequence[CreditItem]
    amount: Decimal
    uses: Sequence[CreditUse]
    rules: Rules
    window: Window
    language: str
    stamp: str = ""
    flows: bool = True

    def filled(self, *, post: bool) -> Filled:
        """The plan and its preview. To ``post``, what the person saw counts and nothing else flows."""
        if not post:
            return self._as(self._flow)
        seen = told(self.stamp, self.customer)
        if not seen:
            plan = given(self.typed, self.items, self.amount, self.uses)
            return self._as(plan if self.flows else replace(plan, documents=()))
        for found in (self._beyond(self._flow), self._beyond(self._rest), self._run(seen)):
            if found.stamp == self.stamp:
                return self._as(replace(self._named, lines={**self._named.lines, **found.lines}))
        return replace(self._as(self._rest), changed=True)

    def _as(self, plan: Plan) -> Filled:
        return Filled(plan=plan, shown=self._preview(plan))

    def _preview(self, plan: Plan) -> Preview:
        return preview(plan, self.items, self.credits, rules=self.rules)

    @cached_property
    def _flow(self) -> Plan:
        """What was fixed, with the rest flowing over everything."""
        plan = flowing(self.typed, self.items, self.amount, self.uses)
        return plan if self.flows else replace(plan, documents=())

    @cached_property
    def _named(self) -> Plan:
        """Amount by amount what stands in the rows that are drawn, and what was fixed in others."""
        return named(self.typed, self.items, self.amount, self.uses)

    @cached_property
    def _rest(self) -> Plan:
        """What stands in the rows, with the rest flowing over those that are not drawn."""
        hidden = {item.document: None for item in self._hidden} if self.flows else {}
        return replace(self._named, documents=list(hidden))

    def _run(self, amount: Decimal) -> Beyond:
        """Just so much, flowing over what is not drawn."""
        spread = waterfall(amount, payable(self._hidden))
        charges = {part.line: part.amount for part in spread.allocations}
        return beyond(self.customer, by_document(self.items), self._drawn, self.typed, charges)

    def _beyond(self, plan: Plan) -> Beyond:
        charges = self._preview(plan).mix.charges
        return beyond(self.customer, by_document(self.items), self._drawn, self.typed, charges)

    @cached_property
    def _drawn(self) -> set[int]:
        return drawn_of(self.window, by_document(self.items), self.typed, self.language)

    @cached_property
    def _hidden(self) -> list[OpenItem]:
        """What is open, not drawn and not fixed."""
        return [
            item
            for item in self.items
            if item.available > 0
            and item.document not in self._drawn
            and not self.typed.fixed(f"d{item.document}")
            and not self.typed.fixed(f"l{item.line}")
        ]
