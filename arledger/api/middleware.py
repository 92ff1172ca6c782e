"""Calls of the REST API before their view: who calls, in which language, and that every answer is JSON."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from arledger.api import tokens
from arledger.api.entering import Entered, TokenInvalid, entered
from arledger.api.services import USE_NOTED_EVERY, note_use
from arledger.core.api.problems import (
    RequestInvalid,
    Unauthenticated,
    problem_response,
    unexpected_response,
)
from arledger.core.errors import Forbidden, NotFound, Refusal

ROOT = "/api/v1/"
_CALL = re.compile(r"^(?:/c/[A-Za-z0-9_-]{1,20})?/api/v1(?:/|$)")
_BEARER = re.compile(r"Bearer +([\x21-\x7e]+) *", re.ASCII | re.IGNORECASE)
# What stands before the views answers in HTML; a program gets the same as a problem.
_SAID: dict[int, Callable[[], Refusal]] = {
    401: Unauthenticated,
    403: lambda: Forbidden(right=""),
    404: NotFound,
}


class ProblemMiddleware:
    """Outermost of the two: whatever goes wrong on the way to a view is a problem document too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        called = bool(_CALL.match(request.path_info))
        response = self.get_response(request)
        if not called or response.status_code < 400 or response["Content-Type"].startswith("application/"):
            return response
        if response.status_code >= 500:
            return unexpected_response(request)
        return problem_response(_SAID.get(response.status_code, RequestInvalid)(), request=request)


class TokenMiddleware:
    """Opens the company of a bearer token; after CompanyMiddleware, which does the same for people.

    What is wrong with a token is kept for the view to refuse (``request.api_refusal``), so that it is one place
    that answers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        header = request.headers.get("Authorization")
        user = request.user
        _speak(request, user.language if user.is_authenticated else "")
        if header is None:
            return self._answer(request)
        request.actor = None  # type: ignore[attr-defined]
        found = _BEARER.fullmatch(header)
        written = tokens.read(found[1]) if found else None
        if written is None:
            return self._refuse(request, TokenInvalid())
        try:
            with entered(
                written=written,
                at=request.at,  # type: ignore[attr-defined]
                address=request.META.get("REMOTE_ADDR", ""),
            ) as caller:
                return self._inside(request, caller)
        except Refusal as refusal:
            return self._refuse(request, refusal)

    def _inside(self, request: HttpRequest, caller: Entered) -> HttpResponse:
        prefix = request.META.get("SCRIPT_NAME", "")
        if prefix and prefix != f"/c/{caller.company.code}":
            return self._refuse(request, TokenInvalid())
        request.actor, request.company = caller.actor, caller.company  # type: ignore[attr-defined]
        request.features = caller.features  # type: ignore[attr-defined]
        request.api_caller = f"t{caller.token_id}"  # type: ignore[attr-defined]
        request.api_made_at = caller.made_at  # type: ignore[attr-defined]
        _speak(request, caller.language)
        at, last = caller.actor.at, caller.last_used_at
        if last is None or at - last >= USE_NOTED_EVERY:
            note_use(company_id=caller.company.pk, token_id=caller.token_id, at=at)
        return self._answer(request)

    def _refuse(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        request.api_refusal = refusal  # type: ignore[attr-defined]
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Content-Language"] = translation.get_language() or "en"
        response.setdefault("Cache-Control", "no-store")
        return response


def _speak(request: HttpRequest, own: str) -> None:
    """The language asked for, else the person's own."""
    for wanted, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        try:
            translation.activate(get_supported_language_variant(wanted))
        except LookupError:
            continue
        return
    translation.activate(own or "en")
