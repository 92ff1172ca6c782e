"""Forms of the refunds' pages: they read what people type; rules live in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.core.http.forms import AmountField, DayField, KeyedForm, TextField, offer
from customers.models import Customer
from summaries.forms import SummaryField

Choices = Sequence[tuple[str, str | Promise]]


class RefundForm(KeyedForm):
    """The left side of the refund page. ``customer`` holds a code or a name; ``who`` is who is meant, or None.

    Without an amount the refund is what the chosen credits make up.
    """

    customer = TextField(
        label=_("Customer"), max_length=150, error_messages={"required": _("Choose a customer.")}
    )
    amount = AmountField(label=_("Amount refunded"), allow_negative=False, required=False)
    date = DayField(label=_("Date of the transfer"))
    account = forms.ChoiceField(label=_("Bank account"))
    entity = forms.ChoiceField(label=_("Entity"), required=False)
    summary = SummaryField()
    reference = TextField(label=_("Reference"), max_length=100, required=False)
    pay_to = TextField(
        label=_("Pay to"),
        max_length=1000,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    description = TextField(label=_("Description"), max_length=500, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        who: Customer | None,
        unknown: str,
        currency: str,
        accounts: Choices,
        entities: Choices,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.who, self.unknown = who, unknown
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        self.fields["customer"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        offer(self, "account", accounts)
        offer(self, "entity", entities)
        self.several_entities = any(key for key, _label in entities)

    def clean_customer(self) -> str:
        if self.who is None:
            raise forms.ValidationError(self.unknown)
        return self.who.code

    def clean_account(self) -> int:
        return int(self.cleaned_data["account"])

    def clean_entity(self) -> int | None:
        entity = self.cleaned_data["entity"]
        return int(entity) if entity else None


class DraftForm(KeyedForm):
    """A verb on a draft as it was when its effect was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class VoidForm(KeyedForm):
    date = DayField(label=_("Date of the void"))
    reason = TextField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "data-focus": ""})
    )
