"""Failed attempts to do something forbidden go into the audit trail (SPEC 17, docs/adr/0063)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Refusal

log = structlog.get_logger(__name__)

ACTION = "refused"
ADDRESS_LENGTH = 200
# The call may be made; what it came with was not enough. A stale page is nobody's attempt.
NO_ATTEMPT = {"csrf_failed", "confirmation_needed"}


class AttemptMiddleware:
    """Records whoever is answered 403 inside a company: who, when, from where, at what address, lacking which right.

    Inside the scope that the company's or the token's middleware opened, and outside whatever transaction the view
    had: what was refused is taken back, and the attempt stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        actor: Actor | None = getattr(request, "actor", None)
        if response.status_code == 403 and actor is not None and getattr(request, "arrived", False):
            _tell(actor, request)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Only what came as far as a view counts: a form without its token ends before."""
        request.arrived = True  # type: ignore[attr-defined]


def _tell(actor: Actor, request: HttpRequest) -> None:
    refusal: Refusal | None = getattr(request, "refusal", None)
    code = refusal.code if refusal else "forbidden"
    if code in NO_ATTEMPT:
        return
    right = str(refusal.values.get("right", "")) if refusal else ""
    after = {"code": code, "right": right, "url": f"{request.method} {request.path[:ADDRESS_LENGTH]}"}
    try:
        audit.record(
            actor=actor,
            action=ACTION,
            object_kind="right",
            after={name: value for name, value in after.items() if value},
        )
    except OperationalError:
        # Somebody holds the trail for long: the answer is a refusal all the same.
        log.warning("attempt_not_recorded", **after)
