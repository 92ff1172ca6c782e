"""Entering and changing invoices: one form with lines, saved as a draft or posted at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.models import Term
from arledger.companies.selectors import Settings, settings_of
from arledger.companies.terms import due_date
from arledger.core.dates import parse_iso_date
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount, format_date
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, replay, show_refusal, submit
from arledger.core.money import decimals
from customers.models import Customer
from customers.selectors import named, visible
from invoices import services
from invoices.forms import MORE, InvoiceForm, LineForms, entered, line_forms, lines_of, new_values, values_of
from invoices.selectors import invoice
from ledger.entering import DocumentInput
from ledger.posting import require_drafts


@page("invoices.add")
def new(request: PageRequest) -> HttpResponse:
    """Enter an invoice; ``?customer=`` (key) starts it."""
    actor = request.actor
    asked = request.GET.get("customer", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 18
    customer = visible(actor).filter(pk=int(asked), active=True).first() if known else None
    sheet = Sheet.of(request, new_values(customer, actor.today), [])

    def verb() -> Done:
        post = "post" in request.POST
        key = services.enter(actor=actor, invoices=[sheet.entered], post=post)[0]
        number = invoice(actor, key).number if post else ""
        said = _("%(number)s is posted.") % {"number": number} if post else _("The draft is saved.")
        return Done(reverse("invoices:detail", args=[key]), said)

    return _answer(request, sheet, verb, {"back_url": reverse("invoices:list")})


@page("invoices.edit")
def edit(request: PageRequest, key: int) -> HttpResponse:
    """Change a draft; somebody else's change in between is named, not overwritten."""
    if again := replay(request):
        return again
    actor, document = request.actor, invoice(request.actor, key)
    require_drafts([document])
    sheet = Sheet.of(request, values_of(document), lines_of(document))

    def verb() -> Done:
        version = sheet.form.cleaned_data["version"] or 0
        services.edit(actor=actor, key=key, entered=sheet.entered, version=version)
        said = _("The draft is saved.")
        if "post" in request.POST:
            number = services.post(actor=actor, ids=[key])[0]
            said = _("%(number)s is posted.") % {"number": number}
        return Done(reverse("invoices:detail", args=[key]), said)

    return _answer(
        request, sheet, verb, {"document": document, "back_url": reverse("invoices:detail", args=[key])}
    )


@dataclass(frozen=True)
class Sheet:
    """The form and its lines. What the amounts mean depends on the currency, so that is found out first."""

    form: InvoiceForm
    lines: LineForms
    currency: str
    settings: Settings

    @classmethod
    def of(cls, request: PageRequest, head: dict[str, Any], lines: list[dict[str, Any]]) -> Sheet:
        settings = settings_of(request.actor.company_id)
        data = request.POST if request.method == "POST" else None
        form = InvoiceForm(data, actor=request.actor, settings=settings, initial=head)
        currency = _currency(request, head, form) or settings.company.base_currency
        revenue = settings.row.revenue_account_id
        formset = line_forms(data, currency=currency, offered=form.offered, revenue=revenue, initial=lines)
        return cls(form, formset, currency, settings)

    @property
    def entered(self) -> DocumentInput:
        return entered(self.form, self.lines)

    @property
    def customer(self) -> Customer | None:
        """Who is chosen so far, to name him below his code."""
        if self.form.is_bound:
            return getattr(self.form, "cleaned_data", {}).get("customer")
        return self.form.initial.get("customer")

    @property
    def total(self) -> str:
        """The sum as far as the lines can be read; scripts keep it up to date."""
        amounts = [_amount(line) for line in self.lines.forms]
        return format_amount(sum(amounts, Decimal(0)), self.currency, get_language() or "en")


def _amount(line: Any) -> Decimal:
    values = getattr(line, "cleaned_data", None) if line.is_bound else line.initial
    found = (values or {}).get("amount")
    return found if isinstance(found, Decimal) and not (values or {}).get("DELETE") else Decimal(0)


def _currency(request: PageRequest, head: dict[str, Any], form: InvoiceForm) -> str:
    """What was chosen, else the customer's currency."""
    if request.method != "POST":
        chosen, customer = head.get("currency"), head.get("customer")
    else:
        chosen = request.POST.get("currency", "")
        customer = (
            None if chosen else named(request.actor, request.POST.get("customer", "").replace("\0", ""))
        )
    known = dict(form.fields["currency"].choices)  # type: ignore[attr-defined]
    if chosen and chosen in known:
        return str(chosen)
    return customer.currency if customer else ""


def _answer(
    request: PageRequest, sheet: Sheet, verb: Callable[[], Done], context: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST":
        head, lines = sheet.form.is_valid(), sheet.lines.is_valid()
        if head and lines:
            try:
                return submit(request, verb)
            except Refusal as refusal:
                rows = sheet.lines.sent
                show_refusal(sheet.form, refusal, formset=sheet.lines, rows=rows)
    context |= {
        "form": sheet.form,
        "formset": sheet.lines,
        "form_class": "form-wide",
        "more": MORE,
        "currency": sheet.currency,
        "places": decimals(sheet.currency),
        "total": sheet.total,
        "picked": sheet.customer,
        "due_hint": due_hint(_due(request.actor.company_id, sheet)),
        "foreign": sheet.currency != sheet.settings.company.base_currency,
        "may_post": request.actor.may("invoices.post"),
        "options_url": reverse("customers:options"),
    }
    refused = bool(sheet.form.errors or (sheet.lines.is_bound and not sheet.lines.is_valid()))
    return render(request, "invoices/form.html", context, status=422 if refused else 200)


def _due(company_id: int, sheet: Sheet) -> date | None:
    """The due date the term gives, shown beside the empty field."""
    values = getattr(sheet.form, "cleaned_data", {}) if sheet.form.is_bound else sheet.form.initial
    day = values.get("date")
    customer = sheet.customer
    term = values.get("term") or (customer.term_id if customer else None)
    return due_from(company_id, term, day) if day and term else None


def due_from(company_id: int, term: int, day: date) -> date | None:
    found = Term.objects.filter(company_id=company_id, pk=term).first()
    return due_date(day, found.net_days, found.end_of_month) if found else None


@page("invoices.list")
def due(request: PageRequest) -> HttpResponse:
    """When an invoice of ``?date=`` is due by ``?term=``, or by its customer's term: a sentence for the form."""
    query: QueryDict = request.GET
    try:
        day = parse_iso_date(query.get("date", ""))
    except Refusal:
        return HttpResponse(due_hint(None), content_type="text/plain; charset=utf-8")
    term = query.get("term", "")
    known = term.isascii() and term.isdigit() and len(term) < 18
    customer = None if known else named(request.actor, query.get("customer", "").replace("\0", ""))
    key = int(term) if known else (customer.term_id if customer else None)
    found = due_from(request.actor.company_id, key, day) if key else None
    return HttpResponse(due_hint(found), content_type="text/plain; charset=utf-8")


def due_hint(day: date | None) -> str:
    """What an empty due date means."""
    if day is None:
        return _("Left empty, as the term says.")
    return _("Left empty: %(day)s") % {"day": format_date(day, get_language() or "en")}
