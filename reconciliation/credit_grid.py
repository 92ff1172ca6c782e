"""A customer's available credits as a grid that people choose amounts from (SPEC 7, 9). Plain values in and out.

Refund, apply credits and Receive payment show the same grid: ``CreditGrid.rows`` is what
``components/credit_table.html`` draws, ``chosen`` what each credit line gives, ``amounts`` the answer of a preview.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from arledger.core.formats import input_amount
from reconciliation.credit_choice import (
    DEFAULT_ORDER,
    ORDERS,
    ZERO,
    Chosen,
    CreditGroup,
    as_available,
    as_refundable,
    choose,
    fitting,
    grouped,
    in_order,
    line_name,
)
from reconciliation.open_credits import CreditItem, CreditKind
from reconciliation.typed import FIXED, Typed, as_kept

# Rows shown at first, and with each "show more"; the most that are.
LIMIT = 200
MOST = 1_000
# Of a grid with more documents than these the lines come when asked for.
MANY = 100
LETTERS = "ck"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """What a draft has reserved of a credit line."""

    line: int
    document: int
    kind: str
    name: str
    amount: Decimal


Address = Callable[[str, int], str]
NUMBER = re.compile("[1-9][0-9]{0,17}", re.ASCII)


def known_limit(text: str) -> int:
    """How many rows a form asks for, within what a page can hold."""
    return max(LIMIT, min(int(text), MOST)) if NUMBER.fullmatch(text) else LIMIT


def nowhere(kind: str, key: int) -> str:
    """For grids without links."""
    return ""


@dataclass(frozen=True, kw_only=True)
class CreditRow:
    """A document (with its lines, when there are several open ones) or a line, as the grid shows it.

    ``blocked`` says in words why nothing can be taken of it; ``holds`` are drafts that reserve a part, with links.
    """

    key: str
    name: str
    amount: Decimal
    available: Decimal
    document: int = 0
    position: int = 0
    kind: CreditKind | None = None
    url: str = ""
    date: Day | None = None
    reference: str = ""
    description: str = ""
    location: str = ""
    reserved: Decimal = ZERO
    holds: Sequence[tuple[str, str, Decimal]] = ()
    available_text: str = ""
    use: str = ""
    pinned: bool = False
    full: bool = False
    blocked: str = ""
    error: str = ""
    folded: bool = False
    unfolded: bool = False
    lines: Sequence[CreditRow] = ()

    @property
    def marker(self) -> str:
        return FIXED if self.pinned else self.use


@dataclass(frozen=True, kw_only=True)
class CreditGrid:
    """The credits of one customer in one currency with what was typed.

    ``refunding``: what is not refundable is shown with its reason and cannot be taken. ``gone`` are lines with
    nothing left that an amount stands against. ``find`` and ``limit`` choose what is shown of many; up to LIMIT
    others that an amount stands against are shown too, the rest of these is ``hidden`` and travels as ``kept``.
    """

    items: Sequence[CreditItem]
    typed: Typed
    currency: str
    language: str
    refunding: bool = False
    gone: Sequence[CreditItem] = ()
    order: str = DEFAULT_ORDER
    find: str = ""
    limit: int = LIMIT
    unfolded: Collection[int] = ()
    holds: Sequence[Hold] = ()
    address: Address = nowhere

    @cached_property
    def groups(self) -> list[CreditGroup]:
        """All documents, by date and number."""
        return grouped([*self.items, *self.gone])

    @cached_property
    def chosen(self) -> Chosen:
        return choose(self.groups, self.typed, self.usable)

    def usable(self, item: CreditItem) -> Decimal:
        return as_refundable(item) if self.refunding else as_available(item)

    @cached_property
    def available(self) -> Decimal:
        """What may be taken of all of them together."""
        return sum((self.usable(item) for item in self.items), ZERO)

    @cached_property
    def errors(self) -> dict[str, str]:
        """The sentences by key."""
        faults = {key: str(fault) for key, fault in self.chosen.faults.items()}
        for group in self.groups if faults and self.refunding else ():
            if group.key in faults and group.reason:
                faults[group.key] = str(group.reason)
        if not self.typed.wrong:
            return faults
        return faults | {key: text for key, text in self.typed.wrong.items() if key in self._names}

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {group.key: group.head.name for group in self.groups}
        return names | {
            f"k{item.line}": line_name(item, group) for group in self.groups for item in group.items
        }

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """What is wrong: (key, name of the row, sentence)."""
        if not self.errors:
            return []
        return [(key, self._names[key], sentence) for key, sentence in self.errors.items()]

    # What is shown -------------------------------------------------------------------------------------------

    @cached_property
    def _fitting(self) -> list[CreditGroup]:
        return in_order(fitting(self.groups, self.find, self.language), self.order)

    @cached_property
    def shown(self) -> list[CreditGroup]:
        """The documents in their order: the first that fit the filter, and some that an amount stands against."""
        drawn = {group.key for group in self._fitting[: self.limit]}
        beyond = [group for group in self.groups if group.key not in drawn and self._stands(group)]
        # What is wrong comes first, then what the page has shown until now.
        beyond = [group for group in beyond if self._wrong(group) or not self._unshown(group)]
        beyond.sort(key=lambda group: not self._wrong(group))
        drawn |= {group.key for group in beyond[:LIMIT]}
        return [group for group in in_order(self.groups, self.order) if group.key in drawn]

    def _wrong(self, group: CreditGroup) -> bool:
        return bool(self.errors) and any(key in self.errors for key in _keys(group))

    def _unshown(self, group: CreditGroup) -> bool:
        return bool(self.typed.kept) and any(key in self.typed.kept for key in _keys(group))

    @cached_property
    def hidden(self) -> list[CreditGroup]:
        """The documents that an amount stands against and that are not shown: there are too many."""
        drawn = {group.key for group in self.shown}
        return [group for group in self.groups if group.key not in drawn and self._stands(group)]

    @property
    def hidden_total(self) -> Decimal:
        """What is taken of them."""
        lines = self.chosen.lines
        return sum((lines.get(item.line, ZERO) for group in self.hidden for item in group.items), ZERO)

    @property
    def kept(self) -> str:
        """The amounts that stand against them, as a hidden field carries them."""
        typed = self.typed
        return as_kept(
            {key: typed.amounts[key] for group in self.hidden for key in _keys(group) if typed.fixed(key)}
        )

    @cached_property
    def _said(self) -> set[str]:
        """The keys that an amount or an error stands against."""
        return {key for key in self.typed.cells if self.typed.fixed(key)} | set(self.errors)

    def _stands(self, group: CreditGroup) -> bool:
        return bool(self._said) and (group.key in self._said or self._told(group))

    def _told(self, group: CreditGroup) -> bool:
        """Whether something is said about one of its lines."""
        return bool(self._said) and any(f"k{item.line}" in self._said for item in group.items)

    @property
    def more(self) -> int:
        """How many documents fit and are not shown."""
        return max(len(self._fitting) - self.limit, 0)

    @property
    def next_limit(self) -> int:
        """The limit that shows more; 0 when a page holds no more."""
        return self.limit + LIMIT if self.limit < MOST else 0

    @property
    def long(self) -> bool:
        """Whether the server has to filter: not everything is in the page."""
        return len(self.groups) > LIMIT or bool(self.find)

    @cached_property
    def located(self) -> bool:
        """Whether any of them belongs to a location, so that the column is worth its place."""
        return any(item.location_name for group in self.groups for item in group.items)

    @property
    def sorts(self) -> dict[str, dict[str, str]]:
        """For the heads of the columns: the order that a press asks for, and the one in force."""
        return {
            name: {
                "value": f"-{name}" if self.order == name else name,
                "now": {name: "ascending", f"-{name}": "descending"}.get(self.order, ""),
            }
            for name in ORDERS
        }

    def amounts(self) -> dict[str, tuple[str, int, str]]:
        """What stands in the rows, by key: text, taken in full, error. Rows not named stand empty.

        Those that the page does not show are left out unless something is wrong with them.
        """
        cells = []
        for group in self.groups:
            if not self._stands(group) or (self._unshown(group) and not self._wrong(group)):
                continue
            cells.append(self._whole(group))
            cells += [self._single(item, group) for item in group.items if len(group.items) > 1]
        return {cell["key"]: (cell["use"], int(cell["full"]), cell["error"]) for cell in cells}

    @cached_property
    def rows(self) -> list[CreditRow]:
        return [self._row(group) for group in self.shown]

    def _row(self, group: CreditGroup) -> CreditRow:
        head, several = group.head, len(group.items) > 1
        folded = (
            several
            and len(self.groups) > MANY
            and head.document not in self.unfolded
            and not self._told(group)
        )
        return CreditRow(
            name=head.name,
            document=head.document,
            kind=head.kind,
            url=self.address(head.document_kind, head.document),
            date=head.date,
            reference=head.reference,
            description="" if several else head.description,
            location=group.location,
            amount=group.amount,
            available=group.available,
            reserved=group.reserved,
            holds=self._holds(group.items),
            folded=folded,
            unfolded=several and head.document in self.unfolded,
            lines=[self._line(item, group) for item in group.items] if several and not folded else (),
            **self._whole(group),
        )

    def _line(self, item: CreditItem, group: CreditGroup) -> CreditRow:
        return CreditRow(
            name=line_name(item, group),
            position=item.position,
            description=item.description,
            location=item.location_name,
            amount=item.amount,
            available=item.available,
            reserved=item.reserved,
            **self._single(item, group),
        )

    def _whole(self, group: CreditGroup) -> dict[str, Any]:
        used = sum((self.chosen.lines.get(item.line, ZERO) for item in group.items), ZERO)
        return self._cell(group.key, used, sum((self.usable(item) for item in group.items), ZERO), group)

    def _single(self, item: CreditItem, group: CreditGroup) -> dict[str, Any]:
        used = self.chosen.lines.get(item.line, ZERO)
        return self._cell(f"k{item.line}", used, self.usable(item), group)

    def _cell(self, key: str, used: Decimal, usable: Decimal, group: CreditGroup) -> dict[str, Any]:
        use = self._text(used)
        if self.typed.fixed(key):
            use = self._text(self.typed.amounts[key]) if key in self.typed.kept else self.typed.text(key)
        reason = str(group.reason) if self.refunding else ""
        nothing = _("reserved by drafts") if group.reserved else _("nothing left to use")
        return {
            "key": key,
            "use": use,
            "pinned": self.typed.fixed(key),
            "full": 0 < usable == used and key not in self.errors,
            "blocked": "" if usable or use else reason or nothing,
            "available_text": self._text(usable),
            "error": self.errors.get(key, ""),
        }

    def _holds(self, items: Sequence[CreditItem]) -> list[tuple[str, str, Decimal]]:
        """The drafts that reserve something of these lines: (name, address, amount)."""
        found: dict[int, tuple[str, str, Decimal]] = {}
        for hold in (hold for item in items for hold in self._held.get(item.line, ())):
            before = found[hold.document][2] if hold.document in found else ZERO
            found[hold.document] = (hold.name, self.address(hold.kind, hold.document), before + hold.amount)
        return list(found.values())

    @cached_property
    def _held(self) -> dict[int, list[Hold]]:
        held: dict[int, list[Hold]] = {}
        for hold in self.holds:
            held.setdefault(hold.line, []).append(hold)
        return held

    def _text(self, amount: Decimal) -> str:
        return input_amount(amount, self.currency, self.language) if amount else ""


def _keys(group: CreditGroup) -> list[str]:
    """What amounts of a document may stand against: itself and its lines."""
    return [group.key, *(f"k{item.line}" for item in group.items)]
