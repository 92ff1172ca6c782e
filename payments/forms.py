"""Forms of the payments' pages: they read what people type; rules live in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.choices import normalize_choices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.core.http.forms import AmountField, DayField, KeyedForm, RateField, TextField
from customers.models import Customer
from ledger.models import Method
from payments.errors import NothingReceived, UnknownCustomer
from summaries.forms import SummaryField

Choices = Sequence[tuple[str, str | Promise]]
UNDEPOSITED = "undeposited"


class ReceiveForm(KeyedForm):
    """The left side of Receive payment. ``customer`` holds a code or a name; ``payer`` is who is meant, or None.

    ``amount_needed`` is false where credits are used: the amount may be empty then.
    """

    customer = TextField(
        label=_("Customer"), max_length=150, error_messages={"required": _("Choose a customer.")}
    )
    amount = AmountField(
        label=_("Amount received"),
        allow_negative=False,
        error_messages={"required": NothingReceived.sentence},
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    rate = RateField(label=_("Exchange rate"), required=False)
    date = DayField(label=_("Receipt date"))
    method = forms.ChoiceField(label=_("Method"), choices=Method.choices)
    account = forms.ChoiceField(label=_("Account"))
    entity = forms.ChoiceField(label=_("Entity"), required=False)
    summary = SummaryField()
    reference = TextField(label=_("Reference"), max_length=100, required=False)
    description = TextField(label=_("Description"), max_length=500, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        payer: Customer | None,
        amount_needed: bool,
        currency: str,
        currencies: Sequence[str],
        accounts: Choices,
        entities: Choices,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.payer = payer
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        amount.required = amount_needed
        self.fields["customer"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self._choice("currency").choices = [(code, code) for code in currencies]
        self._choice("account").choices = list(accounts)
        self._choice("entity").choices = [("", "—"), *entities]

    def offers(self, name: str) -> bool:
        """Whether there is more than one choice, so that the field is worth showing."""
        return len(list(normalize_choices(self._choice(name).choices))) > 1

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean_customer(self) -> str:
        if self.payer is None:
            raise forms.ValidationError(UnknownCustomer.sentence)
        return self.payer.code

    def clean_account(self) -> int | None:
        account = self.cleaned_data["account"]
        return None if account == UNDEPOSITED else int(account)

    def clean_entity(self) -> int | None:
        entity = self.cleaned_data["entity"]
        return int(entity) if entity else None


class DraftForm(KeyedForm):
    """A verb on a draft as it was when its effect was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReverseForm(KeyedForm):
    date = DayField(label=_("Date of the reversal"))
    reason = TextField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "data-focus": ""})
    )
