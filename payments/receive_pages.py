"""Receive payment: one screen to enter a payment, to preview how it spreads, and to edit a draft (SPEC 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arledger.companies.context import address
from arledger.companies.models import Company
from arledger.companies.selectors import settings_of
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount, input_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.errors import refusal_of
from arledger.core.http.forms import Done, replay, show_refusal, submit
from customers.selectors import by_ids, visible
from ledger.attachment_forms import Tray
from ledger.models import Document, Kind
from payments import services
from payments.forms import UNDEPOSITED, ReceiveForm
from payments.inputs import PaymentInput
from payments.receiving import Data, build
from payments.retyping import as_data
from payments.screen import Screen
from payments.selectors import bank_accounts, draft_of, entities, open_currencies, payer_of
from reconciliation.open_items import open_charges
from reconciliation.worksheet import orders
from summaries.forms import offer_summaries

NAMES = {"bank_account": "account", "exchange_rate": "rate", "currency": "currency"}
KEPT = ("date", "method", "account")


@page("payments.add")
def receive(request: PageRequest) -> HttpResponse:
    """Enter a payment. ``?customer=`` and ``?document=`` (keys) start it; ``next`` posts and starts another."""
    if request.method == "POST":
        return _sent(request)
    data = _opening(request)
    screen = _build(request, data)
    return _page(request, screen, _form(request, screen, data))


@page("payments.add")
def edit(request: PageRequest, key: int) -> HttpResponse:
    """The same screen for a draft; ``version`` says what it was when it was opened."""
    draft = draft_of(request.actor, key)
    if request.method == "POST":
        return _sent(request, draft)
    entered = services.drafted(company_id=request.actor.company_id, documents=[draft])[0]
    customers = by_ids(
        request.actor.company_id, {draft.customer_id or 0, *(p.customer_id for p in entered.parts)}
    )
    data = as_data(actor=request.actor, entered=entered, customers=customers, draft=key)
    screen = _build(request, data, draft)
    return _page(request, screen, _form(request, screen, data), draft)


@page("payments.add")
@require_POST
def preview(request: PageRequest) -> HttpResponse:
    """The amounts of the rows and the bar for what is typed so far, as JSON; always 200, faults are words in it."""
    draft = request.GET.get("draft", "")
    key = int(draft) if draft.isascii() and draft.isdigit() and len(draft) < 18 else 0
    screen = build(
        actor=request.actor, base_currency=_base_currency(request), data=request.POST, draft=key, quick=True
    )
    bar = render_to_string("components/work_bar.html", _bar(screen))
    return JsonResponse({**screen.answer(), "bar": bar})


def _sent(request: PageRequest, draft: Document | None = None) -> HttpResponse:
    """A form that came back: to be posted or saved, or only to be spread or arranged anew."""
    action = request.POST.get("action", "")
    if action not in ("post", "next", "draft"):
        screen = _build(request, request.POST, draft)
        unfolded = _keys([request.POST.get("unfold", "")])
        if unfolded and request.headers.get("X-Requested-With") == "work":
            screen = replace(screen, parts=[part.narrowed(unfolded[0]) for part in screen.parts])
        return _page(request, screen, _form(request, screen, request.POST), draft)
    if again := replay(request):
        return again
    screen = _build(request, request.POST, draft, post=True)
    form = _form(request, screen, request.POST, bound=True)
    if _acceptable(request, screen, form):
        try:
            return submit(request, lambda: _do(request, action, screen, form, draft))
        except DatabaseError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            show_refusal(form, refusal)
        except Refusal as refusal:
            screen = _build(request, request.POST, draft, post=True)
            if not _grid_errors(screen, form):
                show_refusal(form, refusal, names=NAMES)
    return _page(request, screen, form, draft, status=422)


def _do(request: PageRequest, action: str, screen: Screen, form: ReceiveForm, draft: Document | None) -> Done:
    """Save or post what is on the screen; the services check everything again under the customers' locks."""
    actor, entered = request.actor, _entered(screen, form)
    key = draft.pk if draft else 0
    if draft:
        services.edit(actor=actor, key=key, entered=entered, version=_version(request))
        if action != "draft":
            services.post(actor=actor, ids=[key])
    else:
        key = services.receive(actor=actor, payments=[entered], post=action != "draft")[0]
    Tray.of(request, Kind.PAYMENT).attach(key)
    amount = f"{format_amount(entered.amount, screen.currency, get_language() or 'en')} {screen.currency}"
    if action == "draft":
        return Done(
            reverse("payments:detail", args=[key]),
            _("The draft of %(amount)s is saved; what it names is selected.") % {"amount": amount},
        )
    number = Document.objects.values_list("number", flat=True).get(company_id=actor.company_id, pk=key)
    message = _("%(number)s is posted: %(amount)s received.") % {"number": number, "amount": amount}
    if action == "next":
        kept = QueryDict(mutable=True)
        kept.update({name: request.POST.get(name, "") for name in KEPT})
        return Done(f"{reverse('payments:receive')}?{kept.urlencode()}", message)
    return Done(reverse("payments:detail", args=[key]), message)


def _entered(screen: Screen, form: ReceiveForm) -> PaymentInput:
    values = form.cleaned_data
    assert screen.payer is not None
    return PaymentInput(
        date=values["date"],
        method=values["method"],
        parts=screen.entered_parts(),
        currency=screen.currency,
        bank_account_id=values["account"],
        payer_id=screen.payer.pk,
        entity_id=values["entity"],
        summary_id=values.get("summary"),
        exchange_rate=values["rate"],
        reference=values["reference"],
        description=values["description"],
    )


def _base_currency(request: PageRequest) -> str:
    company: Company = request.company
    return company.base_currency


def _version(request: PageRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _acceptable(request: PageRequest, screen: Screen, form: ReceiveForm) -> bool:
    """Whether what was sent may go to the service: it is complete, and the person has seen what he sends."""
    if request.POST.get("shown", "") != screen.shown_for and screen.payer:
        form.add_error(
            None, _("These are the charges of the customers and the currency you chose. Check, then post.")
        )
    elif not _grid_errors(screen, form) and form.is_valid() and screen.fault:
        form.add_error("amount", screen.fault)
    return Tray.of(request, Kind.PAYMENT).accepted(form) and form.is_valid()


def _grid_errors(screen: Screen, form: ReceiveForm) -> bool:
    for place, name, sentence in screen.wrong:
        form.add_error(None, format_html('<a href="#{}">{}</a>: {}', place, name, sentence))
    return bool(screen.wrong)


def _build(request: PageRequest, data: Data, draft: Document | None = None, *, post: bool = False) -> Screen:
    return build(
        actor=request.actor,
        base_currency=_base_currency(request),
        data=data,
        post=post,
        draft=draft.pk if draft else 0,
        address=document_address,
    )


def document_address(kind: str, key: int) -> str:
    return address(f"{kind}s:detail", key)


def _form(request: PageRequest, screen: Screen, data: Data, *, bound: bool = False) -> ReceiveForm:
    """The header fields; unbound unless a verb was pressed, so that nothing is called wrong too early."""
    actor, base = request.actor, _base_currency(request)
    customers = [part.customer for part in screen.parts if part.customer]
    currencies = {base, screen.currency, *(customer.currency for customer in customers)}
    if customers:
        currencies |= set(
            open_currencies(company_id=actor.company_id, customers=[customer.pk for customer in customers])
        )
    banks = bank_accounts(actor)
    accounts = [
        (str(bank.pk), f"{bank}" if bank.currency == base else f"{bank} ({bank.currency})") for bank in banks
    ]
    fitting = [str(bank.pk) for bank in banks if bank.currency == screen.currency]
    initial = {**dict(data.items()), "account": data.get("account") or (fitting or [UNDEPOSITED])[0]}
    form = ReceiveForm(
        request.POST if bound else None,
        initial={name: value for name, value in initial.items() if value or name in data},
        payer=screen.payer,
        amount_needed=not screen.uses_credits,
        currency=screen.currency,
        currencies=sorted(currencies),
        accounts=[*accounts, (UNDEPOSITED, _("Undeposited funds"))],
        entities=[(str(entity.pk), str(entity)) for entity in entities(actor)],
    )
    offer_summaries(form, actor=actor, settings=settings_of(actor.company_id), kind=Kind.PAYMENT)
    if not bound:
        form.fields["amount" if screen.payer else "customer"].widget.attrs["autofocus"] = True
    return form


def _page(
    request: PageRequest,
    screen: Screen,
    form: ReceiveForm,
    draft: Document | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    preview_url = reverse("payments:preview")
    context = {
        "screen": screen,
        "form": form,
        "draft": draft,
        "version": request.POST.get("version") or (draft.version if draft else ""),
        "orders": orders(screen.order),
        "several_currencies": form.offers("currency"),
        "foreign": screen.currency != _base_currency(request),
        "several_entities": form.offers("entity"),
        "new_part": "add" in request.POST,
        "tray": Tray.of(request, Kind.PAYMENT).keep(),
        "may_post": request.actor.may("payments.post"),
        "options_url": address("customers:options"),
        "preview_url": f"{preview_url}?draft={draft.pk}" if draft else preview_url,
        "back_url": reverse("payments:detail", args=[draft.pk]) if draft else reverse("payments:list"),
        **_bar(screen),
    }
    return render(request, "payments/receive.html", context, status=status)


def _bar(screen: Screen) -> dict[str, Any]:
    return {
        "currency": screen.currency,
        "terms": screen.terms,
        "words": screen.words,
        "balanced": not screen.fault or not screen.touched,
    }


def _opening(request: PageRequest) -> dict[str, str]:
    """What a new screen starts with: today, and what the address asks for."""
    query, actor = request.GET, request.actor
    data = {"date": actor.today.isoformat(), "method": "transfer", "entity": str(actor.entity or "")}
    data |= {name: query[name] for name in KEPT if query.get(name)}
    documents = _keys(query.getlist("document"))
    payer = visible(actor).filter(pk__in=_keys([query.get("customer", "")])).first()
    if payer is None and documents:
        payer = payer_of(actor, documents[0])
    if payer is None:
        return data
    data |= {"customer": payer.code, "currency_for": str(payer.pk), "currency": payer.currency}
    chosen = Document.objects.filter(company_id=actor.company_id, customer=payer, pk__in=documents)
    currency = chosen.values_list("currency", flat=True).first()
    if currency:
        items = open_charges(
            company_id=actor.company_id,
            customers=[payer.pk],
            currency=currency,
            documents=documents,
            entities=actor.entities,
        )
        total = sum(item.available for item in items)
        data |= {"currency": currency, "first": ",".join(map(str, documents))}
        data["amount"] = input_amount(total, currency, get_language() or "en") if total else ""
    return data


def _keys(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts[:100] if text.isascii() and text.isdigit() and len(text) < 18]
