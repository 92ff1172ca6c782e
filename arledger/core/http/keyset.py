"""Pages by cursor: the rows after (or before) one row, found through an index, at the end as fast as at the start.

A cursor carries the sort values of the row at the edge of a page. It is signed, so what comes back is what was
given out, and it says which list and order it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid

SALT = "arledger.list"


class CursorInvalid(Invalid):
    code = "cursor_invalid"
    sentence = _(
        "This address of a page of the list is damaged or no longer valid. Start from the first page."
    )


class SortUnknown(Invalid):
    code = "sort_unknown"
    sentence = _("This list cannot be sorted by “%(sort)s”. Sort by one of: %(sorts)s.")


@dataclass(frozen=True)
class Sort:
    """An order: ``fields`` of the rows (columns or annotations, never null), the last one unique."""

    key: str
    fields: tuple[str, ...]
    descending: bool = False

    @property
    def parameter(self) -> str:
        """The value of the ``sort`` parameter."""
        return f"-{self.key}" if self.descending else self.key


@dataclass(frozen=True, slots=True)
class Cursor:
    """The edge of a page: rows after it, or before it when ``backward``."""

    values: tuple[Any, ...]
    backward: bool = False


@dataclass(frozen=True)
class Page:
    """Rows in the order asked for, and the cursors (empty texts: none) of the pages around them."""

    rows: list[Any]
    previous: str
    next: str


class RowIs(Func):
    """``(a, b) < (x, y)`` as one range of an index; Django's own Q would compare column by column."""

    output_field = BooleanField()

    def __init__(self, operator: str, names: Sequence[str], values: Sequence[Any]) -> None:
        if operator not in ("<", ">"):
            raise ValueError(operator)
        super().__init__(*(F(name) for name in names), *(Value(value) for value in values))
        self.operator = operator

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        parameters = tuple(value for _, values in parts for value in values)
        return f"(({left}) {self.operator} ({right}))", parameters


def parse_sort(text: str, sorts: Sequence[Sort], default: str) -> Sort:
    """The order named by the ``sort`` parameter (``-`` before a key: descending). Raises SortUnknown."""
    wanted = text or default
    key = wanted.removeprefix("-")
    for sort in sorts:
        if sort.key == key:
            return Sort(sort.key, sort.fields, wanted.startswith("-"))
    raise SortUnknown(field="sort", sort=key[:40], sorts=", ".join(sort.key for sort in sorts))


def write_cursor(name: str, sort: Sort, cursor: Cursor) -> str:
    """``name`` is the list's: a cursor of one list means nothing to another."""
    plain = [_plain(value) for value in cursor.values]
    return signing.dumps([name, sort.parameter, int(cursor.backward), plain], salt=SALT, compress=True)


def read_cursor(name: str, sort: Sort, text: str) -> Cursor | None:
    """The edge a cursor stands for; None without one. Raises CursorInvalid."""
    if not text:
        return None
    try:
        own, order, backward, plain = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise CursorInvalid(field="cursor") from error
    if (own, order) != (name, sort.parameter):
        raise CursorInvalid(field="cursor")
    return Cursor(tuple(_rich(value) for value in plain), bool(backward))


def page_of(
    rows: QuerySet[Any],
    *,
    name: str,
    sort: Sort,
    cursor: Cursor | None,
    size: int,
    fetch: Callable[[QuerySet[Any], int], Sequence[Model]] = lambda rows, limit: list(rows[:limit]),
) -> Page:
    """One page of ``rows``; ``fetch`` reads at most so many of an ordered set (to choose how)."""
    backward = cursor is not None and cursor.backward
    found = list(fetch(ordered(rows, sort, cursor), size + 1))
    more, found = len(found) > size, found[:size]
    if backward:
        found.reverse()
    before, after = (more, True) if backward else (cursor is not None, more)

    def edge(row: Any, back: bool) -> str:
        return write_cursor(name, sort, Cursor(tuple(getattr(row, f) for f in sort.fields), back))

    return Page(
        rows=found,
        previous=edge(found[0], True) if found and before else "",
        next=edge(found[-1], False) if found and after else "",
    )


def ordered(rows: QuerySet[Any], sort: Sort, cursor: Cursor | None) -> QuerySet[Any]:
    """``rows`` after the cursor in the order (backward: the other way round)."""
    downward = sort.descending != (cursor is not None and cursor.backward)
    if cursor is not None:
        rows = rows.filter(RowIs("<" if downward else ">", sort.fields, cursor.values))
    return rows.order_by(*(F(f).desc() if downward else F(f).asc() for f in sort.fields))


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case Decimal():
            return ["n", str(value)]
        case int() | str():
            return value
    raise TypeError(f"no cursor for {value!r}")


def _rich(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, text = value
    readers: dict[str, Callable[[str], Any]] = {
        "t": datetime.fromisoformat,
        "d": date.fromisoformat,
        "n": Decimal,
    }
    return readers[kind](text)
