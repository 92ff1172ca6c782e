"""Pages about companies: choosing one, and the settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from arledger.companies.middleware import choose_entity
from arledger.companies.models import Company, User
from arledger.companies.selectors import companies_of
from arledger.companies.services import speak
from arledger.core.errors import NotFound
from arledger.core.http.doors import signed_in

# What an address says of one entity, or of a place in a list of its rows.
OF_ENTITY = ("entity", "cursor", "at")


def home_of(company: Company) -> str:
    """The address of a company's home page, from anywhere."""
    return f"/c/{company.code}/"


def choose(request: HttpRequest) -> HttpResponse:
    """Where a signed-in person begins: straight into the one company he has, else a choice, or that there is none."""
    user = request.user
    assert isinstance(user, User)
    companies = companies_of(user)
    if len(companies) == 1:
        return redirect(home_of(companies[0]))
    choices = [(company, home_of(company)) for company in companies]
    return render(request, "companies/choose.html", {"choices": choices, "may_found": user.is_operator})


@signed_in
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Go to another of the person's companies, or (``entity``) work in one entity of this one ("": in all of them).

    Raises NotFound for a company that he does not belong to, and for an entity that he may not work in.
    """
    user = request.user
    assert isinstance(user, User)
    if "entity" in request.POST:
        return _within(request, request.POST["entity"])
    wanted = request.POST.get("company", "")
    for company in companies_of(user):
        if str(company.pk) == wanted:
            return HttpResponseRedirect(home_of(company), status=303)
    raise NotFound()


def _within(request: HttpRequest, wanted: str) -> HttpResponse:
    company, entities = getattr(request, "company", None), getattr(request, "entities", ())
    known = {str(one.pk): one.pk for one in entities if one.active}
    if company is None or (wanted and wanted not in known):
        raise NotFound()
    choose_entity(request, known.get(wanted))
    return HttpResponseRedirect(_back(request, home_of(company)), status=303)


def _back(request: HttpRequest, home: str) -> str:
    """The page one came from, if it is one of this company, without what it says of an entity; else its home."""
    path, _, text = request.POST.get("next", "").partition("?")
    if not (path.startswith(home) and url_has_allowed_host_and_scheme(path, None)):
        return home
    query = QueryDict(text, mutable=True)
    for name in OF_ENTITY:
        query.pop(name, None)
    return f"{path}?{query.urlencode()}" if query else path


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: kept with the person, or before sign-in in a cookie (Django's ``set_language``)."""
    response = set_language(request)
    user = request.user
    if isinstance(user, User):
        speak(user=user, language=request.POST.get("language", ""))
    assert isinstance(response, HttpResponse)
    return response
