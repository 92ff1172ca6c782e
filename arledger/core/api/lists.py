"""Lists: strict parameters, pages by cursor, chosen fields (SPEC 15, 15.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from arledger.core.api.fields import ListOf, ReferenceField, Strict, TextField, WholeField, read_parameter
from arledger.core.api.parsing import PARAMETER, only
from arledger.core.api.views import ApiRequest, parameters, respond
from arledger.core.errors import Invalid, Refusal, refuse
from arledger.core.http.keyset import Page, Search, Sort, SortUnknown, page_of, parse_sort, read_cursor

DEFAULT_LIMIT, LARGEST_LIMIT = 50, 200
CURSOR_LENGTH = 2_000


class FieldUnknown(Invalid):
    code = "field_unknown"
    sentence = _("“%(name)s” is not a field of this list. Fields are: %(known)s.")


@dataclass(frozen=True)
class Filter:
    """A documented filter: how its text is read, and what is left of the rows. ``help`` goes to the reference."""

    field: Strict
    narrow: Callable[[QuerySet[Any], Any], QuerySet[Any]]
    help: str = ""


PAGING: dict[str, Strict] = {
    "limit": WholeField(least=1, most=LARGEST_LIMIT, required=False),
    "cursor": TextField(max_length=CURSOR_LENGTH, required=False),
    "ordering": TextField(max_length=60, required=False),
    "fields": ListOf(ReferenceField(), least=1, most=100, required=False),
}


def listed(
    request: ApiRequest,
    rows: QuerySet[Any],
    *,
    name: str,
    filters: Mapping[str, Filter],
    sorts: Sequence[Sort],
    default_sort: str,
    answer: Callable[[list[Any]], list[dict[str, Any]]],
    fields: Collection[str],
    search: Callable[[QuerySet[Any], Mapping[str, Any]], Search | None] | None = None,
) -> HttpResponse:
    """One page of ``rows``: ``{"results": […], "next": address or null, "previous": address or null}``.

    ``answer`` turns the rows of a page into answers, with a constant number of statements. ``fields`` are
    the names that ``?fields=`` may choose from. ``search`` says how to find rows that no index finds (see
    ``keyset.Search``), given the filtered rows and the filters' values.
    Raises ParameterUnknown, SortUnknown, CursorInvalid, FieldUnknown and what the filters' fields raise.
    """
    found = parameters(request)
    only(found, {**filters, **PAGING})
    values = _values(found, {**{key: one.field for key, one in filters.items()}, **PAGING})
    sort = _sort(values.get("ordering", ""), sorts, default_sort)
    for key, one in filters.items():
        if key in values:
            rows = _narrowed(rows, key, one, values[key])
    own = f"api {request.actor.company_id} {name}"
    page = page_of(
        rows,
        name=own,
        sort=sort,
        cursor=_cursor(own, sort, values.get("cursor", "")),
        size=values.get("limit", DEFAULT_LIMIT),
        search=search(rows, values) if search else None,
    )
    shown = chosen(answer(page.rows), values.get("fields"), fields)
    return respond({"results": shown, **_neighbours(request, found, page)})


def _values(found: Mapping[str, str], readers: Mapping[str, Strict]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors: list[Refusal] = []
    for key, text in found.items():
        try:
            values[key] = read_parameter(readers[key], key, text)
        except Refusal as refusal:
            errors += getattr(refusal, "errors", [refusal])
    refuse(errors)
    return values


def _sort(text: str, sorts: Sequence[Sort], default: str) -> Sort:
    try:
        return parse_sort(text, sorts, default)
    except SortUnknown as refusal:
        refusal.field = f"{PARAMETER}ordering"
        raise


def _cursor(name: str, sort: Sort, text: str) -> Any:
    try:
        return read_cursor(name, sort, text)
    except Refusal as refusal:
        refusal.field = f"{PARAMETER}cursor"
        raise


def _narrowed(rows: QuerySet[Any], key: str, one: Filter, value: Any) -> QuerySet[Any]:
    try:
        return one.narrow(rows, value)
    except Refusal as refusal:
        refusal.field = f"{PARAMETER}{key}"
        raise


def chosen(
    rows: list[dict[str, Any]], wanted: Sequence[str] | None, known: Collection[str]
) -> list[dict[str, Any]]:
    """The rows with the wanted fields only. Raises FieldUnknown."""
    if wanted is None:
        return rows
    for name in wanted:
        if name not in known:
            raise FieldUnknown(field=f"{PARAMETER}fields", name=name, known=", ".join(known))
    return [{name: row[name] for name in wanted if name in row} for row in rows]


def _neighbours(request: ApiRequest, found: Mapping[str, str], page: Page) -> dict[str, str | None]:
    base = request._request.build_absolute_uri(request.path)
    return {
        name: f"{base}?{urlencode({**found, 'cursor': cursor})}" if cursor else None
        for name, cursor in (("next", page.next), ("previous", page.previous))
    }
