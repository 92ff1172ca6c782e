"""Forms of invoices: they read what people type; the rules live in the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Account, Coded
from arledger.companies.selectors import Settings, choices
from arledger.companies.terms import due_date
from arledger.core.actor import Actor
from arledger.core.http.forms import AmountField, DayField, KeyedForm, RateField, TextField, offer
from arledger.core.money import currencies
from customers.forms import CustomerField, ask_as
from customers.models import Customer
from ledger.entering import DocumentInput, LineInput
from ledger.models import Document
from reconciliation.marks import MARK_LABELS, SETTLEMENT_LABELS, Mark, Settlement

PREFIX = "lines"
BLANK_LINES = 3
MOST_LINES = 1_000
#: Fields of a line that unfold on demand.
MORE = (
    "location",
    "tax_code",
    "tax_amount",
    "service_start",
    "service_end",
    "cash_basis_tax",
    "tax_receipt_eligible",
)
#: The services' names of fields where the form's differ.
NAMES = {"lines": "customer"}
NONE = ("", "—")


class InvoiceFilter(forms.Form):
    """What the list of invoices can be narrowed to; all of it in the address."""

    settlement = forms.TypedChoiceField(
        label=_("Settlement"),
        required=False,
        coerce=Settlement,
        choices=[NONE, *((value.value, label) for value, label in SETTLEMENT_LABELS.items())],
    )
    mark = forms.TypedChoiceField(
        label=_("Mark"),
        required=False,
        coerce=Mark,
        choices=[NONE, *((value.value, label) for value, label in MARK_LABELS.items())],
    )
    customer = CustomerField(required=False)
    match_code = TextField(label=_("Match code"), max_length=60, required=False)
    date_from = DayField(label=_("Date from"), required=False)
    date_to = DayField(label=_("Date to"), required=False)
    due_from = DayField(label=_("Due from"), required=False)
    due_to = DayField(label=_("Due to"), required=False)

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        super().__init__(data)
        ask_as(self, actor)


class InvoiceForm(KeyedForm):
    """The head of an invoice."""

    customer = CustomerField(error_messages={"required": _("Choose a customer.")})
    date = DayField(label=_("Date"))
    term = forms.TypedChoiceField(
        label=_("Payment term"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    due_date = DayField(label=_("Due date"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    exchange_rate = RateField(
        label=_("Exchange rate"), required=False, help_text=_("Only for other currencies than the company’s.")
    )
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=int, empty_value=None)
    gl_date = DayField(label=_("GL date"), required=False)
    reference = TextField(label=_("Reference"), max_length=100, required=False)
    description = TextField(label=_("Description"), max_length=500, required=False)
    bill_to = TextField(label=_("Bill to"), max_length=1000, multiline=True, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        actor: Actor,
        settings: Settings,
        initial: dict[str, Any],
        **options: Any,
    ) -> None:
        super().__init__(data, initial=initial, **options)
        offered = choices(actor.company_id)
        entities = [e for e in offered["entities"] if actor.entities is None or e.pk in actor.entities]
        offer(self, "term", [("", _("The customer’s")), *_options(offered["terms"], initial.get("term"))])
        offer(self, "entity", [NONE, *_options(entities, initial.get("entity"))])
        offer(self, "currency", [("", _("The customer’s")), *((code, code) for code in currencies())])
        self.fields["entity"].disabled = not entities
        self.fields["gl_date"].disabled = not settings.row.separate_gl_date
        self.offered = offered
        ask_as(self, actor)


def _options(offered: Sequence[Coded], current: int | None) -> list[tuple[Any, Any]]:
    """What can be chosen, and what is chosen already even when it is no longer offered."""
    found = [(one.pk, str(one)) for one in offered]
    return found if current is None or current in dict(found) else [*found, (current, f"({current})")]


class LineForm(forms.Form):
    """One line; a line in which nothing was entered does not count."""

    description = TextField(label=_("Description"), max_length=500, required=False)
    account = forms.TypedChoiceField(label=_("Account"), coerce=int)
    amount = AmountField(label=_("Amount"), attrs={"data-sum": "", "maxlength": "40"})
    location = forms.TypedChoiceField(label=_("Location"), required=False, coerce=int, empty_value=None)
    tax_code = TextField(label=_("Tax code"), max_length=20, required=False)
    tax_amount = AmountField(label=_("Tax amount"), required=False)
    service_start = DayField(label=_("Service from"), required=False)
    service_end = DayField(label=_("Service to"), required=False)
    cash_basis_tax = forms.BooleanField(label=_("Cash-basis tax"), required=False)
    tax_receipt_eligible = forms.BooleanField(label=_("Tax-receipt eligible"), required=False)

    def __init__(
        self, *args: Any, currency: str, offered: dict[str, list[Any]], revenue: int, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        initial = self.initial or {}
        accounts = [one for one in offered["accounts"] if one.kind != Account.Kind.RECEIVABLE]
        offer(self, "account", _options(accounts, initial.get("account")))
        offer(self, "location", [NONE, *_options(offered["locations"], initial.get("location"))])
        self.fields["account"].initial = revenue
        for name in ("amount", "tax_amount"):
            field = self.fields[name]
            assert isinstance(field, AmountField)
            field.currency = currency

    @property
    def entered(self) -> LineInput:
        """Valid lines only."""
        values = self.cleaned_data
        return LineInput(
            amount=values["amount"],
            account_id=values["account"],
            description=values["description"],
            location_id=values["location"],
            tax_code=values["tax_code"],
            tax_amount=values["tax_amount"] or Decimal(0),
            cash_basis_tax=values["cash_basis_tax"],
            tax_receipt_eligible=values["tax_receipt_eligible"],
            service_start=values["service_start"],
            service_end=values["service_end"],
        )


class LineForms(BaseFormSet):
    """The lines of an invoice, in the order in which the page showed them: a copied line stands below its model."""

    deletion_widget = forms.CheckboxInput

    def __init__(self, data: QueryDict | None = None, *args: Any, **options: Any) -> None:
        super().__init__(data, *args, **options)
        if data is not None:
            shown = {name: place for place, name in enumerate(data)}
            self.forms.sort(key=lambda form: shown.get(form.add_prefix("amount"), len(shown)))

    @property
    def sent(self) -> list[int]:
        """The places of the lines that count; of a valid formset only."""
        stored = {f"{PREFIX}-{number}" for number in range(self.initial_form_count())}
        return [
            place
            for place, form in enumerate(self.forms)
            if (form.prefix in stored or form.has_changed()) and form not in self.deleted_forms
        ]


def line_forms(
    data: QueryDict | None,
    *,
    currency: str,
    offered: dict[str, list[Any]],
    revenue: int,
    initial: list[dict[str, Any]],
) -> LineForms:
    """The lines; without scripts a new invoice has a few blank ones."""
    made: Any = forms.formset_factory(
        LineForm,
        formset=LineForms,
        extra=1 if initial else BLANK_LINES,
        can_delete=True,
        max_num=MOST_LINES,
        validate_max=True,
        absolute_max=MOST_LINES + 100,
    )
    arguments = {"currency": currency, "offered": offered, "revenue": revenue}
    formset: LineForms = made(data, prefix=PREFIX, initial=initial or None, form_kwargs=arguments)
    return formset


def entered(form: InvoiceForm, formset: LineForms) -> DocumentInput:
    """What the service gets; valid forms only."""
    values = form.cleaned_data
    return DocumentInput(
        customer_id=values["customer"].pk,
        date=values["date"],
        term_id=values["term"],
        due_date=values["due_date"],
        gl_date=values["gl_date"],
        currency=values["currency"],
        exchange_rate=values["exchange_rate"],
        entity_id=values["entity"],
        reference=values["reference"],
        description=values["description"],
        bill_to=values["bill_to"],
        lines=[formset.forms[place].entered for place in formset.sent],
    )


def values_of(document: Document) -> dict[str, Any]:
    """What the head shows of a draft; a due date that follows from its term stays empty."""
    term = document.term
    follows = term is not None and document.due_date == due_date(
        document.date, term.net_days, term.end_of_month
    )
    return {
        "customer": document.customer,
        "date": document.date,
        "term": document.term_id,
        "due_date": None if follows else document.due_date,
        "currency": document.currency,
        "exchange_rate": document.exchange_rate,
        "entity": document.entity_id,
        "gl_date": document.gl_date,
        "reference": document.reference,
        "description": document.description,
        "bill_to": document.bill_to,
        "version": document.version,
    }


def lines_of(document: Document) -> list[dict[str, Any]]:
    """What the lines show of a draft."""
    return [
        {
            "description": line.description,
            "account": line.account_id,
            "amount": line.amount,
            "location": line.location_id,
            "tax_code": line.tax_code,
            "tax_amount": line.tax_amount or None,
            "service_start": line.service_start,
            "service_end": line.service_end,
            "cash_basis_tax": line.cash_basis_tax,
            "tax_receipt_eligible": line.tax_receipt_eligible,
        }
        for line in document.lines.select_related(None).order_by("position")
    ]


def new_values(customer: Customer | None, day: date) -> dict[str, Any]:
    """What the head of a new invoice shows first."""
    return {"date": day} | ({"customer": customer} if customer else {})


class ReverseForm(KeyedForm):
    """On which day and why an invoice is reversed."""

    date = DayField(label=_("Date of the reversal"))
    reason = TextField(label=_("Reason"), max_length=500)
