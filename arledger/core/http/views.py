"""Where pages meet their saved views: opening with the default one (UX: lists)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect

from arledger.core.http.doors import PageRequest
from arledger.core.view_selectors import default_query


def opening(request: PageRequest) -> HttpResponse | None:
    """Where to go instead: to the person's default view, when he comes to the page from elsewhere without choices.

    From the page itself (all filters cleared, the first tab chosen) an empty address means everything.
    """
    match = request.resolver_match
    came = urlsplit(request.META.get("HTTP_REFERER", ""))
    if request.GET or request.htmx or match is None or came.path == request.path:
        return None
    if match.view_name not in request.opens:
        return None
    query = default_query(request.actor, match.view_name)
    return HttpResponseRedirect(f"{request.path}?{query}") if query else None
