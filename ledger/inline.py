"""Pairing of charges with credits in a given order, and the inline credits of one invoice (SPEC 6).

Plain values in, plain values out: posting, the checker and the previews call the same functions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def meet(
    charges: Iterable[tuple[Key, Decimal]], credits: Iterable[tuple[Key, Decimal]]
) -> list[tuple[Key, Key, Decimal]]:
    """Match charges with credits, both in the order given, until one side is used up.

    Amounts are positive on both sides. Returns (charge, credit, amount) triples, each amount positive;
    zero amounts take no part. Raises ValueError for a negative amount.
    """
    triples: list[tuple[Key, Key, Decimal]] = []
    waiting = iter(_positive(credits))
    credit = next(waiting, None)
    for charge, open_amount in _positive(charges):
        while open_amount and credit is not None:
            key, left = credit
            amount = min(open_amount, left)
            triples.append((charge, key, amount))
            open_amount -= amount
            credit = (key, left - amount) if left > amount else next(waiting, None)
    return triples


def offset(lines: Sequence[tuple[Key, Decimal]]) -> list[tuple[Key, Key, Decimal]]:
    """The inline applications of one invoice (SPEC 6, W1, W6, W7).

    ``lines`` are (position or id, signed amount) in the order of the document: negative lines, in order,
    offset positive lines, in order, until one side is used up. Returns (charge, credit, amount) triples with
    positive amounts; a line of 0 takes no part.
    """
    return meet(
        [(key, amount) for key, amount in lines if amount > 0],
        [(key, -amount) for key, amount in lines if amount < 0],
    )


def _positive(side: Iterable[tuple[Key, Decimal]]) -> list[tuple[Key, Decimal]]:
    entries = [entry for entry in side if entry[1]]
    if any(amount < 0 for _, amount in entries):
        raise ValueError("amounts to match are positive on both sides")
    return entries
