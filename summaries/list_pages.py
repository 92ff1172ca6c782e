"""The list of summaries, and of the documents in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import link
from arledger.companies.entity_pages import ByEntity
from arledger.companies.selectors import settings_of
from arledger.core.http.doors import PageRequest
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export
from summaries.forms import SummaryFilter
from summaries.models import Summary
from summaries.selectors import Content, contents, visible


@dataclass(frozen=True)
class SummaryRow:
    """A summary with what it holds."""

    summary: Summary
    content: Content
    currency: str

    def __str__(self) -> str:
        return self.summary.title

    @property
    def id(self) -> int:
        return self.summary.pk

    @property
    def url(self) -> str:
        return link("summaries:detail", self.summary.pk)


class SummaryLister(ByEntity):
    """Newest first; tabs by state."""

    name = "summaries"
    columns = (
        Column(label=_("Title")),
        Column(label=_("Type")),
        Column(label=_("GL date")),
        Column(label=_("Entity")),
        Column(label=_("Bank account")),
        Column(label=_("Documents"), numeric=True),
        Column(label=_("Total"), numeric=True),
        Column(label=_("State")),
    )
    sorts = (Sort("created", ("created_at", "id")),)
    default_sort = "-created"
    search_label = _("Title")
    tabs = (("", _("All")), ("open", _("Open")), ("closed", _("Closed")))
    filter_form = SummaryFilter
    export_columns = (
        "title",
        "type",
        "state",
        "gl_date",
        "entity",
        "bank_account",
        "count",
        "total",
        "control_count",
        "control_total",
    )

    def base(self) -> QuerySet[Summary]:
        rows = visible(self.actor).select_related("entity", "bank_account")
        if settings_of(self.actor.company_id).refunds_anywhere:
            return rows
        return rows.exclude(type="refunds")

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        return rows.filter(state=tab)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(title__icontains=text)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        if "type" in values:
            rows = rows.filter(type=values["type"])
        if "made" in values:
            rows = rows.filter(automatic=values["made"] == "automatic")
        return rows

    def shown(self, rows: list[Any]) -> list[SummaryRow]:
        found = contents(company_id=self.actor.company_id, ids=[row.pk for row in rows])
        currency = settings_of(self.actor.company_id).company.base_currency
        return [SummaryRow(row, found[row.pk], currency) for row in rows]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("summaries:export"))]

    def export_row(self, row: SummaryRow) -> Sequence[object]:
        one = row.summary
        return (
            one.title,
            one.type,
            one.state,
            one.gl_date,
            one.entity.code if one.entity else "",
            one.bank_account.code if one.bank_account else "",
            row.content.count,
            row.content.total,
            one.control_count,
            one.control_total,
        )


@dataclass(frozen=True)
class ContentRow:
    """A document of a summary; its amount counted as the summary's total counts it."""

    document: Any
    url: str
    amount: Decimal

    def __str__(self) -> str:
        return str(self.document)

    @property
    def id(self) -> int:
        return int(self.document.pk)


def _counted(document: Any) -> Decimal:
    """Money received, deposited and given back is positive; a reversal of it negative."""
    if document.kind == "deposit":
        amount = document.amount or Decimal(0)
        return -amount if document.reverses_id else amount
    received = document.kind in ("payment", "advance")
    return Decimal(-document.total if received else document.total)


class ContentLister(ByEntity):
    """The documents of one summary, drafts included, by date."""

    name = "summary"
    columns = (
        Column(label=_("Number")),
        Column(label=_("Customer")),
        Column(label=_("Date"), sort="date"),
        Column(label=_("GL date")),
        Column(label=_("Reference")),
        Column(label=_("Amount"), numeric=True),
        Column(label=_("State")),
    )
    sorts = (Sort("date", ("date", "id")),)
    default_sort = "-date"
    search_label = _("Number or reference")
    tabs = (("", _("All")), ("posted", _("Posted")), ("draft", _("Drafts")))

    def __init__(self, request: PageRequest, summary: Summary) -> None:
        super().__init__(request)
        self.summary = summary

    def base(self) -> QuerySet[Any]:
        rows = self.summary.documents.filter(company_id=self.actor.company_id)
        if self.actor.entities is not None:
            rows = rows.filter(Q(entity__in=self.actor.entities) | Q(entity__isnull=True))
        return rows.select_related("customer")

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        return rows.filter(state=tab)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(number__istartswith=text) | rows.filter(reference__istartswith=text)

    def shown(self, rows: list[Any]) -> list[ContentRow]:
        return [ContentRow(row, link(f"{row.kind}s:detail", row.pk), _counted(row)) for row in rows]
