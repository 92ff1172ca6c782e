"""Home: what a clerk wants to know at a glance, and the search over everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies import trail
from arledger.companies.audit_pages import Told, setting_labels
from arledger.companies.context import address, link
from arledger.companies.pages import choose
from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page, signed_in
from arledger.core.text import clean_text
from arledger.home.checklist_pages import steps
from arledger.home.selectors import Hits, drafts_waiting, due_soon, last_payments, search, what_changed
from imports.selectors import at_work as imports_at_work
from ledger.models import Document
from reconciliation.ageing import ageing
from reconciliation.bars import totals_of

SEARCH_LENGTH = 200
DUE_DAYS = 7
DRAFTS = {
    "invoice": (_("Draft invoices"), "invoices:list", "invoices.list"),
    "adjustment": (_("Draft adjustments"), "adjustments:list", "adjustments.list"),
    "advance": (_("Draft advances"), "advances:list", "advances.list"),
    "payment": (_("Draft payments"), "payments:list", "payments.list"),
    "refund": (_("Draft refunds"), "refunds:list", "refunds.list"),
    "deposit": (_("Draft deposits"), "deposits:list", "deposits.list"),
}


@dataclass(frozen=True)
class Waiting:
    """Drafts of one kind or imports at work, with the list that shows them."""

    label: str | Promise
    count: int
    url: str


@dataclass(frozen=True)
class Hit:
    label: str
    note: str
    kind: str | Promise
    url: str


@signed_in
def index(request: HttpRequest) -> HttpResponseBase:
    """``/`` outside a company: choose one; inside: the company at a glance."""
    if request.actor is None:  # type: ignore[attr-defined]
        return choose(request)
    return overview(request)


@page("")
def overview(request: PageRequest) -> HttpResponse:
    """Each part only for whoever may see what it leads to."""
    actor = request.actor
    context: dict[str, Any] = {"today": actor.today, "steps": steps(actor)}
    if actor.may("ageing.run"):
        found = ageing(company_id=actor.company_id, day=actor.today, entities=actor.entities)
        context["totals"] = totals_of(found)
        context["unapplied_url"] = (
            address("reconciliation:unreconciled") if actor.may("reconciliation.run") else ""
        )
        context["balance_url"] = address("home:balance") if not context["steps"] else ""
    if actor.may("invoices.list"):
        last = actor.today + timedelta(days=DUE_DAYS)
        query = f"?tab=open&due_from={actor.today.isoformat()}&due_to={last.isoformat()}"
        context["due"] = [(row, address("invoices:list") + query) for row in due_soon(actor, last)]
    counts = drafts_waiting(actor)
    context["drafts"] = [
        Waiting(label, counts.get(kind, 0), f"{address(route)}?tab=drafts")
        for kind, (label, route, right) in DRAFTS.items()
        if actor.may(right) and address(route) and (kind != "refund" or "refunds" in request.features)
    ]
    if actor.may("imports.run"):
        context["drafts"].append(
            Waiting(_("Imports running"), imports_at_work(actor), address("imports:list"))
        )
    if actor.may("payments.list"):
        context["payments"] = [(p, document_url(p), -p.total) for p in last_payments(actor)]
    context["may_audit"] = actor.may("audit.view")
    labels = setting_labels()
    context["changed"] = [Told(e, trail.what(e), trail.changes(e, labels)) for e in what_changed(actor)]
    return render(request, "home/overview.html", context)


@page("")
def find(request: PageRequest) -> HttpResponse:
    """Customers and documents for a few characters; a single hit opens at once."""
    try:
        text = clean_text(request.GET.get("q", ""), SEARCH_LENGTH)
    except Refusal as refusal:
        return render(request, "home/search.html", {"refusal": refusal}, status=400)
    hits = search(request.actor, text) if text else Hits([], [])
    rows = [Hit(c.name, c.code, _("Customer"), link("customers:detail", c.pk)) for c in hits.customers]
    rows += [
        Hit(str(d), d.customer.name if d.customer else "", d.get_kind_display(), document_url(d))
        for d in hits.documents
    ]
    if len(rows) == 1 and rows[0].url:
        return redirect(rows[0].url)
    return render(request, "home/search.html", {"text": text, "hits": rows})


def document_url(document: Document) -> str:
    return link(f"{document.kind}s:detail", document.pk)
