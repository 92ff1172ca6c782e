"""Apply credits: from a credit to open charges ("apply more"), or to an invoice from its customer's credits."""

from __future__ import annotations

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

from arledger.companies.context import address
from arledger.core.errors import Refusal
from arledger.core.formats import input_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.errors import refusal_of
from arledger.core.http.forms import Done, replay, show_refusal, submit
from credits.apply_forms import ApplyForm
from credits.apply_screen import ZERO, ApplyScreen, Data, Source, build, source_of
from reconciliation.using import use_credits
from reconciliation.worksheet import orders


@page("matching.apply")
def apply(request: PageRequest, key: int) -> HttpResponse:
    """Spread a credit over its customer's open charges."""
    return _screen(request, _source(request, key, from_credit=True))


@page("matching.apply")
@require_POST
def apply_preview(request: PageRequest, key: int) -> HttpResponse:
    return _preview(request, _source(request, key, from_credit=True))


@page("matching.apply")
def use(request: PageRequest, key: int) -> HttpResponse:
    """Use available credits of the customer on an invoice or a debit memo."""
    return _screen(request, _source(request, key, from_credit=False))


@page("matching.apply")
@require_POST
def use_preview(request: PageRequest, key: int) -> HttpResponse:
    return _preview(request, _source(request, key, from_credit=False))


def _source(request: PageRequest, key: int, *, from_credit: bool) -> Source:
    """The document of the address; ``?customer=`` chooses one of those a payment was received for."""
    text = request.GET.get("customer", "")
    customer = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    return source_of(request.actor, key, from_credit=from_credit, customer=customer)


def _preview(request: PageRequest, source: Source) -> HttpResponse:
    """The amounts of the rows and the bar for what is typed so far, as JSON; always 200, faults are words in it."""
    screen = build(actor=request.actor, source=source, data=request.POST, quick=True)
    bar = render_to_string("components/work_bar.html", _bar(screen))
    return JsonResponse({**screen.answer(), "bar": bar})


def _screen(request: PageRequest, source: Source) -> HttpResponse:
    if request.method != "POST":
        data = _opening(request, source)
        screen = _build(request, source, data)
        return _page(request, screen, _form(request, source, data))
    if request.POST.get("action") != "apply":
        screen = _build(request, source, request.POST)
        return _page(request, screen, _form(request, source, request.POST))
    if again := replay(request):
        return again
    screen = _build(request, source, request.POST, post=True)
    form = _form(request, source, request.POST, bound=True)
    if _acceptable(screen, form):
        try:
            return submit(request, lambda: _do(request, screen, form))
        except DatabaseError as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            show_refusal(form, refusal)
        except Refusal as refusal:
            screen = _build(request, source, request.POST, post=True)
            if not _grid_errors(screen, form):
                show_refusal(form, refusal)
    return _page(request, screen, form, status=422)


def _do(request: PageRequest, screen: ApplyScreen, form: ApplyForm) -> Done:
    """Apply what is on the screen; the service checks everything again under the customer's lock."""
    source = screen.source
    use_credits(
        actor=request.actor,
        customer=source.customer,
        currency=source.currency,
        plan=screen.plan,
        on=form.cleaned_data["date"],
        reason=form.cleaned_data["reason"],
    )
    said = {"amount": screen.text(screen.applied), "document": source.document, "parts": screen.said()}
    if source.from_credit:
        message = _("%(amount)s of %(document)s is applied (%(parts)s).") % said
    else:
        message = _("%(amount)s is applied to %(document)s (%(parts)s).") % said
    return Done(_back(source), message)


def _acceptable(screen: ApplyScreen, form: ApplyForm) -> bool:
    """Whether what was sent may go to the service."""
    if not _grid_errors(screen, form) and form.is_valid() and screen.fault:
        form.add_error(None, screen.fault)
    return form.is_valid()


def _grid_errors(screen: ApplyScreen, form: ApplyForm) -> bool:
    for place, name, sentence in screen.wrong:
        form.add_error(None, format_html('<a href="#{}">{}</a>: {}', place, name, sentence))
    return bool(screen.wrong)


def _build(request: PageRequest, source: Source, data: Data, *, post: bool = False) -> ApplyScreen:
    return build(actor=request.actor, source=source, data=data, post=post, address=document_address)


def document_address(kind: str, key: int) -> str:
    return address(f"{kind}s:detail", key)


def _opening(request: PageRequest, source: Source) -> dict[str, str]:
    """What a new screen starts with: from a credit, all of it that the charges need, spread."""
    data = {"date": max(request.actor.today, source.document.date).isoformat()}
    if source.from_credit:
        screen = _build(request, source, data)
        owed = sum((item.available for item in screen.items), ZERO)
        amount = min(screen.whole, owed)
        data["amount"] = input_amount(amount, source.currency, get_language() or "en") if amount else ""
    return data


def _form(request: PageRequest, source: Source, data: Data, *, bound: bool = False) -> ApplyForm:
    """The fields beside the grid; unbound unless the verb was pressed."""
    form = ApplyForm(
        request.POST if bound else None,
        initial=dict(data.items()),
        currency=source.currency,
        from_credit=source.from_credit,
    )
    if not bound:
        form.fields["amount" if source.from_credit else "date"].widget.attrs["autofocus"] = True
    return form


def _back(source: Source) -> str:
    return document_address(source.document.kind, source.document.pk) or reverse("credits:list")


def _page(request: PageRequest, screen: ApplyScreen, form: ApplyForm, *, status: int = 200) -> HttpResponse:
    source = screen.source
    route = "credits:apply-preview" if source.from_credit else "credits:use-preview"
    query = f"?customer={source.customer}" if source.from_credit else ""
    grid = screen.charges_grid
    context = {
        "screen": screen,
        "source": source,
        "credits": screen.credits_grid,
        "grid": grid,
        "rows": grid.rows() if grid else (),
        "first": grid.first if grid else (),
        "unfolded": grid.unfolded if grid else (),
        "form": form,
        "order": screen.order,
        "orders": orders(screen.order) if grid else (),
        "preview_url": reverse(route, args=[source.document.pk]) + query,
        "back_url": _back(source),
        "refresh_word": _("Work out"),
        **_bar(screen),
    }
    return render(request, "credits/apply.html", context, status=status)


def _bar(screen: ApplyScreen) -> dict[str, Any]:
    return {
        "currency": screen.source.currency,
        "terms": screen.terms,
        "words": screen.words,
        "balanced": not screen.fault or not screen.touched,
    }
