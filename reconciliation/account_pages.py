"""Customers with what they owe: the list with balances, and the account of one customer as of any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from arledger.companies.context import address, link
from arledger.companies.entity_pages import ByEntity
from arledger.core.dates import LAST_YEAR, parse_iso_date
from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.keyset import CursorInvalid, Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import quantize
from customers.models import Customer
from customers.selectors import customer, search, visible
from reconciliation.accounts import Entry, OpenDocument, Place, history, open_documents, owing
from reconciliation.ageing import AgedCustomer, ageing
from reconciliation.balances import balances
from reconciliation.bars import totals_of
from reconciliation.document_pages import checkout_url

OPEN_SHOWN = 20
HISTORY_SHOWN = 25
SALT = "arledger.history"


@dataclass(frozen=True)
class Row:
    """A customer of the list with his balances, one per currency in which something is open."""

    customer: Customer
    balances: Sequence[AgedCustomer]

    @property
    def id(self) -> int:
        return self.customer.pk


class CustomerLister(ByEntity):
    """The list of customers."""

    name = "customers"
    columns = (
        Column(label=gettext_lazy("Customer"), sort="name"),
        Column(label=gettext_lazy("Code"), sort="code"),
        Column(label=gettext_lazy("Balance"), numeric=True),
        Column(label=gettext_lazy("Overdue"), numeric=True),
        Column(label=gettext_lazy("Credits available"), numeric=True),
        Column(label=gettext_lazy("Currency")),
    )
    sorts = (Sort("name", ("sort_key", "id")), Sort("code", ("code", "id")))
    default_sort = "name"
    search_label = gettext_lazy("Search by name or code")
    tabs = (
        ("", pgettext_lazy("tab", "All")),
        ("open", pgettext_lazy("tab", "With balance")),
        ("inactive", pgettext_lazy("tab", "Inactive")),
    )
    export_columns: ClassVar[Sequence[str]] = (
        "code",
        "name",
        "active",
        "currency",
        "balance",
        "overdue",
        "credits",
    )

    def base(self) -> QuerySet[Customer]:
        return visible(self.actor)

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        if tab == "inactive":
            return rows.filter(active=False)
        return rows.filter(self._owing)

    @cached_property
    def _owing(self) -> Q:
        return owing(self.actor.company_id, self.actor.today)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return search(rows, text)

    def shown(self, rows: list[Any]) -> list[Row]:
        balances: dict[int, list[AgedCustomer]] = {}
        for aged in self._aged([row.pk for row in rows]).rows:
            balances.setdefault(aged.customer, []).append(aged)
        return [Row(row, balances.get(row.pk, [])) for row in rows]

    def _aged(self, customers: list[int] | None) -> Any:
        return ageing(
            company_id=self.actor.company_id,
            day=self.actor.today,
            customers=customers,
            entities=self.actor.entities,
        )

    def totals(self, rows: QuerySet[Any]) -> list[Total]:
        narrowed = bool(self.text or self.values or self.tab == "inactive")
        customers = list(rows.values_list("pk", flat=True)) if narrowed else None
        return [_total([total]) for total in self._aged(customers).totals]

    def totals_of(self, shown: Sequence[Row]) -> list[Total]:
        found: dict[str, list[AgedCustomer]] = {}
        for aged in (aged for row in shown for aged in row.balances):
            found.setdefault(aged.currency, []).append(aged)
        return [_total(found[currency]) for currency in sorted(found)]

    def exports(self) -> list[Export]:
        return [Export(label="CSV", url=reverse("customers:export"))]

    def export_rows(self, row: Row) -> list[list[object]]:
        """A line per currency; a customer without anything open has one with zeros."""
        found = row.balances or [AgedCustomer(row.id, row.customer.currency, [Decimal(0)])]
        return [
            [
                row.customer.code,
                row.customer.name,
                "yes" if row.customer.active else "no",
                aged.currency,
                *(quantize(amount, aged.currency) for amount in (aged.total, aged.overdue, -aged.credits)),
            ]
            for aged in found
        ]


def _total(rows: Sequence[AgedCustomer]) -> Total:
    """Of rows in one currency."""
    return Total(
        currency=rows[0].currency,
        count=sum(row.documents for row in rows),
        figures=[
            (_("Balance"), sum((row.total for row in rows), Decimal(0))),
            (_("Overdue"), sum((row.overdue for row in rows), Decimal(0))),
            (_("Credits available"), sum((row.available for row in rows), Decimal(0))),
        ],
    )


@page("customers.list")
def list_(request: PageRequest) -> HttpResponse:
    """All customers by name, with what they owe today."""
    context = {"may": _may(request), "list_url": reverse("customers:list")}
    return CustomerLister(request).respond("customers/list.html", context)


@page("customers.list")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return CustomerLister(request).download()


def _may(request: PageRequest) -> dict[str, bool]:
    rights = (
        "customers.view",
        "customers.add",
        "customers.edit",
        "customers.delete",
        "invoices.list",
        "invoices.add",
        "adjustments.add",
        "advances.add",
        "payments.add",
        "refunds.add",
        "statements.run",
        "matching.apply",
    )
    return {right.replace(".", "_"): request.actor.may(right) for right in rights}


@page("customers.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One customer's account as of today or ``?as_at=``: balances, ageing, open items, credits, history."""
    actor = request.actor
    found = customer(actor, key)
    errors: list[str] = []
    day, start = actor.today, None
    try:
        text = request.GET.get("as_at", "")
        day = parse_iso_date(text, field="as_at") if text else day
        start = _place(key, day, request.GET.get("cursor", ""))
    except Refusal as refusal:
        errors.append(str(refusal))
    aged = ageing(company_id=actor.company_id, day=day, customers=[key], entities=actor.entities)
    first = Place(_after(day), 0, {row.currency: row.total for row in aged.totals})
    entries, onward = history(actor=actor, customer=key, start=start or first, day=day, limit=HISTORY_SHOWN)
    context = {
        "customer": found,
        "day": day,
        "past": day != actor.today,
        "errors": errors,
        "totals": totals_of(aged),
        "curves": balances(actor=actor, customer=key, day=day),
        "charges": _open(request, key, day, charge=True),
        "credits": _open(request, key, day, charge=False),
        "shown": OPEN_SHOWN,
        "entries": [_row(entry) for entry in entries],
        "cursor": signing.dumps(_plain(key, day, onward), salt=SALT) if onward else "",
        "started": start is not None,
        "may": _may(request),
        "facts": _facts(found),
        "urls": _urls(key) | {"checkout": checkout_url(request)},
    }
    return render(request, "customers/detail.html", context, status=400 if errors else 200)


def _after(day: date) -> date:
    return day + timedelta(days=1) if day < date(LAST_YEAR, 12, 31) else day


def _open(request: PageRequest, key: int, day: date, *, charge: bool) -> list[Mapping[str, Any]]:
    found = open_documents(actor=request.actor, customer=key, day=day, charge=charge, limit=OPEN_SHOWN + 1)
    return [_open_row(row, day) for row in found]


def _open_row(row: OpenDocument, day: date) -> dict[str, Any]:
    due = row.document.due_date or row.document.date
    return {
        "document": row.document,
        "figures": row.figures,
        "open": row.open,
        "url": link(f"{row.document.kind}s:detail", row.document.pk),
        "due": due,
        "overdue": row.figures.open_charges > 0 and due < day,
    }


def _row(entry: Entry) -> dict[str, Any]:
    return {"entry": entry, "url": link(f"{entry.document.kind}s:detail", entry.document.pk)}


def _plain(key: int, day: date, place: Place) -> list[Any]:
    """A place as it stands in an address, signed: balances are not the reader's to choose."""
    balances = {currency: str(amount) for currency, amount in place.balances.items()}
    return [key, day.isoformat(), place.date.isoformat(), place.key, balances]


def _place(key: int, day: date, text: str) -> Place | None:
    """Where the history goes on. Raises CursorInvalid."""
    if not text:
        return None
    try:
        own, own_day, below, document, balances = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise CursorInvalid(field="cursor") from error
    if (own, own_day) != (key, day.isoformat()):
        raise CursorInvalid(field="cursor")
    amounts = {currency: Decimal(amount) for currency, amount in balances.items()}
    return Place(date.fromisoformat(below), document, amounts)


def _facts(found: Customer) -> list[tuple[Any, Any]]:
    return [
        (_("Code"), found.code),
        (_("Currency"), found.currency),
        (_("Payment term"), str(found.term) if found.term else ""),
        (_("Belongs to"), str(found.parent) if found.parent else ""),
        (_("E-mail"), found.email),
        (_("Address"), linebreaksbr(found.address)),
        (_("Country"), found.country),
    ]


def _urls(key: int) -> dict[str, str]:
    return {
        "invoices": address("invoices:list"),
        "new_invoice": address("invoices:new"),
        "new_adjustment": address("adjustments:new"),
        "new_advance": address("advances:new"),
        "receive": address("payments:receive"),
        "refund": address("refunds:new"),
        "statement": address("reports:statement", key),
        "workbench": address("reconciliation:workbench"),
        "oldest_first": address("reconciliation:oldest-first", key),
        "edit": reverse("customers:edit", args=[key]),
        "delete": reverse("customers:delete", args=[key]),
    }
