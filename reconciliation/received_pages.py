"""Payments by item and account, on screen and as a file (SPEC 12)."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import link
from arledger.companies.entity_forms import chosen_entity
from arledger.companies.models import Account
from arledger.core.formats import format_date
from arledger.core.http import exporting
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import chosen_text
from ledger.models import Kind
from reconciliation import payments_by_item
from reconciliation.payments_by_item import Item, Place, Query
from reconciliation.received_forms import ItemsForm

ROWS = 200
SALT = "reconciliation.received"


@page("payments_by_item.run")
def payments_by_item_page(request: PageRequest) -> HttpResponse:
    """Sums by account, the items page by page (``at``), and the receipts assigned to nothing."""
    form = ItemsForm(request.GET, actor=request.actor)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "reports/payments_by_item.html", context, status=400)
    query, actor = form.query, request.actor
    at = request.GET.get("at", "")
    found, more = payments_by_item.page(actor=actor, query=query, start=_place(at), limit=ROWS)
    names = _accounts(actor.company_id)
    context |= {
        "sentence": _sentence(form),
        "items": [_item(item, names) for item in found],
        "more": _text(more) if more else "",
    }
    if not at:
        moved = payments_by_item.moved(query=query)
        sums = payments_by_item.by_account(query=query, found=moved)
        context |= {
            "accounts": [(names.get(one.account, ""), one.currency, one.received) for one in sums],
            "totals": payments_by_item.totals(query=query, found=moved) if query.ties else [],
            "unmatched": [] if query.of_items else _unmatched(request, query),
        }
    return render(request, "reports/payments_by_item.html", context)


def _unmatched(request: PageRequest, query: Query) -> list[dict[str, Any]]:
    found = payments_by_item.unmatched(actor=request.actor, query=query, limit=ROWS)
    return [
        {
            "receipt": one,
            "kind": Kind(one.kind).label,
            "url": link(f"{one.kind}s:detail", one.document),
            "customer_url": link("customers:detail", one.customer.pk),
        }
        for one in found
    ]


def _item(item: Item, names: dict[int, str]) -> dict[str, Any]:
    return {
        "item": item,
        "kind": Kind(item.kind).label,
        "account": names.get(item.account, ""),
        "url": link(f"{item.kind}s:detail", item.document),
        "customer_url": link("customers:detail", item.customer.pk),
    }


def _accounts(company_id: int) -> dict[int, str]:
    return {one.pk: str(one) for one in Account.objects.filter(company_id=company_id)}


@page("payments_by_item.run")
def payments_by_item_csv(request: PageRequest) -> HttpResponseBase:
    """The same as a file; ``?format=xlsx`` as a spreadsheet."""
    form = ItemsForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/payments_by_item.html", {"form": form}, status=400)
    return exporting.answer(request, "payments-by-item")


def _sentence(form: ItemsForm) -> str:
    """What is shown, in words."""
    values, language = form.cleaned_data, get_language() or "en"
    parts = [
        _("%(start)s to %(end)s")
        % {"start": format_date(values["start"], language), "end": format_date(values["end"], language)}
    ]
    if values["known_on"]:
        parts.append(_("as known on %(instant)s") % {"instant": f"{values['known_on']:%Y-%m-%d %H:%M}"})
    if values["customer_from"] or values["customer_to"]:
        ends = {"first": values["customer_from"] or "…", "last": values["customer_to"] or "…"}
        parts.append(_("customers %(first)s to %(last)s") % ends)
    parts += [
        chosen_text(form.fields[name], values[name]) for name in ("account", "location") if values[name]
    ]
    parts.extend(filter(None, [chosen_entity(form)]))
    return " · ".join([*parts, *(values[name] for name in ("item", "currency") if values[name])])


def _text(place: Place) -> str:
    """A place as it stands in an address."""
    return signing.dumps([place.code, place.skip], salt=SALT)


def _place(text: str) -> Place:
    """The place of an address; the beginning for what is none."""
    try:
        return Place(*signing.loads(text, salt=SALT))
    except signing.BadSignature:
        return Place()
