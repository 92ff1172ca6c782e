"""The audit trail: what was done, by whom, from where, before and after; and whether its chain is whole (SPEC 17)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies import trail
from arledger.companies.forms import ConfigurationForm
from arledger.companies.models import Membership
from arledger.core.actor import Actor
from arledger.core.audit import verify
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField, offer
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Lister
from arledger.core.models import AuditEvent

NONE = [("", "—")]


class AuditFilter(forms.Form):
    person = forms.TypedChoiceField(label=_("Who"), required=False, coerce=int, empty_value=None)
    action = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[*NONE, *((key, word) for key, word in trail.ACTIONS.items())],
    )
    thing = forms.ChoiceField(
        label=_("Object"),
        required=False,
        choices=[*NONE, *((key, word) for key, word in trail.THINGS.items())],
    )
    key = forms.IntegerField(label=_("Key of the object"), required=False, min_value=1, max_value=2**62)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        super().__init__(data)
        members = Membership.objects.filter(company_id=actor.company_id).select_related("user")
        people = [(row.user_id, row.user.name) for row in members.order_by("user__name", "pk")]
        offer(self, "person", [*NONE, *people])


@dataclass(frozen=True)
class Told:
    """An event in words."""

    event: AuditEvent
    what: str
    changes: str

    def __str__(self) -> str:
        return f"{self.event.sequence}"


class AuditLister(Lister):
    """Newest first, along the chain."""

    name = "audit"
    columns = (
        Column(label=_("No."), sort="number", numeric=True),
        Column(label=_("When")),
        Column(label=_("Who")),
        Column(label=_("From where")),
        Column(label=_("What")),
        Column(label=_("Before and after")),
    )
    sorts = (Sort("number", ("sequence",)),)
    default_sort = "-number"
    search_label = _("Name of a person")
    export_columns = (
        "sequence",
        "at",
        "actor",
        "source",
        "address",
        "action",
        "object",
        "keys",
        "changes",
        "before",
        "after",
        "hash",
    )

    def make_form(self) -> forms.Form:
        return AuditFilter(self.query, actor=self.actor)

    def base(self) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.filter(company_id=self.actor.company_id)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(actor__icontains=text)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        zone = ZoneInfo(self.actor.time_zone)
        if "person" in values:
            rows = rows.filter(user_id=values["person"])
        if "action" in values:
            rows = rows.filter(action=values["action"])
        if "thing" in values:
            thing = values["thing"]
            rows = rows.filter(Q(object_kind=thing) | Q(after__kind=thing) | Q(before__kind=thing))
        if "key" in values:
            rows = rows.filter(object_ids__contains=[values["key"]])
        if "date_from" in values:
            rows = rows.filter(at__gte=datetime.combine(values["date_from"], time.min, zone))
        if "date_to" in values:
            day_after = values["date_to"] + timedelta(days=1)
            rows = rows.filter(at__lt=datetime.combine(day_after, time.min, zone))
        return rows

    def shown(self, rows: list[AuditEvent]) -> list[Told]:
        labels = setting_labels()
        return [Told(event, trail.what(event), trail.changes(event, labels)) for event in rows]

    def exports(self) -> Sequence[Export]:
        return (Export(label=_("CSV"), url="export/"),)

    def export_row(self, row: Told) -> Sequence[object]:
        event = row.event
        return (
            event.sequence,
            event.at.isoformat(),
            event.actor,
            event.source,
            event.address,
            event.action,
            event.object_kind,
            " ".join(map(str, event.object_ids)),
            trail.changes(event, setting_labels(), limit=None),
            _as_kept(event.before),
            _as_kept(event.after),
            bytes(event.hash).hex(),
        )


def _as_kept(side: Mapping[str, Any] | None) -> str:
    """What was told of one side, as JSON: for programs, whatever the language of the reader."""
    return "" if side is None else json.dumps(side, ensure_ascii=False, sort_keys=True)


@cache
def setting_labels() -> dict[str, str | Promise]:
    """What the settings are called, by name."""
    return {name: field.label or name for name, field in ConfigurationForm.base_fields.items()}


@page("audit.view")
def audit(request: PageRequest) -> HttpResponse:
    """The events; with ``?verify=1`` every hash of the chain is computed anew."""
    checked = verify(request.actor.company_id) if request.GET.get("verify") else None
    return AuditLister(request).respond("companies/audit.html", {"checked": checked})


@page("audit.view")
def export(request: PageRequest) -> HttpResponseBase:
    return AuditLister(request).download()
