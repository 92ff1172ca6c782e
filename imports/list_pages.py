"""The history of imports, and the list of what is wrong with a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arledger.core.http.doors import PageRequest
from arledger.core.http.keyset import Sort
from arledger.core.http.listing import Column, Export, Lister
from imports.forms import ImportFilter
from imports.models import Import
from imports.selectors import cell_name, faults, said, visible


class ImportLister(Lister):
    name = "imports"
    columns = (
        Column(label=_("File")),
        Column(label=_("Type")),
        Column(label=_("Uploaded"), sort="date"),
        Column(label=_("By")),
        Column(label=_("Rows"), numeric=True),
        Column(label=_("Imported"), numeric=True),
        Column(label=_("Refused"), numeric=True),
        Column(label=_("State")),
    )
    sorts = (Sort("date", ("id",)),)
    default_sort = "-date"
    search_label = _("Name of the file, or person")
    tabs = (("", _("All")), ("waiting", _("In progress")), ("done", _("Imported")))
    filter_form = ImportFilter
    export_columns = (
        "file",
        "type",
        "uploaded_at",
        "uploaded_by",
        "state",
        "rows",
        "imported",
        "refused",
        "blank",
        "finished_at",
        "sha256",
    )

    def base(self) -> QuerySet[Import]:
        return visible(self.actor)

    def in_tab(self, rows: QuerySet[Any], tab: str) -> QuerySet[Any]:
        if tab == "done":
            return rows.filter(state=Import.State.COMMITTED)
        waiting = ["uploaded", "checking", "checked", "committing"]
        return rows.filter(state__in=waiting)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(file_name__icontains=text) | rows.filter(by_name__icontains=text)

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        return rows.filter(type=values["type"]) if "type" in values else rows

    def shown(self, rows: list[Any]) -> Sequence[Any]:
        return [
            {
                "row": row,
                "url": reverse("imports:detail", args=[row.pk]),
                "imported": row.rows_ok if row.state in ("committing", "committed") else None,
                "counted": row.state in ("checked", "committing", "committed"),
            }
            for row in rows
        ]

    def exports(self) -> Sequence[Export]:
        return [Export(label=_("CSV"), url=reverse("imports:export"))]

    def export_row(self, row: dict[str, Any]) -> Sequence[object]:
        one = row["row"]
        return (
            one.file_name,
            one.type,
            one.created_at.isoformat(timespec="seconds"),
            one.by_name,
            one.state,
            one.rows_total if row["counted"] else None,
            row["imported"],
            one.rows_failed if row["counted"] else None,
            one.rows_blank if row["counted"] else None,
            one.finished_at.isoformat(timespec="seconds") if one.finished_at else None,
            one.sha256,
        )


class FaultLister(Lister):
    """What is wrong with one file, in the order of its rows."""

    name = "import-faults"
    columns = (
        Column(label=_("Cell"), sort="row"),
        Column(label=_("Column")),
        Column(label=_("What stands there")),
        Column(label=_("What is wrong")),
    )
    sorts = (Sort("row", ("row", "id")),)
    default_sort = "row"
    search_label = _("Column or text of the cell")

    def __init__(self, request: PageRequest, owner: Import) -> None:
        super().__init__(request)
        self.owner = owner

    def base(self) -> QuerySet[Any]:
        return faults(self.owner)

    def matching(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(heading__icontains=text) | rows.filter(text__icontains=text)

    def shown(self, rows: list[Any]) -> Sequence[Any]:
        return fault_views(rows)


def fault_views(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Faults as the grid shows them."""
    return [
        {
            "cell": cell_name(row.place, row.row),
            "row": row.row,
            "column": row.heading,
            "text": row.text,
            "message": said(row.messages),
        }
        for row in rows
    ]
