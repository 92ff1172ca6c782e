"""Pages of imports: history, upload, format, check, commit, result (SPEC 14)."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arledger.core.csvfile import UnreadableFile
from arledger.core.errors import NotFound, Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, replay, show_refusal, submit
from arledger.core.http.tray import light
from arledger.core.xlsxfile import column_letters
from imports import upload_services
from imports.columns import COLUMNS
from imports.download_pages import csv_template, failed_file, xlsx_template
from imports.errors import DateFormatUnclear, FileGone, SameFile
from imports.forms import FormatForm, UploadForm
from imports.headers import meanings
from imports.list_pages import FaultLister, ImportLister, fault_views
from imports.models import Import
from imports.run_services import left_as_drafts
from imports.selectors import faults, has_file, is_stuck, one, said, stored
from imports.services import TYPES, may_import, may_post, require_import, require_importer
from imports.tray_pages import working

PREVIEW_ROWS = 8
SHOWN_FAULTS = 50
NAMES = {"date_format": "dates", "decimal": "decimal_mark"}


def _types(request: PageRequest) -> list[tuple[str, Any]]:
    """What the person may import, in the order in which a company begins."""
    return [
        (kind, label)
        for kind, label in Import.Type.choices
        if kind in TYPES
        and may_import(request.actor, kind)
        and (kind != Import.Type.REFUNDS or "refunds" in request.features)
    ]


@page("imports.run")
def list_(request: PageRequest) -> HttpResponse:
    """The history, newest first."""
    return ImportLister(request).respond("imports/list.html", {"may_add": bool(_types(request))})


@page("imports.run")
def export(request: PageRequest) -> HttpResponseBase:
    """What the history shows, as a file."""
    return ImportLister(request).download()


@page("imports.run")
def new(request: PageRequest) -> HttpResponse:
    """Choose a type and a file; the file is kept and its format shown."""
    require_importer(request.actor)
    repeated = replay(request)
    if repeated is not None:
        return repeated
    types = _types(request)
    chosen = request.GET.get("type", "")
    earlier: int | None = None
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, types=types)
        if form.is_valid():
            try:
                return submit(request, lambda: _uploaded(request, form))
            except SameFile as refusal:
                earlier = refusal.values["earlier"]
                form.add_error("file", str(refusal))
            except Refusal as refusal:
                show_refusal(form, refusal, names={"files": "file"})
    else:
        form = UploadForm(types=types, initial={"type": chosen})
    if earlier is None:
        del form.fields["again"]
    context = {
        "form": form,
        "earlier_url": reverse("imports:detail", args=[earlier]) if earlier else "",
        "types": [{"kind": kind, "label": label, "columns": COLUMNS[kind]} for kind, label in types],
    }
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


def _uploaded(request: PageRequest, form: UploadForm) -> Done:
    file = form.cleaned_data["file"]
    row = upload_services.upload(
        actor=request.actor,
        type=form.cleaned_data["type"],
        name=file.name,
        content=file.chunks(),
        insist=form.cleaned_data.get("again", False),
    )
    return Done(url=reverse("imports:detail", args=[row.pk]))


@page("imports.run")
def detail(request: PageRequest, key: int) -> HttpResponse:
    """One import, whatever it waits for; ``?part=progress`` answers its progress alone."""
    row = one(request.actor, key)
    if request.GET.get("part") == "progress":
        return _progress(request, row)
    return _show(request, row, None)


def _progress(request: PageRequest, row: Import) -> HttpResponse:
    """What the page asks for each second; the end of it loads the page anew."""
    response = render(request, "imports/progress.html", working(row))
    if row.state not in (Import.State.CHECKING, Import.State.COMMITTING) or is_stuck(row):
        response["HX-Refresh"] = "true"
    return response


def _show(request: PageRequest, row: Import, form: FormatForm | None) -> HttpResponse:
    actor, state = request.actor, row.state
    may = may_import(actor, row.type)
    waits = state in (Import.State.UPLOADED, Import.State.CHECKED, Import.State.FAILED) and has_file(row)
    context: dict[str, Any] = {
        "one": row,
        "stuck": is_stuck(row),
        "may": may,
        "key_form": KeyedForm(),
        "reason": said(row.reason),
        "notes": [said(note) for note in row.notes],
        "facts": _facts(row),
        "left_as_drafts": state in ("checked", "committing", "committed") and left_as_drafts(row),
    }
    if state in (Import.State.CHECKING, Import.State.COMMITTING):
        context |= working(row)
    else:
        found = list(faults(row).order_by("row", "id")[: SHOWN_FAULTS + 1])
        context |= {
            "faults": fault_views(found[:SHOWN_FAULTS]),
            "more_faults": len(found) > SHOWN_FAULTS,
            "has_file": has_file(row),
            "verbs": _verbs(row) if may else {},
        }
    if waits and may:
        shown = form or FormatForm(row, may_post=may_post(actor, row.type))
        preview = _preview(row) if state == Import.State.UPLOADED else None
        if preview and preview["others"]:
            unclear = DateFormatUnclear(first=row.dates, others=", ".join(preview["others"]))
            shown.fields["dates"].help_text = str(unclear)
        context |= {"form": shown, "preview": preview}
    return render(request, "imports/detail.html", context, status=422 if form and form.errors else 200)


def _verbs(row: Import) -> dict[str, str]:
    """What the buttons say: they name what will be in the books."""
    if row.state != Import.State.CHECKED or not row.entries_ok:
        return {}
    count = row.entries_ok
    if row.type == Import.Type.CUSTOMERS:
        text = ngettext("Import %(count)s customer", "Import %(count)s customers", count)
    else:
        text = ngettext("Import %(count)s document", "Import %(count)s documents", count)
    said_ = text % {"count": count}
    if row.rows_failed:
        good = _("%(verb)s, leave out the refused ones") % {"verb": said_}
        return {"good": good}
    return {row.mode: said_}


def _facts(row: Import) -> list[tuple[str, Any]]:
    writing = f"{row.dates} · 1234{row.decimal_mark}50"
    return [
        (_("Type"), row.get_type_display()),
        (_("Uploaded by"), row.by_name),
        (_("Written"), writing),
        (_("If some rows are refused"), row.get_mode_display()),
        (_("SHA-256"), row.sha256),
    ]


def _preview(row: Import) -> dict[str, Any] | None:
    """The head of the file as it is read; a fault of it is told by the check, at its row."""
    rows = []
    try:
        with stored(row) as table:
            header = table.header
            try:
                for line in islice(table, PREVIEW_ROWS):
                    rows.append({"number": line.number, "cells": line.cells})
            except UnreadableFile:
                pass
            others = upload_services.proposals(row, table)
    except (FileGone, UnreadableFile):
        return None
    letters = [column_letters(place + row.first_column) for place in range(len(header))]
    read_as = (a if a != b else "" for a, b in zip(meanings(header, row.type), header, strict=True))
    head = [
        {"letters": place, "name": name, "read_as": column}
        for place, name, column in zip(letters, header, read_as, strict=True)
    ]
    return {"head": head, "rows": rows, "others": others}


@page("imports.run")
def check(request: PageRequest, key: int) -> HttpResponse:
    """Check the file in the format that the form says; without a form as it was read before."""
    row = one(request.actor, key)
    if request.method != "POST":
        return redirect("imports:detail", key)
    require_import(request.actor, row.type)
    repeated = replay(request)
    if repeated is not None:
        return repeated
    form = FormatForm(row, request.POST, may_post=may_post(request.actor, row.type))
    if form.is_valid():
        try:
            return light(request, submit(request, lambda: _checking(request, key, form)))
        except Refusal as refusal:
            show_refusal(form, refusal, names=NAMES)
    return _show(request, row, form)


def _checking(request: PageRequest, key: int, form: FormatForm) -> Done:
    upload_services.start_check(actor=request.actor, key=key, format=form.format())
    return Done(url=reverse("imports:detail", args=[key]))


@page("imports.run")
@require_POST
def commit(request: PageRequest, key: int) -> HttpResponse:
    """Import what is good, or go on with an import that stopped."""
    mode = request.POST.get("mode", "")
    return light(request, submit(request, lambda: _committing(request, key, mode)))


def _committing(request: PageRequest, key: int, mode: str) -> Done:
    upload_services.commit(actor=request.actor, key=key, mode=mode)
    return Done(url=reverse("imports:detail", args=[key]))


@page("imports.run")
@require_POST
def cancel(request: PageRequest, key: int) -> HttpResponse:
    """Give the import up: nothing was written."""

    def verb() -> Done:
        upload_services.cancel(actor=request.actor, key=key)
        return Done(url=reverse("imports:detail", args=[key]), message=_("Cancelled: nothing was imported."))

    return submit(request, verb)


@page("imports.run")
def errors(request: PageRequest, key: int) -> HttpResponse:
    """All that is wrong with the file, cell by cell."""
    row = one(request.actor, key)
    return FaultLister(request, row).respond("imports/errors.html", {"one": row})


@page("imports.run")
def failed(request: PageRequest, key: int) -> HttpResponseBase:
    """The refused rows with their reasons, to be corrected and uploaded again."""
    return failed_file(one(request.actor, key))


@page("imports.run")
def template(request: PageRequest, kind: str, ending: str) -> HttpResponse:
    """An example of a file of a type, to begin with."""
    if kind not in TYPES or ending not in ("csv", "xlsx"):
        raise NotFound()
    return csv_template(kind) if ending == "csv" else xlsx_template(kind)
