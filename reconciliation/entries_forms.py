"""What one may choose for the customer reconciliation report (SPEC 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.entity_forms import EntityField, offer_entities, visible_entities
from arledger.companies.selectors import choices
from arledger.core.actor import Actor
from arledger.core.http.forms import DayField, TextField, offer
from arledger.core.money import currencies
from reconciliation.report import Query
from reconciliation.report_rows import Filter, Match, Scope

ALL = ("", _("all"))
SORTS: tuple[tuple[str, str | Promise], ...] = (
    ("customer", _("date")),
    ("invoice", _("invoice")),
    ("match_code", _("match code")),
)
MATCHES: tuple[tuple[str, str | Promise], ...] = (
    (Match.UNMATCHED, _("unmatched")),
    (Match.PARTIAL, _("partially matched")),
    (Match.FULL, _("fully matched")),
)
INCLUDED: tuple[tuple[str, str | Promise], ...] = (
    ("", _("with a balance")),
    ("active", _("with a balance or activity")),
    ("all", _("all")),
)


SHOW = "show"
"""What a page calls ``matches``: a control of that name hides the browser's own ``form.matches()`` from scripts."""


class EntriesForm(forms.Form):
    """An empty choice means the default: the current month to date, as at its end, as known now."""

    start = DayField(label=_("From"), required=False)
    end = DayField(label=_("To"), required=False)
    as_at = DayField(label=_("As at"), required=False)
    known_on = forms.DateTimeField(
        label=_("As known on"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    customer_from = TextField(label=_("Customers from"), max_length=40, required=False)
    customer_to = TextField(label=_("Customers to"), max_length=40, required=False)
    customers = forms.ChoiceField(label=_("Customers"), required=False, choices=INCLUDED)
    match_code = TextField(label=_("Match code"), max_length=60, required=False)
    matches = forms.MultipleChoiceField(
        label=_("Matches to show"), required=False, choices=MATCHES, widget=forms.CheckboxSelectMultiple
    )
    location = forms.TypedChoiceField(label=_("Location"), required=False, coerce=int, empty_value=None)
    entity = EntityField()
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    sort = forms.ChoiceField(label=_("Sort by"), required=False, choices=SORTS)

    def __init__(self, data: QueryDict | Mapping[str, Any], *, actor: Actor) -> None:
        super().__init__(_shown(data))
        self.actor = actor
        offered = choices(actor)
        offer(self, "location", [ALL, *((one.pk, str(one)) for one in offered["locations"])])
        offer_entities(self, visible_entities(actor), everything=ALL[1])
        offer(self, "currency", [ALL, *((code, code) for code in currencies())])

    def add_prefix(self, field_name: str) -> str:
        return SHOW if field_name == "matches" else super().add_prefix(field_name)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        today = self.actor.today
        values["end"] = values["end"] or max(today, values["start"] or today)
        values["start"] = values["start"] or values["end"].replace(day=1)
        values["as_at"] = values["as_at"] or values["end"]
        if values["start"] > values["end"]:
            self.add_error("start", _("The period starts after its end."))
        return values

    def clean_known_on(self) -> datetime | None:
        found: datetime | None = self.cleaned_data["known_on"]
        return found.replace(tzinfo=ZoneInfo(self.actor.time_zone)) if found else None

    @property
    def query(self) -> Query:
        """Of a valid form only."""
        values = self.cleaned_data
        start: date = values["start"]
        return Query(
            scope=Scope(
                company_id=self.actor.company_id,
                start=start,
                end=values["end"],
                as_at=values["as_at"],
                known_on=values["known_on"],
                entities=self.actor.entities,
                entity=values.get("entity"),
                location=values["location"],
                currency=values["currency"] or None,
            ),
            customer_from=values["customer_from"],
            customer_to=values["customer_to"],
            include_all=values["customers"] == "all",
            include_settled=values["customers"] == "active",
            filter=Filter(code=values["match_code"], matches=[Match(one) for one in values["matches"]]),
            sort=values["sort"] or "customer",
        )


def _shown(data: QueryDict | Mapping[str, Any]) -> QueryDict | Mapping[str, Any]:
    """The choices with ``matches`` under the page's name for it; calls, files and older addresses say ``matches``."""
    if not isinstance(data, QueryDict) or "matches" not in data or SHOW in data:
        return data
    found = data.copy()
    found.setlist(SHOW, data.getlist("matches"))
    return found
