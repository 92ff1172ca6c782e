"""Files of documents: the panel that every kind's page shows, and attaching, opening, removing (SPEC 9, UX)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from arledger.companies.context import address
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.filetypes import endings
from arledger.core.formats import format_size
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, ask, replay, show_refusal, submit
from ledger import attachment_services
from ledger.attachment_forms import RemoveForm, RemovePostedForm, Tray, hint
from ledger.attachment_selectors import attachment, document_of, listed, may_attach, require_attach
from ledger.models import Document, Kind

# What a browser may do with a file that it was told to save, should it open it all the same: nothing.
SANDBOX = "default-src 'none'; sandbox"


@dataclass(frozen=True)
class FileView:
    """A file as components/attachments.html lists it; no ``url`` where the person may not open it (any more)."""

    name: str
    size: str
    at: datetime
    who: str
    url: str
    remove_url: str
    removed_at: datetime | None
    removed_by: str
    reason: str


@dataclass(frozen=True)
class Panel:
    """What components/attachments.html shows; no ``add_url`` where the person may not attach."""

    files: Sequence[FileView]
    removed: Sequence[FileView]
    add_url: str
    key: str
    accept: str
    hint: str


def panel(actor: Actor, document: Document) -> Panel:
    """The files of a document for its page: ``{"attachments": panel(actor, document), …}``. Two statements."""
    may = may_attach(actor, document.kind)
    audits = actor.may("audit.view")
    views = []
    for one in listed(company_id=actor.company_id, document=document.pk):
        gone = one.file.removed_at is not None
        views.append(
            FileView(
                name=one.file.name,
                size=format_size(one.file.size, get_language() or "en"),
                at=one.file.uploaded_at,
                who=one.uploaded_by,
                url="" if gone and not audits else _at(document, "file", one.file.pk),
                remove_url="" if gone or not may else _at(document, "remove", one.file.pk),
                removed_at=one.file.removed_at,
                removed_by=one.removed_by,
                reason=one.file.removed_reason,
            )
        )
    return Panel(
        files=[view for view in views if view.removed_at is None],
        removed=[view for view in views if view.removed_at is not None],
        add_url=_at(document, "add") if may else "",
        key=str(uuid.uuid4()),
        accept=endings(),
        hint=hint(),
    )


def _at(document: Document, what: str, *keys: int) -> str:
    return reverse(f"attachments:{document.kind}-{what}", args=[document.pk, *keys])


def _home(document: Document) -> str:
    return address(f"{document.kind}s:detail", document.pk)


Views = tuple[
    Callable[..., HttpResponseBase], Callable[..., HttpResponseBase], Callable[..., HttpResponseBase]
]


def views_of(kind: str) -> Views:
    """The doors of one kind's files: attach, open, remove. Who may view the document may open its files."""
    door = page(f"{kind}s.view", feature="refunds" if kind == Kind.REFUND else "")

    @door
    def add(request: PageRequest, key: int) -> HttpResponse:
        return _add(request, kind, key)

    @door
    def file(request: PageRequest, key: int, file_key: int) -> HttpResponse:
        return _file(request, kind, key, file_key)

    @door
    def remove(request: PageRequest, key: int, file_key: int) -> HttpResponse:
        return _remove(request, kind, key, file_key)

    return add, file, remove


def _add(request: PageRequest, kind: str, key: int) -> HttpResponse:
    """Attach files to a document; one that cannot be attached is named, the others are kept meanwhile."""
    if again := replay(request):
        return again
    document = document_of(request.actor, kind, key)
    require_attach(request.actor, kind)
    form = KeyedForm(request.POST if request.method == "POST" else None)
    tray = Tray.of(request, kind)

    def verb() -> Done:
        count = len(tray.chosen) + len(tray.kept)
        tray.attach(key)
        said = ngettext("%(count)s file is attached.", "%(count)s files are attached.", count)
        return Done(_home(document), said % {"count": count})

    if request.method == "POST":
        if not (tray.chosen or tray.kept or tray.wrong):
            form.add_error(None, _("Choose a file first."))
        if tray.accepted(form) and form.is_valid():
            try:
                return submit(request, verb)
            except Refusal as refusal:
                show_refusal(form, refusal)
    context = {"form": form, "tray": tray.keep(), "document": document, "back_url": _home(document)}
    return render(request, "attachments/add.html", context, status=422 if form.errors else 200)


def _file(request: PageRequest, kind: str, key: int, file_key: int) -> HttpResponse:
    """The file itself, to be saved: never shown inside the product's own origin."""
    found = attachment(request.actor, kind, key, file_key)
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


def _remove(request: PageRequest, kind: str, key: int, file_key: int) -> HttpResponse:
    """Take a file away, with the effect spelled out."""
    if again := replay(request):
        return again
    actor = request.actor
    document = document_of(actor, kind, key)
    require_attach(actor, kind)
    name = attachment(actor, kind, key, file_key, with_content=False).name
    posted = document.state == Document.State.POSTED
    form = (RemovePostedForm if posted else RemoveForm)(request.POST or None)

    def verb() -> Done:
        reason = form.cleaned_data.get("reason", "")
        attachment_services.remove(actor=actor, kind=kind, document=key, key=file_key, reason=reason)
        return Done(_home(document), _("%(name)s is removed.") % {"name": name})

    said = {"name": name, "document": document}
    if posted:
        effects = [
            _(
                "%(name)s is no longer offered on %(document)s; that it was there, and why it went, stays on record."
            )
            % said
        ]
    else:
        effects = [_("%(name)s is deleted from this draft for good.") % said]
    return ask(
        request,
        form,
        verb,
        template="attachments/confirm.html",
        back_url=_home(document),
        document=document,
        question=_("Remove %(name)s") % said,
        effects=effects,
        button=_("Remove file"),
    )
