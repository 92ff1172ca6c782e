"""How several credits are used up together on several charges (SPEC 7). Plain values in, plain values out.

For each charge in turn: credits of the charge's own entity first, then inline credits, advances, overpayments,
negative invoices, adjustments, the oldest first within a kind.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal

from reconciliation.waterfall import Pair

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spendable:
    """A credit line with the amount of it that may be used; ``rank`` is its kind's place in the order."""

    line: int
    amount: Decimal
    entity: int | None
    rank: int
    date: Day
    number: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A charge line with the amount that credits shall pay of it at most."""

    line: int
    amount: Decimal
    entity: int | None


def spend(
    credits: Sequence[Spendable], targets: Sequence[Target], *, own_entity_only: bool = False
) -> list[Pair]:
    """Match credits with charges, in the charges' order, until one side is used up.

    With ``own_entity_only`` (SPEC 3, Credits) a credit goes to charges of its own entity alone, and what finds none
    stays unused. Pairs come in the charges' order, their amounts positive.
    """
    purse = _Purse(credits)
    pairs: list[Pair] = []
    for target in targets:
        wanted = target.amount
        for credit in purse.for_entity(target.entity, own_entity_only):
            if not wanted:
                break
            amount = purse.take(credit, wanted)
            pairs.append(Pair(target.line, credit.line, amount))
            wanted -= amount
    return pairs


class _Purse:
    """The credits that have something left, per entity in the order of use."""

    def __init__(self, credits: Sequence[Spendable]) -> None:
        self._left = {credit.line: credit.amount for credit in credits if credit.amount}
        self._by_entity: dict[int | None, deque[Spendable]] = {}
        for credit in sorted(credits, key=_order):
            if credit.amount:
                self._by_entity.setdefault(credit.entity, deque()).append(credit)

    def for_entity(self, entity: int | None, only: bool) -> Iterator[Spendable]:
        """Those of the entity, then the others' in order; each until it is used up."""
        yield from self._unused(self._by_entity.get(entity, deque()))
        if only:
            return
        while others := [queue for key, queue in self._by_entity.items() if key != entity and queue]:
            first = min(others, key=lambda queue: _order(queue[0]))
            yield first[0]
            self._drop_used(first)

    def _unused(self, queue: deque[Spendable]) -> Iterator[Spendable]:
        while queue:
            yield queue[0]
            self._drop_used(queue)

    def _drop_used(self, queue: deque[Spendable]) -> None:
        while queue and not self._left[queue[0].line]:
            queue.popleft()

    def take(self, credit: Spendable, wanted: Decimal) -> Decimal:
        amount = min(wanted, self._left[credit.line])
        self._left[credit.line] -= amount
        return amount


def _order(credit: Spendable) -> tuple[int, Day, str, int, int]:
    return credit.rank, credit.date, credit.number, credit.position, credit.line


def spent(pairs: Sequence[Pair]) -> Mapping[int, Decimal]:
    """What each credit line gave, by line."""
    amounts: dict[int, Decimal] = {}
    for pair in pairs:
        amounts[pair.credit] = amounts.get(pair.credit, ZERO) + pair.amount
    return amounts
