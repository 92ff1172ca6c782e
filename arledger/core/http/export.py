"""Downloads of lists: CSV that is read and sent in chunks, so that a million rows need no more memory than a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import translation

from arledger.core.actor import Actor
from arledger.core.csvfile import write_csv
from arledger.core.http.keyset import Cursor, Sort, ordered
from arledger.core.scope import company_scope

CHUNK = 1_000


def csv_response(
    *,
    actor: Actor,
    name: str,
    header: Sequence[str],
    rows: Callable[[], QuerySet[Any]],
    sort: Sort,
    read: Callable[[QuerySet[Any]], Sequence[tuple[Any, Sequence[Sequence[object]]]]],
) -> StreamingHttpResponse:
    """Send the rows in the order of ``sort``; ``read`` turns a chunk into pairs of a row and its lines of cells.

    The answer is sent after the middleware has left the company and the language: both are entered again here.
    """
    language = translation.get_language() or "en"

    def chunks() -> Iterator[bytes]:
        yield b"\xef\xbb\xbf" + _lines([header])
        cursor: Cursor | None = None
        while True:
            with translation.override(language), company_scope(actor.company_id, actor.user_id):
                found = read(ordered(rows(), sort, cursor)[:CHUNK])
            if found:
                yield _lines([cells for _, lines in found for cells in lines])
            if len(found) < CHUNK:
                return
            last = found[-1][0]
            cursor = Cursor(tuple(getattr(last, field) for field in sort.fields))

    response = StreamingHttpResponse(chunks(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return text.getvalue().encode()
