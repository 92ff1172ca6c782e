"""Quick deposit: money without an invoice, on one page that posts the invoice and its receipt (SPEC 8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import address
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, show_refusal, submit
from arledger.core.money import decimals
from checkout import services
from checkout.forms import QuickDepositForm, entered
from customers.selectors import visible
from ledger.models import Document, Kind
from reconciliation.document_forms import BilledLineForm
from reconciliation.entry_pages import Sheet


@page("payments.post")
def quick_deposit(request: PageRequest) -> HttpResponse:
    """Enter a quick deposit; ``?customer=`` (key) starts it."""
    actor = request.actor
    for right in services.RIGHTS:
        actor.require(right)
    sheet = Sheet.of(
        request,
        head=QuickDepositForm,
        line=BilledLineForm,
        shown=_start(request),
        lines=[],
        kind=Kind.INVOICE,
    )
    if request.method == "POST" and _valid(sheet):
        try:
            return submit(request, lambda: _do(actor, sheet))
        except Refusal as refusal:
            names = {"lines": "customer"}
            show_refusal(sheet.form, refusal, formset=sheet.lines, rows=sheet.lines.sent, names=names)
    return _page(request, sheet)


def _start(request: PageRequest) -> dict[str, Any]:
    asked = request.GET.get("customer", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 18
    customer = visible(request.actor).filter(pk=int(asked), active=True).first() if known else None
    return {"date": request.actor.today} | ({"customer": customer} if customer else {})


def _valid(sheet: Sheet) -> bool:
    """Both parts are read, so that all that is wrong shows at once."""
    head, lines = sheet.form.is_valid(), sheet.lines.is_valid()
    return head and lines


def _do(actor: Actor, sheet: Sheet) -> Done:
    assert isinstance(sheet.form, QuickDepositForm)
    one = entered(sheet.form, sheet.lines, sheet.currency)
    made = services.quick_deposit(actor=actor, deposits=[one])[0]
    keys = [made.invoice, made.payment]
    found = Document.objects.filter(company_id=actor.company_id, pk__in=keys)
    numbers = dict(found.values_list("pk", "number"))
    total = sum((line.amount for line in one.lines), Decimal(0))
    amount = format_amount(total, one.currency, get_language() or "en")
    said = _("%(invoice)s and %(payment)s are posted and matched: %(amount)s received.") % {
        "invoice": numbers[made.invoice],
        "payment": numbers[made.payment],
        "amount": f"{amount} {one.currency}",
    }
    return Done(reverse("payments:detail", args=[made.payment]), said)


def _page(request: PageRequest, sheet: Sheet) -> HttpResponse:
    listed = "deposits:list" if request.actor.may("deposits.list") else "payments:list"
    context = {
        "form": sheet.form,
        "formset": sheet.lines,
        "form_class": "form-wide",
        "more": BilledLineForm.more,
        "currency": sheet.currency,
        "places": decimals(sheet.currency),
        "total": sheet.total,
        "picked": sheet.customer,
        "foreign": sheet.currency != sheet.settings.company.base_currency,
        "words": {
            "many": _("Deposits") if listed == "deposits:list" else _("Payments"),
            "new": _("Quick deposit"),
        },
        "list_url": address(listed),
        "back_url": address(listed),
        "options_url": reverse("customers:options"),
    }
    refused = bool(sheet.form.errors or (sheet.lines.is_bound and not sheet.lines.is_valid()))
    return render(request, "checkout/quick_deposit.html", context, status=422 if refused else 200)
