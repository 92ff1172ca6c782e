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
from django.core.exceptions import EmptyResultSet
from django.db.models import F, OrderBy, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid
from arledger.core.query import KeyIn, KeyOf, RowIs
from arledger.core.sql import fetch_all

SALT = "arledger.list"
# Rows looked through for one page, at most.
WINDOW = 4_000


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
    ``fitting`` gives the row that a condition names if it fits."""

    rows: QuerySet[Any]
    within: QuerySet[Any]
    fitting: Callable[[KeyOf], QuerySet[Any]]


def parse_sort(text: str, sorts: Sequence[Sort], default: str) -> Sort:
    """The order named by the ``sort`` parameter (``-`` before a key: descending). Raises SortUnknown."""
    wanted = text or default
    key = wanted.removeprefix("-")
    for sort in sorts:
        if sort.key == key:
            return replace(sort, descending=wanted.startswith("-"))
    raise SortUnknown(field="sort", sort=key[:40], sorts=", ".join(sort.key for sort in sorts))


def write_cursor(name: str, sort: Sort, cursor: Cursor) -> str:
    """``name`` is the list's, and its company's: a cursor of one list means nothing to another."""
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

    With ``search`` they are looked for row by row, and after ``WINDOW`` rows the page shows what was found so far.
    """
    backward = cursor is not None and cursor.backward
    if search is None:
        found, paused = list(ordered(rows, sort, cursor)[: size + 1]), None
    else:
        found, paused = _look(search, sort, cursor, size + 1)
    more, found = len(found) > size, found[:size]
    # Seen in the direction of reading: where it goes on, and the way back from the first row.
    onward = Cursor(_values(found[-1], sort), backward) if more else paused
    back = Cursor(_values(found[0], sort), not backward) if found and cursor is not None else None
    before, after = (onward, back) if backward else (back, onward)
    return Page(
        rows=found[::-1] if backward else found,
        previous=write_cursor(name, sort, before) if before else "",
        next=write_cursor(name, sort, after) if after else "",
        searched=WINDOW if paused is not None and not more else 0,
    )


def _values(row: Any, sort: Sort) -> tuple[Any, ...]:
    return tuple(getattr(row, field) for field in sort.fields)


# The rows in their order, each looked up by its key (the OFFSET forbids any other way) until the page is full; and if
# it is not full at the end of the window, where that was. The database reads no more of the window than that takes.
LOOK = """
WITH sought ({names}) AS MATERIALIZED ({within}), found AS MATERIALIZED (
    SELECT sought.* FROM sought CROSS JOIN LATERAL ({fitting} OFFSET 0) fits LIMIT {limit}
)
SELECT true, found.* FROM found
UNION ALL
SELECT false, edge.* FROM (SELECT * FROM sought OFFSET {last} LIMIT 1) edge
WHERE (SELECT count(*) FROM found) < {limit}
"""


def _look(search: Search, sort: Sort, cursor: Cursor | None, limit: int) -> tuple[list[Any], Cursor | None]:
    """At most ``limit`` rows, and where the search paused (None: it came to the end or is full)."""
    window = ordered(search.within, sort, cursor).values_list("pk", *sort.fields)[:WINDOW]
    fitting = search.fitting(KeyOf("sought.key")).order_by().values_list(Value(1))
    try:
        within_sql, within_values = window.query.sql_with_params()
        fitting_sql, fitting_values = fitting.query.sql_with_params()
    except EmptyResultSet:
        return [], None
    statement = LOOK.format(
        names=", ".join(["key", *(f"field{place}" for place in range(len(sort.fields)))]),
        within=within_sql,
        fitting=fitting_sql,
        limit=limit,
        last=WINDOW - 1,
    )
    keys: list[int] = []
    paused = None
    for fits, key, *values in fetch_all(statement, [*within_values, *fitting_values]):
        if fits:
            keys.append(key)
        else:
            paused = Cursor(tuple(values), cursor is not None and cursor.backward)
    rows = {row.pk: row for row in search.rows.filter(KeyIn(keys))} if keys else {}
    return [rows[key] for key in keys if key in rows], paused


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
