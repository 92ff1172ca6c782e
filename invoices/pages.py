"""One invoice, and the verbs on it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.http.doors import PageRequest, page
from invoices import services
from invoices.kind_pages import InvoiceKind
from ledger.models import Document
from reconciliation.document_pages import DocumentPages, money_text
from reconciliation.panel_pages import matches


class InvoicePages(InvoiceKind, DocumentPages):
    def copy(self, actor: Actor, key: int) -> int:
        return services.duplicate(actor=actor, key=key)

    def post_effects(self, actor: Actor, document: Document) -> list[str]:
        numbered = _("Draws the next invoice number; from then on the invoice never changes.")
        return [numbered, *super().post_effects(actor, document)]

    def offered(self, actor: Actor, kept: str) -> dict[str, bool]:
        """Reversing only where the company has it switched on."""
        may = super().offered(actor, kept)
        return may | {"reverse": may["reverse"] and settings_of(actor.company_id).row.reverse_unpaid_invoices}

    def reverse_effects(self, request: PageRequest, document: Document) -> list[str]:
        """The inline credits that are undone with it."""
        effects = []
        lines = document.lines.filter(company_id=request.actor.company_id, amount__lt=0)
        credits = set(lines.values_list("pk", flat=True))
        for match in matches(actor=request.actor, ids=[document.pk], day=request.actor.today, back=""):
            if match.document == document.pk and match.line in credits:
                fact = {"amount": money_text(match.amount, document.currency), "match": match.label}
                effects.append(_("Undoes the inline credit of %(amount)s against %(match)s.") % fact)
        return [*effects, _("%(number)s can no longer be paid.") % {"number": document}]


PAGES = InvoicePages()


@page("invoices.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One invoice, with its figures as of today or of ``?as_at=``."""
    return PAGES.detail(request, key)


@page("invoices.post")
def post(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.post(request, key)


@page("invoices.delete")
def delete(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.delete(request, key)


@page("invoices.reverse")
def reverse_(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.reverse(request, key)


@page("invoices.add")
def duplicate(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.duplicate(request, key)
