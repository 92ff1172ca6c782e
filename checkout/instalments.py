"""Which receipt of a checkout pays which item of its invoice (SPEC 6, 11). Plain values in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Instalment:
    """A receipt: what came in, when, and what of it somebody said for which line."""

    amount: Decimal
    date: Day
    said: Mapping[int, Decimal] = field(default_factory=dict)


def spread(opens: Mapping[int, Decimal], receipts: Sequence[Instalment]) -> list[dict[int, Decimal]]:
    """What each receipt pays of each line, in the receipts' order; ``opens`` has the lines in theirs.

    What was said comes first and is not changed. Receipts whose amounts are exactly those of the lines pay a line
    each; otherwise what is left flows by waterfall, the earliest receipt first. A receipt never pays more than it is.
    """
    order = sorted(range(len(receipts)), key=lambda index: receipts[index].date)
    own = _own_items(opens, receipts, order)
    if own is not None:
        return own
    left = dict(opens)
    paid: list[dict[int, Decimal]] = [dict(receipt.said) for receipt in receipts]
    for said in paid:
        for line, amount in said.items():
            left[line] = left.get(line, ZERO) - amount
    for index in order:
        rest = receipts[index].amount - sum(receipts[index].said.values(), ZERO)
        for line in opens:
            part = min(rest, left[line])
            if part > 0:
                paid[index][line] = paid[index].get(line, ZERO) + part
                left[line] -= part
                rest -= part
    return paid


def _own_items(
    opens: Mapping[int, Decimal], receipts: Sequence[Instalment], order: Sequence[int]
) -> list[dict[int, Decimal]] | None:
    """A line for each receipt, the first free one of its amount; None where they are not the same amounts."""
    amounts = sorted(receipt.amount for receipt in receipts)
    if amounts != sorted(opens.values()) or any(receipt.said for receipt in receipts):
        return None
    free = list(opens)
    paid: list[dict[int, Decimal]] = [{} for _ in receipts]
    for index in order:
        amount = receipts[index].amount
        line = next(line for line in free if opens[line] == amount)
        free.remove(line)
        paid[index] = {line: amount}
    return paid
