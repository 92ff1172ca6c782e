"""Answers with exported tables: at once while they are short, else by a job that fills the tray (SPEC 12, 14).

A link to an export names its source, the format (``?format=``, CSV without it) and the choices of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import (
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from arledger.core import export_services
from arledger.core.errors import NotFound
from arledger.core.export_selectors import ExportState, chunk, export_of
from arledger.core.export_sources import Asked, Source, direct_rows, source_of
from arledger.core.http.doors import PageRequest
from arledger.core.http.export import BOM, csv_lines
from arledger.core.http.tray import light
from arledger.core.leftovers import work_folder
from arledger.core.scope import company_scope
from arledger.core.tablefiles import CONTENT_TYPES, write_table
from arledger.core.tables import Row, Table

# What an address holds besides choices: where one is, and what kind of answer is wanted.
PLACES = ("cursor", "at", "part", "format", "view", "csrfmiddlewaretoken", export_services.WITHIN)

Answer = TypeVar("Answer", bound=HttpResponseBase)


def choices_of(query: QueryDict) -> str:
    """The choices of an address, without where one is on the page."""
    kept = query.copy()
    for name in PLACES:
        kept.pop(name, None)
    for name in [name for name, values in kept.lists() if not any(values)]:
        del kept[name]
    return kept.urlencode()


def asked_of(request: PageRequest, format: str, query: str) -> Asked:
    return Asked(
        actor=request.actor,
        company=request.company,
        features=request.features,
        query=query,
        format=format,
    )


def answer(request: PageRequest, name: str, table: Table | None = None) -> HttpResponseBase:
    """The file of a source for the choices of the address, or a way back to the page while a job makes it.

    ``table`` when the page has it already. Raises Forbidden, FormatUnknown, ChoicesInvalid.
    """
    source = source_of(name)
    format = request.GET.get("format") or "csv"
    source.require(request.actor, request.features, format)
    asked = asked_of(request, format, choices_of(request.GET))
    if table is None:
        table = export_services.table_of(source, asked)
    limit = direct_rows(format)
    if table.whole:
        rows = list(table.rows())
        if len(rows) <= limit:
            return _made(asked, table, rows)
    elif format == "csv":
        expected = table.expected(limit)
        if expected is not None and expected <= limit:
            return _streamed(request, table)
    else:
        rows = list(islice(table.rows(), limit + 1))
        if len(rows) <= limit:
            return _made(asked, table, rows)
    return in_background(request, source, asked, table.title)


def in_background(request: PageRequest, source: Source, asked: Asked, title: str) -> HttpResponse:
    """Have a job make the file, and lead back to where the person was. Raises TooManyExports."""
    export_services.start(
        actor=request.actor,
        source=source,
        format=asked.format,
        query=asked.query,
        language=translation.get_language() or "en",
        title=title,
    )
    said = _("“%(title)s” is being made in the background. It appears under “Files” when it is ready.")
    messages.info(request, said % {"title": f"{title} ({asked.format.upper()})"})
    response = HttpResponseRedirect(_back(request))
    response.status_code = 303
    return light(request, response)


def _back(request: PageRequest) -> str:
    """The page the link was on, if it is one of this company; else the list of files."""
    came = request.META.get("HTTP_REFERER", "")
    home = reverse("home:index")
    safe = url_has_allowed_host_and_scheme(came, {request.get_host()}, request.is_secure())
    if safe and urlsplit(came).path.startswith(home) and urlsplit(came).path != request.path:
        return came
    return reverse("exports:list")


def _streamed(request: PageRequest, table: Table) -> StreamingHttpResponse:
    """CSV sent as it is read. The middleware has left the company and the language by then: both are entered again."""
    language, actor = translation.get_language() or "en", request.actor

    def sent() -> Iterator[bytes]:
        yield BOM + csv_lines([table.header])
        chunks = table.chunks()
        while True:
            with translation.override(language), company_scope(actor.company_id, actor.user_id):
                rows = next(chunks, None)
            if rows is None:
                return
            if rows:
                yield csv_lines(rows)

    return as_file(StreamingHttpResponse(sent()), f"{table.name}.csv", "csv")


def _made(asked: Asked, table: Table, rows: list[Row]) -> HttpResponse:
    with work_folder() as folder:
        path = folder / "file"
        write_table(
            table,
            path,
            format=asked.format,
            sheet=export_services.sheet_of(table, asked),
            at=asked.actor.at,
            rows=rows,
        )
        return as_file(HttpResponse(path.read_bytes()), f"{table.name}.{asked.format}", asked.format)


def as_file(response: Answer, name: str, format: str) -> Answer:
    response["Content-Type"] = CONTENT_TYPES[format]
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def stored_file(request: PageRequest, key: int) -> StreamingHttpResponse:
    """A file that a job has made, to its owner. Raises NotFound for everybody else and when it is not there."""
    actor = request.actor
    found: ExportState = export_of(actor, key)
    if found.state != "done":
        raise NotFound()
    row = found.row
    source_of(row.source).require(actor, request.features, row.format)

    def sent() -> Iterator[bytes]:
        position = 0
        while True:
            with company_scope(actor.company_id, actor.user_id):
                content = chunk(row.company_id, row.pk, position)
            if content is None:
                return
            yield content
            position += 1

    ending = row.name.rsplit(".", 1)[-1]
    response = as_file(StreamingHttpResponse(sent()), row.name, ending)
    response["Content-Length"] = str(row.size)
    return response
