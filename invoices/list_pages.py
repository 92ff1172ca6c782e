"""The list of invoices, its download, and posting many drafts at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Lister, Total
from arledger.core.money import quantize
from arledger.core.query import KeyIn, KeyOf
from invoices import services
from invoices.forms import InvoiceFilter
from invoices.selectors import Listed, invoices, listed
from ledger.models import Document
from reconciliation.marks import Settlement
from reconciliation.selectors import States, TextSearch, coded, totals

RANGES = {
    "date_from": "date__gte",
    "date_to": "date__lte",
    "due_from": "due_date__gte",
    "due_to": "due_date__lte",
}
SHOWN = (
    "kind",
    "state",
    "number",
    "date",
    "due_date",
    "currency",
    "total",
    "total_order",
    "reference",
    "description",
    "customer__code",
    "customer__name",
)
COMPUTED_TABS = ("open", "overdue", "paid")
MOST_CROSSING = 4_000
MOST_ROWS = 200


class InvoiceLister(Lister):
    """Drafts, posted invoices and reversals."""

    name = "invoices"
    columns = (
        Column(label=gettext_lazy("Number"), sort="number"),
        Column(label=gettext_lazy("Customer")),
        Column(label=gettext_lazy("Date"), sort="date"),
        Column(label=gettext_lazy("Due"), sort="due"),
        Column(label=gettext_lazy("Total"), sort="total", numeric=True),
        Column(label=pgettext_lazy("amount", "Open"), numeric=True),
        Column(label=gettext_lazy("Match code")),
        Column(label=gettext_lazy("State")),
        Column(label=gettext_lazy("Mark")),
    )
    sorts = (
        Sort("date", ("date", "id")),
        Sort("due", ("due_date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("total", ("total_order", "id")),
    )
    default_sort = "-date"
    search_label = gettext_lazy("Number, reference, text, customer")
    tabs = (
        ("", pgettext_lazy("tab", "All")),
        ("drafts", pgettext_lazy("tab", "Drafts")),
        ("open", pgettext_lazy("tab", "Open")),
        ("overdue", pgettext_lazy("tab", "Overdue")),
        ("paid", pgettext_lazy("tab", "Paid")),
    )
    export_columns: ClassVar[Sequence[str]] = (
        "number",
        "state",
        "settlement",
        "mark",
        "customer",
        "customer_name",
        "date",
        "due_date",
        "currency",
        "total",
        "open_amount",
        "match_code",
        "reference",
        "description",
    )

    @cached_property
    def states(self) -> States:
        return States(self.actor.company_id, self.actor.today)

    def make_form(self) -> InvoiceFilter:
        return InvoiceFilter(self.query, actor=self.actor)

    def base(self) -> QuerySet[Document]:
        return invoices(self.actor).select_related("customer").only(*SHOWN)

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        if tab == "drafts":
            return rows.filter(state=Document.State.DRAFT)
        return self._in_state(self._by_due(rows, tab), tab)

    def _by_due(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        return rows.filter(due_date__lt=self.actor.today) if tab == "overdue" else rows

    def _in_state(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        match tab:
            case "open":
                return rows.filter(self.states.unsettled())
            case "overdue":
                return rows.filter(self.states.overdue())
        return rows.filter(self.states.settlement(Settlement.PAID))

    @cached_property
    def found(self) -> TextSearch:
        return TextSearch(self.actor, "invoice", self.text)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(self.found.condition)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        return self._by_state(self._by_column(rows))

    @cached_property
    def _bounds(self) -> dict[str, Any]:
        """The ranges of days. No invoice is due before its date."""
        values = self.values
        bounds = {lookup: values[name] for name, lookup in RANGES.items() if name in values}
        if "due_to" in values and "date_to" not in values:
            bounds["date__lte"] = values["due_to"]
        if "date_from" in values and "due_from" not in values:
            bounds["due_date__gte"] = values["date_from"]
        return bounds

    def _by_column(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What columns decide: dates, the customer, the match code."""
        values = self.values
        rows = rows.filter(**self._bounds)
        if self._crossing and len(self._crossing) <= MOST_CROSSING:
            rows = rows.filter(KeyIn(self._crossing))
        if "customer" in values:
            rows = rows.filter(customer=values["customer"])
        if "match_code" in values:
            rows = rows.filter(self._coded)
        return rows

    @cached_property
    def _crossing(self) -> list[int]:
        """The keys of a range of days when the order goes by something else: up to one more than is worth it.

        An index of either would pass by most of the rows.
        """
        sort, ranged = self._state[2].parameter, set(self.values) & set(RANGES)
        due = bool({"due_from", "due_to"} & ranged) and sort not in ("due", "-due", "-date")
        day = bool({"date_from", "date_to"} & ranged) and sort not in ("date", "-date")
        if not (due or day) or "customer" in self.values or "match_code" in self.values:
            return []
        bounds = {RANGES[name]: self.values[name] for name in ranged}
        found = invoices(self.actor).filter(**bounds).values_list("pk", flat=True)
        return list(found[: MOST_CROSSING + 1])

    @property
    def _crossing_many(self) -> bool:
        return len(self._crossing) > MOST_CROSSING

    @cached_property
    def _coded(self) -> Q:
        return coded(self.actor.company_id, self.values["match_code"])

    def _by_state(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What has to be computed: settlement and mark."""
        if "settlement" in self.values:
            rows = rows.filter(self.states.settlement(self.values["settlement"]))
        if "mark" in self.values:
            rows = rows.filter(self.states.mark(self.values["mark"]))
        return rows

    def within(self) -> QuerySet[Any] | None:
        """Computed states, texts inside words and many days out of order are looked for among the other rows."""
        computed = bool(self.tab in COMPUTED_TABS or {"settlement", "mark"} & set(self.values))
        seeking = bool(self.text) and not self.found.selective
        if "match_code" in self.values or not (computed or seeking or self._crossing_many):
            return None
        if not seeking and (self.text or self._names_keys()):
            return None
        rows = invoices(self.actor)
        rows = rows if self._crossing_many else self._by_due(self._by_column(rows), self.tab)
        if self.tab == "drafts":
            return rows.filter(state=Document.State.DRAFT)
        return rows.filter(state=Document.State.POSTED) if computed else rows

    def fitting(self, key: KeyOf) -> QuerySet[Any]:
        rows = self._by_state(Document.objects.filter(key, company_id=self.actor.company_id))
        if self._crossing_many:
            rows = rows.filter(**self._bounds)
        if self.tab in COMPUTED_TABS:
            rows = self._in_state(rows, self.tab)
        return rows.filter(self.found.condition) if self.text else rows

    def counting_order(self, tab: str) -> Sort:
        """What is overdue is met early from today's due date backwards."""
        return Sort("due", ("due_date", "id"), True) if tab == "overdue" else super().counting_order(tab)

    @property
    def countable(self) -> bool:
        """Not while every row has to be looked at for a computed state or for a text inside words."""
        computed = bool({"settlement", "mark"} & set(self.values)) and not self._names_keys()
        return not computed and (not self.text or self.found.selective)

    def _names_keys(self) -> bool:
        """Whether one of the states in force is of unsettled invoices, and those are few."""
        settlement, mark = self.values.get("settlement"), self.values.get("mark")
        unsettled = (
            self.tab in ("open", "overdue")
            or (settlement is not None and not settlement.settled)
            or (mark is not None and mark != "complete")
        )
        return unsettled and self.states.selective

    def shown(self, rows: list[Any]) -> list[Listed]:
        return listed(company_id=self.actor.company_id, rows=rows, day=self.actor.today)

    def totals(self, rows: QuerySet[Any]) -> list[Total]:
        return [_total(*found) for found in totals(self.actor.company_id, rows, self.actor.today)]

    def totals_of(self, shown: Sequence[Listed]) -> list[Total]:
        sums: dict[str, list[Any]] = {}
        for row in shown:
            found = sums.setdefault(row.document.currency, [0, Decimal(0), Decimal(0)])
            for place, amount in enumerate((1, row.document.total, row.open or 0)):
                found[place] += amount
        return [_total(currency, *sums[currency]) for currency in sorted(sums)]

    def exports(self) -> list[Export]:
        return [Export(label="CSV", url=reverse("invoices:export"))]

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
            document.due_date,
            document.currency,
            quantize(document.total, document.currency),
            quantize(figures.open_amount, document.currency) if figures else None,
            figures.match_code if figures else "",
            document.reference,
            document.description,
        ]


def _total(currency: str, count: int, total: Decimal, open_amount: Decimal) -> Total:
    return Total(
        currency=currency, count=count, figures=[(_("Total"), total), (_("Open amount"), open_amount)]
    )


@page("invoices.list")
def list_(request: PageRequest) -> HttpResponse:
    """All invoices, newest first. Whoever may post picks drafts here."""
    lister = InvoiceLister(request)
    lister.selectable = request.actor.may("invoices.post") and lister.tab in ("", "drafts")
    may = {verb: request.actor.may(f"invoices.{verb}") for verb in ("add", "post")}
    context = {
        "may": may,
        "list_url": reverse("invoices:list"),
        "base_currency": request.company.base_currency,
    }
    return lister.respond("invoices/list.html", context)


@page("invoices.list")
def export(request: PageRequest) -> HttpResponseBase:
    """What the list shows, as CSV."""
    return InvoiceLister(request).download()


@dataclass(frozen=True)
class Outcome:
    """What became of one picked row: its number, or why it was not posted."""

    document: Document
    refusal: str = ""


@page("invoices.post")
def bulk_post(request: PageRequest) -> HttpResponse:
    """Post the picked drafts: first what that would do, then the result of each.

    All are posted in one step; when one is refused, each by itself, so that the others do not wait for it. Sent
    twice, the second answer shows the same numbers.
    """
    picked = _picked(request)
    if request.method != "POST" or not picked:
        return render(request, "invoices/bulk.html", {"picked": [], "list_url": reverse("invoices:list")})
    drafts = [row for row in picked if row.state == Document.State.DRAFT]
    context: dict[str, Any] = {"picked": picked, "drafts": drafts, "list_url": reverse("invoices:list")}
    if "confirmed" not in request.POST:
        return render(request, "invoices/bulk.html", context)
    refusals = _post(request, [row.pk for row in drafts])
    posted = {row.pk: row for row in invoices(request.actor).filter(pk__in=[row.pk for row in picked])}
    context["outcomes"] = [
        Outcome(posted.get(row.pk, row), refusals.get(row.pk, "")) for row in picked if row.pk in posted
    ]
    return render(request, "invoices/bulk.html", context)


def _picked(request: PageRequest) -> list[Document]:
    texts = request.POST.getlist("row")[:MOST_ROWS]
    keys = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18]
    rows = invoices(request.actor).filter(pk__in=keys).select_related("customer")
    return list(rows.order_by("date", "pk"))


def _post(request: PageRequest, keys: Sequence[int]) -> dict[int, str]:
    """Post the drafts; {key: why not}."""
    if not keys:
        return {}
    try:
        services.post(actor=request.actor, ids=keys)
    except Refusal:
        return {key: reason for key in keys if (reason := _post_one(request, key))}
    return {}


def _post_one(request: PageRequest, key: int) -> str:
    try:
        services.post(actor=request.actor, ids=[key])
    except NotFound:
        return _("This draft does not exist any more.")
    except Refusal as refusal:
        return str(refusal)
    return ""
