"""How several credits are used up together, and with cash, on several charges (SPEC 7, 8). Plain values in and out.

For each charge in turn: credits of the charge's own entity first, then inline credits, advances, overpayments,
negative invoices, adjustments, the oldest first within a kind; cash pays what credits leave. Or, *oldest first*, by
date and number alone (SPEC 15.2, Order).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from decimal import Decimal
from functools import cached_property
from typing import Any

from reconciliation.waterfall import NOTHING, Allocation, OpenLine, Pair, Spread

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Spendable:
    """A credit line with the amount of it that may be used; ``rank`` is its kind's place in the order.

    ``fixed`` says that somebody typed the amount: it is used before what is only offered.
    """

    line: int
    amount: Decimal
    entity: int | None
    rank: int
    date: Day
    number: str
    position: int = 0
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A charge line with the amount that credits shall pay of it at most."""

    line: int
    amount: Decimal
    entity: int | None


@dataclass(frozen=True, slots=True)
class Rules:
    """What governs which credit pays which charge: the company's limit (SPEC 3, Credits), and the order."""

    own_entity_only: bool = False
    oldest_first: bool = False


USUAL = Rules()


@dataclass(frozen=True)
class Mix:
    """``pairs`` of credits with charges and what ``cash`` pays, both in the charges' order.

    The cash's remainder is the overpayment; below 0 it is what the amounts typed for charges lack. ``unused`` is
    what no charge takes of amounts typed for credits, by line.
    """

    pairs: tuple[Pair, ...]
    cash: Spread
    unused: Mapping[int, Decimal]

    @cached_property
    def charges(self) -> Mapping[int, Decimal]:
        """What each charge line gets from both together."""
        amounts: dict[int, Decimal] = {}
        for key, amount in [(p.charge, p.amount) for p in self.pairs] + [
            (a.line, a.amount) for a in self.cash.allocations
        ]:
            amounts[key] = amounts.get(key, ZERO) + amount
        return amounts

    @cached_property
    def used(self) -> Mapping[int, Decimal]:
        """What each credit line gives."""
        return spent(self.pairs)


def mix(
    cash: Decimal,
    credits: Sequence[Spendable],
    lines: Sequence[OpenLine],
    entities: Mapping[int, int | None],
    *,
    pinned: Mapping[int, Decimal] = NOTHING,
    rules: Rules = USUAL,
) -> Mix:
    """Credits and cash used in one step (W4, W5): on each line credits first, then the cash.

    ``lines`` come in the order to pay, with their ``entities``. ``pinned`` says what a line gets from both together:
    exactly that, before the rest flows. What credits that are only offered cannot give stays on them.
    """
    left = _covered(cash, credits, lines, entities, pinned, rules)
    pairs: list[Pair] = []
    for fixed in (True, False):
        own = [credit for credit in credits if credit.fixed == fixed]
        targets = (
            [Target(key, amount, entities[key]) for key, amount in left.items() if amount] if own else []
        )
        found = spend(own, targets, rules=rules)
        for pair in found:
            left[pair.charge] -= pair.amount
        pairs += found
    place = {line.line: index for index, line in enumerate(lines)}
    pairs.sort(key=lambda pair: place[pair.charge])
    paid = tuple(Allocation(line.line, line.document, left[line.line]) for line in lines if left[line.line])
    used = spent(pairs)
    unused = {c.line: c.amount - used.get(c.line, ZERO) for c in credits if c.fixed}
    return Mix(
        pairs=tuple(pairs),
        cash=Spread(paid, cash - sum((part.amount for part in paid), ZERO)),
        unused={key: amount for key, amount in unused.items() if amount},
    )


def _covered(
    cash: Decimal,
    credits: Sequence[Spendable],
    lines: Sequence[OpenLine],
    entities: Mapping[int, int | None],
    pinned: Mapping[int, Decimal],
    rules: Rules,
) -> dict[int, Decimal]:
    """What each line gets from credits and cash together, in their order; pinned lines get theirs whatever there is."""
    pots: dict[int | None, Decimal] = {}
    for credit in credits:
        pot = credit.entity if rules.own_entity_only else None
        pots[pot] = pots.get(pot, ZERO) + credit.amount
    wanted: dict[int, Decimal] = {line.line: ZERO for line in lines}
    first = [line for line in lines if line.line in pinned] if pinned else []
    rest = [line for line in lines if line.line not in pinned] if pinned else lines
    for line in (*first, *rest):
        fixed = line.line in pinned
        if not fixed and cash <= 0 and not any(pots.values()):
            break
        pot = entities[line.line] if rules.own_entity_only else None
        amount = pinned.get(line.line, line.open)
        given = min(amount, pots.get(pot, ZERO))
        paid = amount - given if fixed else min(amount - given, max(cash, ZERO))
        pots[pot] = pots.get(pot, ZERO) - given
        cash -= paid
        wanted[line.line] = given + paid
    return wanted


def spend(credits: Sequence[Spendable], targets: Sequence[Target], *, rules: Rules = USUAL) -> list[Pair]:
    """Match credits with charges, in the charges' order, until one side is used up.

    Where credits are limited to their own entity, what finds no charge of it stays unused. Pairs come in the charges'
    order, their amounts positive.
    """
    if rules.oldest_first and not rules.own_entity_only:
        credits = [replace(credit, entity=None) for credit in credits]
        targets = [replace(target, entity=None) for target in targets]
    purse = _Purse(credits, _oldest if rules.oldest_first else _by_kind)
    pairs: list[Pair] = []
    for target in targets:
        wanted = target.amount
        for credit in purse.for_entity(target.entity, rules.own_entity_only):
            if not wanted:
                break
            amount = purse.take(credit, wanted)
            pairs.append(Pair(target.line, credit.line, amount))
            wanted -= amount
    return pairs


class _Purse:
    """The credits that have something left, per entity in the order of use."""

    def __init__(self, credits: Sequence[Spendable], order: Callable[[Spendable], Any]) -> None:
        self._order = order
        self._left = {credit.line: credit.amount for credit in credits if credit.amount}
        self._by_entity: dict[int | None, deque[Spendable]] = {}
        for credit in sorted(credits, key=order):
            if credit.amount:
                self._by_entity.setdefault(credit.entity, deque()).append(credit)

    def for_entity(self, entity: int | None, only: bool) -> Iterator[Spendable]:
        """Those of the entity, then the others' in order; each until it is used up."""
        yield from self._unused(self._by_entity.get(entity, deque()))
        if only:
            return
        while others := [queue for key, queue in self._by_entity.items() if key != entity and queue]:
            first = min(others, key=lambda queue: self._order(queue[0]))
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


def _by_kind(credit: Spendable) -> tuple[int, Day, str, int, int]:
    return credit.rank, *_oldest(credit)


def _oldest(credit: Spendable) -> tuple[Day, str, int, int]:
    return credit.date, credit.number, credit.position, credit.line


def spent(pairs: Sequence[Pair]) -> Mapping[int, Decimal]:
    """What each credit line gave, by line."""
    amounts: dict[int, Decimal] = {}
    for pair in pairs:
        amounts[pair.credit] = amounts.get(pair.credit, ZERO) + pair.amount
    return amounts
