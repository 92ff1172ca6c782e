"""Unreconciled items: everything received or credited of which something is unmatched (SPEC 11).

A refund is never here: it takes what it gives back. Unmatched is what no application has taken, whatever its day, so
a receipt that a post-dated match uses up is not here either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import link
from arledger.companies.entity_pages import ByEntity
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField, TextField
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import currencies, quantize
from customers.selectors import search, visible
from ledger.models import NUMBER_ORDER, Document, Kind, Line
from reconciliation.figures import document_figures
from reconciliation.marks import Mark
from reconciliation.selectors import documents

ZERO = Decimal(0)
MOST_WORDS = 8
MONEY: DecimalField[Decimal, Decimal] = DecimalField(max_digits=18, decimal_places=4)


class UnreconciledFilter(forms.Form):
    customer = TextField(label=_("Customer"), max_length=100, required=False)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)
    currency = forms.ChoiceField(
        label=_("Currency"), required=False, choices=[("", "—"), *((code, code) for code in currencies())]
    )


@dataclass(frozen=True)
class Part:
    """What is unmatched of a document on one customer's account, positive."""

    customer: int
    code: str
    name: str
    unmatched: Decimal

    @property
    def url(self) -> str:
        return link("customers:detail", self.customer)


@dataclass(frozen=True)
class UnreconciledRow:
    """A document with something unmatched; a payment may have it on several customers' accounts.

    ``age`` in days since its date, below 0 when that has not come.
    """

    document: Document
    parts: Sequence[Part]
    amount: Decimal
    age: int
    mark: Mark

    def __str__(self) -> str:
        return str(self.document)

    @property
    def unmatched(self) -> Decimal:
        return sum((part.unmatched for part in self.parts), ZERO)

    @property
    def url(self) -> str:
        return link(f"{self.document.kind}s:detail", self.document.pk)


class UnreconciledLister(ByEntity):
    """Starts from the index of what is unmatched on credit lines, which is little beside the history."""

    name = "unreconciled"
    columns = (
        Column(label=_("Number"), sort="number"),
        Column(label=_("Type")),
        Column(label=_("Customer")),
        Column(label=_("Date"), sort="date"),
        Column(label=_("Amount"), sort="amount", numeric=True),
        Column(label=_("Unmatched"), numeric=True),
        Column(label=_("Age in days"), numeric=True),
        Column(label=_("Mark"), icon="link-2"),
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("amount", ("credited", "id")),
    )
    default_sort = "-date"
    search_label = _("Number, reference or customer")
    tabs = (
        ("", _("All")),
        (Kind.PAYMENT.value, _("Receipts")),
        (Kind.ADVANCE.value, _("Advances")),
        (Kind.ADJUSTMENT.value, _("Adjustments")),
        (Kind.INVOICE.value, _("Invoices")),
    )
    filter_form = UnreconciledFilter
    export_columns = (
        "number",
        "kind",
        "customer",
        "customer_name",
        "date",
        "reference",
        "currency",
        "amount",
        "unmatched",
        "age",
    )

    def _lines(self) -> QuerySet[Line]:
        """Credit lines; of customers whom the person may see."""
        lines = Line.objects.filter(company_id=self.actor.company_id, amount__lt=0)
        return lines if self.actor.entities is None else lines.filter(customer__in=visible(self.actor))

    def base(self) -> QuerySet[Document]:
        credited = self._lines().filter(document=OuterRef("pk")).order_by().values("document")
        unmatched = self._lines().filter(is_open=True)
        return (
            documents(self.actor)
            .filter(state=Document.State.POSTED, reverses=None, pk__in=unmatched.values("document"))
            .annotate(
                number_order=NUMBER_ORDER,
                credited=Subquery(credited.annotate(sum=-Sum("amount")).values("sum"), output_field=MONEY),
            )
        )

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        return rows.filter(kind=tab)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        found = Q()
        for word in text.split()[:MOST_WORDS]:
            found &= Q(number__icontains=word) | Q(reference__icontains=word) | self._of(word)
        return rows.filter(found)

    def _of(self, text: str) -> Q:
        """Something unmatched is on the account of a customer found by the text."""
        found = search(visible(self.actor), text).order_by().values("pk")
        return Q(pk__in=self._lines().filter(is_open=True, customer__in=found).values("document"))

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        if "customer" in values:
            rows = rows.filter(self._of(values["customer"]))
        names = {"date_from": "date__gte", "date_to": "date__lte", "currency": "currency"}
        return rows.filter(**{lookup: values[name] for name, lookup in names.items() if name in values})

    def shown(self, rows: list[Any]) -> list[UnreconciledRow]:
        """Three statements for a page of any length."""
        found = (
            self._lines()
            .filter(document__in=[row.pk for row in rows], is_open=True)
            .values_list("document", "customer", "customer__code", "customer__name")
            .annotate(unmatched=-Sum("open_amount"))
            .order_by("customer__code")
        )
        parts: dict[int, list[Part]] = {}
        for document, *values in found:
            parts.setdefault(document, []).append(Part(*values))
        today = self.actor.today
        figures = document_figures(company_id=self.actor.company_id, ids=[row.pk for row in rows], day=today)
        return [
            UnreconciledRow(
                row, parts.get(row.pk, ()), row.credited, (today - row.date).days, figures[row.pk].mark
            )
            for row in rows
        ]

    def totals(self, rows: QuerySet[Any]) -> Sequence[Total]:
        sums = (
            self._lines()
            .filter(is_open=True, document__in=rows.order_by().values("pk"))
            .order_by("currency")
            .values_list("currency")
            .annotate(count=Count("document", distinct=True), left=-Sum("open_amount"))
        )
        return [
            Total(currency=currency, count=count, figures=[(_("Unmatched"), left)])
            for currency, count, left in sums
        ]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("reconciliation:unreconciled-export"))]

    def export_rows(self, row: UnreconciledRow) -> Sequence[Sequence[object]]:
        """A line per customer of the document, each with its part of what is unmatched."""
        document = row.document
        return [
            (
                document.number,
                document.kind,
                part.code,
                part.name,
                document.date,
                document.reference,
                document.currency,
                quantize(row.amount, document.currency),
                quantize(part.unmatched, document.currency),
                row.age,
            )
            for part in row.parts
        ]


@page("reconciliation.run")
def list_(request: PageRequest) -> HttpResponse:
    """Every document with something unmatched on its credit side, newest first."""
    return UnreconciledLister(request).respond("reconciliation/unreconciled.html")


@page("reconciliation.run")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return UnreconciledLister(request).download()
