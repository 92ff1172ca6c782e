"""Lists of settings to look at, as ``templates/companies/table.html`` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.core.http.doors import PageRequest
from arledger.core.http.listing import Column
from arledger.core.templatetags.arledger import badge


@dataclass(frozen=True)
class Table:
    """Columns and rows of cells, safe HTML made by our tags included."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]

    @property
    def cells(self) -> list[list[tuple[Column, object]]]:
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


CODE = Column(label=gettext_lazy("Code"))
NAME = Column(label=gettext_lazy("Name"))
STATE = Column(label=gettext_lazy("State"))


def state(active: bool) -> object:
    return badge(_("Active"), "good", "check") if active else badge(_("Inactive"), "plain", "ban")


def linked(text: object, url: str) -> object:
    """A cell that leads somewhere; without an address only its text."""
    return format_html('<a href="{}">{}</a>', url, text) if url else text


def table(request: PageRequest, title: str, shown: Table, **context: object) -> HttpResponse:
    """The page; ``context`` may hold intro, older (address of the next rows) and actions (pairs of address, words)."""
    return render(request, "companies/table.html", {"title": title, "table": shown, **context})
