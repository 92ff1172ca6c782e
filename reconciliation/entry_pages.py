"""Entering and changing documents with lines: one form, saved as a draft or posted at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.models import Term
from arledger.companies.selectors import Settings, settings_of
from arledger.companies.terms import due_date
from arledger.core.actor import Actor
from arledger.core.dates import parse_iso_date
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount, format_date
from arledger.core.http.doors import PageRequest
from arledger.core.http.forms import Done, replay, show_refusal, submit
from arledger.core.money import decimals
from customers.models import Customer
from customers.selectors import named, visible
from ledger.attachment_forms import Tray
from ledger.models import Document
from ledger.posting import require_drafts
from reconciliation.document_forms import (
    BilledForm,
    BilledLineForm,
    HeadForm,
    LineForm,
    LineForms,
    billed_lines,
    line_forms,
)
from reconciliation.kind_pages import KindPages
from summaries.forms import offer_summaries

Values = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """The form and its lines. What the amounts mean depends on the currency, so that is found out first."""

    form: HeadForm
    lines: LineForms
    currency: str
    settings: Settings

    @classmethod
    def of(
        cls,
        request: PageRequest,
        *,
        head: type[HeadForm],
        line: type[LineForm],
        shown: Values,
        lines: list[Values],
        kind: str,
    ) -> Sheet:
        settings = settings_of(request.actor.company_id)
        data = request.POST if request.method == "POST" else None
        form = head(data, actor=request.actor, settings=settings, initial=shown)
        offer_summaries(form, actor=request.actor, settings=settings, kind=kind)
        currency = _currency(request, shown, form) or settings.company.base_currency
        formset = line_forms(data, line=line, head=form, currency=currency, settings=settings, initial=lines)
        return cls(form, formset, currency, settings)

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


def _currency(request: PageRequest, shown: Values, form: HeadForm) -> str:
    """What was chosen, else the customer's currency."""
    if request.method != "POST":
        chosen, customer = shown.get("currency"), shown.get("customer")
    else:
        chosen = request.POST.get("currency", "")
        customer = (
            None if chosen else named(request.actor, request.POST.get("customer", "").replace("\0", ""))
        )
    known = dict(form.fields["currency"].choices)  # type: ignore[attr-defined]
    if chosen and chosen in known:
        return str(chosen)
    return customer.currency if customer else ""


class EntryPages(KindPages):
    """The form of a kind: new ones, and drafts."""

    head: ClassVar[type[HeadForm]]
    line: ClassVar[type[LineForm]]

    # Services ------------------------------------------------------------------------------------------------

    def enter(self, actor: Actor, sheet: Sheet, *, post: bool) -> int:
        """Write what a valid form says; the document's key."""
        raise NotImplementedError

    def replace(self, actor: Actor, key: int, sheet: Sheet, *, version: int) -> None:
        """Replace a draft by what a valid form says."""
        raise NotImplementedError

    # What a kind may say otherwise ---------------------------------------------------------------------------

    def lines_of(self, document: Document) -> list[Values]:
        """What the lines show of a draft."""
        raise NotImplementedError

    def start(self, request: PageRequest) -> Values:
        """What the head of a new document shows first; ``?customer=`` (key) chooses him."""
        actor = request.actor
        asked = request.GET.get("customer", "")
        known = asked.isascii() and asked.isdigit() and len(asked) < 18
        customer = visible(actor).filter(pk=int(asked), active=True).first() if known else None
        return {"date": actor.today} | ({"customer": customer} if customer else {})

    def more(self, request: PageRequest, sheet: Sheet) -> Values:
        """What else the template of the form needs."""
        return {}

    # Pages ---------------------------------------------------------------------------------------------------

    def new(self, request: PageRequest) -> HttpResponse:
        """Enter a document."""
        actor = request.actor
        sheet = self._sheet(request, self.start(request), [])

        def verb() -> Done:
            post = "post" in request.POST
            key = self.enter(actor, sheet, post=post)
            Tray.of(request, self.kind).attach(key)
            said = self.posted(actor, key) if post else _("The draft is saved.")
            return Done(self.at(key), said)

        return self._answer(request, sheet, verb, {"back_url": self.url("list")})

    def edit(self, request: PageRequest, key: int) -> HttpResponse:
        """Change a draft; somebody else's change in between is named, not overwritten."""
        if again := replay(request):
            return again
        actor, document = request.actor, self.one(request.actor, key)
        require_drafts([document])
        sheet = self._sheet(request, self.head.shown(document), self.lines_of(document))

        def verb() -> Done:
            version = sheet.form.cleaned_data["version"] or 0
            self.replace(actor, key, sheet, version=version)
            Tray.of(request, self.kind).attach(key)
            if "post" not in request.POST:
                return Done(self.at(key), _("The draft is saved."))
            self.post_drafts(actor, [key])
            return Done(self.at(key), self.posted(actor, key))

        return self._answer(request, sheet, verb, {"document": document, "back_url": self.at(key)})

    def _sheet(self, request: PageRequest, shown: Values, lines: list[Values]) -> Sheet:
        return Sheet.of(request, head=self.head, line=self.line, shown=shown, lines=lines, kind=self.kind)

    def _answer(
        self, request: PageRequest, sheet: Sheet, verb: Callable[[], Done], context: Values
    ) -> HttpResponse:
        if request.method == "POST":
            head, lines = sheet.form.is_valid(), sheet.lines.is_valid()
            if Tray.of(request, self.kind).accepted(sheet.form) and head and lines:
                try:
                    return submit(request, verb)
                except Refusal as refusal:
                    rows = sheet.lines.sent
                    show_refusal(sheet.form, refusal, formset=sheet.lines, rows=rows)
        context |= self.context() | {
            "form": sheet.form,
            "formset": sheet.lines,
            "form_class": "form-wide",
            "more": self.line.more,
            "currency": sheet.currency,
            "places": decimals(sheet.currency),
            "total": sheet.total,
            "picked": sheet.customer,
            "foreign": sheet.currency != sheet.settings.company.base_currency,
            "tray": Tray.of(request, self.kind).keep(),
            "may_post": request.actor.may(self.right("post")),
            "options_url": reverse("customers:options"),
            **self.more(request, sheet),
        }
        refused = bool(sheet.form.errors or (sheet.lines.is_bound and not sheet.lines.is_valid()))
        return render(request, f"{self.kind}s/form.html", context, status=422 if refused else 200)


class BilledEntryPages(EntryPages):
    """The form of what is billed: invoices and adjustments."""

    head = BilledForm
    line = BilledLineForm

    def lines_of(self, document: Document) -> list[Values]:
        return billed_lines(document)

    def more(self, request: PageRequest, sheet: Sheet) -> Values:
        return {"due_hint": due_hint(_due(request.actor.company_id, sheet))}

    def due(self, request: PageRequest) -> HttpResponse:
        """When a document of ``?date=`` is due by ``?term=``, or by its customer's term: a sentence for the form."""
        query: QueryDict = request.GET
        try:
            day = parse_iso_date(query.get("date", ""))
        except Refusal:
            return HttpResponse(due_hint(None), content_type="text/plain; charset=utf-8")
        term = query.get("term", "")
        known = term.isascii() and term.isdigit() and len(term) < 18
        customer = None if known else named(request.actor, query.get("customer", "").replace("\0", ""))
        key = int(term) if known else (customer.term_id if customer else None)
        found = _due_from(request.actor.company_id, key, day) if key else None
        return HttpResponse(due_hint(found), content_type="text/plain; charset=utf-8")


def _due(company_id: int, sheet: Sheet) -> date | None:
    """The due date the term gives, shown beside the empty field."""
    values = getattr(sheet.form, "cleaned_data", {}) if sheet.form.is_bound else sheet.form.initial
    day = values.get("date")
    customer = sheet.customer
    term = values.get("term") or (customer.term_id if customer else None)
    return _due_from(company_id, term, day) if day and term else None


def _due_from(company_id: int, term: int, day: date) -> date | None:
    found = Term.objects.filter(company_id=company_id, pk=term).first()
    return due_date(day, found.net_days, found.end_of_month) if found else None


def due_hint(day: date | None) -> str:
    """What an empty due date means."""
    if day is None:
        return _("Left empty, as the term says.")
    return _("Left empty: %(day)s") % {"day": format_date(day, get_language() or "en")}
