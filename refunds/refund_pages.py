"""The refund page: one screen to enter a refund, to preview what it leaves, and to edit a draft (SPEC 9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arledger.companies.context import address, link
from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import settings_of, within_reach
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.errors import refusal_of
from arledger.core.http.forms import Done, show_refusal, submit
from customers.selectors import visible
from ledger.attachment_forms import Tray
from ledger.models import Document, Kind
from reconciliation.credit_choice import as_refundable, grouped
from reconciliation.selectors import documents
from refunds import services
from refunds.forms import RefundForm
from refunds.inputs import RefundInput
from refunds.refunding import Data, as_data, build, chosen_data
from refunds.screen import ZERO, Screen
from refunds.selectors import draft_of, refundable
from summaries.forms import offer_summaries

FEATURE = "refunds"
NAMES = {"bank_account": "account"}


@page("refunds.add", feature=FEATURE)
def new(request: PageRequest) -> HttpResponse:
    """Enter a refund. ``?customer=`` and ``?document=`` (keys of credits, taken in full) start it."""
    if request.method == "POST":
        return _sent(request)
    data = _opening(request)
    screen = _build(request, data)
    return _page(request, screen, _form(request, screen, data))


@page("refunds.add", feature=FEATURE)
def edit(request: PageRequest, key: int) -> HttpResponse:
    """The same screen for a draft; ``version`` says what it was when it was opened."""
    draft = draft_of(request.actor, key)
    if request.method == "POST":
        return _sent(request, draft)
    entered = services.drafted(company_id=request.actor.company_id, documents=[draft])[0]
    assert draft.customer is not None
    data = as_data(
        actor=request.actor, entered=entered, customer=draft.customer, draft=key, currency=_currency(request)
    )
    screen = _build(request, data, draft)
    return _page(request, screen, _form(request, screen, data), draft)


@page("refunds.add", feature=FEATURE)
@require_POST
def preview(request: PageRequest) -> HttpResponse:
    """The amounts of the rows and the bar for what is typed so far, as JSON; always 200, faults are words in it."""
    key = _keys([request.GET.get("draft", "")])
    screen = build(
        actor=request.actor,
        currency=_currency(request),
        data=request.POST,
        draft=key[0] if key else 0,
        quick=True,
    )
    bar = render_to_string("components/work_bar.html", _bar(screen))
    return JsonResponse({**screen.answer(), "bar": bar})


def _sent(request: PageRequest, draft: Document | None = None) -> HttpResponse:
    """A form that came back: to be posted or saved, or only to be arranged anew."""
    action = request.POST.get("action", "")
    screen = _build(request, request.POST, draft)
    if action not in ("post", "draft"):
        unfolded = _keys([request.POST.get("unfold", "")])
        if unfolded and request.headers.get("X-Requested-With") == "work":
            screen = screen.narrowed(unfolded[0])
        return _page(request, screen, _form(request, screen, request.POST), draft)
    form = _form(request, screen, request.POST, bound=True)
    if not _acceptable(request, screen, form):
        return _page(request, screen, form, draft, status=422)
    entered = _entered(screen, form)
    twins = _twins(request, entered, draft) if action == "post" else []
    if twins:
        return _page(request, screen, form, draft, twins=twins, status=422)
    try:
        return submit(request, lambda: _do(request, action, entered, draft))
    except DatabaseError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        show_refusal(form, refusal)
    except Refusal as refusal:
        screen = _build(request, request.POST, draft)
        if not _grid_errors(screen, form):
            show_refusal(form, refusal, names=NAMES)
    return _page(request, screen, form, draft, status=422)


def _do(request: PageRequest, action: str, entered: RefundInput, draft: Document | None) -> Done:
    """Save or post what is on the screen; the services check everything again under the customer's lock."""
    actor, post = request.actor, action == "post"
    if draft:
        key = draft.pk
        services.edit(actor=actor, key=key, entered=entered, version=_version(request))
        if post:
            services.post(actor=actor, ids=[key])
    else:
        key = services.record(actor=actor, refunds=[entered], post=post)[0]
    Tray.of(request, Kind.REFUND).attach(key)
    document = Document.objects.get(company_id=actor.company_id, pk=key)
    said = {
        "number": document.number,
        "amount": f"{format_amount(document.total, document.currency, get_language() or 'en')} {document.currency}",
    }
    if post:
        return Done(
            reverse("refunds:detail", args=[key]), _("%(number)s is posted: %(amount)s refunded.") % said
        )
    message = _("The draft of %(amount)s is saved; the credits it names are reserved.") % said
    return Done(reverse("refunds:detail", args=[key]), message)


def _entered(screen: Screen, form: RefundForm) -> RefundInput:
    values = form.cleaned_data
    assert screen.customer is not None
    return RefundInput(
        customer_id=screen.customer.pk,
        date=values["date"],
        bank_account_id=values["account"],
        credits=screen.credits,
        amount=values["amount"],
        entity_id=values["entity"],
        summary_id=values.get("summary"),
        reference=values["reference"],
        description=values["description"],
        pay_to=values["pay_to"] or screen.customer.name,
    )


def _acceptable(request: PageRequest, screen: Screen, form: RefundForm) -> bool:
    """Whether what was sent may go to the service: it is complete, and the person has seen what he sends."""
    if request.POST.get("shown", "") != screen.shown_for and screen.customer:
        form.add_error(None, _("These are the credits of the customer you chose. Check, then post."))
    elif not _grid_errors(screen, form) and form.is_valid() and screen.fault:
        form.add_error("amount", screen.fault)
    return Tray.of(request, Kind.REFUND).accepted(form) and form.is_valid()


def _grid_errors(screen: Screen, form: RefundForm) -> bool:
    for place, name, sentence in screen.wrong:
        form.add_error(None, format_html('<a href="#{}">{}</a>: {}', place, name, sentence))
    return bool(screen.wrong)


def _twins(request: PageRequest, entered: RefundInput, draft: Document | None) -> list[Document]:
    """Refunds just like this one, unless the person has seen them and posts all the same."""
    found = services.similar(actor=request.actor, entered=entered, ignore=draft.pk if draft else 0)
    seen = set(_keys(request.POST.get("seen", "").split(",")))
    return found if {twin.pk for twin in found} - seen else []


# The page ----------------------------------------------------------------------------------------------------


def _build(request: PageRequest, data: Data, draft: Document | None = None) -> Screen:
    return build(
        actor=request.actor,
        currency=_currency(request),
        data=data,
        draft=draft.pk if draft else 0,
        address=document_address,
    )


def document_address(kind: str, key: int) -> str:
    return link(f"{kind}s:detail", key)


def _form(request: PageRequest, screen: Screen, data: Data, *, bound: bool = False) -> RefundForm:
    """The header fields; unbound unless a verb was pressed, so that nothing is called wrong too early."""
    actor, customer = request.actor, screen.customer
    accounts, entities = _accounts(actor, screen.currency), _entities(actor)
    initial = {"date": actor.today.isoformat(), **dict(data.items())}
    initial["account"] = data.get("account") or (accounts[0][0] if accounts else "")
    initial["entity"] = data.get("entity") or (entities[0][0] if entities else "")
    sent = request.POST.copy()
    whose = data.get("pay_to_for", "")
    if customer and whose != str(customer.pk) and (whose or not data.get("pay_to")):
        # The name in the form is another customer's, or there is none yet.
        initial["pay_to"] = sent["pay_to"] = customer.name
    form = RefundForm(
        sent if bound else None,
        initial={name: value for name, value in initial.items() if value or name in data},
        who=customer,
        unknown=screen.customer_error,
        currency=screen.currency,
        accounts=accounts,
        entities=entities,
    )
    offer_summaries(form, actor=actor, settings=settings_of(actor.company_id), kind=Kind.REFUND)
    if not bound:
        form.fields["amount" if customer else "customer"].widget.attrs["autofocus"] = True
    form.fields["amount"].widget.attrs["placeholder"] = screen.placeholder
    return form


def _accounts(actor: Actor, currency: str) -> list[tuple[str, str]]:
    """The bank accounts money can be returned from."""
    banks = within_reach(actor, BankAccount).filter(active=True, currency=currency)
    return [(str(bank.pk), str(bank)) for bank in banks.order_by("code")]


def _entities(actor: Actor) -> list[tuple[str, str]]:
    """The entities that record refunds, among those the person may enter documents for; none is a choice too."""
    settings = settings_of(actor.company_id)
    found = Entity.objects.filter(company_id=actor.company_id, active=True).order_by("code")
    choices = [
        (str(entity.pk), str(entity))
        for entity in found
        if actor.reaches(entity.pk) and settings.refunds_enabled(entity.pk)
    ]
    return [("", "—"), *choices] if settings.row.refunds_enabled else choices


def _page(
    request: PageRequest,
    screen: Screen,
    form: RefundForm,
    draft: Document | None = None,
    *,
    twins: Sequence[Document] = (),
    status: int = 200,
) -> HttpResponse:
    preview_url = reverse("refunds:preview")
    context = {
        "screen": screen,
        "credits": screen.grid,
        "form": form,
        "draft": draft,
        "version": request.POST.get("version") or (draft.version if draft else ""),
        "twins": [(str(twin), document_address(twin.kind, twin.pk), twin) for twin in twins],
        "seen": ",".join(str(twin.pk) for twin in twins) or request.POST.get("seen", ""),
        "tray": Tray.of(request, Kind.REFUND).keep(),
        "may_post": request.actor.may("refunds.post"),
        "options_url": address("customers:options"),
        "preview_url": f"{preview_url}?draft={draft.pk}" if draft else preview_url,
        "back_url": reverse("refunds:detail", args=[draft.pk]) if draft else _back(request),
        "refresh_word": _("Work out"),
        **_bar(screen),
    }
    return render(request, "refunds/refund.html", context, status=status)


def _back(request: PageRequest) -> str:
    return reverse("refunds:list") if request.actor.may("refunds.list") else reverse("home:index")


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
    named = set(_keys(query.getlist("document")))
    entity = _entity(actor, named)
    data = {"date": actor.today.isoformat(), "entity": str(entity or "")}
    customer = visible(actor).filter(pk__in=_keys([query.get("customer", "")])).first()
    if customer is None:
        return data
    data |= {"customer": customer.code}
    if named:
        currency = _currency(request)
        items = refundable(
            actor=actor, customer=customer.pk, currency=currency, entity=entity, on=actor.today
        )
        for group in grouped(item for item in items if item.document in named):
            amount = sum((as_refundable(item) for item in group.items), ZERO)
            data |= chosen_data(group.key, amount, currency) if amount else {}
    return data


def _entity(actor: Actor, credits: Collection[int]) -> int | None:
    """The entity a new refund starts with: that of the credits named, else the one worked in, where it records any."""
    offered = [int(key) if key else None for key, _label in _entities(actor)]
    owners = (
        set(documents(actor).filter(pk__in=credits).values_list("entity", flat=True)) if credits else set()
    )
    wanted = owners.pop() if len(owners) == 1 else actor.entity
    return wanted if wanted in offered else next(iter(offered), None)


def _currency(request: PageRequest) -> str:
    """The base currency: refunds are made in no other (SPEC 9)."""
    return str(request.company.base_currency)


def _version(request: PageRequest) -> int:
    found = _keys([request.POST.get("version", "")])
    return found[0] if found else 0


def _keys(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts[:100] if text.isascii() and text.isdigit() and len(text) < 18]
