"""The workbench: a customer's credits left, his charges right, matched where both are the same (SPEC 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arledger.companies.context import address, link
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.errors import refusal_of
from arledger.core.http.forms import DayField, Done, KeyedForm, TextField, replay, show_refusal, submit
from customers.forms import CustomerField, ask_as
from customers.models import Customer
from ledger.models import Document, Line
from reconciliation.recent import Recent, recent
from reconciliation.selectors import documents
from reconciliation.using import account, use_credits
from reconciliation.workbench import Bench, Data, build, opening
from reconciliation.worksheet import orders


class AccountForm(forms.Form):
    """Whose account, in which currency; in the address."""

    customer = CustomerField()
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)


class MatchForm(KeyedForm):
    """How what was picked is matched."""

    date = DayField(
        label=gettext_lazy("Not before"),
        required=False,
        help_text=gettext_lazy(
            "Without a date, each match takes effect on the later of its two documents’ dates."
        ),
    )
    reason = TextField(label=gettext_lazy("Reason"), max_length=500, required=False)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The account that the workbench works on; ``document`` is what it was opened from."""

    customer: Customer
    currency: str
    currencies: list[str]
    document: int

    @property
    def query(self) -> str:
        return urlencode({"customer": self.customer.code, "currency": self.currency})

    @property
    def url(self) -> str:
        return f"{reverse('reconciliation:workbench')}?{self.query}"


@page("matching.apply")
def workbench(request: PageRequest) -> HttpResponse:
    """Match a customer's credits with his charges; ``?customer=`` (code), ``currency``, or ``document`` opens it."""
    desk, form = _desk(request)
    if desk is None:
        context = {"account_form": form, "options_url": reverse("customers:options")}
        return render(request, "workbench/choose.html", context, status=422 if form.errors else 200)
    data: Data = request.POST if request.method == "POST" else _opening(request.actor, desk)
    if "match" not in data:
        return _page(request, desk, _build(request, desk, data), MatchForm(initial=dict(data.items())), form)
    return _match(request, desk, form)


@page("matching.apply")
@require_POST
def workbench_preview(request: PageRequest) -> HttpResponse:
    """The amounts of the rows and the bar for what is typed so far, as JSON; always 200, faults are words in it."""
    desk, _form = _desk(request)
    if desk is None:
        return JsonResponse({"rows": {}, "texts": {}, "fulls": {}, "bar": ""})
    bench = _build(request, desk, request.POST, quick=True)
    bar = render_to_string("components/work_bar.html", _bar(bench))
    return JsonResponse({**bench.answer(), "bar": bar})


def _desk(request: PageRequest) -> tuple[Desk | None, AccountForm]:
    """The account that the address names, or a form that says what is wrong with it."""
    actor = request.actor
    source = _source(actor, request.GET.get("document", ""))
    named = {name: request.GET.get(name, "").replace("\0", "") for name in ("customer", "currency")}
    if source and source.customer and not named["customer"]:
        named = {"customer": source.customer.code, "currency": source.currency}
    form = AccountForm(named if named["customer"] else None)
    ask_as(form, actor)
    form.fields["currency"].choices = [(named["currency"],) * 2]  # type: ignore[attr-defined]
    customer = form.cleaned_data.get("customer") if form.is_valid() else None
    if customer is None:
        return None, form
    found = _currencies(actor, customer)
    currency = named["currency"] if named["currency"] in found else _usual(customer, found)
    form = AccountForm({"customer": customer.code, "currency": currency})
    ask_as(form, actor)
    form.fields["currency"].choices = [(code, code) for code in found]  # type: ignore[attr-defined]
    return Desk(
        customer=customer, currency=currency, currencies=found, document=source.pk if source else 0
    ), form


def _source(actor: Actor, text: str) -> Document | None:
    """The posted document that the workbench was opened from."""
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    found = documents(actor).filter(pk=int(text), state=Document.State.POSTED)
    return found.select_related("customer").first()


def _currencies(actor: Actor, customer: Customer) -> list[str]:
    """Those in which something of the account is open, and his own."""
    lines = Line.objects.filter(company_id=actor.company_id, customer=customer.pk, is_open=True)
    return sorted({customer.currency, *lines.values_list("currency", flat=True).distinct()})


def _usual(customer: Customer, found: list[str]) -> str:
    return customer.currency if customer.currency in found else found[0]


def _opening(actor: Actor, desk: Desk) -> dict[str, str]:
    """What a new screen starts with: all of the document it was opened from."""
    if not desk.document:
        return {}
    items, credits = account(actor=actor, customer=desk.customer.pk, currency=desk.currency)
    return opening(items, credits, desk.document)


def _build(request: PageRequest, desk: Desk, data: Data, *, post: bool = False, quick: bool = False) -> Bench:
    return build(
        actor=request.actor,
        customer=desk.customer.pk,
        currency=desk.currency,
        data=data,
        post=post,
        quick=quick,
        address=_address,
    )


def _address(kind: str, key: int) -> str:
    return link(f"{kind}s:detail", key)


def _match(request: PageRequest, desk: Desk, account_form: AccountForm) -> HttpResponse:
    """Match what was picked, or what a suggestion says (``match`` then carries it)."""
    if again := replay(request):
        return again
    data: Data = {name: request.POST[name] for name in request.POST}
    if data["match"] != "picked":
        data = {**data, "pick": data["match"]}
    bench = _build(request, desk, data, post=True)
    form = MatchForm(request.POST)
    if _acceptable(bench, form):
        try:
            return submit(request, lambda: _do(request, desk, bench, form))
        except DatabaseError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            show_refusal(form, refusal)
        except Refusal as refusal:
            bench = _build(request, desk, data, post=True)
            if not _row_errors(bench, form):
                show_refusal(form, refusal)
    return _page(request, desk, bench, form, account_form, status=422)


def _do(request: PageRequest, desk: Desk, bench: Bench, form: MatchForm) -> Done:
    """Match; the service checks everything again under the customer's lock."""
    use_credits(
        actor=request.actor,
        customer=desk.customer.pk,
        currency=desk.currency,
        plan=bench.plan,
        on=form.cleaned_data["date"],
        reason=form.cleaned_data["reason"],
    )
    amount = format_amount(bench.chosen_charges, desk.currency, get_language() or "en")
    return Done(desk.url, _("%(amount)s is matched.") % {"amount": f"{amount} {desk.currency}"})


def _acceptable(bench: Bench, form: MatchForm) -> bool:
    """Whether what was sent may go to the service."""
    if not _row_errors(bench, form) and form.is_valid() and bench.fault:
        form.add_error(None, bench.fault)
    return form.is_valid()


def _row_errors(bench: Bench, form: MatchForm) -> bool:
    for place, name, sentence in bench.wrong:
        form.add_error(None, format_html('<a href="#{}">{}</a>: {}', place, name, sentence))
    return bool(bench.wrong)


def _page(
    request: PageRequest,
    desk: Desk,
    bench: Bench,
    form: MatchForm,
    account_form: AccountForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "desk": desk,
        "bench": bench,
        "credits": bench.credits,
        "rows": bench.charges.rows(),
        "form": form,
        "account_form": account_form,
        "options_url": reverse("customers:options"),
        "orders": orders(bench.order),
        "recent": _recent(request, desk),
        "customer_url": link("customers:detail", desk.customer.pk),
        "oldest_first_url": reverse("reconciliation:oldest-first", args=[desk.customer.pk]),
        "preview_url": f"{reverse('reconciliation:workbench-preview')}?{desk.query}",
        "back_url": address("customers:detail", desk.customer.pk),
        "refresh_word": _("Work out"),
        **_bar(bench),
    }
    return render(request, "workbench/bench.html", context, status=status)


def _bar(bench: Bench) -> dict[str, Any]:
    return {
        "currency": bench.currency,
        "terms": bench.terms,
        "words": bench.words,
        "balanced": not bench.fault or not bench.touched,
    }


def _recent(request: PageRequest, desk: Desk) -> list[dict[str, Any]]:
    """The latest matches for the table below, each with its bin."""
    undone = request.actor.may("matching.unapply")
    back = urlencode({"next": desk.url})
    return [
        {
            "match": one,
            "charge_url": _address(*one.charge[:2]),
            "credit_url": _address(*one.credit[:2]),
            "code": " ".join(one.codes),
            "bin": {"label": one.credit[2], "undo_url": _bin(one, back) if undone else ""},
            "all_url": _undo_all(one, back) if undone else "",
        }
        for one in recent(actor=request.actor, customer=desk.customer.pk, currency=desk.currency)
    ]


def _bin(one: Recent, back: str) -> str:
    """A reversal's match and a refund's entries are not undone by themselves (SPEC 15.2)."""
    if one.reversal or one.refund:
        return ""
    return f"{reverse('reconciliation:unapply', args=[one.application])}?{back}"


def _undo_all(one: Recent, back: str) -> str:
    return f"{reverse('reconciliation:undo', args=[one.maker])}?{back}" if one.together > 1 else ""
