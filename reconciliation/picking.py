"""Rows of either side that people pick amounts in: nothing is taken by itself, one key takes what is still needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciliation.credit_choice import CreditGroup
from reconciliation.credit_grid import CreditGrid
from reconciliation.open_credits import CreditItem
from reconciliation.open_items import OpenItem, settled_charges
from reconciliation.typed import Typed
from reconciliation.worksheet import Grid

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class PickGrid(Grid):
    """Charges from which people pick what credits pay; one key takes a row as far as the ``rest`` of them goes.

    Without a ``rest`` (None) it takes the row in full.
    """

    rest: Decimal | None

    def fulls(self) -> dict[str, str]:
        """What one key would take of each row that is drawn, as an input shows it; by key."""
        found = {}
        for document in self.drawn:
            own = self.documents[document]
            found[f"d{document}"] = self._full(own)
            if len(own) > 1:
                found |= {f"l{item.line}": self._full([item]) for item in own}
        return found

    def _full(self, items: Sequence[OpenItem]) -> str:
        used = sum((self.used.get(item.line, ZERO) for item in items), ZERO)
        return self._text(_reach(sum((item.available for item in items), ZERO), used, self.rest))

    def _cell(self, key: str, used: Decimal, available: Decimal) -> dict[str, Any]:
        return {
            **super()._cell(key, used, available),
            "open_text": self._text(_reach(available, used, self.rest)),
        }


@dataclass(frozen=True, kw_only=True)
class PickedCredits(CreditGrid):
    """Credits from which people pick what pays charges; one key takes a row as far as the ``rest`` of these goes."""

    rest: Decimal | None

    def fulls(self) -> dict[str, str]:
        """What one key would take of each row that is shown, as an input shows it; by key."""
        found = {}
        for group in self.shown:
            found[group.key] = self._full(group.items)
            if len(group.items) > 1:
                found |= {f"k{item.line}": self._full([item]) for item in group.items}
        return found

    def _full(self, items: Sequence[CreditItem]) -> str:
        used = sum((self.chosen.lines.get(item.line, ZERO) for item in items), ZERO)
        return self._text(_reach(sum((item.available for item in items), ZERO), used, self.rest))

    def _cell(self, key: str, used: Decimal, usable: Decimal, group: CreditGroup) -> dict[str, Any]:
        own = [item for item in group.items if key in (group.key, f"k{item.line}")] or group.items
        return {**super()._cell(key, used, usable, group), "available_text": self._full(own)}


def _reach(available: Decimal, used: Decimal, rest: Decimal | None) -> Decimal:
    return available if rest is None else min(available, used + rest)


def typed_but_settled(
    *, company_id: int, customer: int, currency: str, typed: Typed, items: Sequence[OpenItem], post: bool
) -> list[OpenItem]:
    """Charges that an amount was typed for and nothing is left of, so that the row stays and says so.

    To ``post``, every amount counts as typed.
    """
    known = {f"l{item.line}" for item in items} | {f"d{item.document}" for item in items}
    missing = [key for key in typed.amounts if key not in known and (post or typed.fixed(key))]
    return settled_charges(
        company_id=company_id,
        customers=[customer],
        currency=currency,
        documents=[int(key[1:]) for key in missing if key[0] == "d"],
        lines=[int(key[1:]) for key in missing if key[0] == "l"],
    )
