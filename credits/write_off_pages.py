"""Writing off what is left of an invoice or a debit memo, asked with its effect spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arledger.companies.context import address
from arledger.companies.selectors import Settings, settings_of
from arledger.core.errors import Refusal
from arledger.core.http.doors import PageRequest, page
from arledger.core.http.forms import AmountField, DayField, Done, KeyedForm, TextField, ask, replay
from credits.selectors import charge, left, proposed
from credits.services.writing_off import write_off
from ledger.models import Document, Kind
from reconciliation.document_pages import money_text
from reconciliation.preview import would_refuse

LISTS = {
    Kind.INVOICE: (gettext_lazy("Invoices"), "invoices:list"),
    Kind.ADJUSTMENT: (gettext_lazy("Adjustments"), "adjustments:list"),
}


class WriteOffForm(KeyedForm):
    amount = AmountField(label=gettext_lazy("Amount"), allow_negative=False)
    date = DayField(label=gettext_lazy("Date"))
    reason = TextField(label=gettext_lazy("Reason"), max_length=500)


@page("adjustments.write_off")
def page_(request: PageRequest, document: int) -> HttpResponse:
    """Write a charge off, as far as the limit goes unless another amount is typed."""
    if again := replay(request):
        return again
    actor, found = request.actor, charge(request.actor, document)
    settings = settings_of(actor.company_id)
    available = sum((item.available for item in left(actor, found)), Decimal(0))
    amount = proposed(actor, settings, found) or available
    day = max(actor.today, found.date)
    form = WriteOffForm(request.POST or None, initial={"amount": amount, "date": day})
    typed = form.fields["amount"]
    assert isinstance(typed, AmountField)
    typed.currency = found.currency

    def verb() -> Done:
        values = form.cleaned_data
        key = write_off(
            actor=actor,
            charge=found.pk,
            amount=values["amount"],
            on=values["date"],
            reason=values["reason"],
        )
        said = _("%(amount)s of %(document)s is written off.") % {
            "amount": money_text(values["amount"], found.currency),
            "document": found,
        }
        memo = reverse("adjustments:detail", args=[key]) if actor.may("adjustments.view") else ""
        return Done(address(f"{found.kind}s:detail", found.pk) or memo, said)

    many, route = LISTS[Kind(found.kind)]
    return ask(
        request,
        form,
        verb,
        template="adjustments/write_off.html",
        back_url=address(f"{found.kind}s:detail", found.pk),
        document=found,
        question=_("Write off what is left of %(document)s") % {"document": found},
        effects=_effects(settings, found, available),
        button=_("Write off"),
        refusal=_refusal(request, found, amount),
        context={"many": many, "list_url": address(route)},
    )


def _refusal(request: PageRequest, found: Document, amount: Decimal) -> Refusal | None:
    """Why nothing can be written off now, whatever is typed."""
    day = max(request.actor.today, found.date)
    smallest = amount or Decimal(1)
    return would_refuse(
        lambda: write_off(actor=request.actor, charge=found.pk, amount=smallest, on=day, reason="-")
    )


def _effects(settings: Settings, found: Document, available: Decimal) -> Sequence[str]:
    said = {"document": found, "amount": money_text(available, found.currency)}
    effects = [
        _("%(amount)s of %(document)s is left.") % said,
        _("Makes a credit memo on account %(account)s and matches it with %(document)s at once.")
        % {"document": found, "account": settings.row.write_off_account},
        _("Reversing that credit memo takes the write-off back."),
    ]
    limit = settings.row.write_off_limit
    if limit is not None:
        most = money_text(limit, settings.company.base_currency)
        effects.append(_("Up to %(limit)s may be written off of one document.") % {"limit": most})
    return effects
