"""Doors: every page says which right it needs, in one decorator that a guard test looks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.http.confirming import confirm_again

P = ParamSpec("P")
Response = TypeVar("Response", bound=HttpResponseBase)


class PageRequest(HttpRequest):
    """A request that came through a door: signed in, in a company, with the right."""

    actor: Actor
    company: Any
    features: frozenset[str]
    opens: frozenset[str]
    htmx: Any


# Rights whose use one confirms with the password when the sign-in is a while ago.
CONFIRMED = frozenset({"refunds.void", "roles.edit", "configuration.edit", "periods.close", "periods.reopen"})


def page(
    right: str, *, feature: str = "", again: bool = False
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A page of the chosen company that needs ``right`` (``object.verb``, or ``""`` for any member).

    Where the company has not switched ``feature`` on, the page does not exist: 404, whatever the right (SPEC 9).
    What is sent to it is confirmed with the password if the right is one of CONFIRMED, or with ``again``.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.actor is None:
                return redirect("/")
            if feature and feature not in request.features:
                raise NotFound()
            if right:
                request.actor.require(right)
            asked = confirm_again(request) if again or right in CONFIRMED else None
            return view(request, *args, **kwargs) if asked is None else asked

        guarded = never_cache(login_required(wrapped))
        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for any signed-in person, outside companies."""
    guarded = never_cache(login_required(view))
    guarded.right = None  # type: ignore[attr-defined]
    return guarded
