"""Pages that change customers, and the suggestions of every field that takes one.

The list and the account page need balances and live above, in ``reconciliation.account_pages``.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import Done, KeyedForm, replay, show_refusal, submit
from arledger.core.text import sort_key
from customers import services
from customers.forms import CustomerForm
from customers.selectors import customer, search, visible

SUGGESTED = 20
NAMES = {"term_id": "term", "parent_id": "parent", "entity_id": "entity"}


@page("customers.list")
def options(request: PageRequest) -> HttpResponse:
    """Active customers that fit what was typed, for ``components/picker.html``."""
    text = sort_key(request.GET.get("q", "").replace("\0", "")[:200])
    found = search(visible(request.actor).filter(active=True), text).order_by("sort_key", "pk")
    shown = [{"value": one.code, "label": one.name} for one in found[:SUGGESTED]]
    return render(request, "components/picker_options.html", {"options": shown})


@page("customers.add")
def new(request: PageRequest) -> HttpResponse:
    """Enter a customer."""
    actor = request.actor
    form = CustomerForm(request.POST or None, actor=actor, base_currency=_base_currency(request))

    def verb() -> Done:
        key = services.enter(actor=actor, customers=[form.entered])[0]
        return Done(
            reverse("customers:detail", args=[key]), _("%(name)s is entered.") % {"name": form.entered.name}
        )

    return _form(request, form, verb, {"back_url": reverse("customers:list")})


@page("customers.edit")
def edit(request: PageRequest, key: int) -> HttpResponse:
    """Change a customer; somebody else's change in between is named, not overwritten."""
    actor, found = request.actor, customer(request.actor, key)
    form = CustomerForm(
        request.POST or None, actor=actor, base_currency=_base_currency(request), customer=found
    )

    def verb() -> Done:
        version = form.cleaned_data["version"] or 0
        services.edit(actor=actor, key=key, entered=form.entered, version=version)
        return Done(
            reverse("customers:detail", args=[key]), _("%(name)s is saved.") % {"name": form.entered.name}
        )

    context = {"customer": found, "back_url": reverse("customers:detail", args=[key])}
    return _form(request, form, verb, context)


def _form(request: PageRequest, form: CustomerForm, verb: Any, context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal, names=NAMES)
    parent = form.cleaned_data.get("parent") if form.is_bound and hasattr(form, "cleaned_data") else None
    context |= {
        "form": form,
        "options_url": reverse("customers:options"),
        "parent": parent or form.initial.get("parent"),
    }
    return render(request, "customers/form.html", context, status=422 if form.errors else 200)


@page("customers.delete")
def delete(request: PageRequest, key: int) -> HttpResponse:
    """Delete a customer that never had a document."""
    if again := replay(request):
        return again
    actor, found = request.actor, customer(request.actor, key)
    form = KeyedForm(request.POST or None)

    def verb() -> Done:
        services.delete(actor=actor, key=key)
        return Done(reverse("customers:list"), _("%(name)s is deleted.") % {"name": found.name})

    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, verb)
        except Refusal as refusal:
            show_refusal(form, refusal)
    context = {
        "form": form,
        "customer": found,
        "question": _("Delete %(customer)s") % {"customer": found},
        "effects": [
            _("The customer disappears from every list. Only one without any document can be deleted.")
        ],
        "verb": _("Delete customer"),
        "back_url": reverse("customers:detail", args=[key]),
    }
    return render(request, "customers/confirm.html", context, status=422 if form.errors else 200)


def _base_currency(request: PageRequest) -> str:
    return str(request.company.base_currency)
