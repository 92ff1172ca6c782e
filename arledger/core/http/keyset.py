"""Pages by cursor: the rows after (or before) one row, found through an index, at the end as fast as at the start.

A cursor carries the sort values of the row at the edge of a page. It is signed, so what comes back is what was
given out, and it says which list and order it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, OrderBy, QuerySet
from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid
from arledger.core.query import KeyIn, RowIs

SALT = "arledger.list"
# Rows looked through for one page: first few, because most often they suffice, then many.
WINDOWS = (400, 4_000)


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
    """An order: ``fields`` of the rows (columns or annotations, never null), the last one unique.

    ``inverted``: the fields fall as what people read rises (a payment's total is negative).
    """

    key: str
    fields: tuple[str, ...]
    descending: bool = False
    inverted: bool = False

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
    """Rows in the order asked for, and the cursors (empty texts: none) of the pages around them.

    ``searched`` is 0, or how many rows were looked through before the search paused: then ``next`` (or
    ``previous``) goes on from there.
    """

    rows: list[Any]
    previous: str = ""
    next: str = ""
    searched: int = 0


@dataclass(frozen=True)
class Search:
    """How to find ``rows`` that no index finds: ``within`` is a larger set that an index reads in the order, and
    ``fitting`` gives those of the rows a condition names that fit."""

    rows: QuerySet[Any]
    within: QuerySet[Any]
    fitting: Callable[[KeyIn], QuerySet[Any]]


def parse_sort(text: str, sorts: Sequence[Sort], default: str) -> Sort:
    """The order named by the ``sort`` parameter (``-`` before a key: descending). Raises SortUnknown."""
    wanted = text or default
    key = wanted.removeprefix("-")
    for sort in sorts:
        if sort.key == key:
            return replace(sort, descending=wanted.startswith("-"))
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
    search: Search | None = None,
) -> Page:
    """One page of ``rows``, which carry the fields of ``sort`` as attributes.

    With ``search`` they are looked for piece by piece, and after ``sum(WINDOWS)`` rows the page shows what was found
    so far.
    """
    backward = cursor is not None and cursor.backward
    if search is None:
        found, paused, searched = list(ordered(rows, sort, cursor)[: size + 1]), None, 0
    else:
        found, paused, searched = _look(search, sort, cursor, size + 1)
    more, found = len(found) > size, found[:size]
    # Seen in the direction of reading: where it goes on, and the way back from the first row.
    onward = Cursor(_values(found[-1], sort), backward) if more else paused
    back = Cursor(_values(found[0], sort), not backward) if found and cursor is not None else None
    before, after = (onward, back) if backward else (back, onward)
    return Page(
        rows=found[::-1] if backward else found,
        previous=write_cursor(name, sort, before) if before else "",
        next=write_cursor(name, sort, after) if after else "",
        searched=searched if paused is not None and not more else 0,
    )


def _values(row: Any, sort: Sort) -> tuple[Any, ...]:
    return tuple(getattr(row, field) for field in sort.fields)


def _look(
    search: Search, sort: Sort, cursor: Cursor | None, limit: int
) -> tuple[list[Any], Cursor | None, int]:
    """At most ``limit`` rows; where the search paused (None: it came to the end or is full); rows looked through."""
    found: list[Any] = []
    searched = 0
    for width in WINDOWS:
        window = list(ordered(search.within, sort, cursor).values_list("pk", *sort.fields)[:width])
        backward = cursor is not None and cursor.backward
        if window:
            found += _fitting(search, [row[0] for row in window], limit - len(found))
        searched += len(window)
        if len(found) >= limit or len(window) < width:
            return found, None, searched
        cursor = Cursor(tuple(window[-1][1:]), backward)
    return found, cursor, searched


def _fitting(search: Search, keys: Sequence[int], limit: int) -> list[Any]:
    """The first rows that fit among those with ``keys``, in the order of ``keys``.

    The database is asked for keys only and in no order, so that nothing leads it to another index than theirs.
    """
    fitting = set(search.fitting(KeyIn(keys)).order_by().values_list("pk", flat=True))
    wanted = [key for key in keys if key in fitting][:limit]
    rows = {row.pk: row for row in search.rows.filter(KeyIn(wanted))} if wanted else {}
    return [rows[key] for key in wanted if key in rows]


def ordered(rows: QuerySet[Any], sort: Sort, cursor: Cursor | None) -> QuerySet[Any]:
    """``rows`` after the cursor in the order (backward: the other way round)."""
    backward = cursor is not None and cursor.backward
    if cursor is not None:
        downward = (sort.descending != sort.inverted) != backward
        rows = rows.filter(RowIs("<" if downward else ">", sort.fields, cursor.values))
    return rows.order_by(*_order(sort, backward))


def _order(sort: Sort, backward: bool) -> list[OrderBy]:
    downward = (sort.descending != sort.inverted) != backward
    return [F(field).desc() if downward else F(field).asc() for field in sort.fields]


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
