"""The form of a quick deposit: who paid, how the money came, and what it was for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from checkout.services import QuickDepositInput
from credits.advance_forms import AdvanceForm
from ledger.models import Kind
from reconciliation.document_forms import LineForms
from summaries.forms import SummaryField, offer_summaries


class QuickDepositForm(AdvanceForm):
    """The head: the same as of an advance, which is money without an invoice too."""

    payment_summary = SummaryField(label=_("Summary of the receipt"))

    def __init__(self, *args: Any, actor: Actor, settings: Settings, **options: Any) -> None:
        super().__init__(*args, actor=actor, settings=settings, **options)
        self.fields["gl_date"].disabled = True
        self.fields["summary"].label = _("Summary of the invoice")
        offer_summaries(self, actor=actor, settings=settings, kind=Kind.PAYMENT, name="payment_summary")


def entered(form: QuickDepositForm, formset: LineForms, currency: str) -> QuickDepositInput:
    """What the service gets; valid forms only. ``currency`` is the one that the amounts were typed in."""
    values = form.entered
    del values["gl_date"]
    lines = [formset.forms[place].entered for place in formset.sent]
    return QuickDepositInput(
        **values | {"currency": currency},
        payment_summary_id=form.cleaned_data.get("payment_summary"),
        lines=lines,
    )
