"""The door of every call: who calls, with which right, how often; and what it may send (SPEC 4, 15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, NoReturn

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.authentication import CSRFCheck
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Empty, Request
from rest_framework.views import APIView

from arledger.core.actor import Actor
from arledger.core.api import limits
from arledger.core.api.encoding import encode
from arledger.core.api.fields import Input, members, read_parameters
from arledger.core.api.lately import require_lately_made
from arledger.core.api.media import JsonParser, JsonRenderer
from arledger.core.api.parsing import only, parse_query
from arledger.core.api.problems import (
    ConfirmationNeeded,
    CsrfFailed,
    FeatureOff,
    MethodNotAllowed,
    Unauthenticated,
)
from arledger.core.errors import Refusal
from arledger.core.http.confirming import confirmed
from arledger.core.http.doors import CONFIRMED

SAFE = {"GET", "HEAD"}


class ApiRequest(Request):
    """A call that came through the door; in a handler ``actor`` and ``company`` are always there."""

    actor: Actor
    company: Any
    features: frozenset[str]
    method: str

    @property
    def body_was_read(self) -> bool:
        return self._full_data is not Empty  # type: ignore[attr-defined]


class ApiView(APIView):
    """Base of all calls. A handler is ``def get(self, request: ApiRequest, …) -> HttpResponseBase``.

    ``rights`` names the right each method needs (``""``: any member); methods that it does not name answer 405.
    Where the company has not switched ``feature`` on, everything answers a typed 404 (SPEC 9). ``names`` maps
    fields of the services' refusals to members of the body where they differ. ``bulk``: rows of refusals are
    places in ``items``. ``again``: what somebody signed in to the pages writes, he confirms with the password.
    ``lately``: a token writes only while it is young (module ``lately``). ``public``: anybody may call, without
    a token.
    """

    rights: ClassVar[Mapping[str, str]] = {}
    feature: ClassVar[str] = ""
    names: ClassVar[Mapping[str, str]] = {}
    bulk: ClassVar[bool] = False
    again: ClassVar[bool] = False
    lately: ClassVar[bool] = False
    public: ClassVar[bool] = False
    format_kwarg = None
    parser_classes = (JsonParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JsonRenderer,)
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        view: Any = super().as_view(**initkwargs)
        view.rights = dict(initkwargs.get("rights", cls.rights))
        return view

    @property
    def allowed_methods(self) -> list[str]:
        return sorted({*self.rights, *(("HEAD",) if "GET" in self.rights else ())})

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> ApiRequest:
        return ApiRequest(
            request,
            parsers=self.get_parsers(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Raise the refusal of whoever may not come in, in this order: 401, 429, 405, 403 (CSRF), 404, 403."""
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        if not self.public:
            self.enter(request)
        method = "GET" if request.method == "HEAD" else request.method
        if method not in self.rights:
            raise MethodNotAllowed(method=request.method, allowed=", ".join(self.allowed_methods))
        if self.public:
            return
        plain = request._request
        caller = getattr(plain, "api_caller", "")
        if not caller:
            _from_a_page(plain, request.actor)
        if self.feature and self.feature not in request.features:
            raise FeatureOff(feature=self.feature)
        if self.rights[method]:
            request.actor.require(self.rights[method])
        if method != "GET":
            self._confirm(request, self.rights[method])

    def enter(self, request: ApiRequest) -> None:
        """Raise what is wrong with the caller: unknown, or calling too often."""
        plain = request._request
        refusal: Refusal | None = getattr(plain, "api_refusal", None)
        if refusal is not None:
            raise refusal
        actor: Actor | None = getattr(plain, "actor", None)
        if actor is None:
            raise Unauthenticated()
        allowance = limits.spend(getattr(plain, "api_caller", "") or f"u{actor.user_id}", actor.at)
        if allowance is not None:
            self.headers |= allowance.headers
            self._within(allowance)

    def _confirm(self, request: ApiRequest, right: str) -> None:
        """What weighs much needs the password again, or a token made lately."""
        plain = request._request
        if getattr(plain, "api_caller", ""):
            if self.lately:
                require_lately_made(plain, request.actor.at)
        elif (self.again or right in CONFIRMED) and not confirmed(plain):
            raise ConfirmationNeeded()

    def _within(self, allowance: limits.Allowance) -> None:
        if allowance.remaining < 0:
            self.headers["Retry-After"] = str(allowance.reset)
        allowance.require()

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise MethodNotAllowed(method=request.method, allowed=", ".join(self.allowed_methods))

    def head(self, request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        handler: Callable[..., HttpResponseBase] = self.get  # type: ignore[attr-defined]
        return handler(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> NoReturn:
        self.http_method_not_allowed(request)


def _answer_nothing(*_args: Any, **_kwargs: Any) -> HttpResponse:
    return HttpResponse()


def _from_a_page(request: HttpRequest, actor: Actor) -> None:
    """A call by somebody signed in to the pages: unsafe ones need the CSRF token. Raises CsrfFailed."""
    if request.method not in SAFE:
        check = CSRFCheck(_answer_nothing)
        check.process_request(request)
        if check.process_view(request, _answer_nothing, (), {}) is not None:
            raise CsrfFailed()
    request.actor = replace(actor, source="api")  # type: ignore[attr-defined]


# What a handler reads ------------------------------------------------------------------------------------------


def body(request: ApiRequest, shape: type[Input], *, partial: bool = False) -> dict[str, Any]:
    """The call's body against a shape. Raises refusals with pointers (``Input.read``)."""
    return shape.read(request.data, partial=partial)


class NothingInput(Input):
    """The body of a call that takes none: an empty object at most."""


def nothing_else_sent(request: ApiRequest) -> None:
    """Nobody asked for the body: it says nothing. Raises JsonInvalid, MemberUnknown and whatever ``body`` raises.

    What a DELETE carries has no meaning (RFC 9110) and is left alone.
    """
    if request.method != "DELETE" and not request.body_was_read and request._request.body.strip():
        body(request, NothingInput)


def parameters(request: ApiRequest) -> dict[str, str]:
    """The query parameters as sent. Raises QueryInvalid, ParameterRepeated or TextUnstorable."""
    return parse_query(request.META.get("QUERY_STRING", ""))


def query(request: ApiRequest, shape: type[Input]) -> dict[str, Any]:
    """The query parameters against a shape. Raises ParameterUnknown and what the fields raise."""
    found = parameters(request)
    only(found, members(shape))
    return read_parameters(shape, found)


def no_parameters(request: ApiRequest) -> None:
    """Raise ParameterUnknown if there is any."""
    only(parameters(request), {})


def respond(value: Any, *, status: int = 200) -> HttpResponse:
    """A JSON answer; with the ``version`` of a document as its ETag (SPEC 15, If-Match)."""
    return respond_text(encode(value), status=status, etag=etag_of(value))


def respond_text(text: str, *, status: int = 200, etag: str = "") -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="application/json")
    if etag:
        response["ETag"] = etag
    return response


def etag_of(value: Any) -> str:
    version = value.get("version") if isinstance(value, dict) else None
    return "" if version is None else f'"{version}"'
