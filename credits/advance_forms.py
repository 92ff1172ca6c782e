"""The forms of advances: money received, entered as positive amounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import BankAccount
from arledger.core.http.forms import AmountField, offer
from credits.inputs import AdvanceInput, AdvanceLine
from ledger.models import Document, Method
from reconciliation.document_forms import NONE, DocumentFilter, HeadForm, LineForm, LineForms

UNDEPOSITED = "undeposited"


def _bank(value: str) -> int | None:
    return None if value == UNDEPOSITED else int(value)


class AdvanceForm(HeadForm):
    """The head of an advance: how the money came and where it went."""

    method = forms.ChoiceField(label=_("Method"), choices=Method.choices)
    bank_account = forms.TypedChoiceField(label=_("Account"), coerce=_bank, empty_value=None)
    field_order = ["customer", "date", "method", "bank_account"]

    def __init__(self, *args: Any, initial: dict[str, Any], **options: Any) -> None:
        super().__init__(*args, initial=initial, **options)
        banks = [one for one in self.offered["bank_accounts"] if isinstance(one, BankAccount)]
        offer(
            self,
            "bank_account",
            [*((bank.pk, str(bank)) for bank in banks), (UNDEPOSITED, _("Undeposited funds"))],
        )
        currency = initial.get("currency") or getattr(initial.get("customer"), "currency", None)
        fitting = [bank.pk for bank in banks if currency in (None, bank.currency)]
        self.fields["bank_account"].initial = fitting[0] if fitting else UNDEPOSITED

    @property
    def entered(self) -> dict[str, Any]:
        """The values under the names of ``AdvanceInput``; a valid form only."""
        values = self.cleaned_data
        return super().entered | {"method": values["method"], "bank_account_id": values["bank_account"]}

    @staticmethod
    def shown(document: Document) -> dict[str, Any]:
        return HeadForm.shown(document) | {
            "method": document.method,
            "bank_account": document.bank_account_id or UNDEPOSITED,
        }


class AdvanceLineForm(LineForm):
    """A part of the money received."""

    amount = AmountField(
        label=_("Amount received"), allow_negative=False, attrs={"data-sum": "", "maxlength": "40"}
    )

    @property
    def entered(self) -> AdvanceLine:
        """Valid lines only."""
        values = self.cleaned_data
        return AdvanceLine(
            amount=values["amount"], description=values["description"], location_id=values["location"]
        )


def advance(form: HeadForm, formset: LineForms) -> AdvanceInput:
    """What the service gets; valid forms only."""
    return AdvanceInput(**form.entered, lines=[formset.forms[place].entered for place in formset.sent])


def advance_lines(document: Document) -> list[dict[str, Any]]:
    """What the lines show of a draft."""
    return [
        {"description": line.description, "amount": -line.amount, "location": line.location_id}
        for line in document.lines.select_related(None).order_by("position")
    ]


class AdvanceFilter(DocumentFilter):
    """What the list of advances can be narrowed to."""

    method = forms.ChoiceField(label=_("Method"), choices=[NONE, *Method.choices], required=False)
