"""Home: what a clerk wants to know at a glance, and the search over everything."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from arledger.companies.pages import choose
from arledger.core.http.doors import PageRequest, page, signed_in


@signed_in
def index(request: HttpRequest) -> HttpResponseBase:
    """``/`` outside a company: choose one; inside: the company at a glance."""
    if request.actor is None:  # type: ignore[attr-defined]
        return choose(request)
    return overview(request)


@page("")
def overview(request: PageRequest) -> HttpResponse:
    return render(request, "home/overview.html")
