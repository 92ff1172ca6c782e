"""Lists: what ``templates/components/list.html`` shows, and the one way a page makes it.

All state of a list is in its address: ``tab``, ``q``, ``sort``, ``cursor``, ``col``, its filter form's names. A page
subclasses ``Lister``, says what the parts mean, and answers with ``respond`` (the page) and ``download`` (what is
filtered as a file: register the list as a source, see ``list_tables``). A value the list does not know is refused with
a sentence, never guessed at and never an error 500.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import format_date
from arledger.core.http import counting, exporting, views
from arledger.core.http.counting import capped_counts, counts_if_short, in_time
from arledger.core.http.doors import PageRequest
from arledger.core.http.forms import chosen_text
from arledger.core.http.keyset import Page, Search, Sort, ordered, page_of, parse_sort, read_cursor
from arledger.core.http.list_parts import (
    Column,
    Export,
    Listing,
    Pill,
    Tab,
    Text,
    Total,
    carried_parameters,
    chosen_columns,
    offered,
)
from arledger.core.query import KeyOf
from arledger.core.text import clean_text

__all__ = ["Column", "Export", "Lister", "Listing", "Pill", "Tab", "Total"]
PAGE_SIZE = 50
SEARCH_LENGTH = 200
# The lists that were found too long to be counted with the page: they are not tried again (lists hardly shrink, and
# the second request counts them anyway).
LONG: set[tuple[int, frozenset[int] | None, str]] = set()
MOST_LONG = 10_000


class Lister:
    """One list of a page. Subclasses set the class attributes and fill ``base`` and what else they need.

    ``tabs`` are pairs of key and label, the first one (key ``""``) holds everything. Rows of ``base`` may carry
    annotations; the fields of ``sorts`` must be columns or annotations that are never null.
    """

    name: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    sorts: ClassVar[Sequence[Sort]]
    default_sort: ClassVar[str]
    search_label: ClassVar[Text]
    tabs: ClassVar[Sequence[tuple[str, Text]]] = ()
    filter_form: ClassVar[type[forms.Form] | None] = None
    export_columns: ClassVar[Sequence[str]] = ()
    selectable: bool = False

    def __init__(self, request: PageRequest) -> None:
        self.request = request
        self.actor: Actor = request.actor
        self.query: QueryDict = request.GET

    # What a list is about ------------------------------------------------------------------------------------

    def base(self) -> QuerySet[Any]:
        """Every row the person may see, with what the order and the filters need."""
        raise NotImplementedError

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        """The rows of one tab other than the first."""
        raise NotImplementedError

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """The rows that fit a search; ``text`` is clean and not empty."""
        raise NotImplementedError

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        """The rows that fit the filter form's cleaned values (only those that are set)."""
        raise NotImplementedError

    def shown(self, rows: list[Any]) -> Sequence[Any]:
        """What the template (and ``export_row``) gets for the rows of a page, in their order."""
        return rows

    def make_form(self) -> forms.Form | None:
        """The filter form over the address; for forms that need to know who asks."""
        return self.filter_form(self.query) if self.filter_form else None

    def within(self) -> QuerySet[Any] | None:
        """None when an index finds the filtered rows; else a larger set that one reads in any order of ``sorts``.

        The page is then looked for row by row in that set, so that it costs no more whatever is found.
        """
        return None

    def fitting(self, key: KeyOf) -> QuerySet[Any]:
        """The row with this key of ``within`` if it belongs to the list.

        Conditions that ``within`` has may be left out.
        """
        return self._conditions(self.base().filter(key), None)

    @property
    def countable(self) -> bool:
        """Whether the tabs can be counted quickly under the filters in force."""
        return True

    def counting_order(self, tab: str) -> Sort:
        """The order in which many rows of a tab come early, so that it is counted up to the limit early."""
        return parse_sort("", self.sorts, self.default_sort)

    def totals(self, rows: QuerySet[Any]) -> Sequence[Total]:
        """Figures of the whole filtered set, per currency."""
        return ()

    def totals_of(self, shown: Sequence[Any]) -> Sequence[Total]:
        """The same when the page shows the whole set: from what ``shown`` knows of it."""
        return self.totals(self.filtered())

    def exports(self) -> Sequence[Export]:
        return ()

    def export_row(self, row: Any) -> Sequence[object]:
        """The cells below ``export_columns`` for one of ``shown``'s rows: texts, Decimals, dates, numbers, None."""
        raise NotImplementedError

    def export_rows(self, row: Any) -> Sequence[Sequence[object]]:
        """The lines of the file for one row, where it is not always one."""
        return [self.export_row(row)]

    # What every list does with it ----------------------------------------------------------------------------

    @cached_property
    def form(self) -> forms.Form | None:
        return self.make_form()

    @cached_property
    def values(self) -> dict[str, Any]:
        """The filters in force: cleaned values that are set."""
        if self.form is None or not self.form.is_valid():
            return {}
        cleaned = self.form.cleaned_data
        return {
            name: value
            for name, value in cleaned.items()
            if value not in (None, "", []) and value is not False
        }

    @cached_property
    def _state(self) -> tuple[str, str, Sort, list[Text]]:
        """Tab, search text and order, and the sentences about what of them is not known."""
        errors: list[Text] = []
        tab, text = self.query.get("tab", ""), ""
        sort = parse_sort(self.default_sort, self.sorts, "")
        if tab and tab not in dict(self.tabs):
            errors.append(gettext("This list has no tab of that name. Choose one of those shown."))
            tab = ""
        try:
            text = clean_text(self.query.get("q", ""), SEARCH_LENGTH, field="q")
            sort = parse_sort(self.query.get("sort", ""), self.sorts, self.default_sort)
        except Refusal as refusal:
            errors.append(str(refusal))
        if self.form is not None and not self.form.is_valid():
            errors.extend(
                f"{self.form[name].label}: {error}" if name in self.form.fields else str(error)
                for name, found in self.form.errors.items()
                for error in found
            )
        return tab, text, sort, errors

    @property
    def tab(self) -> str:
        return self._state[0]

    @property
    def text(self) -> str:
        """What is searched for, clean."""
        return self._state[1]

    @property
    def order(self) -> Sort:
        return self._state[2]

    @property
    def errors(self) -> list[Text]:
        """Sentences about what of the address is not understood."""
        return self._state[3]

    def filtered(self, tab: str | None = None) -> QuerySet[Any]:
        """The set the address asks for, in no order; with ``tab`` the same set in another tab."""
        rows = self.base()
        return rows.none() if self._state[3] else self._conditions(rows, tab)

    def _conditions(self, rows: QuerySet[Any], tab: str | None) -> QuerySet[Any]:
        own, text, _sort, _errors = self._state
        if self.values:
            rows = self.narrowed(rows, self.values)
        if text:
            rows = self.matching(rows, text)
        chosen = own if tab is None else tab
        return self.in_tab(rows, chosen) if chosen else rows

    def listing(self, *, everything: bool = False) -> Listing:
        """The page of the list that the address asks for.

        What is not cheap is left to a second request that the page makes once it is shown: totals of more than
        the page, counts of long lists and counts under filters. ``everything``: all of it at once.
        """
        tab, text, sort, errors = self._state
        page, errors = self._page(sort, errors)
        alone = not (page.previous or page.next or errors)
        counts = {} if errors else self._counts(everything)
        uncounted = bool(self.tabs) and not counts and self.countable
        later = not errors and not everything and (not alone or uncounted)
        counts |= {tab: len(page.rows)} if alone else {}
        shown = self.shown(page.rows) if page.rows else []
        return Listing(
            rows=shown,
            columns=self.columns,
            search_label=self.search_label,
            query=text or self.query.get("q", "")[:SEARCH_LENGTH].replace("\0", ""),
            sort=sort.parameter,
            tab=tab,
            tabs=self._tabs(counts),
            form=self.form,
            pills=self._pills(),
            totals=self._totals(shown, alone, everything),
            figures_url=self._figures_url() if later else "",
            exports=offered(self.exports()),
            previous=page.previous,
            next=page.next,
            searched=page.searched,
            count=counts.get(tab),
            selectable=self.selectable,
            filtered=bool(text or self.values or errors or tab),
            errors=errors,
            chosen=chosen_columns(self.query, len(self.columns)),
            carried=carried_parameters(self.query),
        )

    def _counts(self, everything: bool) -> dict[str, int]:
        """The counts that come with the page: of short lists, and when all was asked for."""
        if everything:
            return self.counts() if self.countable else {}
        if self.text or self.values or not self.countable:
            return {}
        own = (self.actor.company_id, self.actor.entities, self.name)
        if own in LONG:
            return {}
        keys = [key for key, _label in self.tabs] or [""]
        counts = counts_if_short(self.base(), {key: self.filtered(key) for key in keys})
        if not counts:
            if len(LONG) >= MOST_LONG:
                LONG.clear()
            LONG.add(own)
        return counts

    def _tabs(self, counts: Mapping[str, int]) -> list[Tab]:
        return [Tab(key=key, label=label, count=counts.get(key)) for key, label in self.tabs]

    def _totals(self, shown: Sequence[Any], alone: bool, everything: bool) -> Sequence[Total]:
        if alone:
            return self.totals_of(shown) if shown else ()
        return self._totals_in_time() if everything else ()

    def _totals_in_time(self) -> Sequence[Total]:
        found = in_time(counting.TOTAL_MILLISECONDS, lambda: self.totals(self.filtered()))
        return () if found is None else found

    def figures(self) -> Listing:
        """Only the counts and totals, for the page's second request; without what takes too long to add up."""
        tab, _text, sort, errors = self._state
        counts = self.counts() if self.countable and not errors else {}
        return Listing(
            rows=(),
            columns=self.columns,
            search_label=self.search_label,
            sort=sort.parameter,
            tab=tab,
            tabs=self._tabs(counts),
            totals=() if errors else self._totals_in_time(),
            count=counts.get(tab),
        )

    def _page(self, sort: Sort, errors: list[Text]) -> tuple[Page, list[Text]]:
        if errors:
            return Page([]), errors
        name = f"{self.actor.company_id} {self.name}"
        try:
            cursor = read_cursor(name, sort, self.query.get("cursor", ""))
        except Refusal as refusal:
            return Page([]), [str(refusal)]
        within = self.within()
        search = None
        if within is not None:
            search = Search(self.base(), within, self.fitting)
        rows = self.filtered()
        return page_of(rows, name=name, sort=sort, cursor=cursor, size=PAGE_SIZE, search=search), []

    def counts(self) -> dict[str, int]:
        """Rows per tab under the search and filters in force, each counted up to ``COUNT_LIMIT`` + 1."""
        keys = [key for key, _label in self.tabs] or [""]
        return capped_counts(
            {key: ordered(self.filtered(key), self.counting_order(key), None) for key in keys}
        )

    def _figures_url(self) -> str:
        query = self.query.copy()
        query.pop("cursor", None)
        query["part"] = "figures"
        return f"{self.request.path}?{query.urlencode()}"

    def _pills(self) -> list[Pill]:
        form = self.form
        if form is None:
            return []
        return [
            Pill(name=name, label=form[name].label, text=text, value=value)
            for name, cleaned in self.values.items()
            for text, value in self._pill_texts(form.fields[name], cleaned)
        ]

    def _pill_texts(self, field: forms.Field, value: Any) -> Iterator[tuple[Text, str]]:
        """How a filter's value reads, with the single value to drop where there are several."""
        if isinstance(field, forms.MultipleChoiceField):
            for one in value:
                yield chosen_text(field, one), str(one)
        elif isinstance(field, forms.ChoiceField):
            yield chosen_text(field, value), ""
        elif isinstance(value, date):
            yield format_date(value, get_language() or "en"), ""
        elif value is True:
            yield gettext("yes"), ""
        else:
            yield str(value), ""

    def respond(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The page; or, when htmx asks with ``part=figures``, only the counts and totals."""
        if opened := views.opening(self.request):
            return opened
        everything = self.query.get("part") == "figures"
        if everything:
            # What the page links to is the list itself.
            query = self.query.copy()
            query.pop("part")
            self.query = query
            self.request.GET = query  # type: ignore[assignment]
        if everything and self.request.htmx:
            return render(self.request, "components/list_figures.html", {"listing": self.figures()})
        listing = self.listing(everything=everything)
        status = 400 if listing.errors else 200
        labels = {str(place): str(column.label) for place, column in enumerate(self.columns)}
        shown = {**(context or {}), "listing": listing, "labels": labels}
        return render(self.request, template, shown, status=status)

    def download(self) -> HttpResponseBase:
        """What is filtered, in its order, as a file; refused like the page when the address is not understood."""
        if self.errors:
            context = {"listing": self.listing()}
            return render(self.request, "components/list_refused.html", context, status=400)
        return exporting.answer(self.request, self.name)
