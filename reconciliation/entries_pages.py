"""The customer reconciliation report and the AR ledger, on screen and as files (SPEC 12)."""

from __future__ import annotations

import time
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import link
from arledger.companies.entity_forms import chosen_entity
from arledger.core.formats import format_date
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.exporting import answer
from arledger.core.http.forms import chosen_text
from arledger.core.http.views import opening
from ledger.models import Kind
from reconciliation import report
from reconciliation.entries_forms import MATCHES, EntriesForm
from reconciliation.report import Account, Place

# About two screens; more comes as one scrolls.
ROWS = 100
SALT = "reconciliation.entries"


@page("reconciliation.run")
def entries(request: PageRequest) -> HttpResponse:
    """The report: the first rows at once, more as one scrolls (``at``), the totals after (``part=totals``)."""
    if opened := opening(request):
        return opened
    form = EntriesForm(request.GET, actor=request.actor)
    context: dict[str, Any] = {"form": form, "sentence": sentence(form) if form.is_valid() else ""}
    if not form.is_valid():
        return render(request, "reports/entries.html", context, status=400)
    if request.GET.get("part") == "totals":
        accounts = report.ledger(actor=request.actor, query=form.query)
        context["totals"] = report.totals(accounts)
        return render(request, "reports/entries_totals.html", context)
    began = time.perf_counter()
    start, seen, spent = _start(request.GET.get("at", ""))
    found, more = report.page(actor=request.actor, query=form.query, start=start, limit=ROWS)
    seen += sum(len(account.rows) for account in found)
    spent += time.perf_counter() - began
    urls = Addresses()
    context |= {
        "accounts": [_shown(account, urls) for account in found],
        "codes_url": _codes_url(request),
        "count": seen,
        "seconds": spent,
        "more": _text(more, seen, spent) if more else "",
        "customer_url": link("customers:detail", 0),
    }
    if request.htmx and request.GET.get("at"):
        return render(request, "reports/entries_rows.html", context)
    return render(request, "reports/entries.html", context)


class Addresses:
    """Where documents and customers are shown: a route is looked up once, not for every row."""

    def __init__(self) -> None:
        self.before: dict[str, str] = {}

    def __call__(self, route: str, key: int) -> str:
        if route not in self.before:
            self.before[route] = link(route, 0).removesuffix("0/")
        before = self.before[route]
        return f"{before}{key}/" if before else ""


def _codes_url(request: PageRequest) -> str:
    """The report as it is chosen, up to the match code a click on one adds."""
    query = request.GET.copy()
    for name in ("match_code", "at", "part"):
        query.pop(name, None)
    chosen = query.urlencode()
    return f"?{chosen}&match_code=" if chosen else "?match_code="


def _shown(account: Account, urls: Addresses) -> dict[str, Any]:
    """An account as the template draws it: each entry with its address and what kind of document it is."""
    labels = {str(kind): str(kind.label) for kind in Kind}
    rows = [
        {
            "row": row,
            "url": urls(f"{row.kind}s:detail", row.document),
            "kind": labels[row.kind],
            "first": row.document == row.head and not row.contra,
        }
        for row in account.rows
    ]
    return {
        "account": account,
        "rows": rows,
        "url": urls("customers:detail", account.customer.pk),
    }


@page("reconciliation.run")
def entries_csv(request: PageRequest) -> HttpResponseBase:
    """All rows of the report as a file (``?format=``): an opening row for each account, then its entries."""
    form = EntriesForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/entries.html", {"form": form}, status=400)
    return answer(request, "reconciliation")


@page("ledger.run")
def ledger(request: PageRequest) -> HttpResponseBase:
    """Opening, charges, payments and closing of every customer, with the report's figures; ``?format=``: as a file."""
    if opened := opening(request):
        return opened
    form = EntriesForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "reports/ledger.html", {"form": form}, status=400)
    if request.GET.get("format"):
        return answer(request, "ledger")
    accounts = report.ledger(actor=request.actor, query=form.query)
    context = {
        "form": form,
        "sentence": sentence(form),
        "rows": [(customer, one, link("customers:detail", customer.pk)) for customer, one in accounts],
        "totals": report.totals(accounts),
    }
    return render(request, "reports/ledger.html", context)


def sentence(form: EntriesForm) -> str:
    """What is shown, in words: "1 to 30 April · customers A to F · unmatched · EUR"."""
    values, language = form.cleaned_data, get_language() or "en"
    parts = [
        _("%(start)s to %(end)s")
        % {"start": format_date(values["start"], language), "end": format_date(values["end"], language)}
    ]
    if values["as_at"] != values["end"]:
        parts.append(_("as at %(day)s") % {"day": format_date(values["as_at"], language)})
    if values["known_on"]:
        parts.append(_("as known on %(instant)s") % {"instant": f"{values['known_on']:%Y-%m-%d %H:%M}"})
    if values["customer_from"] or values["customer_to"]:
        parts.append(
            _("customers %(first)s to %(last)s")
            % {"first": values["customer_from"] or "…", "last": values["customer_to"] or "…"}
        )
    labels = dict(MATCHES)
    if values["matches"]:
        parts.append(", ".join(str(labels[one]) for one in values["matches"]))
    if values["location"]:
        parts.append(chosen_text(form.fields["location"], values["location"]))
    parts.extend(filter(None, [chosen_entity(form)]))
    if values["match_code"]:
        parts.append(_("match code %(match_code)s") % {"match_code": values["match_code"]})
    if values["currency"]:
        parts.append(values["currency"])
    return " · ".join(parts)


def _text(place: Place, seen: int, spent: float) -> str:
    """A place as it stands in an address, with the rows before it and the seconds they took."""
    return signing.dumps([place.code, place.currency, place.skip, seen, round(spent, 4)], salt=SALT)


def _start(text: str) -> tuple[Place, int, float]:
    """The place of an address, the rows before it and their seconds; the beginning for what is none."""
    try:
        code, currency, skip, *before = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return Place(), 0, 0.0
    seen, spent = before or (0, 0.0)
    return Place(code, currency, skip), seen, spent
