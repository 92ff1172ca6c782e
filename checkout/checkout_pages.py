"""Checkout: an invoice with the receipts that pay it, on one page (SPEC 6, 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import address
from arledger.core.errors import Refusal, refuse
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, replay, show_refusal, submit
from arledger.core.money import decimals
from checkout import services
from checkout.receipt_forms import MOST, ReceiptForms, instalments, receipt_forms, show_receipt_refusals
from customers.selectors import visible
from ledger.models import Document, Kind
from ledger.posting import require_drafts
from reconciliation.document_forms import BilledForm, BilledLineForm, billed, billed_lines
from reconciliation.entry_pages import Sheet, due_hint
from reconciliation.selectors import visible_document

USUAL_COUNT = 3


@dataclass(frozen=True)
class Till:
    """The invoice's form and lines, and the receipts; ``document`` is the draft it starts from."""

    sheet: Sheet
    receipts: ReceiptForms
    document: Document | None
    count: str

    def valid(self) -> bool:
        """All parts are read, so that all that is wrong shows at once."""
        parts = [self.sheet.form.is_valid(), self.sheet.lines.is_valid(), self.receipts.is_valid()]
        return all(parts)

    @property
    def billed(self) -> Decimal:
        """The invoice's total as far as its lines can be read."""
        found = Decimal(0)
        for line in self.sheet.lines.forms:
            values = getattr(line, "cleaned_data", None) or ({} if line.is_bound else line.initial)
            amount = values.get("amount")
            if isinstance(amount, Decimal) and not values.get("DELETE"):
                found += amount
        return found


@page("payments.post")
def new(request: PageRequest) -> HttpResponse:
    """A new invoice with its receipts; ``?customer=`` (key) starts it."""
    return _page(request, None)


@page("payments.post")
def draft(request: PageRequest, key: int) -> HttpResponse:
    """A draft invoice, posted with its receipts."""
    if again := replay(request):
        return again
    document = visible_document(request.actor, kind="invoice", key=key)
    require_drafts([document])
    request.actor.require("invoices.edit")
    return _page(request, document)


def _page(request: PageRequest, document: Document | None) -> HttpResponse:
    actor = request.actor
    for right in services.RIGHTS:
        actor.require(right)
    till = _till(request, document)
    if request.method == "POST" and "post" in request.POST and till.valid():
        try:
            return submit(request, lambda: _do(request, till))
        except Refusal as refusal:
            rest = show_receipt_refusals(till.receipts, refusal)
            if rest:
                _show(till, rest)
    return _show_page(request, till)


def _show(till: Till, rest: list[Refusal]) -> None:
    try:
        refuse(rest)
    except Refusal as refusal:
        sheet = till.sheet
        names = {"lines": "customer", "payments": "customer"}
        show_refusal(sheet.form, refusal, formset=sheet.lines, rows=sheet.lines.sent, names=names)


def _till(request: PageRequest, document: Document | None) -> Till:
    """What was sent; for ``split`` and ``more`` with other rows of receipts."""
    shown = BilledForm.shown(document) if document else _start(request)
    lines = billed_lines(document) if document else []
    sheet = Sheet.of(
        request, head=BilledForm, line=BilledLineForm, shown=shown, lines=lines, kind=Kind.INVOICE
    )
    count = request.POST.get("count", str(USUAL_COUNT))
    if request.method != "POST":
        first = {"date": shown["date"]}
        receipts = receipt_forms(
            request.actor, None, currency=sheet.currency, settings=sheet.settings, initial=[first]
        )
        return Till(sheet, receipts, document, count)
    sent = receipt_forms(
        request.actor, request.POST, currency=sheet.currency, settings=sheet.settings, initial=[]
    )
    till = Till(sheet, sent, document, count)
    if "split" not in request.POST and "more" not in request.POST:
        return till
    sheet.lines.is_valid()
    sent.is_valid()
    rows = _split(request, till) if "split" in request.POST else _more(till)
    return Till(
        sheet,
        receipt_forms(request.actor, None, currency=sheet.currency, settings=sheet.settings, initial=rows),
        document,
        count,
    )


def _start(request: PageRequest) -> dict[str, Any]:
    asked = request.GET.get("customer", "")
    known = asked.isascii() and asked.isdigit() and len(asked) < 18
    customer = visible(request.actor).filter(pk=int(asked), active=True).first() if known else None
    return {"date": request.actor.today} | ({"customer": customer} if customer else {})


def _split(request: PageRequest, till: Till) -> list[dict[str, Any]]:
    """Monthly instalments of the invoice's total, the first one as the first row says."""
    text = till.count.strip()
    count = min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    first = _values(till.receipts)[0] if till.receipts.forms else {}
    day = first.get("date")
    day = day if isinstance(day, date) else request.actor.today
    if till.billed <= 0:
        return [first | {"date": day}]
    return [
        first | {"amount": amount, "date": on, "line": None}
        for amount, on in instalments(till.billed, count, day, till.sheet.currency)
    ]


def _more(till: Till) -> list[dict[str, Any]]:
    rows = _values(till.receipts)
    last = rows[-1] if rows else {}
    return [*rows, {**last, "amount": None, "line": None}][:MOST]


def _values(receipts: ReceiptForms) -> list[dict[str, Any]]:
    """The rows as they came, also what is wrong in them."""
    return [
        {name: form.cleaned_data.get(name, form[name].value()) for name in form.fields}
        if hasattr(form, "cleaned_data")
        else {name: form[name].value() for name in form.fields}
        for form in receipts.forms
    ]


def _do(request: PageRequest, till: Till) -> Done:
    actor, document = request.actor, till.document
    receipts = [till.receipts.forms[place].entered for place in till.receipts.sent]
    made = services.checkout(
        actor=actor,
        invoice=billed(till.sheet.form, till.sheet.lines),
        payments=receipts,
        draft=document.pk if document else 0,
        version=(till.sheet.form.cleaned_data["version"] or 0) if document else 0,
    )
    found = Document.objects.filter(company_id=actor.company_id, pk__in=[made.invoice, *made.payments])
    numbers = dict(found.values_list("pk", "number"))
    said = _("%(invoice)s is posted with %(payments)s: %(amount)s received.") % {
        "invoice": numbers[made.invoice],
        "payments": ", ".join(str(numbers[key]) for key in made.payments),
        "amount": _text(sum((one.amount for one in receipts), Decimal(0)), found[0].currency),
    }
    return Done(address("invoices:detail", made.invoice), said)


def _text(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency, get_language() or 'en')} {currency}"


def _balance(till: Till) -> str:
    """How the receipts stand to the invoice, in words; empty while there is nothing to compare."""
    total, paid, currency = till.billed, till.receipts.total, till.sheet.currency
    if not (total and paid):
        return ""
    said = {"paid": _text(paid, currency), "left": _text(abs(total - paid), currency)}
    if paid < total:
        return _("The receipts are %(paid)s: %(left)s stays open.") % said
    if paid > total:
        return _("The receipts are %(paid)s: %(left)s becomes an overpayment.") % said
    return _("The receipts are %(paid)s: the invoice is paid in full.") % said


def _show_page(request: PageRequest, till: Till) -> HttpResponse:
    sheet, document = till.sheet, till.document
    listed = address("invoices:list") if request.actor.may("invoices.list") else ""
    back = address("invoices:detail", document.pk) if document else listed or reverse("home:index")
    context = {
        "form": sheet.form,
        "formset": sheet.lines,
        "receipts": till.receipts,
        "count": till.count,
        "balance": _balance(till),
        "form_class": "form-wide",
        "more": BilledLineForm.more,
        "currency": sheet.currency,
        "places": decimals(sheet.currency),
        "total": sheet.total,
        "picked": sheet.customer,
        "foreign": sheet.currency != sheet.settings.company.base_currency,
        "due_hint": due_hint(None),
        "routes": {"due": "invoices:due"},
        "words": {"many": _("Invoices"), "new": _("Checkout")},
        "list_url": listed or back,
        "back_url": back,
        "options_url": reverse("customers:options"),
    }
    return render(request, "checkout/checkout.html", context, status=422 if _refused(request, till) else 200)


def _refused(request: PageRequest, till: Till) -> bool:
    if request.method != "POST" or "post" not in request.POST:
        return False
    receipts = till.receipts.is_bound and not till.receipts.is_valid()
    return bool(till.sheet.form.errors or not till.sheet.lines.is_valid() or receipts)
