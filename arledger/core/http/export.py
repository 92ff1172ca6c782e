"""Downloads of lists: CSV that is read and sent in chunks, so that a million rows need no more memory than a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation

from arledger.core.actor import Actor
from arledger.core.csvfile import write_csv
from arledger.core.scope import company_scope

BOM = b"\xef\xbb\xbf"
CSV = "text/csv; charset=utf-8"


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
        yield BOM + csv_lines([header])
        place: Place | None = None
        while True:
            with translation.override(language), company_scope(actor.company_id, actor.user_id):
                cells, place = chunk(place)
            if cells:
                yield csv_lines(cells)
            if place is None:
                return

    return _as_file(StreamingHttpResponse(chunks(), content_type=CSV), name)


def csv_file(*, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file small enough to be made at once."""
    return _as_file(HttpResponse(BOM + csv_lines([header, *rows]), content_type=CSV), name)


Answer = TypeVar("Answer", bound=HttpResponseBase)


def _as_file(response: Answer, name: str) -> Answer:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return text.getvalue().encode()
