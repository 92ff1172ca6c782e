"""Calls about the API itself: what its error codes mean, and addresses that lead nowhere."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from arledger.core.api.openapi import as_json
from arledger.core.api.problems import TYPES, Entry, catalogue
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, no_parameters, respond, respond_text
from arledger.core.errors import NotFound


class Nothing(ApiView):
    """What no address leads to."""

    schema = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self.enter(request)
        raise NotFound()


class ProblemEntryShape(serializers.Serializer):
    code = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    sentence = serializers.CharField(help_text="With the names of the values that fill it.")
    values = serializers.ListField(child=serializers.CharField())
    type = serializers.CharField()


class ProblemsShape(serializers.Serializer):
    results = ProblemEntryShape(many=True)


class Problems(ApiView):
    """Public: the codes are no secret, and whoever reads them may have no token yet."""

    public = True
    rights: ClassVar = {"GET": ""}

    @described(
        tag="problems",
        summary="Every error code",
        description="All the codes that problem documents carry, with their usual status and their sentence.",
        answers=ProblemsShape,
        public=True,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        no_parameters(request)
        return respond({"results": [_entry(entry) for entry in catalogue()]})


class Problem(ApiView):
    public = True
    rights: ClassVar = {"GET": ""}

    @described(
        tag="problems",
        summary="One error code",
        answers=ProblemEntryShape,
        public=True,
    )
    def get(self, request: ApiRequest, code: str) -> HttpResponse:
        no_parameters(request)
        for entry in catalogue():
            if entry.code == code:
                return respond(_entry(entry))
        raise NotFound()


class Document(ApiView):
    """The OpenAPI document, as JSON."""

    public = True
    rights: ClassVar = {"GET": ""}

    @described(
        tag="problems",
        summary="This document",
        description="OpenAPI 3.1. The same is committed as docs/openapi.yaml.",
        answers=OpenApiTypes.OBJECT,
        public=True,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        no_parameters(request)
        response = respond_text(as_json())
        response["Cache-Control"] = "public, max-age=300"
        return response


def reference(request: HttpRequest) -> HttpResponse:
    """The browsable reference. Below a company's address its calls can be tried by whoever is signed in there."""
    return render(request, "api/reference.html")


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "status": entry.status,
        "title": str(entry.title),
        "sentence": str(entry.sentence),
        "values": entry.values,
        "type": f"{TYPES}/{entry.code}",
    }
