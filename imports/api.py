"""Imports over the API: upload, look, commit, cancel, and the failed rows back (SPEC 14, 15)."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer

from arledger.core.api.encoding import encode
from arledger.core.api.fields import Input, OneOf, TextField, members
from arledger.core.api.ids import id_of, key_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.media import JsonRenderer
from arledger.core.api.parsing import only
from arledger.core.api.schema import described
from arledger.core.api.views import (
    ApiRequest,
    ApiView,
    body,
    no_parameters,
    parameters,
    respond,
    respond_text,
)
from arledger.core.api.writing import REPLAYED, key_in, perform, rehearse, rehearsed
from arledger.core.csvfile import ENCODINGS
from arledger.core.dates import PATTERNS
from arledger.core.errors import Required
from arledger.core.http.keyset import Sort
from arledger.core.idempotency import answered, claim
from imports import selectors, upload_services
from imports.api_forms import parts
from imports.download_pages import failed_file
from imports.models import Import, ImportFault
from imports.run_services import left_as_drafts
from imports.services import require_importer
from imports.upload_services import Format

TAG = "imports"
#: Faults that an import's own address answers; its list of errors has all of them.
SHOWN = 500
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
SORTS = (Sort("created_at", ("id",)),)
ROW_ORDER = (Sort("row", ("row", "id")),)


class ErrorOfRow(serializers.Serializer):
    """Why a row is refused; row and column as the spreadsheet counts and names them."""

    row = serializers.IntegerField()
    column = serializers.CharField(help_text="Empty when the whole row is meant.")
    cell = serializers.CharField(help_text="Such as D12.")
    code = serializers.CharField()
    message = serializers.CharField(help_text="In the language of Accept-Language.")


class ImportShape(serializers.Serializer):
    id = serializers.CharField()
    type = serializers.ChoiceField(choices=Import.Type.values)
    state = serializers.ChoiceField(choices=Import.State.values)
    mode = serializers.ChoiceField(choices=Import.Mode.values)
    action = serializers.ChoiceField(choices=Import.Action.values)
    left_as_drafts = serializers.BooleanField(
        help_text="Posting was asked for, but the rights do not allow it."
    )
    file_name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    encoding = serializers.CharField(help_text="Empty for workbooks.")
    separator = serializers.CharField(help_text="Empty for workbooks.")
    date_format = serializers.ChoiceField(choices=PATTERNS)
    decimal = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()
    checked_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    rows_total = serializers.IntegerField(help_text="Rows that are not blank: rows_ok + rows_failed.")
    rows_blank = serializers.IntegerField()
    rows_ok = serializers.IntegerField()
    rows_failed = serializers.IntegerField()
    documents_ok = serializers.IntegerField(help_text="Documents, or customers.")
    documents_failed = serializers.IntegerField()
    drafts = serializers.IntegerField(help_text="Of documents_ok, those that wait to be posted.")
    reason = serializers.CharField(help_text="Why it failed as a whole; else empty.")
    notes = serializers.ListField(child=serializers.CharField())
    errors = ErrorOfRow(many=True, help_text=f"The first {SHOWN} of them.")  # type: ignore[assignment]
    errors_truncated = serializers.BooleanField()


class UploadInput(Input):
    """The members of the upload beside the file."""

    type = OneOf(Import.Type.values)
    mode = OneOf(Import.Mode.values, required=False)
    action = OneOf(Import.Action.values, required=False)
    date_format = OneOf(PATTERNS, required=False)
    decimal = OneOf((".", ","), required=False)
    encoding = OneOf(ENCODINGS, required=False)
    separator = OneOf(SEPARATORS, required=False)
    again = OneOf(("true", "false"), required=False)


class CommitInput(Input):
    example = {"mode": "good"}
    mode = OneOf(Import.Mode.values, required=False)


MULTIPART = {
    "multipart/form-data": {
        "type": "object",
        "required": ["type", "file"],
        "properties": {
            "type": {"type": "string", "enum": Import.Type.values},
            "file": {
                "type": "string",
                "contentMediaType": "application/octet-stream",
                "description": "CSV, or an XLSX workbook of which the first sheet is read.",
            },
            "mode": {"type": "string", "enum": Import.Mode.values, "default": "all"},
            "action": {"type": "string", "enum": Import.Action.values, "default": "post"},
            "date_format": {
                "type": "string",
                "enum": list(PATTERNS),
                "description": "Detected if left out.",
            },
            "decimal": {"type": "string", "enum": [".", ","], "description": "Detected if left out."},
            "encoding": {
                "type": "string",
                "enum": list(ENCODINGS),
                "description": "Detected if left out.",
            },
            "separator": {
                "type": "string",
                "enum": list(SEPARATORS),
                "description": "Detected if left out.",
            },
            "again": {
                "type": "string",
                "enum": ["true", "false"],
                "description": "Import a file that was uploaded before all the same.",
            },
        },
    }
}


class CsvRenderer(BaseRenderer):
    """Lets a caller say that it wants CSV; the answer is made elsewhere."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return encode(data).encode()


def fault_answer(fault: ImportFault) -> dict[str, Any]:
    return {
        "row": fault.row,
        "column": fault.heading,
        "cell": selectors.cell_name(fault.place, fault.row),
        "code": fault.code,
        "message": selectors.said(fault.messages),
    }


def answer(row: Import, *, errors: bool = True) -> dict[str, Any]:
    """An import as the API shows it. Two statements with its errors, none without."""
    found: list[ImportFault] = []
    if errors:
        found = list(selectors.faults(row).order_by("row", "id")[: SHOWN + 1])
    return {
        "id": id_of("import", row.pk),
        "type": row.type,
        "state": row.state,
        "mode": row.mode,
        "action": row.action,
        "left_as_drafts": left_as_drafts(row),
        "file_name": row.file_name,
        "size": row.size,
        "sha256": row.sha256,
        "encoding": row.encoding,
        "separator": row.delimiter,
        "date_format": row.dates,
        "decimal": row.decimal_mark,
        "created_at": row.created_at,
        "created_by": row.by_name,
        "checked_at": row.checked_at,
        "finished_at": row.finished_at,
        "rows_total": row.rows_total,
        "rows_blank": row.rows_blank,
        "rows_ok": row.rows_ok,
        "rows_failed": row.rows_failed,
        "documents_ok": row.entries_ok,
        "documents_failed": row.entries_failed,
        "drafts": row.drafts,
        "reason": selectors.said(row.reason),
        "notes": [selectors.said(note) for note in row.notes],
        "errors": [fault_answer(fault) for fault in found[:SHOWN]],
        "errors_truncated": len(found) > SHOWN,
    }


def _list_answer(rows: list[Import]) -> list[dict[str, Any]]:
    return [answer(row, errors=False) for row in rows]


FILTERS = {
    "type": Filter(OneOf(Import.Type.values), lambda rows, value: rows.filter(type=value)),
    "state": Filter(OneOf(Import.State.values), lambda rows, value: rows.filter(state=value)),
    "sha256": Filter(TextField(max_length=64), lambda rows, value: rows.filter(sha256=value)),
}


class Imports(ApiView):
    rights: ClassVar = {"GET": "imports.run", "POST": "imports.run"}
    names: ClassVar = {"dates": "date_format", "files": "file"}

    def get_parsers(self) -> list[BaseParser]:
        return [MultiPartParser()]

    @described(tag=TAG, summary="List imports", answers=ImportShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return listed(
            request,
            selectors.visible(request.actor),
            name="imports",
            filters=FILTERS,
            sorts=SORTS,
            default_sort="-created_at",
            answer=_list_answer,
            fields=tuple(ImportShape().fields),
        )

    @described(
        tag=TAG,
        summary="Upload a file and have it checked",
        description="Every row is checked in the background and nothing is written: look at the import until its state "
        "is no longer checking. Commit it then.",
        request=MULTIPART,
        answers=ImportShape,
        status=202,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        require_importer(request.actor)
        found = parameters(request)
        only(found, {"validate_only": None})
        sent, file = parts(request, members(UploadInput))
        values = UploadInput.read(sent)
        if file is None:
            raise Required(field="file")
        digest = json.dumps([sorted(sent.items()), file.name, file.size, _hash(file)])

        def effect() -> dict[str, Any]:
            row = upload_services.upload(
                actor=request.actor,
                type=values["type"],
                name=file.name or "file",
                content=file.chunks(),
                format=_format(values),
                insist=values.get("again") == "true",
                start=True,
            )
            return answer(row)

        if rehearsed(found):
            return respond({"validate_only": True, **rehearse(effect)})
        key = key_in(request)
        with transaction.atomic():
            if key is not None:
                first = claim(actor=request.actor, endpoint="api imports", key=key, body=digest)
                if first is not None:
                    replay = respond_text(first, status=202)
                    replay[REPLAYED] = "true"
                    return replay
            text = encode(effect())
            if key is not None:
                answered(actor=request.actor, endpoint="api imports", key=key, answer=text)
        return respond_text(text, status=202)


def _hash(file: Any) -> str:
    found = upload_services.digest(file.chunks())
    file.seek(0)
    return found


def _format(values: dict[str, Any]) -> Format:
    return Format(
        encoding=values.get("encoding") or "",
        delimiter=SEPARATORS.get(values.get("separator") or "", ""),
        dates=values.get("date_format") or "",
        decimal_mark=values.get("decimal") or "",
        mode=values.get("mode") or Import.Mode.ALL,
        action=values.get("action") or Import.Action.POST,
    )


class ImportOne(ApiView):
    rights: ClassVar = {"GET": "imports.run"}

    @described(tag=TAG, summary="Look at an import", answers=ImportShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(answer(selectors.one(request.actor, key_of("import", key))))


class ImportErrors(ApiView):
    rights: ClassVar = {"GET": "imports.run"}

    @described(
        tag=TAG, summary="List what is wrong with a file", answers=ErrorOfRow, filters={}, sorts=ROW_ORDER
    )
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        row = selectors.one(request.actor, key_of("import", key))
        return listed(
            request,
            selectors.faults(row),
            name=f"import {row.pk}",
            filters={},
            sorts=ROW_ORDER,
            default_sort="row",
            answer=lambda rows: [fault_answer(fault) for fault in rows],
            fields=tuple(ErrorOfRow().fields),
        )


class ImportCommit(ApiView):
    rights: ClassVar = {"POST": "imports.run"}

    @described(
        tag=TAG,
        summary="Import what the check found good",
        description="In the background: look at the import until its state is no longer committing.",
        request=CommitInput,
        answers=ImportShape,
        status=202,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        require_importer(request.actor)
        values = body(request, CommitInput) if request._request.body else {}

        def effect() -> dict[str, Any]:
            return answer(
                upload_services.commit(
                    actor=request.actor, key=key_of("import", key), mode=values.get("mode") or ""
                )
            )

        return perform(request, effect, status=202)


class ImportCancel(ApiView):
    rights: ClassVar = {"POST": "imports.run"}

    @described(tag=TAG, summary="Give up an import before it is committed", answers=ImportShape, status=200)
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        require_importer(request.actor)
        return perform(
            request,
            lambda: answer(upload_services.cancel(actor=request.actor, key=key_of("import", key))),
            status=200,
        )


class ImportFailed(ApiView):
    rights: ClassVar = {"GET": "imports.run"}
    renderer_classes = (CsvRenderer, JsonRenderer)

    @described(
        tag=TAG,
        summary="The refused rows as CSV",
        description="In the columns of the file itself, with the reason: correct them and upload them again.",
        answers=OpenApiTypes.STR,
    )
    def get(self, request: ApiRequest, key: str) -> HttpResponseBase:
        no_parameters(request)
        return failed_file(selectors.one(request.actor, key_of("import", key)))
