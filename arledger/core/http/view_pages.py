"""Saved views of pages: the menu under the filters, saving, changing and deleting (UX: lists)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse
from django.utils.translation import gettext as _

from arledger.core import view_services
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.exporting import choices_of
from arledger.core.view_selectors import view_of, views_of

ACTIONS = ("change", "delete", "default", "undefault")


def place_url(request: PageRequest, place: str) -> str:
    """The address of a page that has saved views. Raises NotFound for what is no page, Forbidden."""
    try:
        url = reverse(place)
        view: Any = resolve("/" + url.removeprefix(get_script_prefix())).func
    except (NoReverseMatch, Resolver404) as error:
        raise NotFound() from error
    right = getattr(view, "right", None)
    if right is None:
        raise NotFound()
    if right:
        request.actor.require(right)
    return url


def _context(request: PageRequest, place: str, query: str) -> dict[str, Any]:
    url = place_url(request, place)
    found = views_of(request.actor, place)
    return {
        "place": place,
        "url": url,
        "query": query,
        "found": [(view, view.row.query == query) for view in found],
        "typed": next((view.name for view in found if view.row.query == query), ""),
    }


@page("")
def menu(request: PageRequest) -> HttpResponse:
    """The views of a page (``place``, a route) to choose from, and a form to save the choices in ``query``."""
    query = choices_of(QueryDict(request.GET.get("query", "")[: view_services.QUERY_LENGTH]))
    context = _context(request, request.GET.get("place", ""), query)
    return render(request, "views/menu.html" if request.htmx else "views/page.html", context)


@page("")
def save(request: PageRequest) -> HttpResponseBase:
    """Keep the choices under a name and go back to the page."""
    if request.method != "POST":
        raise NotFound()
    place, query = request.POST.get("place", ""), choices_of(QueryDict(request.POST.get("query", "")))
    url = place_url(request, place)
    try:
        view = view_services.keep(
            actor=request.actor,
            place=place,
            name=request.POST.get("name", ""),
            query=query,
            shared="shared" in request.POST,
            default="default" in request.POST,
        )
    except Refusal as refusal:
        context = _context(request, place, query) | {
            "refusal": refusal,
            "typed": request.POST.get("name", ""),
        }
        return render(request, "views/page.html", context, status=refusal.status)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _to(f"{url}?{query}" if query else url)


@page("")
def change(request: PageRequest, key: int) -> HttpResponseBase:
    """Rename, share, delete a view of one's own, or open the page with it (``action``)."""
    action = request.POST.get("action", "")
    if request.method != "POST" or action not in ACTIONS:
        raise NotFound()
    view = view_of(request.actor, key)
    place_url(request, view.place)
    try:
        _do(request, action, key)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        context = _context(request, view.place, view.query) | {"refusal": refusal}
        return render(request, "views/page.html", context, status=refusal.status)
    return _to(f"{reverse('views:menu')}?place={view.place}")


def _do(request: PageRequest, action: str, key: int) -> None:
    actor = request.actor
    if action == "change":
        name = request.POST.get("name", "")
        view_services.change(actor=actor, key=key, name=name, shared="shared" in request.POST)
        said = _("The view is changed.")
    elif action == "delete":
        view_services.delete(actor=actor, key=key)
        said = _("The view is deleted.")
    else:
        wanted = action == "default"
        view_services.set_default(actor=actor, view=view_of(actor, key), default=wanted)
        said = (
            _("The page opens with this view from now on.") if wanted else _("The page opens without a view.")
        )
    messages.success(request, said)


def _to(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
