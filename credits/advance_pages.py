"""Advances: their list, their form, one of them and the verbs on it. Amounts show as money received: positive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Total
from arledger.core.money import quantize
from credits.advance_forms import (
    UNDEPOSITED,
    AdvanceFilter,
    AdvanceForm,
    AdvanceLineForm,
    advance,
    advance_lines,
)
from credits.credit_pages import credit_figures
from credits.services import advances as services
from ledger.models import Document, Kind
from reconciliation.document_list_pages import DocumentLister, ListPages
from reconciliation.document_pages import DocumentPages
from reconciliation.entry_pages import EntryPages, Sheet
from reconciliation.facts import Facts, Listed
from reconciliation.kind_pages import Words
from reconciliation.marks import Settlement
from reconciliation.receipt_pages import receipt_pdf


class AdvanceLister(DocumentLister):
    """Drafts, posted advances and reversals, those of the latter as what was given back."""

    name = "advances"
    kind = Kind.ADVANCE
    filter = AdvanceFilter
    columns: ClassVar[Sequence[Column]] = (
        Column(label=gettext_lazy("Number"), sort="number"),
        Column(label=gettext_lazy("Customer")),
        Column(label=gettext_lazy("Date"), sort="date"),
        Column(label=gettext_lazy("Method")),
        Column(label=gettext_lazy("Account")),
        Column(label=gettext_lazy("Amount"), sort="amount", numeric=True),
        Column(label=gettext_lazy("Available"), numeric=True),
        Column(label=gettext_lazy("Match code")),
        Column(label=gettext_lazy("State")),
        Column(label=gettext_lazy("Mark"), icon="link-2"),
    )
    sorts: ClassVar[Sequence[Sort]] = (
        Sort("date", ("date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("amount", ("total_order", "id"), inverted=True),
    )
    tabs = (
        ("", pgettext_lazy("tab", "All")),
        ("drafts", pgettext_lazy("tab", "Drafts")),
        ("available", pgettext_lazy("tab", "Available")),
        ("applied", pgettext_lazy("tab", "Applied")),
    )
    computed = {
        "available": lambda states: states.unsettled(),
        "applied": lambda states: states.settlement(Settlement.APPLIED),
    }
    unsettled = ("available",)
    named = ("customer", "bank_account")
    also = ("method", "bank_account__code", "bank_account__name")
    export_columns: ClassVar[Sequence[str]] = (
        "number",
        "state",
        "settlement",
        "mark",
        "customer",
        "customer_name",
        "date",
        "method",
        "account",
        "currency",
        "amount",
        "available",
        "match_code",
        "reference",
        "description",
    )

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        rows = super().narrowed(rows, values)
        return rows.filter(method=values["method"]) if "method" in values else rows

    def total_of(self, currency: str, count: int, total: Decimal, open_amount: Decimal) -> Total:
        figures = [(_("Amount"), -total), (_("Available"), -open_amount)]
        return Total(currency=currency, count=count, figures=figures)

    def export_row(self, row: Listed) -> list[object]:
        document, figures = row.document, row.figures
        return [
            document.number or "",
            row.state,
            str(figures.settlement) if figures else "",
            str(figures.mark) if figures else "",
            document.customer.code,
            document.customer.name,
            document.date,
            document.method,
            document.bank_account.code if document.bank_account else UNDEPOSITED,
            document.currency,
            quantize(-document.total, document.currency),
            quantize(-figures.open_amount, document.currency) if figures else None,
            figures.match_code if figures else "",
            document.reference,
            document.description,
        ]


class Advances(DocumentPages, EntryPages, ListPages):
    kind = Kind.ADVANCE
    words = Words(
        many=gettext_lazy("Advances"),
        draft=gettext_lazy("Draft advance"),
        new=gettext_lazy("New advance"),
        edit=gettext_lazy("Edit draft advance"),
        post=gettext_lazy("Post advance"),
        post_question=gettext_lazy("Post this draft advance"),
        delete_question=gettext_lazy("Delete this draft advance"),
        reverse=gettext_lazy("Reverse advance"),
        pick_first=gettext_lazy("Pick drafts in the list of advances first."),
    )
    edit_right = "add"
    sign = -1
    head = AdvanceForm
    line = AdvanceLineForm
    lister = AdvanceLister

    def enter(self, actor: Actor, sheet: Sheet, *, post: bool) -> int:
        return services.enter(actor=actor, advances=[advance(sheet.form, sheet.lines)], post=post)[0]

    def replace(self, actor: Actor, key: int, sheet: Sheet, *, version: int) -> None:
        services.edit(actor=actor, key=key, entered=advance(sheet.form, sheet.lines), version=version)

    def lines_of(self, document: Document) -> list[dict[str, Any]]:
        return advance_lines(document)

    def post_drafts(self, actor: Actor, ids: Sequence[int]) -> Sequence[str | None]:
        return services.post(actor=actor, ids=ids)

    def delete_drafts(self, actor: Actor, ids: Sequence[int]) -> None:
        services.delete(actor=actor, ids=ids)

    def take_back(self, actor: Actor, ids: Sequence[int], on: date, reason: str) -> object:
        return services.reverse(actor=actor, ids=ids, on=on, reason=reason)

    def figures(self, shown: Facts) -> list[tuple[str, Decimal]]:
        amount = [(_("Amount"), -shown.listed.document.total)]
        return [*amount, *credit_figures(shown)] if shown.listed.figures else amount

    def particulars(self, document: Document) -> list[tuple[str, str]]:
        account = str(document.bank_account) if document.bank_account else _("Undeposited funds")
        return [
            (_("Method"), document.get_method_display()),
            (_("Account"), account),
            *super().particulars(document),
        ]

    def post_effects(self, actor: Actor, document: Document) -> list[str]:
        if settings_of(actor.company_id).sequence_id(self.kind, document.entity_id) is None:
            numbered = _(
                "Advances are not numbered at present: this one never gets a number. Once posted it never changes."
            )
        else:
            numbered = _("Draws the next advance number; from then on the advance never changes.")
        return [numbered, *super().post_effects(actor, document)]


PAGES = Advances()


@page("advances.list")
def list_(request: PageRequest) -> HttpResponse:
    return PAGES.rows(request)


@page("advances.list")
def export(request: PageRequest) -> HttpResponseBase:
    return PAGES.export(request)


@page("advances.post")
def bulk_post(request: PageRequest) -> HttpResponse:
    return PAGES.bulk_post(request)


@page("advances.add")
def new(request: PageRequest) -> HttpResponse:
    """Enter an advance; ``?customer=`` (key) starts it."""
    return PAGES.new(request)


@page("advances.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One advance, with its figures as of today or of ``?as_at=``."""
    return PAGES.detail(request, key)


@page("advances.view")
def pdf(request: PageRequest, key: int) -> HttpResponse:
    """The receipt for whoever paid in advance."""
    return receipt_pdf(request, PAGES.one(request.actor, key))


@page("advances.add")
def edit(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.edit(request, key)


@page("advances.delete")
def delete(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.delete(request, key)


@page("advances.post")
def post(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.post(request, key)


@page("advances.reverse")
def reverse_(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.reverse(request, key)
