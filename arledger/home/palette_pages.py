"""The command palette: everything one may open or do, and what one looks for, by a few characters (UX: frame)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.context import MENU, Item, address, link
from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.text import clean_text, sort_key
from arledger.home.pages import SEARCH_LENGTH, document_url
from arledger.home.selectors import search

# What one does most, beside the places of the menu.
VERBS = (
    Item(_("New invoice"), "invoices:new", "file-plus", "", ("invoices.add",)),
    Item(_("Checkout"), "checkout:checkout", "shopping-cart", "", ("invoices.add",)),
    Item(_("Receive payment"), "payments:receive", "banknote", "", ("payments.add",)),
    Item(_("Quick deposit"), "checkout:quick-deposit", "landmark", "", ("payments.add",)),
    Item(_("New customer"), "customers:new", "user-plus", "", ("customers.add",)),
    Item(_("New adjustment"), "adjustments:new", "ticket", "", ("adjustments.add",)),
    Item(_("New advance"), "advances:new", "ticket", "", ("advances.add",)),
    Item(_("New refund"), "refunds:new", "undo-2", "", ("refunds.add",), feature="refunds"),
    Item(_("New deposit"), "deposits:new", "landmark", "", ("deposits.add",)),
)
MOST_ACTIONS = 12
MOST_OBJECTS = 8


@dataclass(frozen=True)
class Choice:
    label: str | Promise
    note: str | Promise
    url: str
    icon: str


def actions(request: PageRequest) -> Iterator[Choice]:
    """The verbs, then the places of the menu, that the person may use."""
    for item in VERBS:
        if allowed(request, item) and (url := address(item.route)):
            yield Choice(item.label, _("Action"), url, item.icon)
    for entry in MENU:
        if not allowed(request, entry):
            continue
        if url := address(entry.route):
            yield Choice(entry.label, _("Page"), url, entry.icon)
        for child in entry.children:
            if allowed(request, child) and (url := address(child.route)):
                yield Choice(child.label, entry.label, url, entry.icon)


def allowed(request: PageRequest, item: Item) -> bool:
    return item.fits(request.actor, request.features)


def fitting(choices: Iterator[Choice], text: str) -> list[Choice]:
    """Those whose words begin with the words typed, accents and case apart."""
    words = sort_key(text).split()
    found = []
    for choice in choices:
        own = sort_key(f"{choice.label} {choice.note}").split()
        if all(any(one.startswith(word) for one in own) for word in words):
            found.append(choice)
    return found[:MOST_ACTIONS]


def objects(request: PageRequest, text: str) -> Sequence[Choice]:
    found = search(request.actor, text)
    customers = [
        Choice(one.name, one.code, link("customers:detail", one.pk), "users") for one in found.customers
    ]
    documents = [
        Choice(str(one), one.customer.name if one.customer else "", document_url(one), "file-text")
        for one in found.documents
    ]
    return [one for one in (*documents[:MOST_OBJECTS], *customers[:MOST_OBJECTS]) if one.url]


@page("")
def palette(request: PageRequest) -> HttpResponse:
    """The choices for what was typed, as the list of the palette; nothing typed: every action."""
    try:
        text = clean_text(request.GET.get("q", ""), SEARCH_LENGTH)
    except Refusal:
        text = ""
    context = {
        "objects": objects(request, text) if len(text) > 1 else (),
        "actions": fitting(actions(request), text),
    }
    return render(request, "frame/palette_choices.html", context)
