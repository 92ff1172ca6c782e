"""The company's own page in the settings, and the page where operators found another one (SPEC 3; docs/adr/0053)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from arledger.companies.company_forms import CompanyForm, NewCompanyForm
from arledger.companies.company_services import Founded, change_company, found
from arledger.companies.forms import Consequence
from arledger.companies.models import Company
from arledger.companies.selectors import settings_of
from arledger.companies.settings_pages import ask_again
from arledger.core.errors import NotFound, Refusal
from arledger.core.formats import format_date
from arledger.core.http.confirming import confirm_again
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, show_refusal, submit

FOUNDED = "arledger_founded"
View = Callable[[Any], HttpResponse]


@page("configuration.view", again=True)
def company(request: PageRequest) -> HttpResponse:
    """Name, language, time zone and base currency; what moves more than a word is asked for again."""
    actor, row = request.actor, settings_of(request.actor.company_id).row
    if request.method != "POST":
        return _company(request, CompanyForm(actor=actor, row=row))
    actor.require("configuration.edit")
    form = CompanyForm(request.POST, actor=actor, row=row)
    if not form.is_valid():
        return _company(request, form, status=422)
    effects = _effects(request, row.company, form.changes)
    if effects and "confirmed" not in request.POST:
        consequence = Consequence(_("Save the company?"), effects, _("Save the company"))
        return ask_again(request, consequence, reverse("companies:company"), "companies/company_confirm.html")

    def save() -> Done:
        change_company(actor=actor, changes=form.changes, version=form.cleaned_data["version"])
        return Done(reverse("companies:company"), _("The company is saved."))

    try:
        return submit(request, save)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _company(request, form, status=refusal.status)


def _company(request: PageRequest, form: CompanyForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "editable": request.actor.may("configuration.edit")}
    return render(request, "companies/company.html", context, status=status)


def _effects(request: PageRequest, company: Company, changes: dict[str, str]) -> list[str]:
    """What a new time zone or base currency means, spelled out; nothing for other changes."""
    effects = []
    zone = changes["time_zone"]
    if zone != company.time_zone:
        effects += [
            _("It is %(old)s in %(before)s and %(new)s in %(after)s.")
            % {
                "old": _clock(request, company.time_zone),
                "before": company.time_zone.replace("_", " "),
                "new": _clock(request, zone),
                "after": zone.replace("_", " "),
            },
            _("From now on the day there is today: for due dates, for ageing and for what is post-dated."),
            _("The summaries that run end now, and new ones begin, up to the next midnight there."),
            _("Documents keep their dates and the summaries they are in."),
        ]
    if changes["base_currency"] != company.base_currency:
        effects += [
            _("Amounts of the settings and new reports are in %(currency)s.")
            % {"currency": changes["base_currency"]},
            _(
                "Customers and bank accounts keep their currencies: check them, refunds need an account in it."
            ),
        ]
    return effects


def _clock(request: PageRequest, zone: str) -> str:
    local = request.actor.at.astimezone(ZoneInfo(zone))
    return f"{format_date(local.date(), get_language() or 'en')} {local:%H:%M}"


# Founding ----------------------------------------------------------------------------------------------------


def operators(view: View) -> View:
    """A page for whoever runs the installation; for everybody else it does not exist."""

    @wraps(view)
    def wrapped(request: Any) -> HttpResponse:
        if not request.user.is_operator:
            raise NotFound()
        asked = confirm_again(request)
        return view(request) if asked is None else asked

    guarded: View = never_cache(login_required(wrapped))
    return guarded


@operators
def new(request: Any) -> HttpResponse:
    """Found a company. The page that follows shows the link of its administrator once, or leads him in."""
    if request.method == "POST":
        form = NewCompanyForm(request.POST)
        if form.is_valid():
            try:
                made = found(by=request.user, at=request.at, **form.cleaned_data)
            except Refusal as refusal:
                show_refusal(form, refusal)
            else:
                request.session[FOUNDED] = _told(request, made)
                return HttpResponseRedirect(f"{request.path}?founded", status=303)
        return render(request, "companies/new_company.html", {"form": form}, status=422)
    if "founded" in request.GET and FOUNDED in request.session:
        return render(request, "companies/founded.html", request.session.pop(FOUNDED))
    form = NewCompanyForm(initial={"language": get_language(), "email": request.user.email})
    return render(request, "companies/new_company.html", {"form": form})


def _told(request: Any, made: Founded) -> dict[str, str]:
    """What the page after founding says."""
    link = request.build_absolute_uri(f"/accounts/welcome/{made.token}/") if made.token else ""
    own = made.administrator.pk == request.user.pk
    return {
        "company_name": made.company.name,
        "administrator": made.administrator.name,
        "link": link,
        "home": f"/c/{made.company.code}/" if own else "",
    }
