"""Adjustments: their list, their form, one of them and the verbs on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from arledger.core.actor import Actor
from arledger.core.http.doors import PageRequest, page
from credits.adjustment_forms import AdjustmentForm
from credits.credit_pages import credit_figures
from credits.services import adjustments as services
from ledger.models import Document, Kind
from reconciliation.document_forms import DueFilter, billed
from reconciliation.document_list_pages import BilledLister, ListPages
from reconciliation.document_pages import DocumentPages
from reconciliation.entry_pages import BilledEntryPages, Sheet
from reconciliation.facts import Facts, Listed
from reconciliation.kind_pages import Words
from reconciliation.selectors import States

_CREDIT = Q(total__lt=0)


class AdjustmentLister(BilledLister):
    """Drafts, posted adjustments and reversals; credit memos are *available*, debit memos *open*."""

    name = "adjustments"
    kind = Kind.ADJUSTMENT
    filter = DueFilter
    tabs = (
        ("", pgettext_lazy("tab", "All")),
        ("drafts", pgettext_lazy("tab", "Drafts")),
        ("available", pgettext_lazy("tab", "Available")),
        ("open", pgettext_lazy("tab", "Open")),
        ("settled", pgettext_lazy("tab", "Settled")),
    )
    computed = {
        "available": lambda states: states.unsettled() & _CREDIT,
        "open": lambda states: states.unsettled() & ~_CREDIT,
        "settled": States.settled,
    }
    unsettled = ("available", "open")
    also = ("reason",)
    export_columns: ClassVar[Sequence[str]] = (*BilledLister.export_columns, "reason")

    def export_row(self, row: Listed) -> list[object]:
        return [*super().export_row(row), row.document.reason]


class Adjustments(DocumentPages, BilledEntryPages, ListPages):
    kind = Kind.ADJUSTMENT
    words = Words(
        many=gettext_lazy("Adjustments"),
        draft=gettext_lazy("Draft adjustment"),
        new=gettext_lazy("New adjustment"),
        edit=gettext_lazy("Edit draft adjustment"),
        post=gettext_lazy("Post adjustment"),
        post_question=gettext_lazy("Post this draft adjustment"),
        delete_question=gettext_lazy("Delete this draft adjustment"),
        reverse=gettext_lazy("Reverse adjustment"),
        pick_first=gettext_lazy("Pick drafts in the list of adjustments first."),
    )
    head = AdjustmentForm
    lister = AdjustmentLister

    def enter(self, actor: Actor, sheet: Sheet, *, post: bool) -> int:
        return services.enter(actor=actor, adjustments=[billed(sheet.form, sheet.lines)], post=post)[0]

    def replace(self, actor: Actor, key: int, sheet: Sheet, *, version: int) -> None:
        services.edit(actor=actor, key=key, entered=billed(sheet.form, sheet.lines), version=version)

    def post_drafts(self, actor: Actor, ids: Sequence[int]) -> Sequence[str | None]:
        return services.post(actor=actor, ids=ids)

    def delete_drafts(self, actor: Actor, ids: Sequence[int]) -> None:
        services.delete(actor=actor, ids=ids)

    def take_back(self, actor: Actor, ids: Sequence[int], on: date, reason: str) -> object:
        return services.reverse(actor=actor, ids=ids, on=on, reason=reason)

    def copy(self, actor: Actor, key: int) -> int:
        return services.duplicate(actor=actor, key=key)

    def figures(self, shown: Facts) -> list[tuple[str, Decimal]]:
        """A credit memo says what of it is applied and what is available, both positive (SPEC 15.2)."""
        if not (shown.listed.figures and shown.listed.figures.is_credit):
            return super().figures(shown)
        return [(_("Total"), shown.listed.document.total), *credit_figures(shown)]

    def due_on(self, document: Document) -> date | None:
        """A credit memo is due on no day."""
        return super().due_on(document) if document.total >= 0 else None

    def particulars(self, document: Document) -> list[tuple[str, str]]:
        return [(_("Reason"), document.reason), *super().particulars(document)]

    def post_effects(self, actor: Actor, document: Document) -> list[str]:
        numbered = _("Draws the next adjustment number; from then on the adjustment never changes.")
        return [numbered, *super().post_effects(actor, document)]


PAGES = Adjustments()


@page("adjustments.list")
def list_(request: PageRequest) -> HttpResponse:
    return PAGES.rows(request)


@page("adjustments.list")
def export(request: PageRequest) -> HttpResponseBase:
    return PAGES.export(request)


@page("adjustments.post")
def bulk_post(request: PageRequest) -> HttpResponse:
    return PAGES.bulk_post(request)


@page("adjustments.add")
def new(request: PageRequest) -> HttpResponse:
    """Enter an adjustment; ``?customer=`` (key) starts it."""
    return PAGES.new(request)


@page("adjustments.list")
def due(request: PageRequest) -> HttpResponse:
    """When an adjustment of ``?date=`` is due: a sentence for the form."""
    return PAGES.due(request)


@page("adjustments.view")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One adjustment, with its figures as of today or of ``?as_at=``."""
    return PAGES.detail(request, key)


@page("adjustments.edit")
def edit(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.edit(request, key)


@page("adjustments.delete")
def delete(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.delete(request, key)


@page("adjustments.post")
def post(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.post(request, key)


@page("adjustments.reverse")
def reverse_(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.reverse(request, key)


@page("adjustments.add")
def duplicate(request: PageRequest, key: int) -> HttpResponse:
    return PAGES.duplicate(request, key)
