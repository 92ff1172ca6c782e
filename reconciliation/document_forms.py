"""Forms of documents with lines: they read what people type; the rules live in the services.

``HeadForm`` and ``LineForm`` are what all kinds have; what is billed (invoices and adjustments) has accounts, terms and
taxes besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

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
from ledger.entering import DocumentInput, LineInput
from ledger.models import Document
from reconciliation.marks import MARK_LABELS, SETTLEMENT_LABELS, Mark, Settlement
from summaries.forms import InSummaryField, SummaryField

PREFIX = "lines"
BLANK_LINES = 3
MOST_LINES = 1_000
NONE = ("", "—")
YES, NO = "yes", "no"


class DocumentFilter(forms.Form):
    """What a list of documents can be narrowed to; all of it in the address."""

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
    summary = InSummaryField()

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        super().__init__(data)
        ask_as(self, actor)


class DueFilter(DocumentFilter):
    """The same for documents that are due some day."""

    due_from = DayField(label=_("Due from"), required=False)
    due_to = DayField(label=_("Due to"), required=False)


class HeadForm(KeyedForm):
    """The head of a document."""

    customer = CustomerField(error_messages={"required": _("Choose a customer.")})
    date = DayField(label=_("Date"))
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    exchange_rate = RateField(
        label=_("Exchange rate"), required=False, help_text=_("Only for other currencies than the company’s.")
    )
    entity = forms.TypedChoiceField(label=_("Entity"), required=False, coerce=int, empty_value=None)
    gl_date = DayField(label=_("GL date"), required=False)
    summary = SummaryField()
    reference = TextField(label=_("Reference"), max_length=100, required=False)
    description = TextField(label=_("Description"), max_length=500, required=False)
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
        initial = {"entity": actor.entity, **initial}
        super().__init__(data, initial=initial, **options)
        self.offered = choices(actor)
        entities = [e for e in self.offered["entities"] if actor.reaches(e.pk)]
        offer(self, "entity", [NONE, *offered(entities, initial.get("entity"))])
        offer(self, "currency", [("", _("The customer’s")), *((code, code) for code in currencies())])
        self.fields["entity"].disabled = not entities
        self.fields["gl_date"].disabled = not settings.row.separate_gl_date
        ask_as(self, actor)

    @property
    def entered(self) -> dict[str, Any]:
        """The values under the names of ``DocumentInput``; a valid form only."""
        values = self.cleaned_data
        same = ("date", "gl_date", "currency", "exchange_rate", "reference", "description")
        return {
            "customer_id": values["customer"].pk,
            "entity_id": values["entity"],
            "summary_id": values.get("summary"),
            **{name: values[name] for name in same},
        }

    @staticmethod
    def shown(document: Document) -> dict[str, Any]:
        """What the head shows of a draft."""
        return {
            "customer": document.customer,
            "date": document.date,
            "currency": document.currency,
            "exchange_rate": document.exchange_rate,
            "entity": document.entity_id,
            "gl_date": document.gl_date,
            "summary": document.summary_id,
            "reference": document.reference,
            "description": document.description,
            "version": document.version,
        }


class BilledForm(HeadForm):
    """The head of what is due some day: a term or a due date, and whom it is sent to."""

    term = forms.TypedChoiceField(
        label=_("Payment term"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    due_date = DayField(label=_("Due date"), required=False)
    bill_to = TextField(label=_("Bill to"), max_length=1000, multiline=True, required=False)
    field_order = ["customer", "date", "term", "due_date"]

    def __init__(self, data: QueryDict | None, *, initial: dict[str, Any], **options: Any) -> None:
        super().__init__(data, initial=initial, **options)
        terms = offered(self.offered["terms"], initial.get("term"))
        offer(self, "term", [("", _("The customer’s")), *terms])

    @property
    def entered(self) -> dict[str, Any]:
        values = self.cleaned_data
        own = {"term_id": values["term"], "due_date": values["due_date"], "bill_to": values["bill_to"]}
        return super().entered | own

    @staticmethod
    def shown(document: Document) -> dict[str, Any]:
        """A due date that follows from its term stays empty."""
        term = document.term
        follows = term is not None and document.due_date == due_date(
            document.date, term.net_days, term.end_of_month
        )
        return HeadForm.shown(document) | {
            "term": document.term_id,
            "due_date": None if follows else document.due_date,
            "bill_to": document.bill_to,
        }


def offered(found: Sequence[Coded], current: int | None) -> list[tuple[Any, Any]]:
    """What can be chosen, and what is chosen already even when it is no longer offered."""
    known = [(one.pk, str(one)) for one in found]
    return known if current is None or current in dict(known) else [*known, (current, f"({current})")]


class LineForm(forms.Form):
    """One line; a line in which nothing was entered does not count."""

    description = TextField(label=_("Description"), max_length=500, required=False)
    amount = AmountField(label=_("Amount"), attrs={"data-sum": "", "maxlength": "40"})
    location = forms.TypedChoiceField(label=_("Location"), required=False, coerce=int, empty_value=None)
    # Fields that unfold on demand.
    more: ClassVar[Sequence[str]] = ("location",)

    def __init__(
        self, *args: Any, currency: str, offered_by: HeadForm, settings: Settings, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        locations = offered_by.offered["locations"]
        offer(self, "location", [NONE, *offered(locations, (self.initial or {}).get("location"))])
        for field in self.fields.values():
            if isinstance(field, AmountField):
                field.currency = currency


class BilledLineForm(LineForm):
    """One line of what is billed, with its account and tax."""

    account = forms.TypedChoiceField(label=_("Account"), coerce=int)
    tax_code = TextField(label=_("Tax code"), max_length=20, required=False)
    tax_amount = AmountField(label=_("Tax amount"), required=False)
    service_start = DayField(label=_("Service from"), required=False)
    service_end = DayField(label=_("Service to"), required=False)
    # Nothing chosen: as the company captures taxes. Not there at all where that is no question.
    cash_basis_tax = forms.TypedChoiceField(
        label=_("Cash-basis tax"),
        required=False,
        choices=[("", _("if the line has a tax")), (YES, _("yes")), (NO, _("no"))],
        coerce=lambda text: text == YES,
        empty_value=None,
    )
    tax_receipt_eligible = forms.BooleanField(label=_("Tax-receipt eligible"), required=False)
    field_order = ["description", "account", "amount"]
    more: ClassVar[Sequence[str]] = (
        "location",
        "tax_code",
        "tax_amount",
        "service_start",
        "service_end",
        "cash_basis_tax",
        "tax_receipt_eligible",
    )

    def __init__(
        self, *args: Any, currency: str, offered_by: HeadForm, settings: Settings, **options: Any
    ) -> None:
        super().__init__(*args, currency=currency, offered_by=offered_by, settings=settings, **options)
        accounts: list[Any] = [
            one
            for one in offered_by.offered["accounts"]
            if isinstance(one, Account) and one.kind not in Account.CONTROL
        ]
        offer(self, "account", offered(accounts, (self.initial or {}).get("account")))
        self.fields["account"].initial = settings.row.revenue_account_id
        if not settings.row.cash_basis_tax and not self._marked:
            del self.fields["cash_basis_tax"]

    @property
    def _marked(self) -> bool:
        """Whether the line is marked already: it came from a program or a file, or from before."""
        sent = self.data.get(self.add_prefix("cash_basis_tax")) if self.is_bound else None
        return YES in (sent, (self.initial or {}).get("cash_basis_tax"))

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
            cash_basis_tax=values.get("cash_basis_tax"),
            tax_receipt_eligible=values["tax_receipt_eligible"],
            service_start=values["service_start"],
            service_end=values["service_end"],
        )


class LineForms(BaseFormSet):
    """The lines of a document, in the order in which the page showed them: a copied line stands below its model."""

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
    line: type[LineForm],
    head: HeadForm,
    currency: str,
    settings: Settings,
    initial: list[dict[str, Any]],
) -> LineForms:
    """The lines; without scripts a new document has a few blank ones."""
    made: Any = forms.formset_factory(
        line,
        formset=LineForms,
        extra=1 if initial else BLANK_LINES,
        can_delete=True,
        max_num=MOST_LINES,
        validate_max=True,
        absolute_max=MOST_LINES + 100,
    )
    arguments = {"currency": currency, "offered_by": head, "settings": settings}
    formset: LineForms = made(data, prefix=PREFIX, initial=initial or None, form_kwargs=arguments)
    return formset


def billed(form: HeadForm, formset: LineForms) -> DocumentInput:
    """What the service gets of an invoice or an adjustment; valid forms only."""
    return DocumentInput(**form.entered, lines=[formset.forms[place].entered for place in formset.sent])


def billed_lines(document: Document) -> list[dict[str, Any]]:
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
            "cash_basis_tax": YES if line.cash_basis_tax else NO,
            "tax_receipt_eligible": line.tax_receipt_eligible,
        }
        for line in document.lines.select_related(None).order_by("position")
    ]


class ReverseForm(KeyedForm):
    """On which day and why a document is reversed."""

    date = DayField(label=_("Date of the reversal"))
    reason = TextField(label=_("Reason"), max_length=500)
