"""The list of invoices, its download, and posting many drafts at once."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import pgettext_lazy

from arledger.core.http.doors import PageRequest, page
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column
from invoices.kind_pages import InvoiceKind
from ledger.models import Kind
from reconciliation.document_forms import DueFilter
from reconciliation.document_list_pages import BilledLister, ListPages
from reconciliation.marks import Settlement
from reconciliation.selectors import States


class InvoiceLister(BilledLister):
    """Drafts, posted invoices and reversals."""

    name = "invoices"
    kind = Kind.INVOICE
    filter = DueFilter
    always_due = True
    columns: ClassVar[tuple[Column, ...]] = tuple(
        Column(label=column.label, sort="due") if place == 3 else column
        for place, column in enumerate(BilledLister.columns)
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("due", ("due_date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("total", ("total_order", "id")),
    )
    tabs = (
        ("", pgettext_lazy("tab", "All")),
        ("drafts", pgettext_lazy("tab", "Drafts")),
        ("open", pgettext_lazy("tab", "Open")),
        ("overdue", pgettext_lazy("tab", "Overdue")),
        ("paid", pgettext_lazy("tab", "Paid")),
    )
    computed = {
        "open": States.unsettled,
        "overdue": States.overdue,
        "paid": lambda states: states.settlement(Settlement.PAID),
    }
    unsettled = ("open", "overdue")


class InvoiceLists(InvoiceKind, ListPages):
    lister = InvoiceLister


PAGES = InvoiceLists()


@page("invoices.list")
def list_(request: PageRequest) -> HttpResponse:
    return PAGES.rows(request)


@page("invoices.list")
def export(request: PageRequest) -> HttpResponseBase:
    return PAGES.export(request)


@page("invoices.post")
def bulk_post(request: PageRequest) -> HttpResponse:
    return PAGES.bulk_post(request)
