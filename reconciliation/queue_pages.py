"""The work list of matching: which customers have credits that could settle what they owe (SPEC 11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arledger.companies.entity_forms import EntityField, chosen_entity, offer_entities
from arledger.companies.entity_pages import entities_of
from arledger.companies.selectors import settings_of
from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.keyset import Cursor, Sort, read_cursor, write_cursor
from arledger.core.http.list_parts import Column, Listing, Pill
from arledger.core.http.listing import PAGE_SIZE, SEARCH_LENGTH
from arledger.core.text import clean_text
from customers.selectors import search, visible
from reconciliation.queue import PLACE, NeedsMatching, needs_matching

NAME = "queue"
ORDER = Sort("place", PLACE)
DAYS = 30
MOST_DAYS = 36_500
COLUMNS = (
    Column(label=_("Customer")),
    Column(label=_("Currency")),
    Column(label=_("Open charges"), numeric=True),
    Column(label=_("Available credits"), numeric=True),
    Column(label=_("Could be settled"), numeric=True),
    Column(label=_("Oldest credit")),
    Column(label=_("Age in days"), numeric=True),
)


class QueueFilter(forms.Form):
    entity = EntityField()
    days = forms.IntegerField(
        label=_("Credits unused for more than (days)"),
        required=False,
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("Such credits are listed even where nothing is owed. Without a number: 30."),
    )

    def __init__(self, request: PageRequest) -> None:
        super().__init__(request.GET)
        offer_entities(self, entities_of(request))


@page("matching.apply")
def list_(request: PageRequest) -> HttpResponse:
    """Customers with both credits and open charges, and those with credits unused for long."""
    form = QueueFilter(request)
    listing = _listing(request, form)
    labels = {str(place): str(column.label) for place, column in enumerate(COLUMNS)}
    context = {"listing": listing, "labels": labels, "may_view": request.actor.may("customers.view")}
    return render(request, "reconciliation/queue.html", context, status=400 if listing.errors else 200)


def _listing(request: PageRequest, form: QueueFilter) -> Listing:
    errors: list[Any] = [
        f"{form[name].label}: {error}" for name, found in form.errors.items() for error in found
    ]
    text, cursor = "", None
    try:
        text = clean_text(request.GET.get("q", ""), SEARCH_LENGTH, field="q")
        cursor = read_cursor(NAME, ORDER, request.GET.get("cursor", ""))
    except Refusal as refusal:
        errors.append(str(refusal))
    values = {} if errors else {name: one for name, one in form.cleaned_data.items() if one is not None}
    rows, previous, next_ = ([], "", "") if errors else _rows(request, text, values, cursor)
    return Listing(
        rows=rows,
        columns=COLUMNS,
        search_label=gettext("Customer"),
        query=text or request.GET.get("q", "")[:SEARCH_LENGTH].replace("\0", ""),
        form=form,
        pills=[Pill(name=name, label=form[name].label, text=_text(form, name)) for name in values],
        previous=previous,
        next=next_,
        count=None if errors or previous or next_ else len(rows),
        selectable=True,
        filtered=bool(text or values or errors),
        errors=errors,
    )


def _text(form: QueueFilter, name: str) -> str:
    """How a filter's value reads."""
    return chosen_entity(form) if name == "entity" else str(form.cleaned_data[name])


def _rows(
    request: PageRequest, text: str, values: Mapping[str, int], cursor: Cursor | None
) -> tuple[list[NeedsMatching], str, str]:
    """A page of accounts with the cursors around it."""
    actor = request.actor
    backward = cursor is not None and cursor.backward
    found = needs_matching(
        actor=actor,
        days=values.get("days", DAYS),
        entity=values.get("entity"),
        limited=settings_of(actor.company_id).row.limit_credits_to_entity,
        limit=PAGE_SIZE + 1,
        customers=list(search(visible(actor), text).values_list("pk", flat=True)) if text else None,
        after=cursor.values if cursor else None,
        backward=backward,
    )
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    onward = _cursor(found[-1], backward) if more else ""
    back = _cursor(found[0], not backward) if found and cursor is not None else ""
    return (found[::-1], onward, back) if backward else (found, back, onward)


def _cursor(row: NeedsMatching, backward: bool) -> str:
    values = tuple(getattr(row, name) for name in PLACE)
    return write_cursor(NAME, ORDER, Cursor(values, backward))
