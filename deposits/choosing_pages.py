"""Entering and changing a deposit: choose the bank account, check receipts, save or post (SPEC 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arledger.companies.context import address, link
from arledger.companies.selectors import Settings, settings_of
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.errors import refusal_of
from arledger.core.http.forms import Done, replay, show_refusal, submit
from arledger.core.money import decimals
from deposits import services
from deposits.choosing import Choice, Row, build, chosen_of, keys
from deposits.forms import DepositForm
from deposits.inputs import DepositInput
from deposits.selectors import deposit, draft_of, entities, items
from ledger.models import Document, Kind, Method
from summaries.forms import offer_summaries

NAMES = {"bank_account": "account", "exchange_rate": "rate"}
HEAD = (
    "account",
    "date",
    "rate",
    "entity",
    "gl_date",
    "summary",
    "reference",
    "description",
    "version",
    "idempotency_key",
)


@dataclass(frozen=True)
class Slip:
    """The form with what is chosen."""

    form: DepositForm
    choice: Choice
    settings: Settings
    draft: Document | None

    def entered(self, receipts: Sequence[int]) -> DepositInput:
        """What the service gets; of a valid form only."""
        values = self.form.cleaned_data
        return DepositInput(
            bank_account_id=values["account"],
            date=values["date"],
            receipts=receipts,
            gl_date=values.get("gl_date"),
            entity_id=values.get("entity"),
            summary_id=values.get("summary"),
            reference=values["reference"],
            description=values["description"],
            exchange_rate=values.get("rate") or Decimal(1),
        )


@page("deposits.add")
def new(request: PageRequest) -> HttpResponse:
    """Enter a deposit; ``?account=`` (key) and ``?receipt=`` (keys, several) start it."""
    if request.method == "POST":
        return _sent(request, None)
    actor = request.actor
    data = {"date": actor.today.isoformat(), "account": request.GET.get("account", "")}
    data["entity"] = str(actor.entity or "")
    return _page(request, _slip(request, data, keys(request.GET.getlist("receipt")), None))


@page("deposits.add")
def edit(request: PageRequest, key: int) -> HttpResponse:
    """The same for a draft; ``version`` says what it was when it was opened."""
    if again := replay(request):
        return again
    draft = draft_of(request.actor, key)
    if request.method == "POST":
        return _sent(request, draft)
    held = list(items(request.actor.company_id, draft).values_list("receipt_id", flat=True))
    return _page(request, _slip(request, _typed(draft), held, draft))


def _typed(draft: Document) -> dict[str, str]:
    """What the form shows of a draft."""
    shown = {
        "account": draft.bank_account_id,
        "date": draft.date.isoformat(),
        "rate": f"{draft.exchange_rate.normalize():f}",
        "entity": draft.entity_id,
        "summary": draft.summary_id,
        "gl_date": draft.gl_date.isoformat() if draft.gl_date else None,
        "reference": draft.reference,
        "description": draft.description,
        "version": draft.version,
    }
    return {name: str(value) for name, value in shown.items() if value is not None}


def _slip(
    request: PageRequest,
    data: Mapping[str, str],
    chosen: Sequence[int],
    draft: Document | None,
    *,
    bound: bool = False,
) -> Slip:
    """Unbound unless a verb was pressed, so that nothing is called wrong too early."""
    actor = request.actor
    settings = settings_of(actor.company_id)
    choice = build(actor=actor, data=data, chosen=chosen, draft=draft.pk if draft else 0)
    initial = {name: data[name] for name in HEAD if data.get(name)}
    if choice.bank:
        initial["account"] = str(choice.bank.pk)
    form = DepositForm(
        request.POST if bound else None,
        initial=initial,
        banks=choice.banks,
        entities=entities(actor),
        settings=settings,
        currency=choice.currency,
    )
    offer_summaries(form, actor=actor, settings=settings, kind=Kind.DEPOSIT)
    return Slip(form, choice, settings, draft)


def _sent(request: PageRequest, draft: Document | None) -> HttpResponse:
    """A form that came back: to be saved or posted, or to show other receipts."""
    chosen = chosen_of(request.POST, request.POST.getlist("receipt"))
    verb = request.POST.get("action", "")
    if verb not in ("draft", "post"):
        return _page(request, _slip(request, request.POST, chosen, draft))
    slip = _slip(request, request.POST, chosen, draft, bound=True)
    if slip.form.is_valid():
        # As the person chose: what somebody else has deposited meanwhile is refused by name, not left out unseen.
        entered = slip.entered(chosen)
        try:
            return submit(request, _verb(request, verb, entered, draft, slip))
        except DatabaseError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            show_refusal(slip.form, refusal)
        except Refusal as refusal:
            show_refusal(slip.form, refusal, names=NAMES)
    return _page(request, slip, status=422)


def _verb(
    request: PageRequest, action: str, entered: DepositInput, draft: Document | None, slip: Slip
) -> Callable[[], Done]:
    actor = request.actor

    def verb() -> Done:
        if draft:
            version = slip.form.cleaned_data["version"] or 0
            services.edit(actor=actor, key=draft.pk, entered=entered, version=version)
            key = draft.pk
            if action == "post":
                services.post(actor=actor, ids=[key])
        else:
            key = services.add(actor=actor, deposits=[entered], post=action == "post")[0]
        made = deposit(actor, key)
        amount = f"{format_amount(made.amount or Decimal(0), made.currency, get_language() or 'en')} {made.currency}"
        said = (
            _("%(number)s is posted: %(amount)s deposited.") % {"number": made.number, "amount": amount}
            if action == "post"
            else _("The draft of %(amount)s is saved; its receipts lie in it.") % {"amount": amount}
        )
        return Done(reverse("deposits:detail", args=[key]), said)

    return verb


def _page(request: PageRequest, slip: Slip, *, status: int = 200) -> HttpResponse:
    choice, draft = slip.choice, slip.draft
    back = reverse("deposits:detail", args=[draft.pk]) if draft else reverse("deposits:list")
    context: dict[str, Any] = {
        "form": slip.form,
        "choice": choice,
        "rows": [_row(row) for row in choice.rows],
        "draft": draft,
        "currency": choice.currency,
        "places": decimals(choice.currency) if choice.currency else 2,
        "methods": Method.choices,
        "orders": _orders(choice.order),
        "chosen": ",".join(map(str, choice.chosen)),
        "shown": ",".join(map(str, choice.shown)),
        "previous": choice.page - 1 if choice.page > 1 else 0,
        "next": choice.page + 1 if choice.page < choice.pages else 0,
        "form_class": "form-wide",
        "may_post": request.actor.may("deposits.post"),
        "receive_url": address("payments:receive") if request.actor.may("payments.add") else "",
        "back_url": back,
    }
    return render(request, "deposits/form.html", context, status=status)


def _row(row: Row) -> dict[str, Any]:
    """A receipt for the table; ``plain`` is its amount for the script that adds up."""
    document = row.document
    return {
        "key": document.pk,
        "name": str(document),
        "url": link(f"{document.kind}s:detail", document.pk),
        "kind": document.get_kind_display(),
        "document": document,
        "amount": row.amount,
        "plain": f"{row.amount:f}",
        "chosen": row.chosen,
    }


def _orders(order: str) -> list[dict[str, Any]]:
    """The orders one may choose; the one in force offers its opposite."""
    labels = {"date": _("Date"), "customer": _("Customer"), "amount": _("Amount")}
    return [
        {
            "label": labels[key],
            "on": order.removeprefix("-") == key,
            "descending": order == f"-{key}",
            "value": f"-{key}" if order == key else key,
        }
        for key in labels
    ]
