"""What the OpenAPI document says of a call: one decorator beside the handler (SPEC 15)."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from arledger.core.api.fields import Entries, Input, Strict, members
from arledger.core.api.lists import DEFAULT_LIMIT, LARGEST_LIMIT, Filter
from arledger.core.api.problems import MEDIA_TYPE as PROBLEM
from arledger.core.api.views import ApiView
from arledger.core.http.keyset import Sort

Handler = TypeVar("Handler", bound=Callable[..., Any])
SHAPES = "#/components/schemas/"
WRITES = {"post", "patch", "put", "delete"}


class ErrorShape(serializers.Serializer):
    """One thing wrong: in the body (pointer), in the query (parameter) or in a header."""

    code = serializers.CharField(help_text="Stable, for programs.")
    pointer = serializers.CharField(required=False, help_text="JSON pointer (RFC 6901) into the body.")
    parameter = serializers.CharField(required=False, help_text="The query parameter.")
    header = serializers.CharField(required=False, help_text="The header.")
    detail = serializers.CharField(help_text="For people, in the language of Accept-Language.")
    values = serializers.DictField(required=False, help_text="Limits and current values.")


class ProblemShape(serializers.Serializer):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(required=False)
    code = serializers.CharField(help_text="Stable, for programs; all of them: GET /api/v1/problems.")
    errors = ErrorShape(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField(required=False)


def described(
    *,
    tag: str,
    summary: str,
    description: str = "",
    request: Any = None,
    answers: Any = None,
    status: int | None = None,
    query: type[Input] | None = None,
    filters: Mapping[str, Filter] | None = None,
    sorts: Sequence[Sort] = (),
    conditional: bool = False,
    idempotent: bool = True,
    examples: Sequence[OpenApiExample] = (),
    public: bool = False,
) -> Callable[[Handler], Handler]:
    """Describe a handler: ``answers`` is the shape of its success (a serializer class, or ``Some(many=True)``).

    With ``filters`` (a list) the answer is a page of ``answers``, and paging parameters are added. ``query`` are
    parameters as an Input. Writes get Idempotency-Key and ``validate_only`` (unless not ``idempotent``), and
    ``conditional`` ones If-Match. ``public`` calls need no token.
    """

    def decorate(handler: Handler) -> Handler:
        method = handler.__name__
        parameters = [*_query(query), *_listing(filters, sorts)]
        if method in WRITES and idempotent:
            parameters += WRITING
        if conditional:
            parameters.append(IF_MATCH)
        success = status or (201 if method == "post" else 200)
        shape = _page_of(answers) if filters is not None else answers
        responses: dict[Any, Any] = {success: OpenApiResponse(response=shape, description="Done.")}
        if method in WRITES and idempotent and success != 200:
            responses[200] = OpenApiResponse(
                response=shape, description="What would be done (validate_only)."
            )
        for code in _failures(method, conditional):
            responses[(code, PROBLEM)] = OpenApiResponse(response=ProblemShape, description=FAILURES[code])
        wrapped: Handler = extend_schema(
            tags=[tag],
            summary=summary,
            description=description or None,
            parameters=parameters,
            request=request,
            responses=responses,
            examples=list(examples) or _example(request),
            auth=[] if public else None,
        )(handler)
        return wrapped

    return decorate


def _example(request: Any) -> list[OpenApiExample] | None:
    """The body's own example, where a call has no others."""
    if not (isinstance(request, type) and issubclass(request, Input) and request.example):
        return None
    return [OpenApiExample("Sent", value=dict(request.example), request_only=True)]


FAILURES = {
    400: "The request cannot be read, or a value of it is not acceptable as such.",
    401: "No token, or one that is not valid (any more).",
    403: "The token's rights do not suffice.",
    404: "There is no such thing in this company.",
    406: "The answer is JSON, and the caller does not accept that.",
    409: "The first call with this key still runs, or the books are busy: try again.",
    412: "Changed since it was read (If-Match).",
    413: "The body is too large.",
    415: "The body is not JSON in UTF-8.",
    422: "The books do not allow it.",
    429: "Too many calls in this minute.",
}


def _failures(method: str, conditional: bool) -> list[int]:
    reading = [400, 401, 403, 404, 406, 429]
    if method not in WRITES:
        return reading
    return sorted([*reading, 409, 413, 415, 422, *([412] if conditional else [])])


def _header(name: str, description: str, pattern: str) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        {"type": "string", "pattern": pattern},
        OpenApiParameter.HEADER,
        description=description,
    )


IF_MATCH = _header(
    "If-Match", "The ETag of the draft as it was read; 412 when it changed since.", r'^("\d+"|\*)$'
)
WRITING = [
    _header(
        "Idempotency-Key",
        "A key of your choice: the same call with the same key has one effect and one answer.",
        r"^[\x21-\x7e]{1,255}$",
    ),
    OpenApiParameter(
        "validate_only",
        OpenApiTypes.BOOL,
        description="Do everything, answer with the effects, and take it back.",
    ),
]


CHOOSING = (
    "Only these members of each row, separated by commas: the others are left out, those too that the full row always "
    "has. The answer is of the second shape then."
)


def _query(shape: type[Input] | None) -> list[OpenApiParameter]:
    if shape is None:
        return []
    return [_parameter(name, field, field.required) for name, field in members(shape).items()]


def _parameter(name: str, field: Any, required: bool = False, help: str = "") -> OpenApiParameter:
    return OpenApiParameter(
        name,
        field.parameter_schema(),
        required=required,
        description=help or str(field.help_text or ""),
    )


def _listing(filters: Mapping[str, Filter] | None, sorts: Sequence[Sort]) -> list[OpenApiParameter]:
    if filters is None:
        return []
    orders = [f"{sign}{sort.key}" for sort in sorts for sign in ("", "-")]
    return [
        *(_parameter(name, one.field, help=one.help) for name, one in filters.items()),
        OpenApiParameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT},
            description="How many at once.",
        ),
        OpenApiParameter("cursor", str, description="From the addresses next and previous."),
        OpenApiParameter("ordering", {"type": "string", "enum": orders}, description="“-” for descending."),
        OpenApiParameter("fields", str, description=CHOOSING),
    ]


def _page_of(shape: Any) -> Any:
    name = shape.__name__.removesuffix("Shape")
    return inline_serializer(
        f"{name}Page",
        {
            "results": shape(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
        },
    )


def ours_only(endpoints: list[Any], **_options: Any) -> list[Any]:
    """The document's calls: those of the API, each by the methods that it answers."""
    return [
        (path, pattern, method, callback)
        for path, pattern, method, callback in endpoints
        if path.startswith("/api/v1/")
        and method in getattr(callback, "rights", ())
        and hasattr(callback.cls, method.lower())
    ]


def finished(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """What every call shares is said once; bodies take no member that is not named; shapes lose that word."""
    components = result.setdefault("components", {})
    components["headers"] = HEADERS
    components["responses"] = {}
    for call in (call for calls in result["paths"].values() for call in calls.values()):
        for status, answer in call.get("responses", {}).items():
            answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMITS}
            if PROBLEM in answer.get("content", {}):
                components["responses"][f"Problem{status}"] = dict(answer)
                call["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    schemas = components.get("schemas", {})
    for shape in _inputs(Input):
        for name in (shape.__name__, f"Patched{shape.__name__}"):
            schemas.get(name, {}).setdefault("additionalProperties", False)
    renamed: dict[str, Any] = _renamed(result, {f"{SHAPES}{name}" for name in schemas})
    named = {
        _short(name, schemas): schema
        for name, schema in sorted(renamed["components"].get("schemas", {}).items())
    }
    for calls in renamed["paths"].values():
        _offer_chosen(calls.get("get", {}), named)
    renamed["components"]["schemas"] = named
    return renamed


def _offer_chosen(call: dict[str, Any], schemas: dict[str, Any]) -> None:
    """A list whose members can be chosen has a second answer: nothing is promised of what was not asked for."""
    if "fields" not in {one["name"] for one in call.get("parameters", ())}:
        return
    content = call["responses"]["200"]["content"]["application/json"]
    full = content["schema"]["$ref"].rpartition("/")[2]
    page = copy.deepcopy(schemas[full])
    row = page["properties"]["results"]["items"]["$ref"].rpartition("/")[2]
    page["properties"]["results"]["items"] = {
        "type": "object",
        "description": "The members that `fields` names, and no others.",
        "properties": {
            name: {"$ref": f"{SHAPES}{row}/properties/{name}"} for name in schemas[row]["properties"]
        },
    }
    schemas[f"Chosen{full}"] = page
    content["schema"] = {"anyOf": [{"$ref": f"{SHAPES}{name}"} for name in (full, f"Chosen{full}")]}


def _inputs(shape: type[Input]) -> Iterator[type[Input]]:
    for below in shape.__subclasses__():
        yield below
        yield from _inputs(below)


def _short(name: str, taken: Collection[str]) -> str:
    short = name.removesuffix("Shape")
    return name if short in taken else short


def _renamed(part: Any, references: Collection[str]) -> Any:
    if isinstance(part, dict):
        return {
            name: _short(value, references) if name == "$ref" else _renamed(value, references)
            for name, value in part.items()
        }
    return [_renamed(one, references) for one in part] if isinstance(part, list) else part


def without_docs() -> list[type]:
    """Classes whose docstrings say nothing to an integrator."""
    excluded: list[type] = get_lib_doc_excludes()  # type: ignore[no-untyped-call]
    return [*excluded, ApiView, Input, Entries, Strict]


VERBS = {"GET": "show", "POST": "create", "PATCH": "change", "PUT": "replace", "DELETE": "delete"}


class CallSchema(AutoSchema):
    """Names calls by their address: ``list_invoices``, ``create_invoices``, ``show_invoices``, ``invoices_post``."""

    def get_operation_id(self) -> str:
        steps = [step for step in self.path.removeprefix("/api/v1/").split("/") if step]
        words = "_".join(re.sub(r"[^a-z0-9]", "_", step) for step in steps if not step.startswith("{"))
        if steps[-1].startswith("{"):
            return f"{VERBS[self.method]}_{words}"
        if len(steps) > 1:
            return words if self.method == "POST" else f"{VERBS[self.method]}_{words}"
        return f"list_{words}" if self.method == "GET" else f"{VERBS[self.method]}_{words}"


LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
HEADERS = {
    name: {"description": description, "schema": {"type": "integer"}}
    for name, description in zip(
        LIMITS,
        (
            "Calls that this token may make in a minute.",
            "Calls left in this minute.",
            "Seconds until the next minute.",
        ),
        strict=True,
    )
}
