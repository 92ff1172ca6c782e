"""Lists of documents through the API: the filters of SPEC 15.2, the same for every kind, as the indexes serve them.

Each filter is one condition, the pages' own (``reconciliation.selectors``). How the database finds what fits decides
how a page of a list is read: where one of the conditions names its few keys, it starts there; where only conditions
that no index knows remain, rows are looked through in the order asked for (``keyset.Search``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse

from arledger.companies.api_entities import ENTITY, entity_key
from arledger.companies.entity_forms import of_entity
from arledger.companies.models import Location
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.fields import DayField, OneOf, ReferenceField, Strict, TextField
from arledger.core.api.ids import key_of
from arledger.core.api.lists import PAGING, Filter, listed
from arledger.core.api.references import resolve
from arledger.core.api.special_fields import CurrencyField
from arledger.core.api.views import ApiRequest, parameters
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Search, Sort, parse_sort
from arledger.core.query import KeyIn, KeyOf
from customers.selectors import visible
from ledger.models import NUMBER_ORDER, DepositItem, Document, Kind, Line
from reconciliation.document_answers import document_answers
from reconciliation.marks import Mark, Settlement
from reconciliation.mirrors import has_mirror
from reconciliation.selectors import States, TextSearch, coded, documents
from reconciliation.shared_receipts import shared_receipts
from summaries.selectors import visible as summaries

STATES = ("draft", "posted", "reversed", "reversal", "voided")
SORTS = (
    Sort("date", ("date", "id")),
    Sort("number", ("number_order", "id")),
    Sort("total", ("total_order", "id")),
)
DUE_SORTS = (*SORTS, Sort("due_date", ("due_date", "id")))
DEFAULT_SORT = "-date"
BOUNDS = {
    "date_from": "date__gte",
    "date_to": "date__lte",
    "due_from": "due_date__gte",
    "due_to": "due_date__lte",
}
# So many keys of a range of days are named when the order goes by something else; beyond, rows are looked through.
MOST_CROSSING = 4_000
FEW = 1_000


def _unchanged(rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
    return rows


def _filter(field: Strict, help: str) -> Filter:
    """A documented filter; what it leaves of the rows depends on who asks, and is said by ``DocumentFilters``."""
    return Filter(field, _unchanged, help)


def _day(help: str) -> Filter:
    return _filter(DayField(required=False), help)


FILTERS: Mapping[str, Filter] = {
    "customer": _filter(ReferenceField(required=False), "A customer, by id or code."),
    "state": _filter(OneOf(STATES, required=False), "Voided is said of refunds, reversed of all the others."),
    "settlement": _filter(
        OneOf([str(one) for one in Settlement], required=False), "How far it is settled today."
    ),
    "mark": _filter(OneOf([str(one) for one in Mark], required=False), "How far it is matched today."),
    "date_from": _day("Dated on this day or later."),
    "date_to": _day("Dated on this day or earlier."),
    "due_from": _day("Due on this day or later."),
    "due_to": _day("Due on this day or earlier."),
    "number": _filter(TextField(max_length=60, required=False), "The whole number, as it is written."),
    "match_code": _filter(
        TextField(max_length=60, required=False),
        "Everything matched under this code; case does not matter.",
    ),
    "summary": _filter(ReferenceField(required=False), "A summary, by its id."),
    "entity": ENTITY,
    "location": _filter(
        ReferenceField(required=False), "A location, by id or code, that one of the lines is of."
    ),
    "currency": _filter(CurrencyField(required=False), "Three letters, such as EUR."),
    "q": _filter(
        TextField(max_length=200, required=False),
        "How a number or reference begins, words of the customer's name, or words anywhere in the texts.",
    ),
}


@dataclass(frozen=True)
class Condition:
    """What a filter asks. ``keys``: it names few keys; ``column``: an index reads it; neither: row by row.

    ``bulky``: most rows fit, so it is no reason to look through them.
    """

    q: Q
    keys: bool = False
    column: bool = False
    bulky: bool = False


class DocumentFilters:
    """The filters of one call over the documents of a kind that the person may see."""

    def __init__(self, actor: Actor, kind: Kind, *, base: QuerySet[Document] | None = None) -> None:
        """``base`` are the documents to choose from, where they are not those of ``selectors.documents``."""
        self.actor = actor
        self.kind = kind
        self._base = documents(actor).filter(kind=kind) if base is None else base

    def base(self) -> QuerySet[Document]:
        rows = self._base.annotate(number_order=NUMBER_ORDER)
        return rows.only("id", "company_id", "date", "due_date", "total_order", "number")

    def bound(self, filters: Mapping[str, Filter]) -> dict[str, Filter]:
        """The documented filters, each with what it leaves of the rows; those of other names stay as they are."""
        return {
            name: replace(one, narrow=partial(self._narrow, name)) if name in FILTERS else one
            for name, one in filters.items()
        }

    def _narrow(self, name: str, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return rows.filter(self.condition(name, value).q)

    @cached_property
    def states(self) -> States:
        return States(self.actor.company_id, self.actor.today)

    @cached_property
    def _made(self) -> dict[str, Condition]:
        return {}

    def condition(self, name: str, value: Any) -> Condition:
        """Raises NotFound for a reference to nothing."""
        if name not in self._made:
            self._made[name] = self._make(name, value)
        return self._made[name]

    def _make(self, name: str, value: Any) -> Condition:
        makers: dict[str, Callable[[Any], Condition]] = {
            "customer": self._customer,
            "state": self._state,
            "settlement": self._settlement,
            "mark": self._mark,
            "match_code": lambda code: Condition(coded(self.actor.company_id, code), keys=True),
            "number": lambda number: Condition(Q(number=number), keys=True),
            "summary": self._summary,
            "entity": lambda text: Condition(of_entity(entity_key(self.actor, text))),
            "location": lambda text: Condition(self._located(self._location(text))),
            "currency": lambda code: Condition(Q(currency=code)),
            "q": self._text,
        }
        if name in BOUNDS:
            # What is due on some day is not dated later: the order by date may stop there.
            dated = Q(date__lte=value) if name == "due_to" else Q()
            return Condition(Q(**{BOUNDS[name]: value}) & dated, column=True)
        return makers[name](value)

    # What each filter asks -----------------------------------------------------------------------------------

    def _customer(self, text: str) -> Condition:
        """A deposit is of the customers whose receipts lie in it, a receipt of all that it has parts of."""
        key = resolve("customer", visible(self.actor), [text]).key(text)
        if self.kind == Kind.DEPOSIT:
            held = DepositItem.objects.filter(company_id=self.actor.company_id, receipt__customer=key)
            return Condition(Q(pk__in=held.values("document")) | Q(reverses__in=held.values("document")))
        shared = shared_receipts(self.actor.company_id, [key]) if self.kind == Kind.PAYMENT else []
        own = Q(customer=key)
        return Condition(own | Q(KeyIn(shared)) if shared else own, column=True)

    def _summary(self, text: str) -> Condition:
        """An index reads it by date, whatever the kind."""
        key = summaries(self.actor).filter(pk=key_of("summary", text)).values_list("pk", flat=True).first()
        if key is None:
            raise NotFound()
        return Condition(Q(summary=key), column=True)

    def _location(self, text: str) -> int:
        return resolve("location", within_reach(self.actor, Location), [text]).key(text)

    def _text(self, text: str) -> Condition:
        found = TextSearch(self.actor, self.kind, text)
        return Condition(found.condition, keys=found.selective)

    def _settlement(self, word: str) -> Condition:
        wanted = Settlement(word)
        few = not wanted.settled and self.states.selective
        return Condition(self.states.settlement(wanted), keys=few)

    def _mark(self, word: str) -> Condition:
        """A draft's is none, as its answer says."""
        wanted = Mark(word)
        few = wanted != Mark.COMPLETE and self.states.selective
        found = self.states.mark(wanted)
        if wanted != Mark.NONE:
            return Condition(found, keys=few)
        drafts = list(self._base.filter(state=Document.State.DRAFT).values_list("pk", flat=True)[: FEW + 1])
        if len(drafts) > FEW:
            return Condition(found | Q(state=Document.State.DRAFT))
        return Condition(found | Q(KeyIn(drafts)), keys=few)

    def _located(self, key: int) -> Q:
        """As a scalar subquery: an EXISTS beside other conditions would make PostgreSQL read every such line first."""
        lines = Line.objects.filter(company_id=self.actor.company_id, document=OuterRef("pk"), location=key)
        one = Subquery(lines.order_by().values(found=Value(True))[:1], output_field=BooleanField())
        return Q(Coalesce(one, Value(False)))

    def _state(self, word: str) -> Condition:
        """SPEC 15.1. What was taken back is named by keys while it is little."""
        taken = Q(has_mirror(self.actor.company_id))
        match word:
            case "draft":
                return Condition(Q(state=Document.State.DRAFT), column=True)
            case "posted":
                return Condition(Q(state=Document.State.POSTED, reverses=None) & ~taken, bulky=True)
            case "reversal":
                return self._few(Q(reverses__isnull=False), [own for own, _original in self._mirrors])
        if (word == "voided") != (self.kind == Kind.REFUND):
            return Condition(Q(KeyIn([])), keys=True)
        return self._few(taken, [original for _own, original in self._mirrors])

    def _few(self, otherwise: Q, keys: Sequence[int]) -> Condition:
        if len(keys) > FEW:
            return Condition(otherwise)
        return Condition(Q(KeyIn(keys)), keys=True)

    @cached_property
    def _mirrors(self) -> list[tuple[int, int]]:
        """(mirror, original) of documents that were taken back, up to one more than few."""
        mirrors = self._base.filter(reverses__isnull=False, state=Document.State.POSTED)
        return list(mirrors.values_list("pk", "reverses_id")[: FEW + 1])

    # How they are read ---------------------------------------------------------------------------------------

    def search(self, rows: QuerySet[Any], values: Mapping[str, Any], sort: Sort) -> Search | None:
        """How to look for what no index finds; None where one does."""
        made = {name: self.condition(name, values[name]) for name in values if name in FILTERS}
        if any(one.keys for one in made.values()):
            return None
        crossing = self._crossing(made, sort)
        looked = {name: one for name, one in made.items() if not one.column}
        if crossing is None and all(one.bulky for one in looked.values()):
            return None
        within, inside = self.base(), set(made) - set(looked)
        if crossing is not None and len(crossing) <= MOST_CROSSING:
            within = within.filter(KeyIn(crossing))
        elif crossing is not None:
            inside -= set(BOUNDS)
        for name in inside:
            within = within.filter(made[name].q)
        others = [one.q for name, one in made.items() if name not in inside]
        return Search(self.base(), within, partial(self._fitting, others))

    def _fitting(self, conditions: Sequence[Q], key: KeyOf) -> QuerySet[Any]:
        return Document.objects.filter(key, *conditions, company_id=self.actor.company_id)

    def _crossing(self, made: Mapping[str, Condition], sort: Sort) -> list[int] | None:
        """The keys of a range of days when the order goes by something else, up to one more than is worth it.

        An index of either would pass by most of the rows. None: range and order go together.
        """
        due = bool({"due_from", "due_to"} & set(made)) and sort.parameter not in (
            "due_date",
            "-due_date",
            "-date",
        )
        day = bool({"date_from", "date_to"} & set(made)) and sort.key != "date"
        if not (due or day) or "customer" in made:
            return None
        found = self._base.filter(*(one.q for name, one in made.items() if name in BOUNDS))
        return list(found.values_list("pk", flat=True)[: MOST_CROSSING + 1])


def document_list(
    request: ApiRequest,
    kind: Kind,
    *,
    fields: Sequence[str],
    filters: Mapping[str, Filter] = FILTERS,
    sorts: Sequence[Sort] = SORTS,
    base: QuerySet[Document] | None = None,
) -> HttpResponse:
    """A page of the documents of a kind that the person may see, newest first unless asked otherwise (SPEC 15.2).

    ``fields``: the members of an answer. ``filters`` may hold others besides the shared ones. Raises as ``listed``.
    """
    own = DocumentFilters(request.actor, kind, base=base)
    wanted = parameters(request).get("fields", "").split(",")
    only = set(wanted) & set(fields) or None

    def search(rows: QuerySet[Any], values: Mapping[str, Any]) -> Search | None:
        sort = parse_sort(values.get("ordering", ""), sorts, DEFAULT_SORT)
        return own.search(rows, {name: values[name] for name in values if name not in PAGING}, sort)

    return listed(
        request,
        own.base(),
        name=f"{kind}s",
        filters=own.bound(filters),
        sorts=sorts,
        default_sort=DEFAULT_SORT,
        answer=lambda rows: document_answers(request.actor, [row.pk for row in rows], fields=only),
        fields=fields,
        search=search,
    )
