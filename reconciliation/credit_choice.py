"""What people choose of a customer's available credits (SPEC 7, 9). Plain values in and out.

Only what the person fixed counts; nothing is taken by itself. The amount of a document goes to its lines in order,
around those fixed by themselves. ``reconciliation.credit_grid`` shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.core.errors import Refusal
from arledger.core.formats import format_amount, format_date
from arledger.core.text import sort_key
from reconciliation.errors import NotEnoughLeft, NothingLeft
from reconciliation.open_credits import CreditItem
from reconciliation.typed import Typed
from reconciliation.waterfall import DocumentUnderPinned

ZERO = Decimal(0)
# How much of a line may be taken.
Usable = Callable[[CreditItem], Decimal]


class CreditReserved(Refusal):
    code = "credit_reserved_by_drafts"
    status = 409
    sentence = gettext_lazy(
        "%(document)s has nothing left to use: drafts have reserved %(reserved)s of it. Clear its amount, or change "
        "those drafts first."
    )


@dataclass(frozen=True)
class CreditGroup:
    """A document's open credit lines, by position. Amounts are positive."""

    items: Sequence[CreditItem]

    @property
    def head(self) -> CreditItem:
        return self.items[0]

    @property
    def key(self) -> str:
        return f"c{self.head.document}"

    @property
    def amount(self) -> Decimal:
        """The document's, where it is a credit as a whole; else that of the lines."""
        return -self.head.total if self.head.total < 0 else sum((item.amount for item in self.items), ZERO)

    @cached_property
    def available(self) -> Decimal:
        return sum((item.available for item in self.items), ZERO)

    @property
    def reserved(self) -> Decimal:
        return sum((item.reserved for item in self.items), ZERO)

    @property
    def location(self) -> str:
        return ", ".join(dict.fromkeys(item.location_name for item in self.items if item.location_name))

    @property
    def reason(self) -> str | Promise:
        """Why it can never be refunded; empty where it can."""
        reason = self.head.not_refundable
        return reason.sentence if reason else ""


def grouped(items: Iterable[CreditItem]) -> list[CreditGroup]:
    """The documents of credit lines, in the order in which they first come."""
    documents: dict[int, list[CreditItem]] = {}
    for item in items:
        documents.setdefault(item.document, []).append(item)
    return [CreditGroup(own) for own in documents.values()]


# Order and filter --------------------------------------------------------------------------------------------

ORDERS: dict[str, Callable[[CreditGroup], Any]] = {
    "number": lambda group: group.head.number or "",
    "kind": lambda group: group.head.kind.rank,
    "date": lambda group: group.head.date,
    "location": lambda group: sort_key(group.location),
    "amount": lambda group: group.amount,
    "available": lambda group: group.available,
}
DEFAULT_ORDER = "date"


def known_order(text: str) -> str:
    """An order that there is: a name of ``ORDERS``, descending with ``-`` before it."""
    return text if text.removeprefix("-") in ORDERS else DEFAULT_ORDER


def in_order(groups: Iterable[CreditGroup], order: str) -> list[CreditGroup]:
    """Sorted as chosen; those alike stay in their order, which is by date and number."""
    chosen = known_order(order)
    return sorted(groups, key=ORDERS[chosen.removeprefix("-")], reverse=chosen.startswith("-"))


def fitting(groups: Sequence[CreditGroup], text: str, language: str) -> list[CreditGroup]:
    """Those in which every word of ``text`` stands somewhere, as the grid writes it or as the books do."""
    words = sort_key(text).split()
    if not words:
        return list(groups)
    figures = any(character.isdigit() for word in words for character in word)
    found = ((group, _haystack(group, language, figures=figures)) for group in groups)
    return [group for group, told in found if all(word in told for word in words)]


def _haystack(group: CreditGroup, language: str, *, figures: bool) -> str:
    head = group.head
    amounts = (group.amount, group.available) if figures else ()
    texts = [
        str(head.kind.label),
        head.name,
        head.reference,
        group.location,
        str(group.reason),
        head.date.isoformat(),
        format_date(head.date, language),
        *(f"{amount} {format_amount(amount, head.currency, language)}" for amount in amounts),
        *(item.description for item in group.items),
    ]
    # One by one: most are plain, and plain texts are quick.
    return " ".join(sort_key(text) for text in texts)


# Choosing ----------------------------------------------------------------------------------------------------


def as_available(item: CreditItem) -> Decimal:
    """What may be applied of a line."""
    return item.available


def as_refundable(item: CreditItem) -> Decimal:
    """What may be given back of a line (SPEC 9)."""
    return ZERO if item.not_refundable else item.available


@dataclass(frozen=True)
class Chosen:
    """What each credit line gives (none of it 0), and what is wrong with amounts, by key.

    An amount that cannot be used counts as far as it can.
    """

    lines: Mapping[int, Decimal]
    faults: Mapping[str, Refusal]

    @cached_property
    def total(self) -> Decimal:
        return sum(self.lines.values(), ZERO)


def choose(groups: Iterable[CreditGroup], typed: Typed, usable: Usable) -> Chosen:
    """What the fixed amounts take of the lines."""
    lines: dict[int, Decimal] = {}
    faults: dict[str, Refusal] = {}
    for group in groups if typed.cells else ():
        own = {
            item.line: typed.amounts[f"k{item.line}"] for item in group.items if typed.fixed(f"k{item.line}")
        }
        whole = typed.amounts[group.key] if typed.fixed(group.key) else None
        if own or whole is not None:
            taken = _of_lines(group, own, usable, faults)
            if whole is not None:
                taken |= _of_document(group, whole, taken, usable, faults)
            lines |= {line: amount for line, amount in taken.items() if amount}
    return Chosen(lines, faults)


def _of_lines(
    group: CreditGroup, own: Mapping[int, Decimal], usable: Usable, faults: dict[str, Refusal]
) -> dict[int, Decimal]:
    """The amounts fixed line by line, each as far as it is there."""
    taken: dict[int, Decimal] = {}
    for item in group.items:
        if item.line not in own:
            continue
        amount, left = own[item.line], usable(item)
        if amount > left:
            # A row of its own shows a line only where there are several.
            key = f"k{item.line}" if len(group.items) > 1 else group.key
            faults[key] = _too_much(line_name(item, group), amount, left, item.reserved)
        taken[item.line] = min(amount, left)
    return taken


def _of_document(
    group: CreditGroup,
    whole: Decimal,
    taken: Mapping[int, Decimal],
    usable: Usable,
    faults: dict[str, Refusal],
) -> dict[int, Decimal]:
    """The amount fixed for the document, spread over the lines that are not fixed by themselves."""
    fixed = sum(taken.values(), ZERO)
    reachable = sum((taken.get(item.line, usable(item)) for item in group.items), ZERO)
    if fixed > whole:
        faults[group.key] = DocumentUnderPinned(total=fixed, amount=whole)
    elif whole > reachable:
        faults[group.key] = _too_much(group.head.name, whole, reachable, group.reserved)
    rest, spread = max(whole - fixed, ZERO), {}
    for item in group.items:
        if item.line not in taken:
            spread[item.line] = min(rest, usable(item))
            rest -= spread[item.line]
    return spread


def _too_much(name: str, amount: Decimal, left: Decimal, reserved: Decimal) -> Refusal:
    if left:
        return NotEnoughLeft(document=name, available=left, amount=amount)
    return CreditReserved(document=name, reserved=reserved) if reserved else NothingLeft(document=name)


def line_name(item: CreditItem, group: CreditGroup) -> str:
    """How a line is called: as its document where it is the only one."""
    if len(group.items) == 1:
        return item.name
    return _("%(number)s, line %(position)s") % {"number": item.name, "position": item.position}


def oldest_first(groups: Iterable[CreditGroup], amount: Decimal, usable: Usable) -> dict[str, Decimal]:
    """What to take of each document so that together it makes ``amount``, the oldest first; by key."""
    taken: dict[str, Decimal] = {}
    for group in in_order(groups, DEFAULT_ORDER):
        if amount <= 0:
            break
        part = min(amount, sum((usable(item) for item in group.items), ZERO))
        if part:
            taken[group.key] = part
        amount -= part
    return taken
