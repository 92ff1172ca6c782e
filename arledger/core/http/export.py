"""CSV as an answer, and lines of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from arledger.core.csvfile import write_csv

BOM = b"\xef\xbb\xbf"
CSV = "text/csv; charset=utf-8"


def csv_file(*, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A file small enough to be made at once."""
    response = HttpResponse(BOM + csv_lines([header, *rows]), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    write_csv(rows, text)
    return text.getvalue().encode()
