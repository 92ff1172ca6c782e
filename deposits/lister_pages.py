"""The list of deposits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import link
from arledger.companies.entity_pages import ByEntity
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import quantize
from deposits.forms import DepositFilter
from deposits.selectors import bank_accounts, containing, counted, deposits, reversed_among
from ledger.models import NUMBER_ORDER, Document


@dataclass(frozen=True)
class DepositRow:
    """A deposit as the list shows it; the amount of a reversal is negative."""

    document: Document
    receipts: int
    state: str

    def __str__(self) -> str:
        return str(self.document)

    @property
    def id(self) -> int:
        return self.document.pk

    @property
    def url(self) -> str:
        return link("deposits:detail", self.document.pk)

    @property
    def quiet(self) -> bool:
        return self.state in ("reversed", "reversal")

    @property
    def amount(self) -> Decimal:
        amount = self.document.amount or Decimal(0)
        return -amount if self.document.reverses_id else amount


class DepositLister(ByEntity):
    name = "deposits"
    columns = (
        Column(label=_("Number"), sort="number"),
        Column(label=_("Date"), sort="date"),
        Column(label=_("Bank account")),
        Column(label=_("Reference")),
        Column(label=_("Receipts"), numeric=True),
        Column(label=_("Amount"), sort="amount", numeric=True),
        Column(label=_("State")),
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("amount", ("amount", "id")),
    )
    default_sort = "-date"
    search_label = _("Number, reference, receipt or customer")
    tabs = (
        ("", _("All")),
        ("drafts", _("Drafts")),
        ("posted", _("Posted")),
        ("reversed", _("Reversed")),
    )
    filter_form = DepositFilter
    export_columns = (
        "number",
        "state",
        "date",
        "gl_date",
        "bank_account",
        "reference",
        "description",
        "receipts",
        "currency",
        "amount",
    )

    def make_form(self) -> DepositFilter:
        return DepositFilter(self.query, actor=self.actor, banks=bank_accounts(self.actor))

    def base(self) -> QuerySet[Document]:
        return deposits(self.actor).annotate(number_order=NUMBER_ORDER).select_related("bank_account")

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        if tab == "drafts":
            return rows.filter(state=Document.State.DRAFT)
        gone = Q(reverses__isnull=False) | Q(
            pk__in=deposits(self.actor).filter(reverses__isnull=False).values("reverses")
        )
        posted = rows.filter(state=Document.State.POSTED)
        return posted.filter(gone) if tab == "reversed" else posted.exclude(gone)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(containing(self.actor, text))

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        if values.get("account"):
            rows = rows.filter(bank_account=int(values["account"]))
        plain = {"date_from": "date__gte", "date_to": "date__lte", "amount": "amount", "summary": "summary"}
        return rows.filter(**{lookup: values[name] for name, lookup in plain.items() if name in values})

    def shown(self, rows: list[Any]) -> list[DepositRow]:
        keys = [row.pk for row in rows]
        company = self.actor.company_id
        held = counted(company, [row.reverses_id or row.pk for row in rows])
        gone = reversed_among(company, keys)
        return [
            DepositRow(row, held.get(row.reverses_id or row.pk, 0), state_of(row, row.pk in gone))
            for row in rows
        ]

    def totals(self, rows: QuerySet[Any]) -> Sequence[Total]:
        signed = Case(When(reverses__isnull=True, then=F("amount")), default=-F("amount"))
        posted = rows.filter(state=Document.State.POSTED).order_by("currency").values("currency")
        return [
            Total(
                currency=found["currency"],
                count=found["count"],
                figures=[(_("Deposited"), found["sum"] or Decimal(0))],
            )
            for found in posted.annotate(count=Count("pk"), sum=Sum(signed))
        ]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("deposits:export"))]

    def export_row(self, row: DepositRow) -> Sequence[object]:
        document = row.document
        assert document.bank_account is not None, "a deposit goes to a bank account"
        return (
            document.number,
            row.state,
            document.date,
            document.gl_date,
            document.bank_account.code,
            document.reference,
            document.description,
            row.receipts,
            document.currency,
            quantize(row.amount, document.currency),
        )


def state_of(document: Document, is_reversed: bool) -> str:
    """What the chip says: draft, posted, reversed or reversal."""
    if document.state == Document.State.DRAFT:
        return "draft"
    if document.reverses_id:
        return "reversal"
    return "reversed" if is_reversed else "posted"
