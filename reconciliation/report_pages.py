"""Reports on the books. So far the ageing: who owes what for how long, as of any day (SPEC 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from arledger.companies.context import address
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.export import csv_file
from arledger.core.money import quantize
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation.ageing import AgedCustomer, Ageing, ageing
from reconciliation.bars import Segment, segments, totals_of
from reconciliation.buckets import bucket_head, bucket_title
from reconciliation.report_forms import AgeingForm

ROWS = 100
SORTS = ("customer", "total", "overdue")


@dataclass(frozen=True)
class Row:
    """A customer's line of the report as the template draws it."""

    customer: Customer
    url: str
    figures: AgedCustomer
    cells: list[tuple[str, Decimal]]
    bar: list[Segment]


@page("ageing.run")
def ageing_page(request: PageRequest) -> HttpResponse:
    """The report on screen, a hundred customers at a time; all choices are in the address."""
    form = AgeingForm.of(request.GET.dict(), request.actor.today)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "reports/ageing.html", context)
    found = _read(request, form)
    sort, first = _order(request.GET.get("sort", "")), _place(request.GET.get("cursor", ""))
    customers = by_ids(request.actor.company_id, {row.customer for row in found.rows})
    rows = _sorted(found.rows, customers, sort)
    longest = {total.currency: Decimal(0) for total in found.totals}
    for row in rows:
        longest[row.currency] = max(longest[row.currency], row.charges)
    titles = [bucket_title(label) for label in found.labels]
    shown = [
        Row(
            customers[row.customer],
            address("customers:detail", row.customer),
            row,
            list(zip(titles, row.buckets, strict=True)),
            segments(row.buckets, longest[row.currency]),
        )
        for row in rows[first : first + ROWS]
    ]
    return render(
        request,
        "reports/ageing.html",
        context
        | {
            "heads": [(bucket_head(label), bucket_title(label)) for label in found.labels],
            "sections": [
                (total, [row for row in shown if row.figures.currency == total.figures.currency])
                for total in totals_of(found)
                if any(row.figures.currency == total.figures.currency for row in shown)
            ],
            "sort": sort,
            "count": len(rows),
            "previous": max(first - ROWS, 0) if first else None,
            "next": first + ROWS if first + ROWS < len(rows) else None,
        },
    )


@page("ageing.run")
def ageing_csv(request: PageRequest) -> HttpResponse:
    """The same figures for every customer: ISO dates, plain decimals, the bucket's labels as the API has them."""
    form = AgeingForm.of(request.GET.dict(), request.actor.today)
    if not form.is_valid():
        return render(request, "reports/ageing.html", {"form": form}, status=400)
    found = _read(request, form)
    customers = by_ids(request.actor.company_id, {row.customer for row in found.rows})
    return csv_file(
        name=f"ageing-{request.company.code}-{found.day.isoformat()}.csv",
        header=["customer", "name", "currency", *found.labels, "credits", "total"],
        rows=[_cells(row, customers) for row in _sorted(found.rows, customers, "customer")],
    )


def _cells(row: AgedCustomer, customers: dict[int, Customer]) -> list[object]:
    customer = customers[row.customer]
    figures = [quantize(amount, row.currency) for amount in (*row.buckets, row.credits, row.total)]
    return [customer.code, customer.name, row.currency, *figures]


def _read(request: PageRequest, form: AgeingForm) -> Ageing:
    day: date = form.cleaned_data["as_of"]
    return ageing(
        company_id=request.actor.company_id,
        day=day,
        basis=form.cleaned_data["basis"],
        edges=form.cleaned_data["buckets"],
        entities=request.actor.entities,
    )


def _order(text: str) -> str:
    return text if text.removeprefix("-") in SORTS else "customer"


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _sorted(rows: Sequence[AgedCustomer], customers: dict[int, Customer], sort: str) -> list[AgedCustomer]:
    """By name; or by an amount, the largest debtor first for ``-total``. Currencies stay together."""
    by_name = sorted(
        rows, key=lambda row: (customers[row.customer].sort_key, row.customer), reverse=sort == "-customer"
    )
    key = sort.removeprefix("-")
    if key != "customer":
        by_name.sort(
            key=lambda row: row.total if key == "total" else row.overdue, reverse=sort.startswith("-")
        )
    return sorted(by_name, key=lambda row: row.currency)
