"""Matching oldest first, for one customer or those picked in the queue; what it does is shown before (SPEC 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from arledger.companies.context import link
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import DayField, Done, KeyedForm, show_refusal, submit
from customers.models import Customer
from customers.selectors import customer, visible
from reconciliation.oldest_first_preview import AccountPreview, preview_oldest_first, would_match
from reconciliation.oldest_first_services import Matched, match_oldest_first

MOST_CUSTOMERS = 200
MOST_SHOWN = 200


class OldestFirstForm(KeyedForm):
    date = DayField(
        label=gettext_lazy("Not before"),
        required=False,
        help_text=gettext_lazy(
            "Without a date, each match takes effect on the later of its two documents’ dates."
        ),
    )


@dataclass(frozen=True)
class Sum:
    """What a batch matches in one currency."""

    currency: str
    customers: int
    matches: int
    amount: Decimal


@page("matching.apply")
def one(request: PageRequest, key: int) -> HttpResponse:
    """One customer: every document before and after; GET with ``date`` shows what that day would change."""
    found = customer(request.actor, key)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            return submit(request, lambda: _match(request, [key], form))
        except Refusal as error:
            show_refusal(form, error)
    accounts, refusal = preview_oldest_first(actor=request.actor, customer=key, on=_day(form))
    context = _asked(form, refusal) | {
        "customer": found,
        "question": _("Match oldest first: %(customer)s") % {"customer": found.name},
        "accounts": [_account(account) for account in accounts],
    }
    return render(request, "reconciliation/oldest_first.html", context, status=422 if form.errors else 200)


@page("matching.apply")
def many(request: PageRequest) -> HttpResponse:
    """The customers picked in the queue: counts and sums first, then it is done for all of them or none."""
    picked = _picked(request)
    confirmed = request.method == "POST" and "confirmed" in request.POST
    form = _form(request) if confirmed else OldestFirstForm()
    if confirmed and picked and form.is_valid():
        try:
            return submit(request, lambda: _match(request, [found.pk for found in picked], form))
        except Refusal as error:
            show_refusal(form, error)
    done, refusal = _tried(request, picked, form)
    context = _asked(form, refusal) | {
        "picked": picked,
        "question": _("Match oldest first"),
        "sums": _sums(done),
        "rows": _per_customer(picked, done),
        "idle": len(picked) - len({found.customer for found in done}),
    }
    if not done and not refusal:
        context["verb"] = ""
    return render(
        request, "reconciliation/oldest_first_many.html", context, status=422 if form.errors else 200
    )


def _form(request: PageRequest) -> OldestFirstForm:
    if request.method == "POST":
        return OldestFirstForm(request.POST)
    return OldestFirstForm(initial={"date": request.GET["date"]} if request.GET.get("date") else None)


def _day(form: OldestFirstForm) -> date | None:
    """What the field says as far as it can be read; the preview then shows that."""
    try:
        day: date | None = form.fields["date"].clean(form["date"].value())
    except forms.ValidationError:
        return None
    return day


def _asked(form: OldestFirstForm, refusal: Refusal | None) -> dict[str, Any]:
    """What the question says; a refusal that is about the date leaves the person to choose another."""
    blocked = refusal is not None and refusal.field != "date"
    return {
        "form": form,
        "refusal": refusal if blocked else None,
        "limits": "" if blocked or form.errors else refusal or "",
        "verb": "" if blocked else _("Match oldest first"),
        "meaning": "primary",
        "back_url": reverse("reconciliation:queue"),
    }


def _match(request: PageRequest, customers: Sequence[int], form: OldestFirstForm) -> Done:
    done = match_oldest_first(actor=request.actor, customers=customers, on=form.cleaned_data["date"])
    if not done:
        return Done(reverse("reconciliation:queue"), _("Nothing was left to match."))
    sums = ", ".join(_text(found.amount, found.currency) for found in _sums(done))
    return Done(reverse("reconciliation:queue"), _("Matched oldest first: %(amounts)s.") % {"amounts": sums})


def _text(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency, get_language() or 'en')} {currency}"


def _account(account: AccountPreview) -> dict[str, Any]:
    """A customer's account in one currency, its documents up to what a page can show."""
    changes = account.changes
    return {
        "account": account,
        "currency": account.matched.currency,
        "changes": [
            (change, link(f"{change.kind}s:detail", change.document)) for change in changes[:MOST_SHOWN]
        ],
        "more": max(0, len(changes) - MOST_SHOWN),
    }


def _picked(request: PageRequest) -> list[Customer]:
    """The customers named by the rows, each once, as far as the person may see them."""
    texts = request.POST.getlist("row")[:MOST_CUSTOMERS]
    keys = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18]
    return list(visible(request.actor).filter(pk__in=keys).order_by("sort_key", "pk"))


def _tried(
    request: PageRequest, picked: Sequence[Customer], form: OldestFirstForm
) -> tuple[list[Matched], Refusal | None]:
    if not picked:
        return [], None
    return would_match(actor=request.actor, customers=[found.pk for found in picked], on=_day(form))


def _sums(done: Sequence[Matched]) -> list[Sum]:
    """Per currency."""
    found: dict[str, list[Matched]] = {}
    for matched in done:
        found.setdefault(matched.currency, []).append(matched)
    return [
        Sum(
            currency,
            len(own),
            sum(len(matched.pairs) for matched in own),
            sum((matched.amount for matched in own), Decimal(0)),
        )
        for currency, own in sorted(found.items())
    ]


def _per_customer(
    picked: Sequence[Customer], done: Sequence[Matched]
) -> list[tuple[Customer, Matched | None]]:
    """A row for each account that is matched, and one for each customer with nothing to match."""
    own: dict[int, list[Matched]] = {}
    for matched in done:
        own.setdefault(matched.customer, []).append(matched)
    return [(found, matched) for found in picked for matched in own.get(found.pk, [None])]
