"""Lists of documents with lines, their downloads, and posting many drafts at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

from arledger.companies.entity_pages import ByEntity
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Total
from arledger.core.money import quantize
from arledger.core.query import KeyIn, KeyOf
from ledger.models import NUMBER_ORDER, Document, Kind
from reconciliation.document_forms import DocumentFilter
from reconciliation.facts import Listed, listed
from reconciliation.kind_pages import KindPages
from reconciliation.selectors import States, TextSearch, coded, documents, totals
from summaries.forms import narrow_to_summary

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
MOST_CROSSING = 4_000
MOST_ROWS = 200


class DocumentLister(ByEntity):
    """Drafts, posted documents and reversals of one kind.

    ``computed`` says what of a document's figures each tab shows, ``unsettled`` which of these tabs show documents
    with something open; ``always_due`` that no document of the kind is without a due date.
    """

    kind: ClassVar[Kind]
    filter: ClassVar[type[DocumentFilter]] = DocumentFilter
    computed: ClassVar[Mapping[str, Callable[[States], Q]]]
    unsettled: ClassVar[Sequence[str]]
    always_due: ClassVar[bool] = False
    # What the rows show besides the usual: related objects and fields.
    named: ClassVar[Sequence[str]] = ("customer",)
    also: ClassVar[Sequence[str]] = ()
    sorts: ClassVar[Sequence[Sort]] = (
        Sort("date", ("date", "id")),
        Sort("number", ("number_order", "id")),
        Sort("total", ("total_order", "id")),
    )
    default_sort = "-date"
    search_label = gettext_lazy("Number, reference, text, customer")

    @cached_property
    def states(self) -> States:
        return States(self.actor.company_id, self.actor.today)

    def make_form(self) -> DocumentFilter:
        form = self.filter(self.query, actor=self.actor)
        narrow_to_summary(form, actor=self.actor, kind=self.kind)
        return form

    def base(self) -> QuerySet[Document]:
        return self._all().select_related(*self.named).only(*SHOWN, *self.also)

    def _all(self) -> QuerySet[Document]:
        """All that the person may see, drafts and reversals included, with the key that orders their numbers."""
        return documents(self.actor).filter(kind=self.kind).annotate(number_order=NUMBER_ORDER)

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        if tab == "drafts":
            return rows.filter(state=Document.State.DRAFT)
        return self._in_state(self._by_due(rows, tab), tab)

    def _by_due(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        return rows.filter(due_date__lt=self.actor.today) if tab == "overdue" else rows

    def _in_state(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        return rows.filter(self.computed[tab](self.states))

    @cached_property
    def found(self) -> TextSearch:
        return TextSearch(self.actor, self.kind, self.text)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(self.found.condition)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        return self._by_state(self._by_column(rows))

    @cached_property
    def _bounds(self) -> dict[str, Any]:
        """The ranges of days. What is due some day is not due before its date."""
        values = self.values
        bounds = {lookup: values[name] for name, lookup in RANGES.items() if name in values}
        if "due_to" in values and "date_to" not in values:
            bounds["date__lte"] = values["due_to"]
        if self.always_due and "date_from" in values and "due_from" not in values:
            bounds["due_date__gte"] = values["date_from"]
        return bounds

    def _by_column(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """What columns decide: dates, the customer, the summary, the match code."""
        values = self.values
        rows = rows.filter(**self._bounds)
        if self._crossing and len(self._crossing) <= MOST_CROSSING:
            rows = rows.filter(KeyIn(self._crossing))
        if "customer" in values:
            rows = rows.filter(customer=values["customer"])
        if "summary" in values:
            rows = rows.filter(summary=values["summary"])
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
        if not (due or day) or {"customer", "summary", "match_code"} & set(self.values):
            return []
        bounds = {RANGES[name]: self.values[name] for name in ranged}
        found = self._all().filter(**bounds).values_list("pk", flat=True)
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
        """Computed states, entities, texts inside words and many days out of order are looked for among the rows."""
        computed = bool(self.tab in self.computed or {"settlement", "mark"} & set(self.values))
        seeking = bool(self.text) and not self.found.selective
        foreign = "entity" in self.values
        if "match_code" in self.values or not (computed or seeking or foreign or self._crossing_many):
            return None
        if not seeking and (self.text or self._names_keys()):
            return None
        rows = self._all()
        rows = rows if self._crossing_many else self._by_due(self._by_column(rows), self.tab)
        if self.tab == "drafts":
            return rows.filter(state=Document.State.DRAFT)
        return rows.filter(state=Document.State.POSTED) if computed else rows

    def fitting(self, key: KeyOf) -> QuerySet[Any]:
        rows = self.in_entity(Document.objects.filter(key, company_id=self.actor.company_id))
        rows = self._by_state(rows)
        if self._crossing_many:
            rows = rows.filter(**self._bounds)
        if self.tab in self.computed:
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
        """Whether one of the states in force is of unsettled documents, and those are few."""
        settlement, mark = self.values.get("settlement"), self.values.get("mark")
        unsettled = (
            self.tab in self.unsettled
            or (settlement is not None and not settlement.settled)
            or (mark is not None and mark != "complete")
        )
        return unsettled and self.states.selective

    def shown(self, rows: list[Any]) -> list[Listed]:
        return listed(company_id=self.actor.company_id, rows=rows, day=self.actor.today)

    def totals(self, rows: QuerySet[Any]) -> list[Total]:
        return [self.total_of(*found) for found in totals(self.actor.company_id, rows, self.actor.today)]

    def totals_of(self, shown: Sequence[Listed]) -> list[Total]:
        sums: dict[str, list[Any]] = {}
        for row in shown:
            found = sums.setdefault(row.document.currency, [0, Decimal(0), Decimal(0)])
            for place, amount in enumerate((1, row.document.total, row.open or 0)):
                found[place] += amount
        return [self.total_of(currency, *sums[currency]) for currency in sorted(sums)]

    def exports(self) -> list[Export]:
        return [Export(label="CSV", url=reverse(f"{self.kind}s:export"))]

    def total_of(self, currency: str, count: int, total: Decimal, open_amount: Decimal) -> Total:
        """The figures of a set of documents, signed, as the list names them."""
        return Total(
            currency=currency, count=count, figures=[(_("Total"), total), (_("Open amount"), open_amount)]
        )


class BilledLister(DocumentLister):
    """The columns of what is billed: invoices and adjustments."""

    columns: ClassVar[Sequence[Column]] = (
        Column(label=gettext_lazy("Number"), sort="number"),
        Column(label=gettext_lazy("Customer")),
        Column(label=gettext_lazy("Date"), sort="date"),
        Column(label=gettext_lazy("Due")),
        Column(label=gettext_lazy("Total"), sort="total", numeric=True),
        Column(label=pgettext_lazy("amount", "Open"), numeric=True),
        Column(label=gettext_lazy("Match code")),
        Column(label=gettext_lazy("State")),
        Column(label=gettext_lazy("Mark"), icon="link-2"),
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


@dataclass(frozen=True)
class Outcome:
    """What became of one picked row: its number, or why it was not posted."""

    document: Document
    refusal: str = ""


class ListPages(KindPages):
    """The list of a kind and what is done with several rows of it."""

    lister: ClassVar[type[DocumentLister]]

    def rows(self, request: PageRequest) -> HttpResponse:
        """All documents of the kind, newest first. Whoever may post picks drafts here."""
        lister = self.lister(request)
        may = self.may(request.actor)
        lister.selectable = may["post"] and lister.tab in ("", "drafts")
        context = self.context() | {"may": may, "base_currency": request.company.base_currency}
        return lister.respond(f"{self.kind}s/list.html", context)

    def export(self, request: PageRequest) -> HttpResponseBase:
        """What the list shows, as CSV."""
        return self.lister(request).download()

    def bulk_post(self, request: PageRequest) -> HttpResponse:
        """Post the picked drafts: first what that would do, then the result of each.

        All are posted in one step; when one is refused, each by itself, so that the others do not wait for it. Sent
        twice, the second answer shows the same numbers.
        """
        picked = self._picked(request)
        context = self.context() | {"picked": picked}
        if request.method != "POST" or not picked:
            return render(request, "documents/bulk.html", context)
        drafts = [row for row in picked if row.state == Document.State.DRAFT]
        context["drafts"] = drafts
        if "confirmed" not in request.POST:
            return render(request, "documents/bulk.html", context)
        refusals = self._post(request, [row.pk for row in drafts])
        posted = {row.pk: row for row in self._rows(request, [row.pk for row in picked])}
        context["outcomes"] = [
            Outcome(posted.get(row.pk, row), refusals.get(row.pk, "")) for row in picked if row.pk in posted
        ]
        return render(request, "documents/bulk.html", context)

    def _rows(self, request: PageRequest, keys: Sequence[int]) -> QuerySet[Document]:
        rows = documents(request.actor).filter(kind=self.kind, pk__in=keys)
        return rows.select_related("customer").order_by("date", "pk")

    def _picked(self, request: PageRequest) -> Sequence[Document]:
        texts = request.POST.getlist("row")[:MOST_ROWS]
        keys = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18]
        return tuple(self._rows(request, keys))

    def _post(self, request: PageRequest, keys: Sequence[int]) -> dict[int, str]:
        """Post the drafts; {key: why not}."""
        if not keys:
            return {}
        try:
            self.post_drafts(request.actor, keys)
        except Refusal:
            return {key: reason for key in keys if (reason := self._post_one(request, key))}
        return {}

    def _post_one(self, request: PageRequest, key: int) -> str:
        try:
            self.post_drafts(request.actor, [key])
        except NotFound:
            return _("This draft does not exist any more.")
        except Refusal as refusal:
            return str(refusal)
        return ""
