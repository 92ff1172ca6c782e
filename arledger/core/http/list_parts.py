"""The parts of one page of a list, as ``templates/components/list.html`` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext

from arledger.core.formats import format_count
from arledger.core.http.counting import COUNT_LIMIT

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column head. ``sort`` is the value of the ``sort`` parameter (``-`` before it: descending).

    Where room is short ``icon`` stands for the label, which stays for readers and as a title: for columns that hold
    a single sign then.
    """

    label: Text
    sort: str = ""
    numeric: bool = False
    hint: Text = ""
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One value of the ``tab`` parameter with the number of its rows (``None``: not counted).

    Counting stops at ``COUNT_LIMIT``: one more than that means "more".
    """

    key: str
    label: Text
    count: int | None = None

    @property
    def count_text(self) -> str:
        """``12``, ``1,000+``, or nothing."""
        return "" if self.count is None else shown_count(self.count)


@dataclass(frozen=True, kw_only=True)
class Pill:
    """A filter in force: ``label: text``, removed by dropping ``name`` (only its ``value``, if given)."""

    name: str
    label: Text
    text: Text
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class Total:
    """Figures of the whole filtered set in one currency: pairs of a label and a signed amount."""

    currency: str
    count: int
    figures: Sequence[tuple[Text, Decimal]]


@dataclass(frozen=True, kw_only=True)
class Export:
    """A download of what is seen; the page's query string and ``format`` (none: CSV) are appended to ``url``."""

    label: Text
    url: str
    format: str | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list. ``previous`` and ``next`` are cursors; ``filtered`` says that something hides rows.

    ``selectable`` shows the checkbox column: rows then need an ``id``. ``errors`` are sentences about what the
    address asked for in vain; then there are no rows. ``searched``: how many rows were looked through when the
    search paused before the page was full (0: it did not). ``figures_url`` is set when counts or totals are
    not cheap: the page fetches them from there once it is shown. ``chosen``: the columns to show, by place
    (none: all); ``carried``: what of the address stays when others are chosen.
    """

    rows: Sequence[Any]
    columns: Sequence[Column]
    search_label: Text
    query: str = ""
    sort: str = ""
    tab: str = ""
    tabs: Sequence[Tab] = ()
    form: forms.Form | None = None
    pills: Sequence[Pill] = ()
    totals: Sequence[Total] = ()
    figures_url: str = ""
    exports: Sequence[Export] = ()
    previous: str = ""
    next: str = ""
    searched: int = 0
    count: int | None = None
    selectable: bool = False
    filtered: bool = False
    errors: Sequence[Text] = ()
    chosen: frozenset[int] = frozenset()
    carried: Sequence[tuple[str, str]] = ()

    @property
    def choosable(self) -> list[tuple[int, Column, bool]]:
        """The columns but the first, which says what a row is: place, column, whether it is shown."""
        places = enumerate(self.columns)
        return [(n, one, not self.chosen or n in self.chosen) for n, one in places if n and one.label]

    @property
    def hidden(self) -> list[int]:
        """The cells of a row that are not shown, counted from 1 with the checkbox."""
        return [n + 1 + self.selectable for n, _column, shown in self.choosable if not shown]

    @property
    def width(self) -> int:
        """The number of table columns, the checkbox included."""
        return len(self.columns) + self.selectable

    @property
    def count_text(self) -> str:
        """``12 results``, ``1,000+ results``, or nothing when nobody counted."""
        if self.count is None:
            return ""
        return ngettext("%(count)s result", "%(count)s results", self.count) % {
            "count": shown_count(self.count)
        }


def offered(exports: Sequence[Export]) -> list[Export]:
    """Each download in each of its formats: lists as CSV and XLSX."""
    return [one for export in exports for one in (export, replace(export, label="XLSX", format="xlsx"))]


def shown_count(count: int) -> str:
    language = get_language() or "en"
    return format_count(min(count, COUNT_LIMIT), language) + ("+" if count > COUNT_LIMIT else "")


COLUMN = "col"
"""The parameter that names a column to show, by its place; none: all are shown."""


def chosen_columns(query: QueryDict, count: int) -> frozenset[int]:
    """The columns that the address asks for; what no list has is left out, as columns may have gone since."""
    return frozenset(int(one) for one in query.getlist(COLUMN) if one in {str(n) for n in range(count)})


def carried_parameters(query: QueryDict) -> list[tuple[str, str]]:
    """What stays in the address when other columns are chosen: the page one was on included."""
    return [(name, value) for name, values in query.lists() if name != COLUMN for value in values if value]
