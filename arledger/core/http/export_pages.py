"""A person's files: the page, the tray's part of it, fetching and cancelling."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from arledger.core import export_services
from arledger.core.export_selectors import ExportState, exports_of
from arledger.core.formats import format_count, format_size
from arledger.core.http import tray
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.exporting import stored_file


def running(request: PageRequest) -> Sequence[tray.Item]:
    """The person's exports as the tray shows them."""
    return [item_of(found) for found in exports_of(request.actor)]


tray.register(running)


def item_of(found: ExportState) -> tray.Item:
    row = found.row
    return tray.Item(
        what=gettext_lazy("Export"),
        title=f"{row.title} ({row.format.upper()})",
        state=found.state,
        started_at=row.created_at,
        ended_at=row.finished_at or row.cancelled_at,
        percent=found.percent,
        detail=_detail(found),
        file_url=reverse("exports:file", args=[row.pk]) if found.state == "done" else "",
        stop_url=reverse("exports:stop", args=[row.pk]),
    )


def _detail(found: ExportState) -> str:
    row, language = found.row, get_language() or "en"
    if found.state == "failed":
        return row.problem or _("Something went wrong. Ask for the file again.")
    if found.state in ("cancelled", "expired"):
        return ""
    if row.format == "zip":
        said = ngettext("%(count)s file", "%(count)s files", row.rows_done)
    else:
        said = ngettext("%(count)s row", "%(count)s rows", row.rows_done)
    count = said % {"count": format_count(row.rows_done, language)}
    return f"{count} · {format_size(row.size, language)}" if row.size is not None else count


@page("")
def list_(request: PageRequest) -> HttpResponse:
    """All files of the person that were made in the background, the newest first."""
    found = tray.items(request)
    context = {"items": found, "busy": any(item.running for item in found)}
    response = render(request, "exports/list.html", context)
    return response if context["busy"] else tray.darken(response)


@page("")
def tray_part(request: PageRequest) -> HttpResponse:
    """What the tray shows; it comes again by itself while something runs."""
    found = tray.items(request)
    count = sum(item.running for item in found)
    context = {
        "items": found[: tray.SHOWN],
        "busy": count > 0,
        "count": count,
        "lit": tray.is_lit(request, found),
    }
    response = render(request, "exports/tray.html", context)
    return response if context["lit"] else tray.darken(response)


@page("")
def file(request: PageRequest, key: int) -> HttpResponseBase:
    """The file itself, to its owner only."""
    return stored_file(request, key)


@page("")
def stop(request: PageRequest, key: int) -> HttpResponseBase:
    """Cancel a file that is being made, or forget one that was."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    export_services.cancel(actor=request.actor, key=key)
    messages.success(request, _("The file is cancelled."))
    response = HttpResponseRedirect(reverse("exports:list"))
    response.status_code = 303
    return response
