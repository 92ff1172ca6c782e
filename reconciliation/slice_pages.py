"""Long lists on the page of one document, a slice at a time: ten thousand lines or matches stay usable (ADR 0061)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import QueryDict

SIZE = 100
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Slice(Generic[T]):
    """``rows`` are number ``first`` to ``last`` of ``total``; ``name`` is the parameter that chooses the slice.

    The addresses lead to the slices before and after, as a link within the page's address; empty at the ends.
    """

    name: str
    number: int
    rows: Sequence[T]
    total: int
    previous_url: str
    next_url: str

    @property
    def first(self) -> int:
        return (self.number - 1) * SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def many(self) -> bool:
        return self.total > SIZE


def slice_of(query: QueryDict, name: str, rows: Sequence[T]) -> Slice[T]:
    """The slice that ``?name=`` asks for, or the nearest that there is."""
    text = query.get(name, "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    last = max(1, -(-len(rows) // SIZE))
    number = max(1, min(asked, last))
    return Slice(
        name=name,
        number=number,
        rows=rows[(number - 1) * SIZE : number * SIZE],
        total=len(rows),
        previous_url=_url(query, name, number - 1) if number > 1 else "",
        next_url=_url(query, name, number + 1) if number < last else "",
    )


def _url(query: QueryDict, name: str, number: int) -> str:
    changed = query.copy()
    changed[name] = str(number)
    return f"?{changed.urlencode()}#part-{name}"
