"""How an amount spreads over open lines (SPEC 8).

Plain values in, plain values out: the live preview of a page and the posting call the same functions. All
amounts are positive, those of credits too; ids pass through untouched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Refusal

ZERO = Decimal(0)
NOTHING: Mapping[int, Decimal] = MappingProxyType({})


class NegativeSpread(Refusal):
    code = "spread_negative"
    sentence = _("The amount to distribute is %(amount)s. Use 0 or more.")


class PinnedNegative(Refusal):
    """``document`` and ``line`` in the values are the ids passed in; so for the errors below."""

    code = "allocation_negative"
    sentence = _("You entered %(amount)s. Use 0 or more.")


class PinnedOverOpen(Refusal):
    code = "allocation_exceeds_open"
    sentence = _("%(open)s is open here; you entered %(amount)s. Use at most %(open)s.")


class PinnedOverAmount(Refusal):
    code = "allocations_exceed_amount"
    sentence = _(
        "The amounts entered add up to %(total)s, %(excess)s more than the %(amount)s to distribute. "
        "Lower them, or raise the amount."
    )


class PinnedNotOpen(Refusal):
    """A line or document was named that is not among the open ones: it was settled or reserved meanwhile."""

    code = "allocation_not_open"
    sentence = _("Nothing is open here any more; you entered %(amount)s. Remove it.")


class DocumentUnderPinned(Refusal):
    """The amounts typed for the lines of a document exceed the one typed for the document."""

    code = "allocation_lines_exceed_document"
    sentence = _(
        "The lines of this document add up to %(total)s; you entered %(amount)s for the document. "
        "Make the two agree."
    )


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line one may use: its id, its document's id, and what is open (or available) on it, above 0."""

    line: int
    document: int
    open: Decimal

    def __post_init__(self) -> None:
        if not self.open > 0:
            raise ValueError(f"line {self.line} has nothing open")


@dataclass(frozen=True, slots=True)
class Allocation:
    line: int
    document: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Spread:
    """``sum(allocations) + remainder`` is the amount that was distributed, always."""

    allocations: tuple[Allocation, ...]
    remainder: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """An amount of one charge line met by one credit line."""

    charge: int
    credit: int
    amount: Decimal


def waterfall(
    amount: Decimal, lines: Sequence[OpenLine], *, pinned: Mapping[int, Decimal] = NOTHING
) -> Spread:
    """Distribute an amount over open lines (W1 to W3): the first until it is full, then the second…

    ``lines`` come in the order to pay: documents as chosen, lines by position. ``pinned`` maps a line's id to
    the amount a clerk typed for it: the line gets exactly that (0 leaves it out), first; the rest flows
    around it. Allocations come in the order of the lines, none of them 0; what is left when every line that
    is not pinned is full is the remainder.

    Raises NegativeSpread, PinnedNegative, PinnedNotOpen, PinnedOverOpen, PinnedOverAmount.
    """
    if amount < 0:
        raise NegativeSpread(amount=amount)
    _check_pins(lines, pinned)
    promised = sum(pinned.values(), ZERO)
    if promised > amount:
        raise PinnedOverAmount(total=promised, amount=amount, excess=promised - amount)
    left = amount - promised
    allocations = []
    for line in lines:
        if line.line in pinned:
            take = pinned[line.line]
        else:
            take = min(line.open, left)
            left -= take
        if take:
            allocations.append(Allocation(line.line, line.document, take))
    return Spread(tuple(allocations), left)


def spread_document_amounts(
    lines: Sequence[OpenLine],
    per_document: Mapping[int, Decimal],
    *,
    pinned: Mapping[int, Decimal] = NOTHING,
) -> dict[int, Decimal]:
    """Turn amounts typed per document into pins per line, by waterfall within each document.

    Every line of a named document is pinned, those the amount does not reach with 0, so that the rest of a
    payment flows around the document. ``pinned`` holds amounts typed per line; they are kept, and inside a
    named document count towards its amount. Raises as ``waterfall`` (with the document's id in the values)
    and DocumentUnderPinned.
    """
    _check_pins(lines, pinned)
    if not per_document:
        return dict(pinned)
    by_document: dict[int, list[OpenLine]] = {}
    for line in lines:
        by_document.setdefault(line.document, []).append(line)
    pins = dict(pinned)
    for document, amount in per_document.items():
        own = by_document.get(document, [])
        typed = {line.line: pinned[line.line] for line in own if line.line in pinned}
        _check_document(document, amount, own, typed)
        spread = waterfall(amount, own, pinned=typed)
        pins.update({line.line: ZERO for line in own})
        pins.update({part.line: part.amount for part in spread.allocations})
    return pins


def _check_document(
    document: int, amount: Decimal, lines: Sequence[OpenLine], typed: Mapping[int, Decimal]
) -> None:
    if amount < 0:
        raise PinnedNegative(document=document, line=None, amount=amount)
    if not lines and amount:
        raise PinnedNotOpen(document=document, line=None, amount=amount)
    total = sum(typed.values(), ZERO)
    if total > amount:
        raise DocumentUnderPinned(document=document, total=total, amount=amount)
    reachable = sum((typed.get(line.line, line.open) for line in lines), ZERO)
    if amount > reachable:
        raise PinnedOverOpen(document=document, line=None, open=reachable, amount=amount)


def _check_pins(lines: Sequence[OpenLine], pinned: Mapping[int, Decimal]) -> None:
    by_id = {line.line: line for line in lines}
    if len(by_id) != len(lines):
        raise ValueError("a line is listed twice")
    for key, amount in pinned.items():
        line = by_id.get(key)
        document = line.document if line else None
        if amount < 0:
            raise PinnedNegative(document=document, line=key, amount=amount)
        if line is None and amount:
            raise PinnedNotOpen(document=None, line=key, amount=amount)
        if line is not None and amount > line.open:
            raise PinnedOverOpen(document=document, line=key, open=line.open, amount=amount)
