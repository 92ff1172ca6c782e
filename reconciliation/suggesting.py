"""Which credits probably belong to which charges (SPEC 11): exact amounts, combinations, references. Plain values.

The work is bounded whatever the size of the account: combinations are of ``MOST_TOGETHER`` documents at most, looked
for among the ``MOST_COMBINED`` oldest of a side and for ``MOST_TARGETS`` of the other, by meeting in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from arledger.core.text import sort_key

ZERO = Decimal(0)
MOST_COMBINED = 60
MOST_TARGETS = 100
MOST_TOGETHER = 4
MOST_SUGGESTED = 50
# Shorter than this a number says nothing: too many texts have it by chance.
SHORTEST_KEY = 4
MOST_WORDS = 60
# Words that stand apart in a text and together in a number: INV 2026 0012.
MOST_PARTS = 3
WORD = re.compile(r"[a-z0-9]+")


class Why(StrEnum):
    """What speaks for a suggestion, the strongest first."""

    REFERENCE = "reference"
    EXACT = "exact"
    COMBINATION = "combination"
    EVERYTHING = "everything"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A document of one side with what may be used of it (positive); ``texts`` are what may name another document."""

    document: int
    name: str
    date: Day
    amount: Decimal
    keys: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """Documents that may be matched with each other, each with how much of it; both sides give the same sum.

    ``found`` is what stood in a text, for a reference.
    """

    why: Why
    charges: tuple[tuple[Candidate, Decimal], ...]
    credits: tuple[tuple[Candidate, Decimal], ...]
    found: str = ""

    @property
    def amount(self) -> Decimal:
        return sum((amount for _, amount in self.charges), ZERO)

    @property
    def exact(self) -> bool:
        """Whether all its documents are settled by it."""
        return all(part == one.amount for one, part in (*self.charges, *self.credits))


def suggest(charges: Sequence[Candidate], credits: Sequence[Candidate]) -> list[Suggestion]:
    """What may be matched, the strongest first. No document is suggested twice, so all can be accepted.

    Both sides come in the order in which they should be used up; of several documents alike the first is taken.
    """
    account = _Account(charges, credits)
    for credit in account.credits:
        account.take(_referred(credit, account))
    for credit in account.credits:
        account.take(_exact(credit, account))
    _combine(account, swapped=False)
    _combine(account, swapped=True)
    account.take(_everything(account))
    found = sorted(account.found, key=lambda suggestion: list(Why).index(suggestion.why))
    return found[:MOST_SUGGESTED]


class _Account:
    """What is left to suggest."""

    def __init__(self, charges: Sequence[Candidate], credits: Sequence[Candidate]) -> None:
        self._charges = {one.document: one for one in charges if one.amount > 0}
        self._credits = {one.document: one for one in credits if one.amount > 0}
        self._named = _named(self._charges.values())
        self._by_amount: dict[Decimal, list[int]] = {}
        for one in reversed(self._charges.values()):
            self._by_amount.setdefault(one.amount, []).append(one.document)
        self.found: list[Suggestion] = []

    @property
    def charges(self) -> list[Candidate]:
        return list(self._charges.values())

    @property
    def credits(self) -> list[Candidate]:
        return list(self._credits.values())

    def by_amount(self, amount: Decimal) -> Candidate | None:
        """The first charge of exactly this amount."""
        documents = self._by_amount.get(amount, [])
        while documents and documents[-1] not in self._charges:
            documents.pop()
        return self._charges[documents[-1]] if documents else None

    def named(self, key: str) -> Candidate | None:
        """The charge that a word of a text names, while it is free."""
        document = self._named.get(key)
        return self._charges.get(document) if document is not None else None

    def take(self, suggestion: Suggestion | None) -> None:
        if suggestion is None or len(self.found) >= MOST_SUGGESTED:
            return
        for one, _ in suggestion.charges:
            del self._charges[one.document]
        for one, _ in suggestion.credits:
            del self._credits[one.document]
        self.found.append(suggestion)


# References --------------------------------------------------------------------------------------------------


def normalized(text: str) -> str:
    """A number or reference as it is compared: letters without marks and digits, nothing between them."""
    return "".join(WORD.findall(sort_key(text)))


def _named(charges: Iterable[Candidate]) -> Mapping[str, int]:
    """{what names a charge: its document}; what would name several names none."""
    named: dict[str, int] = {}
    twice: set[str] = set()
    for charge in charges:
        for key in {spelling for own in charge.keys for spelling in _spellings(own)}:
            if named.setdefault(key, charge.document) != charge.document:
                twice.add(key)
    return {key: document for key, document in named.items() if key not in twice}


def _spellings(key: str) -> Iterator[str]:
    """A number whole, and its digits alone where they are long enough."""
    whole = normalized(key)
    digits = re.search(r"\d+$", whole)
    for found in (whole, digits.group() if digits else ""):
        if len(found) >= SHORTEST_KEY and any(character.isdigit() for character in found):
            yield found


def _words(text: str) -> Iterator[str]:
    """The words of a text in their order, with up to ``MOST_PARTS`` neighbours written as one; the longest first."""
    words = WORD.findall(sort_key(text))[:MOST_WORDS]
    for start in range(len(words)):
        for size in range(min(MOST_PARTS, len(words) - start), 0, -1):
            yield "".join(words[start : start + size])


def _referred(credit: Candidate, account: _Account) -> Suggestion | None:
    """The charges that the credit's texts name, as far as it goes."""
    found: dict[int, Candidate] = {}
    for text in credit.texts:
        for word in _words(text):
            charge = account.named(word)
            if charge is not None:
                found.setdefault(charge.document, charge)
    left, parts = credit.amount, []
    for charge in list(found.values()):
        part = min(left, charge.amount)
        if part:
            parts.append((charge, part))
            left -= part
    if not parts:
        return None
    return Suggestion(
        why=Why.REFERENCE,
        charges=tuple(parts),
        credits=((credit, credit.amount - left),),
        found=", ".join(charge.name for charge, _ in parts),
    )


# Amounts -----------------------------------------------------------------------------------------------------


def _exact(credit: Candidate, account: _Account) -> Suggestion | None:
    charge = account.by_amount(credit.amount)
    if charge is None:
        return None
    return Suggestion(why=Why.EXACT, charges=((charge, charge.amount),), credits=((credit, credit.amount),))


def _combine(account: _Account, *, swapped: bool) -> None:
    """Several charges that make exactly one credit or, ``swapped``, several credits that make one charge."""
    targets = account.charges if swapped else account.credits
    sums: Sums | None = None
    parts: list[Candidate] = []
    for target in targets[:MOST_TARGETS]:
        if sums is None:
            parts = (account.credits if swapped else account.charges)[:MOST_COMBINED]
            sums = Sums([part.amount for part in parts])
        chosen = sums.making(target.amount)
        if chosen is None:
            continue
        several = tuple((parts[index], parts[index].amount) for index in chosen)
        one = ((target, target.amount),)
        account.take(
            Suggestion(
                why=Why.COMBINATION, charges=one if swapped else several, credits=several if swapped else one
            )
        )
        sums = None


class Sums:
    """The sums of two of some amounts (positive), with which sums of up to four are found at once."""

    def __init__(self, amounts: Sequence[Decimal]) -> None:
        # Whole numbers: their sums are looked up many thousand times.
        self._amounts = [_whole(amount) for amount in amounts]
        self._pairs: dict[int, list[tuple[int, int]]] = {}
        for first, second in combinations(range(len(amounts)), 2):
            self._pairs.setdefault(self._amounts[first] + self._amounts[second], []).append((first, second))

    def making(self, amount: Decimal) -> tuple[int, ...] | None:
        """The places of two to ``MOST_TOGETHER`` amounts that make this one: fewest first, then the first ones."""
        target = _whole(amount)
        if target in self._pairs:
            return self._pairs[target][0]
        for index, own in enumerate(self._amounts):
            for pair in self._pairs.get(target - own, ()):
                if index not in pair:
                    return tuple(sorted((index, *pair)))
        return self._of_four(target)

    def _of_four(self, target: int) -> tuple[int, ...] | None:
        """Of many pairs with the same sum a few are enough: two that share a place are rare among them."""
        for total, own in self._pairs.items():
            others = self._pairs.get(target - total, ()) if total * 2 <= target else ()
            for pair in own[:MOST_TOGETHER] if others else ():
                for other in others[:MOST_COMBINED]:
                    if not set(pair) & set(other):
                        return tuple(sorted((*pair, *other)))
        return None


def _whole(amount: Decimal) -> int:
    """An amount in ten-thousandths, the smallest step the books have."""
    return int(amount.scaleb(4))


def _everything(account: _Account) -> Suggestion | None:
    """All that is left on both sides, where the two are the same."""
    charges, credits = account.charges, account.credits
    total = sum((one.amount for one in charges), ZERO)
    if not total or total != sum((one.amount for one in credits), ZERO):
        return None
    return Suggestion(
        why=Why.EVERYTHING,
        charges=tuple((one, one.amount) for one in charges),
        credits=tuple((one, one.amount) for one in credits),
    )
