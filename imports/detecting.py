"""How the cells of a file are written, told from its first rows: the date pattern and the decimal mark (SPEC 14)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from arledger.core.csvfile import Row, UnreadableFile
from arledger.core.dates import ISO, PATTERNS, parse_date
from arledger.core.errors import Refusal
from imports.columns import Column

SAMPLE = 2_000
_POINT = re.compile(r"-?[0-9]+\.[0-9]+", re.ASCII)
_COMMA = re.compile(r"-?[0-9]+,[0-9]+", re.ASCII)


@dataclass(frozen=True)
class Writing:
    """``dates`` is a pattern of ``arledger.core.dates``; ``others`` could be meant as well: a person must say."""

    dates: str = ISO
    decimal_mark: str = "."
    others: tuple[str, ...] = ()


def detect(rows: Iterable[Row], columns: Sequence[Column]) -> Writing:
    """The writing that fits most cells of the sample; ISO and a point where nothing tells."""
    days = [column.name for column in columns if column.holds == "day"]
    numbers = [column.name for column in columns if column.holds in ("amount", "rate")]
    day_cells: set[str] = set()
    points = commas = 0
    with suppress(UnreadableFile):
        for row in islice(rows, SAMPLE):
            day_cells.update(row.values.get(name, "").strip() for name in days)
            for name in numbers:
                cell = row.values.get(name, "").strip()
                points += _POINT.fullmatch(cell) is not None
                commas += _COMMA.fullmatch(cell) is not None
    patterns = _fitting(day_cells - {""})
    best = patterns[0]
    return Writing(
        dates=best,
        decimal_mark="," if commas > points else ".",
        others=tuple(other for other in patterns[1:] if _swapped(best, other)),
    )


def _fitting(cells: set[str]) -> list[str]:
    """The patterns that read the most of the cells, the stricter ones first."""
    if not cells:
        return [ISO]
    reads = {pattern: sum(_reads(cell, pattern) for cell in cells) for pattern in PATTERNS}
    most = max(reads.values())
    return [pattern for pattern, count in reads.items() if count == most] if most else [ISO]


def _reads(cell: str, pattern: str) -> bool:
    try:
        parse_date(cell, pattern)
    except Refusal:
        return False
    return True


def _swapped(one: str, other: str) -> bool:
    """Whether two patterns take day and month for each other."""
    return (one.index("D") < one.index("M")) != (other.index("D") < other.index("M"))
