"""Statement of account: what a customer gets on paper, open items or all that moved since a day (SPEC 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.companies.context import link
from arledger.companies.entity_forms import (
    EntityField,
    chosen_entity,
    offer_entities,
    visible_entities,
)
from arledger.core.actor import Actor
from arledger.core.export_sources import Company
from arledger.core.formats import format_amount, format_date
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField
from arledger.core.http.pdf import pdf_response
from arledger.core.pdf import Column, Sheet, language_tag, paper_of
from customers.models import Customer
from customers.selectors import customer
from ledger.models import Kind
from reconciliation import report
from reconciliation.accounts import open_documents
from reconciliation.balance_forward import moving
from reconciliation.report import Query
from reconciliation.report_rows import Scope

ZERO = Decimal(0)
MOST_ROWS = 10_000
OPEN, FORWARD = "open", "forward"
WAYS = ((OPEN, gettext_lazy("open items")), (FORWARD, gettext_lazy("balance brought forward")))


class StatementForm(forms.Form):
    """Which statement: open items as at a day, or the movements of a period with the balance before it."""

    way = forms.ChoiceField(label=gettext_lazy("Statement"), choices=WAYS, required=False)
    start = DayField(label=gettext_lazy("From"), required=False)
    end = DayField(label=gettext_lazy("As at"), required=False)
    entity = EntityField()

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_entities(self, visible_entities(actor), everything=gettext_lazy("all"))

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        start, end = values.get("start"), values.get("end")
        if start and end and start > end:
            self.add_error("start", _("The period starts after its end."))
        return values


@dataclass(frozen=True)
class Statement:
    """One currency of an account: the texts of its rows, and what is owed at the end."""

    currency: str
    rows: list[list[str]]
    balance: Decimal


@page("statements.run")
def statement(request: PageRequest, key: int) -> HttpResponse:
    """The PDF of one customer's account. ``?way=`` open or forward, ``start`` and ``end`` as the form says."""
    found = customer(request.actor, key)
    form = StatementForm(request.GET, actor=request.actor)
    if not form.is_valid():
        context = {"customer": found, "form": form, "url": link("customers:detail", key)}
        return render(request, "reports/statement.html", context, status=400)
    actor, values = request.actor, form.cleaned_data
    end = values["end"] or actor.today
    start = values["start"] or end.replace(day=1)
    onward = values["way"] == FORWARD
    entity = values.get("entity")
    parts = (
        forward(actor, found, start, end, entity=entity)
        if onward
        else open_items(actor, found, end, entity=entity)
    )
    sheet = sheet_of(request.company, found, parts, end, forward=onward, entity=chosen_entity(form))
    return pdf_response(sheet, name=f"statement-{found.code}-{end.isoformat()}", at=actor.at)


@page("statements.run")
def choose(request: PageRequest, key: int) -> HttpResponse:
    """Which statement of a customer one wants."""
    form = StatementForm(initial={"way": OPEN, "end": request.actor.today}, actor=request.actor)
    context = {
        "customer": customer(request.actor, key),
        "form": form,
        "url": link("customers:detail", key),
    }
    return render(request, "reports/statement.html", context)


def open_items(actor: Actor, found: Customer, day: date, *, entity: int | None = None) -> list[Statement]:
    """What is open on the day by due date, charges and credits, per currency; of one entity (0: the top level)."""
    language = get_language() or "en"
    parts: dict[str, list[list[str]]] = {}
    balances: dict[str, Decimal] = {}
    for charge in (True, False):
        for one in open_documents(
            actor=actor, customer=found.pk, day=day, charge=charge, limit=MOST_ROWS, entity=entity
        ):
            document, currency = one.document, one.document.currency
            opened = one.open if charge else -one.open
            balances[currency] = balances.get(currency, ZERO) + opened
            due = document.due_date if charge else None
            parts.setdefault(currency, []).append(
                [
                    format_date(document.date, language),
                    f"{Kind(document.kind).label} {document}" if document.number else str(document),
                    document.reference,
                    format_date(due, language) if due else "",
                    format_amount(document.total, currency, language),
                    format_amount(opened, currency, language),
                    format_amount(balances[currency], currency, language),
                ]
            )
    return [Statement(currency, parts[currency], balances[currency]) for currency in sorted(parts)]


def forward(
    actor: Actor, found: Customer, start: date, end: date, *, entity: int | None = None
) -> list[Statement]:
    """The balance before the period and everything that moved it; what was only matched is left out.

    Of one ``entity`` (0: the top level), or of all.
    """
    language = get_language() or "en"
    query = Query(
        scope=Scope(
            company_id=actor.company_id,
            start=start,
            end=end,
            as_at=end,
            entities=actor.entities,
            entity=entity,
        ),
        include_all=True,
    )
    statements = []
    for account in report.accounts_of(actor=actor, query=query, customer=found.pk):
        currency, balance = account.currency, account.opening
        rows = [[format_date(start, language), _("Balance brought forward"), "", "", "", "", ""]]
        rows[0][-1] = format_amount(balance, currency, language)
        for row in moving(account.rows):
            balance += row.amount
            rows.append(
                [
                    format_date(row.date, language),
                    f"{Kind(row.kind).label} {row.number}",
                    row.reference,
                    "",
                    format_amount(row.charges, currency, language) if row.charges else "",
                    format_amount(row.payments, currency, language) if row.payments else "",
                    format_amount(balance, currency, language),
                ]
            )
        statements.append(Statement(currency, rows, balance))
    return statements


def sheet_of(
    company: Company,
    found: Customer,
    parts: list[Statement],
    end: date,
    *,
    forward: bool,
    entity: str = "",
) -> Sheet:
    """What is printed, in the reader's language; an account without movements says so."""
    language = get_language() or "en"
    day = format_date(end, language)
    title = _("Statement of account on %(date)s") % {"date": day}
    figures = (_("Charges"), _("Payments")) if forward else (_("Amount"), _("Open"))
    rows = []
    for part in parts:
        if len(parts) > 1:
            rows.append(["", part.currency, "", "", "", "", ""])
        rows += part.rows
    return Sheet(
        language=language_tag(language),
        paper=paper_of(company.time_zone),
        company=company.name,
        title=title,
        party_label=_("Customer"),
        party="\n".join(text for text in (found.name, found.address) if text),
        facts=[
            (_("Customer"), found.code),
            (_("Date"), day),
            *([(_("Entity"), entity)] if entity else []),
        ],
        columns=[
            Column(label=_("Date")),
            Column(label=_("Document"), wide=True),
            Column(label=_("Reference")),
            Column(label="" if forward else _("Due")),
            Column(label=figures[0], figure=True),
            Column(label=figures[1], figure=True),
            Column(label=_("Balance"), figure=True),
        ],
        rows=rows,
        totals=[
            (
                _("Balance due") if part.balance >= 0 else _("Balance in your favour"),
                f"{format_amount(abs(part.balance), part.currency, language)} {part.currency}",
                True,
            )
            for part in parts
        ],
        notices=[] if parts else [_("Nothing is open on this account.")],
        footer=f"{company.name} · {title}",
    )
