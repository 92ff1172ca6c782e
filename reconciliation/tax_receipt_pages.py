"""Tax receipts: the year's list, its file, and the paper of each customer (SPEC 12)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import address, link
from arledger.companies.entity_forms import chosen_entity
from arledger.companies.models import Company
from arledger.core.errors import NotFound
from arledger.core.formats import format_amount, format_date
from arledger.core.http import exporting
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.pdf import pdf_response
from arledger.core.pdf import Column, Sheet, language_tag, paper_of
from customers.models import Customer
from customers.selectors import customer
from reconciliation.received_forms import TaxReceiptsForm
from reconciliation.tax_receipts import PaidItem, Query, items, tax_receipts, totals

ROWS = 500


@page("statements.run")
def tax_receipts_page(request: PageRequest) -> HttpResponse:
    """Who paid how much for the year; each customer's paper is one click away."""
    form = TaxReceiptsForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/tax_receipts.html", {"form": form}, status=400)
    query = form.query
    found = tax_receipts(query=query)
    context: dict[str, Any] = {
        "form": form,
        "query": query,
        "rows": [
            {
                "receipt": one,
                "url": link("customers:detail", one.customer.pk),
                "pdf": address("reports:tax-receipt-pdf", one.customer.pk),
            }
            for one in found[:ROWS]
        ],
        "count": len(found),
        "totals": totals(found),
    }
    return render(request, "reports/tax_receipts.html", context)


@page("statements.run")
def tax_receipts_csv(request: PageRequest) -> HttpResponseBase:
    """Every paid item of the year, by customer, as a file; ``?format=xlsx`` as a spreadsheet."""
    form = TaxReceiptsForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/tax_receipts.html", {"form": form}, status=400)
    return exporting.answer(request, "tax-receipts")


@page("statements.run")
def tax_receipt_pdf(request: PageRequest, key: int) -> HttpResponse:
    """The tax receipt of one customer on paper. Raises NotFound when nothing was paid for the year."""
    found = customer(request.actor, key)
    form = TaxReceiptsForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/tax_receipts.html", {"form": form}, status=400)
    query = form.query
    paid = items(query=query, customers=[found.pk])
    if not paid:
        raise NotFound()
    sheet = sheet_of(request.company, found, paid, query, entity=chosen_entity(form))
    return pdf_response(sheet, name=f"tax-receipt-{query.year}-{found.code}", at=request.actor.at)


def sheet_of(
    company: Company, found: Customer, paid: list[PaidItem], query: Query, *, entity: str = ""
) -> Sheet:
    """What is printed, in the reader's language."""
    language = get_language() or "en"
    title = _("Tax receipt for %(year)s") % {"year": query.year}
    sums: dict[str, Any] = {}
    for item in paid:
        sums[item.currency] = sums.get(item.currency, 0) + item.paid
    return Sheet(
        language=language_tag(language),
        paper=paper_of(company.time_zone),
        company=company.name,
        title=title,
        party_label=_("Customer"),
        party="\n".join(text for text in (found.name, found.address) if text),
        facts=[
            (_("Customer"), found.code),
            (_("Service year"), str(query.year)),
            (_("As of"), format_date(query.as_of, language)),
            *([(_("Entity"), entity)] if entity else []),
        ],
        columns=[
            Column(label=_("Document")),
            Column(label=_("Description"), wide=True),
            Column(label=_("Service")),
            Column(label=_("Paid"), figure=True),
        ],
        rows=[_printed(item, language) for item in paid],
        totals=[
            (_("Paid"), f"{format_amount(amount, currency, language)} {currency}", True)
            for currency, amount in sums.items()
        ],
        notes=[_("Only amounts received and matched with the items above are counted.")],
        footer=f"{company.name} · {title}",
    )


def _printed(item: PaidItem, language: str) -> list[str]:
    since = format_date(item.since, language)
    until = item.service_end if item.service_start else None
    service = f"{since} – {format_date(until, language)}" if until and until != item.since else since
    return [item.number, item.description, service, format_amount(item.paid, item.currency, language)]
