"""Undoing all matches of a matching document at once, with what it changes shown before it is done (SPEC 11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.companies.context import link
from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField, Done, KeyedForm, TextField, show_refusal, submit
from ledger.models import Document
from reconciliation.undoing import UndoPreview, in_force_of, preview_undo
from reconciliation.undoing import undo as undo_all

MOST_SHOWN = 200


class UndoForm(KeyedForm):
    date = DayField(label=gettext_lazy("Date"))
    reason = TextField(label=gettext_lazy("Reason"), max_length=500)
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


@page("matching.unapply")
def undo(request: PageRequest, key: int) -> HttpResponse:
    """Every document before and after; GET with ``date`` shows what that day would change."""
    actor = request.actor
    back = _back(request)
    if request.method == "POST":
        form = UndoForm(request.POST)
        if form.is_valid():
            try:
                return submit(request, lambda: _undo(request, key, form, back))
            except Refusal as refusal:
                show_refusal(form, refusal)
    else:
        found = in_force_of(actor=actor, matching=key)
        earliest = max(actor.today, *(one.date for one in found))
        form = UndoForm(initial={"date": request.GET.get("date", earliest), "next": back})
    shown = preview_undo(actor=actor, matching=key, on=_typed(form))
    document = Document.objects.get(company_id=actor.company_id, pk=key)
    context = {
        "form": form,
        "shown": shown,
        "refusal": shown.refusal,
        "currency": shown.applications[0].currency,
        "total": sum((one.left for one in shown.applications), Decimal(0)),
        "changes": _linked(shown),
        "more": max(0, len(shown.changes) - MOST_SHOWN),
        "question": _("Undo %(document)s") % {"document": document},
        "verb": "" if shown.refusal else _("Un-apply"),
        "back_url": back,
    }
    return render(request, "workbench/undo.html", context, status=422 if form.errors else 200)


def _linked(shown: UndoPreview) -> list[tuple[object, str]]:
    return [
        (change, link(f"{change.kind}s:detail", change.document)) for change in shown.changes[:MOST_SHOWN]
    ]


def _undo(request: PageRequest, key: int, form: UndoForm, back: str) -> Done:
    values = form.cleaned_data
    undo_all(actor=request.actor, matching=key, reason=values["reason"], on=values["date"])
    return Done(back, _("The matches are undone."))


def _typed(form: UndoForm) -> date | None:
    """What the field says as far as it can be read; the preview then shows that."""
    try:
        day: date | None = form.fields["date"].clean(form["date"].value())
    except forms.ValidationError:
        return None
    return day


def _back(request: PageRequest) -> str:
    """Where the person came from, inside this company; else the queue."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith(reverse("home:index")) and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    ):
        return wanted
    return reverse("reconciliation:workbench")
