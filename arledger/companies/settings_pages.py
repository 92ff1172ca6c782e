"""Settings of a company: the configuration form, and lists of what else is set up (SPEC 3, 4, 17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies import following, trail
from arledger.companies.audit_pages import setting_labels
from arledger.companies.entity_services import OVERRIDES, SEQUENCES
from arledger.companies.forms import ConfigurationForm, Consequence, consequences
from arledger.companies.models import Configuration, EntityConfiguration
from arledger.companies.selectors import settings_of
from arledger.companies.services import change_configuration
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import format_date
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, show_refusal, submit
from arledger.core.models import AuditEvent

EVENTS = 10


@page("configuration.view", again=True)
def configuration(request: PageRequest) -> HttpResponse:
    """All settings at once; what cannot be taken back is asked for again with its consequences."""
    actor, row = request.actor, settings_of(request.actor.company_id).row
    if request.method != "POST":
        return _configuration(request, ConfigurationForm(actor=actor, row=row))
    actor.require("configuration.edit")
    form = ConfigurationForm(request.POST, actor=actor, row=row)
    if not form.is_valid():
        return _configuration(request, form, status=422)
    consequence = consequences(row, form.changes, _left(actor, row, form.changes))
    if consequence and "confirmed" not in request.POST:
        return ask_again(request, consequence, reverse("companies:configuration"))

    def save() -> Done:
        change_configuration(actor=actor, changes=form.changes, version=form.cleaned_data["version"])
        return Done(reverse("companies:configuration"), _("The settings are saved."))

    try:
        return submit(request, save)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return _configuration(request, form, status=refusal.status)


def _left(actor: Actor, row: Configuration, changes: Mapping[str, Any]) -> list[str]:
    """What switching refunds off would leave behind; nothing where they stay as they are."""
    if not row.refunds_enabled or changes["refunds_enabled"]:
        return []
    own = EntityConfiguration.objects.filter(company_id=actor.company_id, refunds_enabled__isnull=False)
    return following.left_by_refunds(actor, row.company, list(own.values_list("entity_id", flat=True)))


def _configuration(request: PageRequest, form: ConfigurationForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "editable": request.actor.may("configuration.edit"),
        "differences": _differences(request.actor),
        "history": _history(request.actor.company_id),
        "trail_url": f"{reverse('companies:audit')}?action=configure"
        if request.actor.may("audit.view")
        else "",
    }
    return render(request, "companies/configuration.html", context, status=status)


def _differences(actor: Actor) -> list[dict[str, Any]]:
    """What entities set differently from the company: entity, its settings in words, where they change; one query."""
    rows = EntityConfiguration.objects.filter(company_id=actor.company_id)
    if actor.entities is not None:
        rows = rows.filter(entity__in=actor.entities)
    labels = setting_labels()
    found = []
    for row in rows.select_related("entity", "refund_journal", *SEQUENCES).order_by("entity__code"):
        values = {name: getattr(row, name) for name in (*OVERRIDES, "closed_through")}
        said = [f"{labels[name]}: {_said(value)}" for name, value in values.items() if value is not None]
        if said:
            url = reverse("companies:entity-overrides", args=[row.entity_id])
            found.append({"entity": row.entity, "settings": said, "url": url})
    return found


def _said(value: Any) -> str:
    """A setting as people read it: switches in words, days in their language, things by their code."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return format_date(value, get_language() or "en")
    return str(value.code)


def _history(company_id: int) -> list[dict[str, Any]]:
    """The latest changes of the company's and the entities' settings, newest first: at, who, what, note."""
    found = AuditEvent.objects.filter(company_id=company_id, action="configure").order_by("-sequence")[
        :EVENTS
    ]
    labels = setting_labels()
    return [
        {"at": event.at, "who": event.actor, "what": trail.what(event), "note": trail.changes(event, labels)}
        for event in found
    ]


def ask_again(
    request: PageRequest,
    consequence: Consequence,
    back_url: str,
    template: str = "companies/configuration_confirm.html",
) -> HttpResponse:
    """The page that spells a choice out before it counts; what was sent travels along."""
    posted = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    context = {
        "question": consequence.question,
        "effects": consequence.effects,
        "verb": consequence.verb,
        "back_url": back_url,
        "meaning": "primary",
        "posted": posted,
    }
    return render(request, template, context)
