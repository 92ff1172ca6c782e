"""Downloads of lists: CSV that is read and sent in chunks, so that a million rows need no more memory than a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation

from arledger.core.actor import Actor
from arledger.core.csvfile import write_csv
from arledger.core.http.keyset import Cursor, Sort, ordered
from arledger.core.scope import company_scope

CHUNK = 1_000
BOM = b"\xef\xbb\xbf"
CSV = "text/csv; charset=utf-8"


def csv_response(
    *,
    actor: Actor,
    name: str,
    header: Sequence[str],
    rows: Callable[[], QuerySet[Any]],
    sort: Sort,
    read: Callable[[QuerySet[Any]], Sequence[tuple[Any, Sequence[Sequence[object]]]]],
) -> StreamingHttpResponse:
    """Send the rows in the order of ``sort``; ``read`` turns a chunk into pairs of a row and its lines of cells."""

    def chunk(cursor: Cursor | None) -> tuple[list[Sequence[object]], Cursor | None]:
        found = read(ordered(rows(), sort, cursor)[:CHUNK])
        cells = [line for _, lines in found for line in lines]
        if len(found) < CHUNK:
            return cells, None
        last = found[-1][0]
        return cells, Cursor(tuple(getattr(last, field) for field in sort.fields))

    return csv_stream(actor=actor, name=name, header=header, chunk=chunk)


Place = TypeVar("Place")


def csv_stream(
    *,
    actor: Actor,
    name: str,
    header: Sequence[str],
    chunk: Callable[[Place | None], tuple[Sequence[Sequence[object]], Place | None]],
) -> StreamingHttpResponse:
    """Send lines of cells chunk by chunk; ``chunk`` reads those from a place on, and says where the next begin.

    The first is read from None; None as the next place is the end. The answer is sent after the middleware has left
    the company and the language: both are entered again here.
    """
    language = translation.get_language() or "en"

    def chunks() -> Iterator[bytes]:
        yield BOM + _lines([header])
        place: Place | None = None
        while True:
            with translation.override(language), company_scope(actor.company_id, actor.user_id):
                cells, place = chunk(place)
            if cells:
                yield _lines(cells)
            if place is None:
                return

    return _as_file(StreamingHttpResponse(chunks(), content_type=CSV), name)


def csv_file(*, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file small enough to be made at once."""
    return _as_file(HttpResponse(BOM + _lines([header, *rows]), content_type=CSV), name)


Answer = TypeVar("Answer", bound=HttpResponseBase)


def _as_file(response: Answer, name: str) -> Answer:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return text.getvalue().encode()
