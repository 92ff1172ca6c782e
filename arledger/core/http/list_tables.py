"""Lists as tables to export: what is filtered, in its order, read by keyset a thousand rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from arledger.core.export_sources import Asked, ChoicesInvalid, Source
from arledger.core.http.counting import in_time
from arledger.core.http.doors import PageRequest
from arledger.core.http.keyset import Cursor, ordered
from arledger.core.tables import Chunks, Column, Table

if TYPE_CHECKING:
    from arledger.core.http.listing import Lister

CHUNK = 1_000
# Nobody waits longer to learn how many rows there are.
COUNT_MILLISECONDS = 1_000


def list_table(lister: Lister, title: str | Promise) -> Table:
    """What the list shows, all pages of it. Raises ChoicesInvalid."""
    if lister.errors:
        raise ChoicesInvalid(why=" ".join(str(error) for error in lister.errors))

    def chunks() -> Chunks:
        cursor: Cursor | None = None
        while True:
            found = list(ordered(lister.filtered(), lister.order, cursor)[:CHUNK])
            shown = lister.shown(found) if found else []
            yield [line for one in shown for line in lister.export_rows(one)]
            if len(found) < CHUNK:
                return
            cursor = Cursor(tuple(getattr(found[-1], field) for field in lister.order.fields))

    def expected(limit: int) -> int | None:
        return in_time(COUNT_MILLISECONDS, lambda: lister.filtered()[: limit + 1].count())

    return Table(
        name=f"{lister.name}-{lister.actor.today.isoformat()}",
        title=str(title),
        columns=[Column(name=name) for name in lister.export_columns],
        chunks=chunks,
        expected=expected,
    )


def list_source(
    lister: type[Lister], label: str | Promise, rights: Sequence[str], *, feature: str = ""
) -> Source:
    """A list as a source under its own name."""

    def table(asked: Asked) -> Table:
        return list_table(lister(request_of(asked)), label)

    def parameters(asked: Asked) -> set[str]:
        form = lister(request_of(asked)).form
        return {"tab", "q", "sort", *(form.fields if form is not None else ())}

    return Source(
        name=lister.name,
        label=label,
        rights=rights,
        formats=("csv", "xlsx"),
        feature=feature,
        table=table,
        parameters=parameters,
    )


def request_of(asked: Asked) -> PageRequest:
    """The request a page would get for these choices: lists and forms read them from there."""
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(asked.query)
    made: Any = request
    made.actor, made.company, made.features, made.htmx = asked.actor, asked.company, asked.features, False
    return made
