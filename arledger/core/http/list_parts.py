"""The parts of one page of a list, as ``templates/components/list.html`` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext

from arledger.core.formats import format_count
from arledger.core.http.counting import COUNT_LIMIT

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column head. ``sort`` is the value of the ``sort`` parameter (``-`` before it: descending)."""

    label: Text
    sort: str = ""
    numeric: bool = False
    hint: Text = ""


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
    not cheap: the page fetches them from there once it is shown.
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
