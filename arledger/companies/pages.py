"""Pages about companies: choosing one, and the settings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from arledger.companies.models import Company, User
from arledger.companies.selectors import companies_of
from arledger.companies.services import speak
from arledger.core.errors import NotFound
from arledger.core.http.doors import signed_in


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
    return render(request, "companies/choose.html", {"choices": choices})


@signed_in
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Go to another of the person's companies. Raises NotFound for any that he does not belong to."""
    user = request.user
    assert isinstance(user, User)
    wanted = request.POST.get("company", "")
    for company in companies_of(user):
        if str(company.pk) == wanted:
            return HttpResponseRedirect(home_of(company), status=303)
    raise NotFound()


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: kept with the person, or before sign-in in a cookie (Django's ``set_language``)."""
    response = set_language(request)
    user = request.user
    if isinstance(user, User):
        speak(user=user, language=request.POST.get("language", ""))
    assert isinstance(response, HttpResponse)
    return response
