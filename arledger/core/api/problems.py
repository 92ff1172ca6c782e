"""What went wrong, as RFC 9457 problem details with a stable ``code`` and a place for each error (SPEC 15).

Refusals of the services, of the readers beside this module and of the framework all come out here, in the
language of the request. ``catalogue`` lists every code there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from arledger.core.api.encoding import encode, plain
from arledger.core.api.ids import PREFIXES, id_of
from arledger.core.api.parsing import HEADER, PARAMETER, escape
from arledger.core.errors import Busy, Forbidden, Invalid, NotFound, Refusal, Refusals
from arledger.core.http.errors import RETRY_SECONDS, connection_lost, refusal_of

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/problems"
CENTS = 2


class Unauthenticated(Refusal):
    code = "unauthenticated"
    status = 401
    sentence = _("Sign in, or send a bearer token in the header Authorization.")


class MethodNotAllowed(Refusal):
    code = "method_not_allowed"
    status = 405
    sentence = _("%(method)s does nothing here. Allowed: %(allowed)s.")


class NotAcceptable(Refusal):
    code = "not_acceptable"
    status = 406
    sentence = _("The answer is JSON: accept application/json.")


class BodyTooLarge(Refusal):
    code = "body_too_large"
    status = 413
    sentence = _("The body is larger than %(limit)s bytes. Send less at once.")


class MediaTypeUnsupported(Refusal):
    code = "media_type_unsupported"
    status = 415
    sentence = _("Send the body as %(expected)s in UTF-8.")


class TooManyRequests(Refusal):
    code = "too_many_requests"
    status = 429
    sentence = _("More than %(limit)s calls in a minute. Go on in %(seconds)s seconds.")


class Unavailable(Refusal):
    """The connection to the database broke, so nobody knows whether the call was done: its key will tell."""

    code = "unavailable"
    status = 503
    sentence = _(
        "The database could not be reached. Make the same call again: with the same Idempotency-Key it counts once."
    )
    again = True


class CsrfFailed(Refusal):
    code = "csrf_failed"
    status = 403
    sentence = _("This call came without the page's CSRF token. Reload the page, or use an API token.")


class ConfirmationNeeded(Refusal):
    code = "confirmation_needed"
    status = 403
    sentence = _("This weighs much: sign in again, or do it on its page, which asks for the password.")


class FeatureOff(Refusal):
    code = "feature_off"
    status = 404
    sentence = _("The company has not switched this on: %(feature)s. See the configuration.")


class RequestInvalid(Invalid):
    code = "request_invalid"
    sentence = _("The request cannot be read.")


TITLES: dict[int, str | Promise] = {
    400: _("The request is not valid"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Method not allowed"),
    406: _("Not acceptable"),
    409: _("Conflict"),
    410: _("No longer there"),
    412: _("Changed in the meantime"),
    413: _("Too large"),
    415: _("Unsupported media type"),
    422: _("Refused by the books"),
    428: _("A condition is missing"),
    429: _("Too many calls"),
    500: _("Something went wrong"),
    503: _("Not available"),
}
UNEXPECTED = "unexpected"
UNEXPECTED_SENTENCE = _("This should not happen. It was noted under the number of this call: tell us.")


# A place -------------------------------------------------------------------------------------------------------


def place_of(
    field: str | None, row: int | None = None, names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Where an error is: ``{"pointer": …}``, ``{"parameter": …}``, ``{"header": …}`` or nothing.

    A service's ``lines.0.account_id`` becomes ``/lines/0/account``; ``names`` maps what differs further.
    """
    if field and field[0] == PARAMETER:
        return {"parameter": field[1:]}
    if field and field[0] == HEADER:
        return {"header": field[1:]}
    if not field:
        return {} if row is None else {"pointer": f"/items/{row}"}
    pointer = field if field.startswith("/") else _pointer(field, names or {})
    return {"pointer": pointer if row is None else f"/items/{row}{pointer}"}


def _pointer(field: str, names: Mapping[str, str]) -> str:
    mapped = names.get(field)
    if mapped is not None:
        return mapped if mapped.startswith("/") or not mapped else _pointer(mapped, {})
    steps = [names.get(step, step.removesuffix("_id")) for step in field.split(".")]
    return "".join(f"/{escape(step)}" for step in steps)


# A problem -----------------------------------------------------------------------------------------------------


def errors_of(
    refusal: Refusal, *, rows: bool = False, names: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Each thing wrong with its code, place, sentence, and the limits and current values it was held against.

    ``rows``: the refusals' rows are entries of ``items`` (bulk); else they say nothing to the caller.
    """
    found = refusal.errors if isinstance(refusal, Refusals) else [refusal]
    return [
        {
            "code": one.code,
            **place_of(one.field, one.row if rows else None, names),
            "detail": str(one),
            **(
                {"values": {name: _value(name, value) for name, value in one.values.items()}}
                if one.values
                else {}
            ),
        }
        for one in found
    ]


def problem(
    refusal: Refusal, *, instance: str = "", rows: bool = False, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The problem document of a refusal, in the active language."""
    code, status = summary_of(refusal)
    return {
        "type": f"{TYPES}/{code}",
        "title": str(TITLES.get(status, TITLES[422])),
        "status": status,
        "detail": str(refusal),
        **({"instance": instance} if instance else {}),
        "code": code,
        "errors": errors_of(refusal, rows=rows, names=names),
    }


def summary_of(refusal: Refusal) -> tuple[str, int]:
    """The code and status of a refusal; of several: what they have in common."""
    if not isinstance(refusal, Refusals):
        return refusal.code, refusal.status
    codes = {one.code for one in refusal.errors}
    statuses = {one.status for one in refusal.errors}
    status = statuses.pop() if len(statuses) == 1 else Refusals.status
    if len(codes) == 1:
        return codes.pop(), status
    return (Invalid.code if status == Invalid.status else Refusals.code), status


def _value(name: str, value: Any) -> Any:
    """A limit or current value as plain JSON: keys as ids, amounts without decimals that say nothing."""
    kind = "document" if name == "draft" else name
    if type(value) is int and kind in PREFIXES:
        return id_of(kind, value)
    if isinstance(value, Decimal) and value.is_finite() and _decimals(value) > CENTS:
        value = max(value.normalize(), value.quantize(Decimal(1).scaleb(-CENTS), ROUND_DOWN), key=_decimals)
    if isinstance(value, Decimal | datetime | date | Promise | set | frozenset):
        return plain(value)
    return value if isinstance(value, str | int | bool | None) else str(value)


def _decimals(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


# Answers -------------------------------------------------------------------------------------------------------


def problem_response(
    refusal: Refusal,
    *,
    request: HttpRequest,
    rows: bool = False,
    names: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    request.refusal = refusal  # type: ignore[attr-defined]
    body = problem(refusal, instance=request.path, rows=rows, names=names)
    response = HttpResponse(encode(body), status=body["status"], content_type=MEDIA_TYPE)
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="arledger"'
    if isinstance(refusal, Busy) or getattr(refusal, "again", False):
        response["Retry-After"] = str(RETRY_SECONDS)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def unexpected_response(request: HttpRequest) -> HttpResponse:
    """An answer that says nothing of what happened: the log does, under the call's number."""
    body: dict[str, Any] = {
        "type": f"{TYPES}/{UNEXPECTED}",
        "title": str(TITLES[500]),
        "status": 500,
        "detail": str(UNEXPECTED_SENTENCE),
        "instance": request.path,
        "code": UNEXPECTED,
        "errors": [],
        "request_id": getattr(request, "id", ""),
    }
    return HttpResponse(encode(body), status=500, content_type=MEDIA_TYPE)


def refusal_for(error: Exception) -> Refusal | None:
    """The typed refusal behind an exception of ours, of Django or of the framework; None for real faults."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, DatabaseError):
        return refusal_of(error) or _lost(error)
    for kind, make in _FROM:
        if isinstance(error, kind):
            return make(error)
    return None


def _lost(error: DatabaseError) -> Refusal | None:
    if not connection_lost(error):
        return None
    log.warning("database lost", error=str(error))
    return Unavailable()


_FROM: Sequence[tuple[type[Exception], Any]] = (
    (Http404, lambda error: NotFound()),
    (exceptions.NotFound, lambda error: NotFound()),
    (exceptions.NotAuthenticated, lambda error: Unauthenticated()),
    (exceptions.AuthenticationFailed, lambda error: Unauthenticated()),
    (exceptions.MethodNotAllowed, lambda error: MethodNotAllowed(method="", allowed="")),
    (exceptions.NotAcceptable, lambda error: NotAcceptable()),
    (exceptions.UnsupportedMediaType, lambda error: MediaTypeUnsupported(expected="application/json")),
    (exceptions.ParseError, lambda error: RequestInvalid()),
    (PermissionDenied, lambda error: Forbidden(right="")),
    (exceptions.PermissionDenied, lambda error: Forbidden(right="")),
    (RequestDataTooBig, lambda error: BodyTooLarge(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)),
    (SuspiciousOperation, lambda error: RequestInvalid()),
    (exceptions.APIException, lambda error: RequestInvalid()),
)


def answer_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse:
    """The framework's exception handler (settings.REST_FRAMEWORK): every exception becomes a problem."""
    request = context["request"]._request
    view = context["view"]
    refusal = refusal_for(error)
    if isinstance(error, exceptions.UnsupportedMediaType):
        refusal = MediaTypeUnsupported(expected=view.get_parsers()[0].media_type)
    if refusal is None:
        log.exception("unexpected", exc_info=error)
        got_request_exception.send(sender=type(view), request=request)
        return unexpected_response(request)
    if isinstance(refusal, MethodNotAllowed):
        refusal.values = {"method": request.method, "allowed": ", ".join(view.allowed_methods)}
    return problem_response(refusal, request=request, rows=getattr(view, "bulk", False), names=view.names)


# The catalogue -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One code: its usual status and its sentence, with the names of the values that fill it."""

    code: str
    status: int
    title: str | Promise
    sentence: str | Promise

    @property
    def values(self) -> list[str]:
        return sorted(set(re.findall(r"%\((\w+)\)", str(self.sentence))))


def catalogue() -> list[Entry]:
    """Every code a call can be answered with, by code; complete once all apps are loaded."""
    found = {
        refusal.code: Entry(refusal.code, refusal.status, TITLES.get(refusal.status, ""), refusal.sentence)
        for refusal in _below(Refusal)
    }
    found[UNEXPECTED] = Entry(UNEXPECTED, 500, TITLES[500], UNEXPECTED_SENTENCE)
    return [found[code] for code in sorted(found)]


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from _below(sub)
