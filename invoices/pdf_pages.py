"""An invoice on paper."""

from __future__ import annotations

from django.http import HttpResponse

from arledger.core.http.doors import PageRequest, page
from ledger.models import Kind
from reconciliation.paper_pages import document_pdf
from reconciliation.selectors import visible_document


@page("invoices.view")
def pdf(request: PageRequest, key: int) -> HttpResponse:
    """The invoice with its lines, inline credits and totals, and what is open of it today; a draft is marked so."""
    return document_pdf(request, visible_document(request.actor, kind=Kind.INVOICE, key=key))
