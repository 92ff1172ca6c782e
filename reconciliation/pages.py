"""Un-applying one match, with what it changes shown before it is done (SPEC 11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from arledger.companies.context import address, link
from arledger.core.errors import Refusal
from arledger.core.formats import format_amount
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import AmountField, DayField, Done, KeyedForm, TextField, show_refusal, submit
from arledger.core.templatetags.arledger import chip, code, mark, money, money_with_code
from ledger.models import Document
from reconciliation.matching import InForce, Undo, unapply
from reconciliation.preview import Account, Standing, UnapplyPreview, application_of, preview_unapply


class UnapplyForm(KeyedForm):
    amount = AmountField(label=gettext_lazy("Amount to un-apply"), allow_negative=False)
    date = DayField(label=gettext_lazy("Date"))
    reason = TextField(label=gettext_lazy("Reason"), max_length=500)
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, application: InForce, **options: Any) -> None:
        super().__init__(*args, **options)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = application.currency


@page("matching.unapply")
def unapply_(request: PageRequest, key: int) -> HttpResponse:
    """Un-apply a match, all of it or a part; GET with ``amount`` and ``date`` shows what that would change."""
    application = application_of(request.actor, key)
    back = _back(request, application)
    earliest = max(request.actor.today, application.date)
    if request.method == "POST":
        form = UnapplyForm(request.POST, application=application)
        if form.is_valid():
            try:
                return submit(request, lambda: _undo(request, application, form, back))
            except Refusal as refusal:
                show_refusal(form, refusal)
    else:
        initial = {"amount": application.left, "date": earliest, "next": back}
        form = UnapplyForm(
            initial={
                **initial,
                **{name: request.GET[name] for name in ("amount", "date") if name in request.GET},
            },
            application=application,
        )
    amount, on = _typed(form, application)
    shown = preview_unapply(actor=request.actor, key=key, amount=amount, on=on)
    return render(
        request,
        "reconciliation/unapply.html",
        _context(form, shown, back),
        status=422 if form.errors else 200,
    )


def _typed(form: UnapplyForm, application: InForce) -> tuple[Decimal | None, date | None]:
    """What the fields say as far as they can be read; the preview then shows that."""
    values = {}
    for name in ("amount", "date"):
        try:
            values[name] = form.fields[name].clean(form[name].value())
        except forms.ValidationError:
            values[name] = None
    return values["amount"], values["date"]


def _undo(request: PageRequest, application: InForce, form: UnapplyForm, back: str) -> Done:
    values = form.cleaned_data
    unapply(
        actor=request.actor,
        undos=[Undo(application.id, values["amount"])],
        reason=values["reason"],
        on=values["date"],
    )
    text = format_amount(values["amount"], application.currency, get_language() or "en")
    return Done(back, _("%(amount)s was un-applied.") % {"amount": f"{text} {application.currency}"})


def _context(form: UnapplyForm, shown: UnapplyPreview, back: str) -> dict[str, Any]:
    application, before, after = shown.application, shown.before, shown.after
    context = {
        "form": form,
        "application": application,
        "currency": application.currency,
        "customer": before.account.customer,
        "day": shown.day,
        "refusal": shown.refusal,
        "question": _("Un-apply %(credit)s from %(charge)s")
        % {"credit": before.credit.number, "charge": before.charge.number},
        "verb": _("Un-apply"),
        "back_url": back,
    }
    if after is None:
        return context
    pairs = ((before.charge, after.charge), (before.credit, after.credit))
    sides = [
        {
            "url": link(f"{old.kind}s:detail", old.document),
            "number": old.number,
            "rows": _side(old, new, application.currency),
        }
        for old, new in pairs
    ]
    return context | {
        "sides": sides,
        "accounts": _accounts(before.account, after.account, application.currency),
    }


def _row(label: str, before: object, after: object) -> dict[str, object]:
    return {"label": label, "before": before, "after": after}


def _side(before: Standing, after: Standing, currency: str) -> list[dict[str, object]]:
    """What changes on a document; its open amount in any case."""
    rows = [
        _row(_("Open amount"), money_with_code(before.open, currency), money_with_code(after.open, currency))
    ]
    if before.settlement != after.settlement:
        rows.append(_row(_("Settlement"), chip(before.settlement), chip(after.settlement)))
    if before.mark != after.mark:
        rows.append(_row(_("Mark"), mark(before.mark), mark(after.mark)))
    if before.code != after.code:
        none = pgettext("match code", "none")
        rows.append(_row(_("Match code"), code(before.code) or none, code(after.code) or none))
    return rows


def _accounts(before: Account, after: Account, currency: str) -> list[dict[str, object]]:
    return [
        _row(_("Open charges"), money(before.charges, currency), money(after.charges, currency)),
        _row(_("Available credits"), money(before.credits, currency), money(after.credits, currency)),
        _row(_("Balance"), money(before.balance, currency), money(after.balance, currency)),
    ]


def _back(request: PageRequest, application: InForce) -> str:
    """Where the person came from, inside this company; else the charge's own page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = wanted.startswith(reverse("home:index"))
    if inside and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    charge = Document.objects.filter(company_id=request.actor.company_id, pk=application.charge_document)
    kind = charge.values_list("kind", flat=True).first()
    return address(f"{kind}s:detail", application.charge_document) or reverse("home:index")
