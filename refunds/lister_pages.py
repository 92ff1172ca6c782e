"""The list of refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import link
from arledger.companies.entity_pages import ByEntity
from arledger.companies.models import BankAccount
from arledger.companies.selectors import within_reach
from arledger.core.errors import Refusal
from arledger.core.http.forms import AmountField, DayField, TextField, offer
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import parse_localized_amount, quantize
from ledger.models import NUMBER_ORDER, Document, Kind
from reconciliation.figures import document_figures
from reconciliation.marks import Mark
from reconciliation.mirrors import TakenBack
from reconciliation.selectors import TextSearch, coded, documents
from refunds.selectors import RefundState
from summaries.forms import InSummaryField, narrow_to_summary


class RefundFilter(forms.Form):
    customer = TextField(label=_("Customer"), max_length=100, required=False)
    account = forms.ChoiceField(label=_("Bank account"), required=False)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)
    amount = AmountField(label=_("Amount"), required=False, allow_negative=False)
    match_code = TextField(label=_("Match code"), max_length=60, required=False)
    summary = InSummaryField()


@dataclass(frozen=True)
class RefundRow:
    """A refund as the list shows it; the amount of a void is negative."""

    document: Document
    state: RefundState
    mark: Mark

    def __str__(self) -> str:
        return str(self.document)

    @property
    def id(self) -> int:
        return self.document.pk

    @property
    def url(self) -> str:
        return link("refunds:detail", self.document.pk)

    @property
    def quiet(self) -> bool:
        return self.state in (RefundState.VOIDED, RefundState.VOIDING)


class RefundLister(ByEntity):
    name = "refunds"
    columns = (
        Column(label=_("Number"), sort="number"),
        Column(label=_("Customer")),
        Column(label=_("Date"), sort="date"),
        Column(label=_("Bank account")),
        Column(label=_("Pay to")),
        Column(label=_("Reference")),
        Column(label=_("Amount"), sort="amount", numeric=True),
        Column(label=_("State")),
        Column(label=_("Mark"), icon="link-2"),
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("amount", ("total_order", "id")),
    )
    default_sort = "-date"
    search_label = _("Number, reference, amount or customer")
    tabs = (
        ("", _("All")),
        ("drafts", _("Drafts")),
        ("posted", _("Posted")),
        ("voided", _("Voided")),
    )
    filter_form = RefundFilter
    export_columns = (
        "number",
        "state",
        "customer",
        "customer_name",
        "date",
        "bank_account",
        "pay_to",
        "reference",
        "description",
        "currency",
        "amount",
    )

    def make_form(self) -> RefundFilter:
        form = RefundFilter(self.query)
        narrow_to_summary(form, actor=self.actor, kind=Kind.REFUND)
        banks = within_reach(self.actor, BankAccount).order_by("code")
        offer(form, "account", [("", "—"), *((str(bank.pk), str(bank)) for bank in banks)])
        return form

    @cached_property
    def search(self) -> TextSearch:
        return TextSearch(self.actor, Kind.REFUND, self.text)

    @cached_property
    def paid(self) -> TextSearch:
        """Of the customers that the filter means."""
        return TextSearch(self.actor, Kind.REFUND, self.values["customer"], customers_only=True)

    @cached_property
    def taken_back(self) -> TakenBack:
        return TakenBack(self.actor, Kind.REFUND)

    def base(self) -> QuerySet[Document]:
        rows = documents(self.actor).filter(kind=Kind.REFUND)
        return rows.annotate(number_order=NUMBER_ORDER).select_related("customer", "bank_account")

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        posted = rows.filter(state=Document.State.POSTED)
        match tab:
            case "drafts":
                return rows.filter(state=Document.State.DRAFT)
            case "posted":
                return posted.exclude(self.taken_back.condition)
            case _:
                return posted.filter(self.taken_back.condition)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """By text, and a text that is an amount also by that."""
        return rows.filter(self.search.condition | self._of_amount_typed(text))

    def _of_amount_typed(self, text: str) -> Q:
        currency = self.request.company.base_currency
        try:
            amount = parse_localized_amount(text, currency, get_language() or "en", allow_negative=False)
        except Refusal:
            return Q()
        return _of_amount(amount)

    def within(self) -> QuerySet[Any] | None:
        """No index has entities, bank accounts, texts inside words and names that many customers share."""
        if "match_code" in self.values or "amount" in self.values:
            return None
        hard = (
            bool({"account", "entity"} & set(self.values))
            or (self.tab in ("posted", "voided") and not self.taken_back.selective)
            or (self.text and not self.search.selective)
            or ("customer" in self.values and not self.paid.selective)
        )
        return self._by_column(self.base()) if hard else None

    @property
    def countable(self) -> bool:
        return not self.text or self.search.selective

    def _by_column(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What columns with an index decide: dates and the summary."""
        bounds = {"date_from": "date__gte", "date_to": "date__lte", "summary": "summary"}
        return rows.filter(**{bounds[name]: self.values[name] for name in bounds if name in self.values})

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        rows = self._by_column(rows)
        if "account" in values:
            rows = rows.filter(bank_account=int(values["account"]))
        if "customer" in values:
            rows = rows.filter(self.paid.condition)
        if "match_code" in values:
            rows = rows.filter(coded(self.actor.company_id, values["match_code"]))
        if "amount" in values:
            rows = rows.filter(_of_amount(values["amount"]))
        return rows

    def shown(self, rows: list[Any]) -> list[RefundRow]:
        mirrors = Document.objects.filter(
            company_id=self.actor.company_id, reverses__in=[row.pk for row in rows]
        )
        voided = set(mirrors.values_list("reverses_id", flat=True))
        figures = document_figures(
            company_id=self.actor.company_id, ids=[row.pk for row in rows], day=self.actor.today
        )
        return [
            RefundRow(
                row,
                state_of(row, voided=row.pk in voided),
                figures[row.pk].mark if row.pk in figures else Mark.NONE,
            )
            for row in rows
        ]

    def totals(self, rows: QuerySet[Any]) -> Sequence[Total]:
        """What was refunded, voids deducted, and what drafts name."""
        found: dict[str, dict[str, tuple[int, Any]]] = {}
        sums = rows.order_by().values_list("currency", "state").annotate(Count("pk"), Sum("total"))
        for currency, state, count, total in sums:
            found.setdefault(currency, {})[state] = (count, total)
        words = {Document.State.POSTED: _("Refunded"), Document.State.DRAFT: _("In drafts")}
        return [
            Total(
                currency=currency,
                count=sum(count for count, _total in states.values()),
                figures=[(word, states[state][1]) for state, word in words.items() if state in states],
            )
            for currency, states in sorted(found.items())
        ]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("refunds:export"))]

    def export_row(self, row: RefundRow) -> Sequence[object]:
        document = row.document
        return (
            document.number,
            str(row.state.value),
            document.customer.code,
            document.customer.name,
            document.date,
            document.bank_account.code if document.bank_account else "",
            document.bill_to,
            document.reference,
            document.description,
            document.currency,
            quantize(document.total, document.currency),
        )


def _of_amount(amount: Decimal) -> Q:
    """By the index of the order: amounts themselves are numeric, which row security keeps from any index."""
    order = int(amount * 10_000)
    return Q(total_order__in=[-order, order])


def state_of(document: Document, *, voided: bool) -> RefundState:
    if document.state == Document.State.DRAFT:
        return RefundState.DRAFT
    if document.reverses_id is not None:
        return RefundState.VOIDING
    return RefundState.VOIDED if voided else RefundState.POSTED
