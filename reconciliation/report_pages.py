"""Reports on the books. So far the ageing: who owes what for how long, as of any day (SPEC 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from arledger.companies.context import link
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.exporting import answer
from arledger.core.http.views import opening
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation.ageing import AgedCustomer, AgedDocument, Ageing, aged_documents, ageing
from reconciliation.bars import Segment, segments, totals_of
from reconciliation.buckets import bucket, bucket_head, bucket_title
from reconciliation.report_forms import AgeingForm

ROWS = 100
MOST_DOCUMENTS = 1_000
SORTS = ("customer", "total", "overdue")


@dataclass(frozen=True)
class DocumentRow:
    """An open document below its customer: its amount in the cell of its bucket, or as a credit."""

    document: AgedDocument
    url: str
    cells: list[Decimal | None]
    credit: Decimal | None


@dataclass(frozen=True)
class Row:
    """A customer's line of the report as the template draws it."""

    customer: Customer
    url: str
    figures: AgedCustomer
    cells: list[tuple[str, Decimal]]
    bar: list[Segment]
    documents: Sequence[DocumentRow] = ()


@page("ageing.run")
def ageing_page(request: PageRequest) -> HttpResponse:
    """The report on screen, a hundred customers at a time; all choices are in the address."""
    if opened := opening(request):
        return opened
    form = AgeingForm.of(request.GET.dict(), request.actor)
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
    here = rows[first : first + ROWS]
    detail = bool(request.GET.get("detail"))
    documents = _documents(request, form, found, here) if detail else {}
    shown = [
        Row(
            customers[row.customer],
            link("customers:detail", row.customer),
            row,
            list(zip(titles, row.buckets, strict=True)),
            segments(row.buckets, longest[row.currency]),
            documents.get((row.customer, row.currency), ()),
        )
        for row in here
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
            "detail": detail,
            "cut": MOST_DOCUMENTS if sum(map(len, documents.values())) == MOST_DOCUMENTS else 0,
            "count": len(rows),
            "previous": max(first - ROWS, 0) if first else None,
            "next": first + ROWS if first + ROWS < len(rows) else None,
        },
    )


@page("ageing.run")
def ageing_csv(request: PageRequest) -> HttpResponseBase:
    """The same figures for every customer as a file (``?format=``); ``?detail=1``: every open document."""
    form = AgeingForm.of(request.GET.dict(), request.actor)
    if not form.is_valid():
        return render(request, "reports/ageing.html", {"form": form}, status=400)
    return answer(request, "ageing-detail" if request.GET.get("detail") else "ageing")


def _documents(
    request: PageRequest, form: AgeingForm, found: Ageing, rows: Sequence[AgedCustomer]
) -> dict[tuple[int, str], list[DocumentRow]]:
    """The open documents of the customers on the page, up to a limit."""
    edges = form.cleaned_data["buckets"]
    documents = aged_documents(
        company_id=request.actor.company_id,
        day=found.day,
        basis=form.cleaned_data["basis"],
        customers=[row.customer for row in rows],
        entities=request.actor.entities,
        entity=form.cleaned_data.get("entity"),
    )
    sorted_in: dict[tuple[int, str], list[DocumentRow]] = {}
    for one in documents[:MOST_DOCUMENTS]:
        own = None if one.days is None else bucket(one.days, edges)
        row = DocumentRow(
            one,
            link(f"{one.kind}s:detail", one.document),
            [one.open if label == own else None for label in found.labels],
            one.open if own is None else None,
        )
        sorted_in.setdefault((one.customer, one.currency), []).append(row)
    return sorted_in


def _read(request: PageRequest, form: AgeingForm) -> Ageing:
    day: date = form.cleaned_data["as_of"]
    return ageing(
        company_id=request.actor.company_id,
        day=day,
        basis=form.cleaned_data["basis"],
        edges=form.cleaned_data["buckets"],
        entities=request.actor.entities,
        entity=form.cleaned_data.get("entity"),
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
