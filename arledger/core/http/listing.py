"""What ``templates/components/list.html`` needs to know about one list, filled in by the page that shows it.

All state of a list is in its address: ``tab``, ``q``, ``sort``, ``cursor`` and the names of its filter form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise

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
    """One value of the ``tab`` parameter with the number of its rows (``None``: not counted)."""

    key: str
    label: Text
    count: int | None = None


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
    """A download of what is seen; the page's query string is appended to ``url``."""

    label: Text
    url: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list. ``previous`` and ``next`` are cursors; ``filtered`` says that something hides rows.

    ``name`` keeps the ids of two lists on one page apart. ``selectable`` shows the checkbox column: rows then
    need an ``id``.
    """

    rows: Sequence[Any]
    columns: Sequence[Column]
    search_label: Text
    name: str = "list"
    query: str = ""
    sort: str = ""
    tab: str = ""
    tabs: Sequence[Tab] = ()
    form: forms.Form | None = None
    pills: Sequence[Pill] = ()
    totals: Sequence[Total] = ()
    exports: Sequence[Export] = ()
    previous: str = ""
    next: str = ""
    count: int | None = None
    selectable: bool = False
    filtered: bool = False
    keep: Sequence[str] = field(default=("tab", "sort"))

    @property
    def width(self) -> int:
        """The number of table columns, the checkbox included."""
        return len(self.columns) + self.selectable
