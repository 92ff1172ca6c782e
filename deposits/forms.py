"""Forms of the deposits' pages: they read what people type; rules live in the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.http.forms import AmountField, DayField, KeyedForm, RateField, TextField, offer
from deposits.errors import BankAccountMissing
from ledger.models import Kind
from summaries.forms import InSummaryField, SummaryField, narrow_to_summary

NONE = ("", "—")


class DepositFilter(forms.Form):
    """What the list of deposits can be narrowed to."""

    account = forms.ChoiceField(label=_("Bank account"), required=False)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)
    amount = AmountField(label=_("Amount"), required=False, allow_negative=False)
    summary = InSummaryField()

    def __init__(self, data: Any, *, actor: Actor, banks: Sequence[BankAccount]) -> None:
        super().__init__(data)
        narrow_to_summary(self, actor=actor, kind=Kind.DEPOSIT)
        offer(self, "account", [NONE, *((str(bank.pk), str(bank)) for bank in banks)])


class DepositForm(KeyedForm):
    """Where the receipts go, and when."""

    account = forms.TypedChoiceField(
        label=_("Bank account"), coerce=int, error_messages={"required": BankAccountMissing.sentence}
    )
    date = DayField(label=_("Date of the deposit"))
    rate = RateField(label=_("Exchange rate"), required=False)
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=int, empty_value=None)
    gl_date = DayField(label=_("GL date"), required=False)
    summary = SummaryField()
    reference = TextField(label=_("Reference"), max_length=100, required=False)
    description = TextField(label=_("Description"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any,
        *,
        banks: Sequence[BankAccount],
        entities: Sequence[Entity],
        settings: Settings,
        currency: str,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        base = settings.company.base_currency
        named = [
            (bank.pk, f"{bank}" if bank.currency == base else f"{bank} ({bank.currency})") for bank in banks
        ]
        offer(self, "account", named)
        offer(
            self,
            "entity",
            [("", _("The bank account’s")), *((entity.pk, str(entity)) for entity in entities)],
        )
        for name, needless in (
            ("rate", currency == base),
            ("entity", not entities),
            ("gl_date", not settings.row.separate_gl_date),
        ):
            if needless:
                del self.fields[name]


class DraftForm(KeyedForm):
    """A verb on a draft as it was when its effect was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReverseForm(KeyedForm):
    date = DayField(label=_("Date of the reversal"))
    reason = TextField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "data-focus": ""})
    )
