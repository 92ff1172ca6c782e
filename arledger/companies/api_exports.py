"""Exports over the API: ask for a file of a list or a report, see how far it is, fetch it (SPEC 15).

A file is always made by a job here; it is its person's, as on the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer

from arledger.core import export_services
from arledger.core.api.encoding import encode
from arledger.core.api.fields import Input, Strict, TextField
from arledger.core.api.ids import id_of, key_of
from arledger.core.api.lists import listed
from arledger.core.api.media import JsonRenderer
from arledger.core.api.parsing import pointed, type_wrong, unknown_member
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform
from arledger.core.export_selectors import ExportState, export_of, own_exports, standing_of
from arledger.core.export_sources import Asked, Source, source_of
from arledger.core.http.exporting import stored_file
from arledger.core.http.keyset import Sort

TAG = "exports"
SORTS = (Sort("created_at", ("id",)),)
STATES = ("queued", "running", "done", "failed", "cancelled", "expired")
MOST_PARAMETERS = 40


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "anyOf": [{"type": "string"}, {"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]
        },
        "examples": [{"from": "2026-01-01", "to": "2026-03-31", "matches": ["unmatched", "partial"]}],
    }
)
class ChoicesField(Strict):
    """The choices of the list or report, read as its own page reads them: an object to a query string."""

    def read(self, value: Any) -> list[tuple[str, str]]:
        if not isinstance(value, dict):
            raise type_wrong(dict, value)
        found = [(name, text) for name, one in value.items() for text in self._texts(name, one)]
        return found[:MOST_PARAMETERS]

    def _texts(self, name: str, value: Any) -> Iterator[str]:
        values = value if isinstance(value, list) else [value]
        for one in values:
            if isinstance(one, bool):
                yield "true" if one else ""
            elif isinstance(one, str):
                yield one
            elif one is not None:
                raise pointed(type_wrong(str, one), f"/{name}")


class ExportInput(Input):
    example = {"source": "invoices", "format": "xlsx"}
    source = TextField(  # type: ignore[assignment]
        max_length=60, help_text="What: invoices, payments, reconciliation, ageing …"
    )
    format = TextField(max_length=10, help_text="csv, xlsx, or what else the source has: pdf, zip.")
    parameters = ChoicesField(required=False, help_text="The filters of the list, the choices of the report.")


class ExportShape(serializers.Serializer):
    id = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    format = serializers.CharField()
    parameters = serializers.CharField(help_text="The choices, as they stand in an address.")
    state = serializers.ChoiceField(choices=STATES)
    rows_done = serializers.IntegerField()
    rows_expected = serializers.IntegerField(allow_null=True, help_text="About; null when nobody knows.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes, once it is there.")
    file_name = serializers.CharField()
    problem = serializers.CharField(help_text="Why there is no file; else empty.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class FileRenderer(BaseRenderer):
    """Lets a caller accept whatever the file is; the answer is made elsewhere."""

    media_type = "application/octet-stream"
    format = "file"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return encode(data).encode()


def answer_of(found: ExportState) -> dict[str, Any]:
    row = found.row
    times: dict[str, datetime | None] = {
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "expires_at": row.expires_at,
    }
    return {
        "id": id_of("export", row.pk),
        "source": row.source,
        "format": row.format,
        "parameters": row.query,
        "state": found.state,
        "rows_done": row.rows_done,
        "rows_expected": row.rows_expected,
        "size": row.size,
        "file_name": row.name,
        "problem": row.problem,
        **times,
    }


def _checked(source: Source, asked: Asked, choices: list[tuple[str, str]]) -> str:
    """The title of what is asked for. Raises MemberUnknown for a choice it does not have, and ChoicesInvalid."""
    if source.parameters is not None:
        known = source.parameters(asked)
        for name, _value in choices:
            if name not in known:
                raise pointed(unknown_member(name, dict.fromkeys(sorted(known))), "/parameters")
    if source.table is None:
        return str(source.label)
    return export_services.table_of(source, asked).title


class Exports(ApiView):
    rights: ClassVar = {"GET": "", "POST": ""}

    @described(
        tag=TAG,
        summary="List your exports",
        description="The newest first.",
        answers=ExportShape,
        filters={},
        sorts=SORTS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return listed(
            request,
            own_exports(request.actor),
            name="exports",
            filters={},
            sorts=SORTS,
            default_sort="-created_at",
            answer=lambda rows: [answer_of(one) for one in standing_of(request.actor, rows)],
            fields=tuple(ExportShape().fields),
        )

    @described(
        tag=TAG,
        summary="Ask for a file",
        description="A list or a report as CSV, XLSX or PDF, made in the background with the rights of the person.",
        request=ExportInput,
        answers=ExportShape,
        status=202,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, ExportInput)

        def effect() -> dict[str, Any]:
            choices = values.get("parameters") or []
            source = source_of(values["source"])
            asked = Asked(
                actor=request.actor,
                company=request.company,
                features=request.features,
                query=urlencode([(name, text) for name, text in choices if text]),
                format=values["format"],
            )
            source.require(request.actor, request.features, asked.format)
            row = export_services.start(
                actor=request.actor,
                source=source,
                format=asked.format,
                query=asked.query,
                language=request.LANGUAGE_CODE,
                title=_checked(source, asked, choices),
            )
            return answer_of(export_of(request.actor, row.pk))

        return perform(request, effect, status=202)


class OneExport(ApiView):
    rights: ClassVar = {"GET": ""}

    @described(tag=TAG, summary="See how far an export is", answers=ExportShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(answer_of(export_of(request.actor, key_of("export", key))))


class ExportCancel(ApiView):
    rights: ClassVar = {"POST": ""}

    @described(tag=TAG, summary="Cancel an export", answers=ExportShape, status=200)
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        def effect() -> dict[str, Any]:
            number = key_of("export", key)
            export_services.stop(actor=request.actor, key=number)
            return answer_of(export_of(request.actor, number))

        return perform(request, effect, status=200)


class ExportFile(ApiView):
    rights: ClassVar = {"GET": ""}
    renderer_classes = (FileRenderer, JsonRenderer)

    @described(
        tag=TAG,
        summary="Fetch the file of an export",
        description="404 until it is there, and to everybody but the person who asked for it.",
        answers=OpenApiTypes.BINARY,
    )
    def get(self, request: ApiRequest, key: str) -> HttpResponseBase:
        no_parameters(request)
        return stored_file(request._request, key_of("export", key))  # type: ignore[arg-type]
