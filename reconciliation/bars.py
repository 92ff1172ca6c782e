"""Bars beside figures: how long each part of an ageing is drawn, in thousandths of the longest bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reconciliation.ageing import AgedCustomer, Ageing
from reconciliation.buckets import bucket_title

SCALE = 1000
TONES = 6


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar from ``x``, ``width`` long; ``tone`` 0 is not late, TONES − 1 the latest."""

    x: int
    width: int
    tone: int


def segments(parts: Sequence[Decimal], longest: Decimal) -> list[Segment]:
    """The parts of one bar one after the other, on the scale where ``longest`` fills SCALE.

    Rounding never lengthens the bar: each piece ends where the running sum rounds to. Parts are not negative.
    """
    found = []
    x, sum_so_far = 0, Decimal(0)
    for place, part in enumerate(parts):
        sum_so_far += part
        end = int(sum_so_far * SCALE / longest) if longest else 0
        if end > x:
            found.append(Segment(x, end - x, tone(place, len(parts))))
        x = end
    return found


def tone(place: int, count: int) -> int:
    """Buckets of any number on few tones: the first is not late, the others spread over the rest."""
    late = count - 1
    return 0 if place == 0 or not late else 1 + (place - 1) * (TONES - 1) // late


@dataclass(frozen=True)
class Age:
    """One age of a currency's total: in words, how much, how long its bar is."""

    title: str
    amount: Decimal
    bar: list[Segment]


@dataclass(frozen=True)
class Total:
    """A currency's total, its ages drawn."""

    figures: AgedCustomer
    ages: list[Age]

    @property
    def unapplied(self) -> Decimal:
        """Credits with something left, as a positive amount."""
        return -self.figures.credits


def totals_of(found: Ageing) -> list[Total]:
    """The totals per currency with a bar for each age."""
    titles = [bucket_title(label) for label in found.labels]
    totals = []
    for figures in found.totals:
        longest = max(figures.buckets)
        ages = []
        for place, (title, amount) in enumerate(zip(titles, figures.buckets, strict=True)):
            alone = [amount if at == place else Decimal(0) for at in range(len(titles))]
            ages.append(Age(title, amount, segments(alone, longest)))
        totals.append(Total(figures, ages))
    return totals
