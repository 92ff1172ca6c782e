"""Entering and changing invoices: one form with lines, saved as a draft or posted at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.http.doors import PageRequest, page
from invoices import services
from invoices.kind_pages import InvoiceKind
from reconciliation.document_forms import billed
from reconciliation.document_pages import checkout_url
from reconciliation.entry_pages import BilledEntryPages, Sheet


class InvoiceEntry(InvoiceKind, BilledEntryPages):
    def enter(self, actor: Actor, sheet: Sheet, *, post: bool) -> int:
        return services.enter(actor=actor, invoices=[billed(sheet.form, sheet.lines)], post=post)[0]

    def more(self, request: PageRequest, sheet: Sheet) -> dict[str, Any]:
        new = sheet.form["version"].value() in (None, "")
        return super().more(request, sheet) | {"checkout_url": checkout_url(request) if new else ""}

    def replace(self, actor: Actor, key: int, sheet: Sheet, *, version: int) -> None:
        services.edit(actor=actor, key=key, entered=billed(sheet.form, sheet.lines), version=version)


PAGES = InvoiceEntry()


@page("invoices.add")
def new(request: PageRequest) -> HttpResponse:
    """Enter an invoice; ``?customer=`` (key) starts it."""
    return PAGES.new(request)


@page("invoices.edit")
def edit(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.edit(request, key)


@page("invoices.list")
def due(request: PageRequest) -> HttpResponse:
    """When an invoice of ``?date=`` is due: a sentence for the form."""
    return PAGES.due(request)
