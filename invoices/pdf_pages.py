"""An invoice on paper."""

from __future__ import annotations

from django.http import HttpResponse

from arledger.core.http.doors import PageRequest, page
from invoices.kind_pages import InvoiceKind
from reconciliation.paper_pages import document_pdf

KIND = InvoiceKind()


@page("invoices.view")
def pdf(request: PageRequest, key: int) -> HttpResponse:
    """The invoice with its lines, inline credits and totals, and what is open of it today; a draft is marked so."""
    return document_pdf(request, KIND.one(request.actor, key))
