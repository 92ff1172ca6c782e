"""What one may choose for a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from arledger.companies.entity_forms import EntityField, offer_entities, visible_entities
from arledger.core.actor import Actor
from arledger.core.dates import parse_iso_date
from arledger.core.errors import Refusal
from reconciliation.buckets import DEFAULT_EDGES, parse_edges

BASES = (("due", _("due date")), ("document", _("document date")), ("gl", _("GL date")))


class AgeingForm(forms.Form):
    """An empty choice means the default: today, by due date, 30,60,90,120."""

    as_of = forms.CharField(
        label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    basis = forms.ChoiceField(label=_("Age by"), choices=BASES, widget=forms.Select)
    buckets = forms.CharField(label=_("Buckets (days)"), max_length=60, widget=forms.TextInput)
    entity = EntityField()

    @classmethod
    def of(cls, chosen: Mapping[str, str], actor: Actor) -> AgeingForm:
        """The form for the parameters of an address."""
        defaults = {
            "as_of": actor.today.isoformat(),
            "basis": "due",
            "buckets": ",".join(str(edge) for edge in DEFAULT_EDGES),
        }
        found = {name: chosen.get(name) or default for name, default in defaults.items()}
        form = cls({**found, "entity": chosen.get("entity", "")})
        offer_entities(form, visible_entities(actor), everything=_("all"))
        return form

    def clean_as_of(self) -> date:
        try:
            return parse_iso_date(self.cleaned_data["as_of"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal

    def clean_buckets(self) -> tuple[int, ...]:
        try:
            return parse_edges(self.cleaned_data["buckets"].replace(" ", ""))
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
