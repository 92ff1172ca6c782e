"""What one may choose for payments by item, tax receipts and the proof (SPEC 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arledger.companies.entity_forms import EntityField, offer_entities, visible_entities
from arledger.companies.selectors import choices
from arledger.core.actor import Actor
from arledger.core.http.forms import DayField, TextField, offer
from arledger.core.money import currencies
from reconciliation import payments_by_item, proof, tax_receipts
from reconciliation.entries_forms import ALL
from reconciliation.report_rows import Scope

FIRST_YEAR, LAST_YEAR = 1900, 2999


class KnownOnField(forms.DateTimeField):
    """An instant in the company's time zone; the form makes it one."""

    def __init__(self) -> None:
        super().__init__(
            label=_("As known on"),
            required=False,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        )


class ChoiceForm(forms.Form):
    """What these reports share: an actor, customers between two codes, what was known on an instant."""

    def __init__(self, data: QueryDict | Mapping[str, Any], *, actor: Actor) -> None:
        super().__init__(data)
        self.actor = actor

    def clean_known_on(self) -> datetime | None:
        found: datetime | None = self.cleaned_data["known_on"]
        return found.replace(tzinfo=ZoneInfo(self.actor.time_zone)) if found else None


class ItemsForm(ChoiceForm):
    """An empty choice means the default: the current month to date, everything, as known now."""

    start = DayField(label=_("From"), required=False)
    end = DayField(label=_("To"), required=False)
    known_on = KnownOnField()
    customer_from = TextField(label=_("Customers from"), max_length=40, required=False)
    customer_to = TextField(label=_("Customers to"), max_length=40, required=False)
    item = TextField(label=_("Item contains"), max_length=100, required=False)
    account = forms.TypedChoiceField(label=_("Account"), required=False, coerce=int, empty_value=None)
    location = forms.TypedChoiceField(label=_("Location"), required=False, coerce=int, empty_value=None)
    entity = EntityField()
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, data: QueryDict | Mapping[str, Any], *, actor: Actor) -> None:
        super().__init__(data, actor=actor)
        offered = choices(actor)
        for name, options in (("account", offered["accounts"]), ("location", offered["locations"])):
            offer(self, name, [ALL, *((one.pk, str(one)) for one in options)])
        offer_entities(self, visible_entities(actor), everything=ALL[1])
        offer(self, "currency", [ALL, *((code, code) for code in currencies())])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        today = self.actor.today
        values["end"] = values["end"] or max(today, values["start"] or today)
        values["start"] = values["start"] or values["end"].replace(day=1)
        if values["start"] > values["end"]:
            self.add_error("start", _("The period starts after its end."))
        return values

    @property
    def query(self) -> payments_by_item.Query:
        """Of a valid form only."""
        values = self.cleaned_data
        start: date = values["start"]
        return payments_by_item.Query(
            scope=Scope(
                company_id=self.actor.company_id,
                start=start,
                end=values["end"],
                as_at=values["end"],
                known_on=values["known_on"],
                entities=self.actor.entities,
                entity=values.get("entity"),
                location=values["location"],
                currency=values["currency"] or None,
            ),
            customer_from=values["customer_from"],
            customer_to=values["customer_to"],
            account=values["account"],
            item=values["item"],
        )


class TaxReceiptsForm(ChoiceForm):
    """An empty choice means the default: last year until the end of February, else this year; as of today."""

    year = forms.IntegerField(
        label=_("Service year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    as_of = DayField(label=_("As of"), required=False)
    known_on = KnownOnField()
    customer_from = TextField(label=_("Customers from"), max_length=40, required=False)
    customer_to = TextField(label=_("Customers to"), max_length=40, required=False)
    entity = EntityField()
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, data: QueryDict | Mapping[str, Any], *, actor: Actor) -> None:
        super().__init__(data, actor=actor)
        offer_entities(self, visible_entities(actor), everything=ALL[1])
        offer(self, "currency", [ALL, *((code, code) for code in currencies())])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            today = self.actor.today
            values["as_of"] = values["as_of"] or today
            values["year"] = values["year"] or (today.year - 1 if today.month <= 2 else today.year)
        return values

    @property
    def query(self) -> tax_receipts.Query:
        """Of a valid form only."""
        values = self.cleaned_data
        return tax_receipts.query_of(
            self.actor,
            year=values["year"],
            as_of=values["as_of"],
            known_on=values["known_on"],
            customer_from=values["customer_from"],
            customer_to=values["customer_to"],
            currency=values["currency"] or None,
            entity=values.get("entity"),
        )


class ProofForm(ChoiceForm):
    """An empty choice means today, and every customer."""

    day = DayField(label=_("As at"), required=False)
    customer_from = TextField(label=_("Customers from"), max_length=40, required=False)
    customer_to = TextField(label=_("Customers to"), max_length=40, required=False)

    @property
    def query(self) -> proof.Query:
        """Of a valid form only."""
        values = self.cleaned_data
        return proof.Query(
            day=values["day"] or self.actor.today,
            customer_from=values["customer_from"],
            customer_to=values["customer_to"],
        )
