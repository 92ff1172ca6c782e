"""The credits of a customer beside the charges they shall pay: on Receive payment and on Apply credits.

Only amounts that the person typed are used, to the last cent; one key takes all that the charges need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from arledger.core.actor import Actor
from arledger.core.formats import input_amount
from reconciliation.consuming import Rules
from reconciliation.credit_choice import CreditGroup, grouped
from reconciliation.credit_grid import LETTERS, Address, CreditGrid, nowhere
from reconciliation.credit_holds import holds
from reconciliation.distribution import Preview, room
from reconciliation.open_credits import CreditItem, spent_credits
from reconciliation.open_items import OpenItem
from reconciliation.plans import CreditUse
from reconciliation.typed import FIXED, Typed, read

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class UsedCredits(CreditGrid):
    """``effect`` is what becomes of them, ``room`` how much more the charges need of the credits of each entity."""

    effect: Preview | None = None
    room: Mapping[int | None, Decimal] = field(default_factory=dict)

    @property
    def uses(self) -> list[CreditUse]:
        return [CreditUse(line=line, amount=amount) for line, amount in self.chosen.lines.items()]

    @property
    def total(self) -> Decimal:
        return self.chosen.total

    @property
    def open(self) -> bool:
        """Whether anything stands in it, so that it must be seen."""
        return bool(self.chosen.lines or self.errors or any(cell.fixed for cell in self.typed.cells.values()))

    @cached_property
    def errors(self) -> dict[str, str]:
        faults = self.effect.faults if self.effect else ()
        unused = {f"c{fault.values['document']}": str(fault) for fault in faults if fault.field == "credits"}
        return unused | super().errors

    def after(self, effect: Preview, items: Sequence[OpenItem], rules: Rules) -> UsedCredits:
        """The same, knowing what becomes of the credits."""
        return replace(self, effect=effect, room=room(effect, items, self.items, rules))

    def fulls(self) -> dict[str, str]:
        """What one key takes of each row that is shown, as an input shows it; by key."""
        found = {}
        for group in self.shown:
            found[group.key] = self._full(group.items)
            if len(group.items) > 1:
                found |= {f"k{item.line}": self._full([item]) for item in group.items}
        return found

    def _full(self, items: Sequence[CreditItem]) -> str:
        """What stands there and what more is needed of it."""
        used = sum((self.chosen.lines.get(item.line, ZERO) for item in items), ZERO)
        left = sum((item.available for item in items), ZERO) - used
        return self._text(used + min(left, self.room.get(items[0].entity, ZERO)))

    def _cell(self, key: str, used: Decimal, usable: Decimal, group: CreditGroup) -> dict[str, Any]:
        own = [item for item in group.items if key in (group.key, f"k{item.line}")] or group.items
        return {**super()._cell(key, used, usable, group), "available_text": self._full(own)}


def used_credits(
    *,
    actor: Actor,
    customer: int,
    currency: str,
    items: Sequence[CreditItem],
    data: Mapping[str, str],
    draft: int = 0,
    address: Address = nowhere,
    quick: bool = False,
    **arranged: Any,
) -> UsedCredits:
    """The grid of a customer's credits for what a form says; ``items`` are his open ones, of this currency.

    ``quick`` leaves out which drafts hold what, which a preview does not show; ``arranged`` is how its rows stand
    (see CreditGrid).
    """
    language = get_language() or "en"
    typed = read(data, currency, language, LETTERS)
    return UsedCredits(
        items=items,
        typed=typed,
        currency=currency,
        language=language,
        gone=typed_but_gone(actor, customer, currency, typed, items),
        holds=[] if quick else holds(company_id=actor.company_id, items=items, draft=draft),
        address=address,
        **arranged,
    )


def typed_but_gone(
    actor: Actor, customer: int, currency: str, typed: Typed, items: Sequence[CreditItem]
) -> list[CreditItem]:
    """What an amount was typed for and nothing is left of, so that the row stays and says so."""
    known = {f"k{item.line}" for item in items} | {f"c{item.document}" for item in items}
    missing = [key for key in typed.cells if typed.fixed(key) and key not in known]
    return spent_credits(
        company_id=actor.company_id,
        customer=customer,
        currency=currency,
        documents=[int(key[1:]) for key in missing if key[0] == "c"],
        lines=[int(key[1:]) for key in missing if key[0] == "k"],
        entities=actor.entities,
    )


def as_typed(items: Sequence[CreditItem], amounts: Mapping[int, Decimal], currency: str) -> dict[str, str]:
    """Amounts of credit lines as a form sends them: per document, or per line where that would fill them otherwise."""
    data: dict[str, str] = {}
    for group in grouped(items):
        own = {item.line: amounts[item.line] for item in group.items if amounts.get(item.line)}
        rest = total = sum(own.values(), ZERO)
        in_turn = {}
        for item in group.items:
            part = min(rest, item.available)
            rest -= part
            if part:
                in_turn[item.line] = part
        whole = {group.key: total} if own else {}
        for key, amount in (whole if in_turn == own else {f"k{k}": v for k, v in own.items()}).items():
            text = input_amount(amount, currency, get_language() or "en")
            data |= {f"use-{key}": text, f"pin-{key}": FIXED}
    return data
