"""Amounts that a person typed into a grid, as its form sends them (docs/design-language.md, "Work screen").

A row's key is a letter and a number: ``d`` a document with charges, ``l`` one of its lines, ``c`` a document with
credits, ``k`` one of its lines. With each amount the form carries a marker: ``!`` when the person fixed the amount,
else the text the server last showed there; a text that differs from it was typed by the person (so it works without
scripts too). What is not fixed is the server's to fill.

Of a grid with thousands of fixed amounts the page shows some; the rest travel in one hidden field, ``kept``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from arledger.core.errors import Refusal
from arledger.core.money import parse_localized_amount

ZERO = Decimal(0)
FIXED = "!"
KEY = re.compile(r"[a-z][1-9][0-9]{0,17}", re.ASCII)


KEPT = "kept"
KEPT_PART = re.compile(r"([a-z][1-9][0-9]{0,17})=([0-9]{1,15}(?:\.[0-9]{1,4})?)(?= |$)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount of the grid as it came: the text, and whether the person fixed it."""

    text: str
    fixed: bool


UNSHOWN = Cell("", True)


@dataclass(frozen=True)
class Typed:
    """The amounts of the grid: cells by key, their amounts, and the sentences of those that are none."""

    cells: Mapping[str, Cell] = field(default_factory=dict)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    untouched: bool = True
    # Keys of those that were not shown: their text is not in ``cells``.
    kept: frozenset[str] = frozenset()

    def amount(self, key: str) -> Decimal | None:
        """What was typed there; None for nothing, 0 for a text that is no amount."""
        return self.amounts.get(key)

    def fixed(self, key: str) -> bool:
        return key in self.cells and self.cells[key].fixed

    def text(self, key: str) -> str:
        return self.cells[key].text if key in self.cells else ""


def read(data: Mapping[str, str], currency: str, language: str, letters: str = "dl") -> Typed:
    """The amounts of a submitted grid whose keys begin with one of ``letters``.

    ``untouched`` when no amount stands or stood anywhere in it.
    """
    kept = _kept(data.get(KEPT, ""), data, letters)
    cells: dict[str, Cell] = dict.fromkeys(kept, UNSHOWN)
    amounts: dict[str, Decimal] = dict(kept)
    wrong: dict[str, str] = {}
    untouched = not kept
    for name in data:
        if not name.startswith("use-") or not KEY.fullmatch(name[4:]) or name[4] not in letters:
            continue
        key, text, marker = name[4:], data[name].strip(), data.get(f"pin-{name[4:]}", "")
        untouched = untouched and not text and marker in ("", FIXED)
        cells[key] = Cell(text, bool(text) and (marker == FIXED or text != marker))
        if text:
            try:
                amounts[key] = parse_localized_amount(text, currency, language, allow_negative=False)
            except Refusal as refusal:
                amounts[key], wrong[key] = ZERO, str(refusal)
    return Typed(cells, amounts, wrong, untouched, frozenset(kept))


def _kept(text: str, data: Mapping[str, str], letters: str) -> dict[str, Decimal]:
    """The amounts of rows that were not shown; what the form shows itself counts instead."""
    found = (part.groups() for part in KEPT_PART.finditer(text))
    return {key: Decimal(amount) for key, amount in found if key[0] in letters and f"use-{key}" not in data}


def kept_only(amounts: Mapping[str, Decimal]) -> Typed:
    """Fixed amounts of which none was shown yet."""
    cells = dict.fromkeys(amounts, UNSHOWN)
    return Typed(cells, amounts, untouched=not amounts, kept=frozenset(amounts))


def as_kept(amounts: Mapping[str, Decimal]) -> str:
    """Amounts by key as the hidden field says them."""
    return " ".join(f"{key}={amount:f}" for key, amount in amounts.items())
