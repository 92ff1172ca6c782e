"""The list of payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import link
from arledger.companies.entity_pages import ByEntity
from arledger.core.http.forms import AmountField, DayField, TextField
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import quantize
from arledger.core.query import KeyIn
from ledger.models import NUMBER_ORDER, Document, Kind, Method
from payments.forms import UNDEPOSITED
from payments.selectors import bank_accounts
from payments.showing import left, settlement_in_the_end
from reconciliation.figures import Figures, document_figures
from reconciliation.marks import Mark
from reconciliation.mirrors import TakenBack
from reconciliation.selectors import States, TextSearch, coded, documents, totals
from reconciliation.shared_receipts import shared_receipts
from summaries.forms import InSummaryField, narrow_to_summary

SHOWN = (
    "kind",
    "state",
    "number",
    "date",
    "method",
    "reference",
    "currency",
    "total",
    "total_order",
    "customer__code",
    "customer__name",
    "bank_account__code",
    "bank_account__name",
)


class PaymentFilter(forms.Form):
    customer = TextField(label=_("Customer"), max_length=100, required=False)
    method = forms.ChoiceField(label=_("Method"), choices=[("", "—"), *Method.choices], required=False)
    account = forms.ChoiceField(label=_("Account"), required=False)
    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)
    amount = AmountField(label=_("Amount"), required=False, allow_negative=False)
    match_code = TextField(label=_("Match code"), max_length=60, required=False)
    mark = forms.ChoiceField(
        label=_("Mark"), choices=[("", "—"), *((mark.value, mark.label) for mark in Mark)], required=False
    )
    summary = InSummaryField()


@dataclass(frozen=True)
class PaymentRow:
    """A payment as the list shows it; amounts are positive, a reversal's is negative. No figures: a draft.

    ``shared``: it is another customer's than the filter names, and holds a part of his.
    """

    document: Document
    figures: Figures | None
    today: date
    url: str
    shared: bool = False

    def __str__(self) -> str:
        return self.document.number or str(_("Draft payment"))

    @property
    def id(self) -> int:
        return self.document.pk

    @property
    def state(self) -> str:
        return self.figures.state if self.figures else "draft"

    @property
    def states(self) -> list[str]:
        """The chips: the state where it says more than *posted*, else how far it is applied."""
        if self.figures is None or self.state != "posted":
            return [self.state]
        post_dated = ["post_dated"] if self.document.date > self.today else []
        return [settlement_in_the_end(self.figures), *post_dated]

    @property
    def quiet(self) -> bool:
        return self.state in ("reversed", "reversal")

    @property
    def amount(self) -> Decimal:
        return -self.document.total

    @property
    def unapplied(self) -> Decimal | None:
        return left(self.figures) if self.figures else None

    @property
    def mark(self) -> str:
        return self.figures.mark if self.figures else ""


class PaymentLister(ByEntity):
    name = "payments"
    columns = (
        Column(label=_("Number"), sort="number"),
        Column(label=_("Customer")),
        Column(label=_("Date"), sort="date"),
        Column(label=_("Method")),
        Column(label=_("Account")),
        Column(label=_("Reference")),
        Column(label=_("Amount"), sort="amount", numeric=True),
        Column(label=_("Unapplied"), numeric=True),
        Column(label=_("State")),
        Column(label=_("Mark"), icon="link-2"),
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("amount", ("total_order", "id"), inverted=True),
    )
    default_sort = "-date"
    search_label = _("Number, reference or customer")
    tabs = (
        ("", _("All")),
        ("drafts", _("Drafts")),
        ("unapplied", _("Unapplied money")),
        ("post-dated", _("Post-dated")),
        ("reversed", _("Reversed")),
    )
    filter_form = PaymentFilter
    export_columns = (
        "number",
        "state",
        "customer",
        "customer_name",
        "date",
        "method",
        "account",
        "reference",
        "currency",
        "amount",
        "unapplied",
        "mark",
    )

    def make_form(self) -> PaymentFilter:
        form = PaymentFilter(self.query)
        narrow_to_summary(form, actor=self.actor, kind=Kind.PAYMENT)
        account = form.fields["account"]
        assert isinstance(account, forms.ChoiceField)
        account.choices = [
            ("", "—"),
            *((str(bank.pk), str(bank)) for bank in bank_accounts(self.actor)),
            (UNDEPOSITED, _("Undeposited funds")),
        ]
        return form

    @cached_property
    def states(self) -> States:
        return States(self.actor.company_id, self.actor.today)

    @cached_property
    def search(self) -> TextSearch:
        return TextSearch(self.actor, Kind.PAYMENT, self.text)

    @cached_property
    def payers(self) -> TextSearch:
        """Of the customers that the filter means."""
        return TextSearch(self.actor, Kind.PAYMENT, self.values["customer"], customers_only=True)

    @cached_property
    def shared(self) -> frozenset[int]:
        """Receipts of others that hold a part of the customers that the filter means."""
        if "customer" not in self.values or not self.payers.customers:
            return frozenset()
        return frozenset(shared_receipts(self.actor.company_id, self.payers.customers))

    @cached_property
    def taken_back(self) -> TakenBack:
        return TakenBack(self.actor, Kind.PAYMENT)

    def base(self) -> QuerySet[Document]:
        rows = documents(self.actor).filter(kind=Kind.PAYMENT)
        rows = rows.annotate(number_order=NUMBER_ORDER).select_related("customer", "bank_account")
        return rows.only(*SHOWN)

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        posted = rows.filter(state=Document.State.POSTED)
        match tab:
            case "drafts":
                return rows.filter(state=Document.State.DRAFT)
            case "unapplied":
                return rows.filter(self.states.unapplied())
            case "post-dated":
                return posted.filter(date__gt=self.actor.today)
            case _:
                return posted.filter(self.taken_back.condition)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(self.search.condition)

    def within(self) -> QuerySet[Any] | None:
        """No index has entities, methods, accounts, computed states, texts inside words and names of many customers."""
        if "match_code" in self.values or "amount" in self.values:
            return None
        hard = bool({"method", "account", "entity"} & set(self.values)) or not (
            (self.tab != "unapplied" or self.states.selective_credits)
            and (self.tab != "reversed" or self.taken_back.selective)
            and ("mark" not in self.values or self.states.selective)
            and (not self.text or self.search.selective)
            and ("customer" not in self.values or self.payers.selective)
        )
        return self._by_column(self.base()) if hard else None

    @property
    def countable(self) -> bool:
        return not self.text or self.search.selective

    def _by_column(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What columns with an index decide: dates and the summary."""
        bounds = {"date_from": "date__gte", "date_to": "date__lte", "summary": "summary"}
        found = {lookup: self.values[name] for name, lookup in bounds.items() if name in self.values}
        return rows.filter(**found)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        rows = self._by_column(rows)
        account = values.get("account")
        if account:
            rows = rows.filter(bank_account=None if account == UNDEPOSITED else int(account))
        if "customer" in values:
            own = self.payers.condition
            rows = rows.filter(own | Q(KeyIn(self.shared)) if self.shared else own)
        if "match_code" in values:
            rows = rows.filter(coded(self.actor.company_id, values["match_code"]))
        if "mark" in values:
            rows = rows.filter(self.states.mark(Mark(values["mark"])))
        if "method" in values:
            rows = rows.filter(method=values["method"])
        if "amount" in values:
            # By the index of the order: amounts themselves are numeric, which row security keeps from any index.
            order = int(values["amount"] * 10_000)
            rows = rows.filter(total_order__in=[-order, order], amount=values["amount"])
        return rows

    def shown(self, rows: list[Any]) -> list[PaymentRow]:
        posted = [row.pk for row in rows if row.state == Document.State.POSTED]
        figures = document_figures(company_id=self.actor.company_id, ids=posted, day=self.actor.today)
        today, shared = self.actor.today, self.shared
        return [
            PaymentRow(row, figures.get(row.pk), today, link("payments:detail", row.pk), row.pk in shared)
            for row in rows
        ]

    def totals(self, rows: QuerySet[Any]) -> Sequence[Total]:
        posted = rows.filter(state=Document.State.POSTED)
        return [_total(*found) for found in totals(self.actor.company_id, posted, date.max)]

    def totals_of(self, shown: Sequence[PaymentRow]) -> Sequence[Total]:
        sums: dict[str, list[Any]] = {}
        for row in shown:
            if row.figures is not None:
                found = sums.setdefault(row.document.currency, [0, Decimal(0), Decimal(0)])
                open_ever = row.figures.open_charges_ever - row.figures.open_credits_ever
                for place, amount in enumerate((1, row.document.total, open_ever)):
                    found[place] += amount
        return [_total(currency, *sums[currency]) for currency in sorted(sums)]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("payments:export"))]

    def export_row(self, row: PaymentRow) -> Sequence[object]:
        document = row.document
        return (
            document.number,
            row.state,
            document.customer.code,
            document.customer.name,
            document.date,
            document.method,
            document.bank_account.code if document.bank_account else UNDEPOSITED,
            document.reference,
            document.currency,
            quantize(row.amount, document.currency),
            None if row.unapplied is None else quantize(row.unapplied, document.currency),
            row.mark,
        )


def _total(currency: str, count: int, total: Decimal, rest: Decimal) -> Total:
    """Of signed amounts, as people speak of money received."""
    return Total(currency=currency, count=count, figures=[(_("Received"), -total), (_("Unapplied"), -rest)])
