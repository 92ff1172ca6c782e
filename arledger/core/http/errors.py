"""The one place that turns refusals and database conflicts into answers for people."""

from __future__ import annotations

import sys
from collections.abc import Callable

import structlog
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from arledger.core.errors import Busy, Refusal

log = structlog.get_logger(__name__)

LOCK_STATES = {"55P03", "40P01", "40001", "57014"}
SHUT_DOWN = {"57P01", "57P02", "57P03"}
RETRY_SECONDS = 2


class Conflict(Refusal):
    """The database refused what the services had not foreseen: nothing was written."""

    code = "conflict"
    status = 409
    sentence = _(
        "The books changed while you worked, so this was not done and nothing was written. Reload and try again."
    )


def refusal_of(error: DatabaseError) -> Refusal | None:
    """The typed refusal for a database error: busy locks, or a guard of the books; None for real faults."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None) or ""
    if state in LOCK_STATES and isinstance(error, OperationalError):
        return Busy()
    if state.startswith("23"):
        diagnostic = getattr(cause, "diag", None)
        log.warning("guarded", constraint=getattr(diagnostic, "constraint_name", None), error=str(error))
        return Conflict()
    return None


def connection_lost(error: BaseException | None) -> bool:
    """Whether the connection ended, or there was none: what a living server refuses has another state."""
    if not isinstance(error, OperationalError):
        return False
    state: str = getattr(error.__cause__, "sqlstate", None) or ""
    return not state or state in SHUT_DOWN or state.startswith("08")


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for what nobody foresaw: 500, or 503 while the database cannot be reached. Needs no database."""
    error = sys.exception()
    if not connection_lost(error):
        return defaults.server_error(request)
    log.warning("database lost", error=str(error))
    response = HttpResponse(get_template("errors/503.html").render(), status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


class RefusalMiddleware:
    """Answers refusals that a page did not show itself, with the sentence and the right status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = error if isinstance(error, Refusal) else None
        if refusal is None and isinstance(error, DatabaseError):
            refusal = refusal_of(error)
        if refusal is None:
            return None
        return refused(request, refusal)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A page (or, for htmx, a fragment) that says why not and what to do."""
    request.refusal = refusal  # type: ignore[attr-defined]
    fragment = bool(getattr(request, "htmx", False))
    template = "errors/fragment.html" if fragment else "errors/refusal.html"
    response = render(request, template, {"refusal": refusal}, status=refusal.status)
    if isinstance(refusal, Busy):
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
