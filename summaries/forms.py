"""Forms of the summaries' pages: they read what people type; rules live in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.formats import format_date
from arledger.core.http.forms import AmountField, DayField, KeyedForm, TextField, offer
from summaries.models import TYPE_OF_KIND, Summary, Type
from summaries.selectors import choices, visible
from summaries.services import SummaryInput

UNDEPOSITED = "undeposited"


class SummaryFilter(forms.Form):
    """What the list of summaries can be narrowed to."""

    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", "—"), *Type.choices])
    made = forms.ChoiceField(
        label=_("Made"),
        required=False,
        choices=[("", "—"), ("automatic", _("automatically")), ("user", _("by people"))],
    )


class SummaryField(forms.TypedChoiceField):
    """The open summary that a document chooses; ``offer_summaries`` fills it, or takes it out of the form."""

    def __init__(self, **options: Any) -> None:
        named = {"label": _("Summary"), **options}
        super().__init__(required=False, coerce=int, empty_value=None, **named)


Options = list[tuple[Any, str]]


def summary_options(*, actor: Actor, settings: Settings, kind: str) -> Options | None:
    """What a SummaryField offers for documents of a kind: the open ones; None where nobody chooses (SPEC 13)."""
    found = choices(actor=actor, settings=settings, type=TYPE_OF_KIND[kind])
    if found is None:
        return None
    language = get_language() or "en"
    days = {one.pk: format_date(one.gl_date, language) if one.gl_date else "" for one in found}
    return [("", "—"), *((one.pk, f"{one.title} ({days[one.pk]})") for one in found)]


def offer_options(form: forms.Form, options: Options | None, *, name: str = "summary") -> None:
    """Let a SummaryField of the form offer ``options``; the form is without it where they are None."""
    if options is None:
        form.fields.pop(name, None)
    else:
        offer(form, name, options)


def offer_summaries(
    form: forms.Form, *, actor: Actor, settings: Settings, kind: str, name: str = "summary"
) -> None:
    """Let a SummaryField of the form offer the open ones for a kind; without it where nobody chooses."""
    offer_options(form, summary_options(actor=actor, settings=settings, kind=kind), name=name)


class InSummaryField(forms.Field):
    """The summary that a list is narrowed to, by its key, which the summary's own page puts into the address.

    ``narrow_to_summary`` says who asks and for documents of which kind: no other summary exists for the list.
    """

    widget = forms.HiddenInput
    actor: Actor | None = None
    kind = ""

    def __init__(self) -> None:
        super().__init__(label=_("Summary"), required=False)

    def clean(self, value: Any) -> Summary | None:
        text = str(value or "")
        if not text:
            return None
        assert self.actor is not None, "an InSummaryField needs its actor"
        found = None
        if text.isascii() and text.isdigit() and len(text) < 18:
            rows = visible(self.actor).filter(type=TYPE_OF_KIND[self.kind])
            found = rows.filter(pk=int(text)).first()
        if found is None:
            raise forms.ValidationError(_("Choose a summary that this company has."), code="summary_unknown")
        return found


def narrow_to_summary(form: forms.Form, *, actor: Actor, kind: str) -> None:
    """Tell the form's field of the summary who asks, and for which kind."""
    field = form.fields["summary"]
    assert isinstance(field, InSummaryField)
    field.actor, field.kind = actor, kind


class SummaryForm(KeyedForm):
    """A summary that a person makes; one that exists keeps its type."""

    type = forms.ChoiceField(label=_("Type"))
    title = TextField(label=_("Title"), max_length=100)
    gl_date = DayField(
        label=_("GL date"), help_text=_("Rules for the documents in it, whatever their own date.")
    )
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=int, empty_value=None)
    place = forms.ChoiceField(
        label=_("Bank account"), required=False, help_text=_("For payments: where their money lies.")
    )
    control_count = forms.IntegerField(
        label=_("Control count"), required=False, help_text=_("How many documents it should hold at the end.")
    )
    control_total = AmountField(
        label=_("Control total"),
        required=False,
        help_text=_("What they should add up to, in the base currency. A difference hinders closing."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any,
        *,
        types: Sequence[Type],
        entities: Sequence[Entity],
        banks: Sequence[BankAccount],
        currency: str,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        offer(self, "type", [(type.value, type.label) for type in types])
        offer(self, "entity", [("", _("All")), *((one.pk, str(one)) for one in entities)])
        places = [("", _("All")), (UNDEPOSITED, _("Undeposited funds"))]
        offer(self, "place", [*places, *((str(bank.pk), str(bank)) for bank in banks)])
        amount = self.fields["control_total"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        if not entities:
            del self.fields["entity"]
        if Type.PAYMENTS not in types:
            del self.fields["place"]

    def entered(self) -> SummaryInput:
        """What the service gets; of a valid form only."""
        values = self.cleaned_data
        place = values.get("place", "") if values["type"] == Type.PAYMENTS else ""
        return SummaryInput(
            type=values["type"],
            title=values["title"],
            gl_date=values["gl_date"],
            entity_id=values.get("entity"),
            bank_account_id=int(place) if place.isdigit() else None,
            undeposited=place == UNDEPOSITED,
            control_count=values["control_count"],
            control_total=values["control_total"],
        )


def typed(summary: Summary) -> dict[str, Any]:
    """What the form shows of a summary."""
    return {
        "type": summary.type,
        "title": summary.title,
        "gl_date": summary.gl_date,
        "entity": summary.entity_id,
        "place": UNDEPOSITED if summary.undeposited else str(summary.bank_account_id or ""),
        "control_count": summary.control_count,
        "control_total": summary.control_total,
        "version": summary.version,
    }


class VerbForm(KeyedForm):
    """A verb on a summary as it was when its effect was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)
