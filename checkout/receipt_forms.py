"""The receipts on the checkout form: rows that people type, and the helper that splits a total into instalments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import BankAccount
from arledger.companies.selectors import Settings, choices
from arledger.core.actor import Actor
from arledger.core.errors import Refusal, Refusals
from arledger.core.http.forms import AmountField, DayField, TextField, field_error, offer
from arledger.core.money import decimals
from checkout.services import ReceiptInput
from ledger.models import Kind, Method
from summaries.forms import Options, SummaryField, offer_options, summary_options

PREFIX = "receipts"
MOST = 120
UNDEPOSITED = "undeposited"


def _bank(value: str) -> int | None:
    return None if value == UNDEPOSITED else int(value)


class ReceiptForm(forms.Form):
    """One receipt; a row without an amount does not count."""

    amount = AmountField(label=_("Amount"), allow_negative=False, required=False)
    date = DayField(label=_("Date"), required=False)
    method = forms.ChoiceField(label=_("Method"), choices=Method.choices, required=False)
    bank_account = forms.TypedChoiceField(label=_("Account"), coerce=_bank, empty_value=None, required=False)
    line = forms.IntegerField(
        label=_("Pays line"),
        required=False,
        min_value=1,
        max_value=1_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4", "maxlength": "4"}),
    )
    reference = TextField(label=_("Reference"), max_length=100, required=False)
    summary = SummaryField()

    def __init__(
        self,
        *args: Any,
        currency: str,
        banks: Sequence[BankAccount],
        summaries: Options | None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        offer_options(self, summaries)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        offered = [(bank.pk, str(bank)) for bank in banks]
        offer(self, "bank_account", [*offered, (UNDEPOSITED, _("Undeposited funds"))])
        fitting = [bank.pk for bank in banks if bank.currency == currency]
        self.fields["bank_account"].initial = fitting[0] if fitting else UNDEPOSITED
        self.fields["method"].initial = Method.TRANSFER

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("amount") is not None and values.get("date") is None and "date" not in self.errors:
            self.add_error("date", _("This field is required."))
        return values

    @property
    def entered(self) -> ReceiptInput:
        """What the service gets; valid rows that count only."""
        values = self.cleaned_data
        named = {values["line"]: values["amount"]} if values["line"] else {}
        return ReceiptInput(
            amount=values["amount"],
            date=values["date"],
            method=values["method"],
            bank_account_id=values["bank_account"],
            allocations=named,
            reference=values["reference"],
            summary_id=values.get("summary"),
        )


class ReceiptForms(BaseFormSet):
    """The receipts in the order of the page."""

    @property
    def sent(self) -> list[int]:
        """The places of the rows that count; of a valid formset only."""
        return [place for place, form in enumerate(self.forms) if form.cleaned_data.get("amount") is not None]

    @property
    def total(self) -> Decimal:
        """The sum as far as the rows can be read."""
        amounts = ((getattr(form, "cleaned_data", None) or form.initial).get("amount") for form in self.forms)
        return sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))


def receipt_forms(
    actor: Actor,
    data: QueryDict | None,
    *,
    currency: str,
    settings: Settings,
    initial: Sequence[dict[str, Any]],
    extra: int = 0,
) -> ReceiptForms:
    """The rows: those sent, or ``initial`` ones with ``extra`` blank ones."""
    made: Any = forms.formset_factory(
        ReceiptForm,
        formset=ReceiptForms,
        extra=extra,
        max_num=MOST,
        validate_max=True,
        absolute_max=MOST + 10,
    )
    banks = [one for one in choices(actor)["bank_accounts"] if isinstance(one, BankAccount)]
    summaries = summary_options(actor=actor, settings=settings, kind=Kind.PAYMENT)
    arguments = {"currency": currency, "banks": banks, "summaries": summaries}
    formset: ReceiptForms = made(data, prefix=PREFIX, initial=list(initial) or None, form_kwargs=arguments)
    return formset


def instalments(total: Decimal, count: int, first: date, currency: str) -> list[tuple[Decimal, date]]:
    """A total in equal parts, month by month; what does not divide goes to the last one.

    A day that a month does not have is its last day.
    """
    step = Decimal(1).scaleb(-decimals(currency))
    part = (total / count).quantize(step, rounding="ROUND_DOWN")
    amounts = [part] * (count - 1) + [total - part * (count - 1)]
    return [(amount, _months_later(first, number)) for number, amount in enumerate(amounts)]


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def show_receipt_refusals(receipts: ReceiptForms, refusal: Refusal) -> list[Refusal]:
    """Put what is wrong with receipts beside their rows; the refusals about anything else are returned."""
    rest: list[Refusal] = []
    for one in refusal.errors if isinstance(refusal, Refusals) else [refusal]:
        place, _dot, name = (one.field or "").removeprefix("payments.").partition(".")
        rows = receipts.sent
        if not (one.field or "").startswith("payments.") or not place.isdigit() or int(place) >= len(rows):
            rest.append(one)
            continue
        form = receipts.forms[rows[int(place)]]
        name = {"allocations": "line"}.get(name, name)
        form.add_error(name if name in form.fields else None, field_error(one))
    return rest
