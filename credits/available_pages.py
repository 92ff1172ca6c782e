"""Everything available of the company's customers: inline credits, advances, overpayments, negative invoices, memos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arledger.companies.context import link
from arledger.companies.entity_pages import ByEntity
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField, TextField
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import quantize
from customers.models import Customer
from customers.selectors import search, visible
from ledger.models import Document, Kind, Line
from reconciliation.figures import document_figures
from reconciliation.marks import Mark
from reconciliation.open_credits import CREDIT_LABELS, CreditItem, CreditKind, open_credits
from reconciliation.selectors import documents

AVAILABLE = pgettext_lazy("amount", "Available")
PLAIN = {
    CreditKind.ADVANCE: Kind.ADVANCE,
    CreditKind.OVERPAYMENT: Kind.PAYMENT,
    CreditKind.ADJUSTMENT: Kind.ADJUSTMENT,
}


class CreditFilter(forms.Form):
    customer = TextField(label=_("Customer"), max_length=100, required=False)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)


@dataclass(frozen=True)
class CreditRow:
    """An open credit line as the list shows it."""

    line: Line
    credit: CreditItem
    mark: Mark

    def __str__(self) -> str:
        return self.credit.name

    @property
    def id(self) -> int:
        return self.line.pk

    @property
    def customer(self) -> Customer:
        return self.line.customer

    @property
    def url(self) -> str:
        return link(f"{self.credit.document_kind}s:detail", self.credit.document)

    @property
    def apply_url(self) -> str:
        if not self.credit.available:
            return ""
        return f"{reverse('credits:apply', args=[self.credit.document])}?customer={self.credit.customer}"

    @property
    def reason(self) -> str:
        """Why it can never be refunded; empty where it can."""
        found = self.credit.not_refundable
        return str(found.sentence) if found else ""


class CreditLister(ByEntity):
    name = "credits"
    entity_path = "document__entity"
    columns = (
        Column(label=_("Number"), sort="number"),
        Column(label=_("Type, location")),
        Column(label=_("Customer")),
        Column(label=_("Date"), sort="date"),
        Column(label=_("Amount"), numeric=True),
        Column(label=AVAILABLE, sort="available", numeric=True),
        Column(label=_("Reserved"), numeric=True),
        Column(label=_("Refundable")),
        Column(label=_("Mark"), icon="link-2"),
        Column(label=_("Apply"), numeric=True),
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("number", ("number", "id")),
        Sort("available", ("available", "id")),
    )
    default_sort = "-date"
    search_label = _("Number, reference or customer")
    tabs = (("", _("All")), *((kind.value, CREDIT_LABELS[kind]) for kind in CreditKind))
    filter_form = CreditFilter
    export_columns = (
        "number",
        "line",
        "kind",
        "customer",
        "customer_name",
        "date",
        "reference",
        "location",
        "currency",
        "amount",
        "available",
        "reserved",
        "refundable",
        "reason",
    )

    def base(self) -> QuerySet[Line]:
        posted = documents(self.actor).filter(state=Document.State.POSTED)
        rows = Line.objects.filter(company_id=self.actor.company_id, is_open=True, amount__lt=0)
        if self.actor.entities is not None:
            rows = rows.filter(document__in=posted.values("pk"))
        return (
            rows.filter(document__state=Document.State.POSTED)
            .annotate(
                date=F("document__date"),
                number=Coalesce(F("document__number"), Value("")),
                available=F("reserved_amount") - F("open_amount"),
            )
            .select_related("customer")
        )

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        kind = CreditKind(tab)
        if kind in PLAIN:
            return rows.filter(document__kind=PLAIN[kind])
        charges = Line.objects.filter(
            company_id=self.actor.company_id, document=OuterRef("document"), amount__gt=0
        )
        beside = Exists(charges)
        return rows.filter(beside if kind == CreditKind.INLINE else ~beside, document__kind=Kind.INVOICE)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        found = Q()
        for word in text.split()[:8]:
            found &= (
                Q(document__number__icontains=word)
                | Q(document__reference__icontains=word)
                | Q(customer__in=search(visible(self.actor), word).values("pk"))
            )
        return rows.filter(found)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        if "customer" in values:
            rows = rows.filter(customer__in=search(visible(self.actor), values["customer"]).values("pk"))
        bounds = {"date_from": "document__date__gte", "date_to": "document__date__lte"}
        return rows.filter(**{lookup: values[name] for name, lookup in bounds.items() if name in values})

    def shown(self, rows: list[Any]) -> list[CreditRow]:
        found = open_credits(
            company_id=self.actor.company_id,
            customers={row.customer_id for row in rows},
            documents=sorted({row.document_id for row in rows}),
            entities=self.actor.entities,
        )
        by_line = {credit.line: credit for credit in found}
        figures = document_figures(
            company_id=self.actor.company_id,
            ids={row.document_id for row in rows},
            day=self.actor.today,
        )
        return [
            CreditRow(row, by_line[row.pk], figures[row.document_id].mark)
            for row in rows
            if row.pk in by_line
        ]

    def totals(self, rows: QuerySet[Any]) -> Sequence[Total]:
        sums = (
            rows.order_by()
            .values("currency")
            .annotate(count=Count("pk"), left=Sum("available"), held=-Sum("reserved_amount"))
        )
        return [
            Total(
                currency=found["currency"],
                count=found["count"],
                figures=[(AVAILABLE, found["left"]), (_("Reserved"), found["held"])],
            )
            for found in sums.order_by("currency")
        ]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("credits:export"))]

    def export_row(self, row: CreditRow) -> Sequence[object]:
        credit = row.credit
        return (
            credit.number,
            credit.position,
            credit.kind.value,
            row.customer.code,
            row.customer.name,
            credit.date,
            credit.reference,
            credit.location_name,
            credit.currency,
            *(
                quantize(amount, credit.currency)
                for amount in (credit.amount, credit.available, credit.reserved)
            ),
            "no" if credit.not_refundable else "yes",
            credit.not_refundable.value if credit.not_refundable else "",
        )


def _lister(request: PageRequest) -> CreditLister:
    """For whoever may see one kind of credits. Raises Forbidden."""
    if not request.actor.may("advances.list"):
        request.actor.require("adjustments.list")
    return CreditLister(request)


@page("")
def list_(request: PageRequest) -> HttpResponse:
    """Every open credit line, newest first."""
    return _lister(request).respond("credits/list.html", {"may_apply": request.actor.may("matching.apply")})


@page("")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return _lister(request).download()
