"""Puts each request into its company: ``/c/<company code>/…`` is the company's own address space.

The prefix becomes the script prefix, so ``reverse`` and ``{% url %}`` stay inside the company by themselves
and two browser tabs may work in two companies.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import set_script_prefix
from django.utils import timezone, translation

from arledger.companies.context import answered
from arledger.companies.standing import Standing, standing

# Set up, imported and looked after for the whole company, whatever entity one works in (docs/adr/0050).
WHOLE = ("/settings/", "/imports/")
# Where the session keeps the entity chosen in each company.
CHOSEN = "entities"
PREFIX = re.compile(r"^/c/(?P<code>[A-Za-z0-9_-]{1,20})(?P<rest>/.*)?$")


class LanguageMiddleware:
    """The person's language; before sign-in the cookie's, then the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or "en"
        response = self.get_response(request)
        response.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class CompanyMiddleware:
    """Resolves the company of the address, opens its scope and sets ``request.actor`` and ``request.features``.

    Anonymous requests and addresses without a company get ``actor = None``; a company the person does not
    belong to answers 404, like one that does not exist (SPEC 4).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.company = None  # type: ignore[attr-defined]
        request.features = frozenset()  # type: ignore[attr-defined]
        match = PREFIX.match(request.path_info)
        if match is None:
            return self.get_response(request)
        prefix = f"/c/{match['code']}"
        request.path_info = match["rest"] or "/"
        request.META["SCRIPT_NAME"] = prefix
        set_script_prefix(prefix + "/")
        try:
            if not request.user.is_authenticated:
                return self.get_response(request)
            return self._inside(request, match["code"])
        finally:
            set_script_prefix("/")

    def _inside(self, request: HttpRequest, code: str) -> HttpResponse:
        entered = standing(
            user=request.user,  # type: ignore[arg-type]
            company_code=code,
            at=request.at,  # type: ignore[attr-defined]
            address=request.META.get("REMOTE_ADDR", ""),
        )
        with entered as found:
            if found is None:
                raise Http404(code)
            request.entities, request.entity = found.entities, None  # type: ignore[attr-defined]
            inside = _working_in(request, found)
            request.actor, request.company = inside.actor, inside.company  # type: ignore[attr-defined]
            request.companies = found.companies  # type: ignore[attr-defined]
            request.features = found.features  # type: ignore[attr-defined]
            request.opens = found.opens  # type: ignore[attr-defined]
            # Instants on pages show in the company's time zone.
            with timezone.override(found.company.time_zone):
                before = answered.set(request)
                try:
                    return self.get_response(request)
                finally:
                    answered.reset(before)


def choose_entity(request: HttpRequest, entity: int | None) -> None:
    """Keep in the session which entity (None: all of them) the person works in, in the company of the request."""
    chosen: dict[str, int] = dict(request.session.get(CHOSEN, {}))
    company = str(request.company.pk)  # type: ignore[attr-defined]
    if entity is None:
        chosen.pop(company, None)
    else:
        chosen[company] = entity
    request.session[CHOSEN] = chosen


def _working_in(request: HttpRequest, found: Standing) -> Standing:
    """The person in the entity that he chose; in all of his where he chose none, or may not work in it any more.

    Sets ``request.entity``, which the frame shows.
    """
    key = request.session.get(CHOSEN, {}).get(str(found.company.pk))
    if key is None:
        return found
    inside = found.within(key)
    if inside is None:
        request.company = found.company  # type: ignore[attr-defined]
        choose_entity(request, None)
        return found
    request.entity = next(one for one in found.entities if one.pk == key)  # type: ignore[attr-defined]
    return found if request.path_info.startswith(WHOLE) else inside
