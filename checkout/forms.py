"""The form of a quick deposit: who paid, how the money came, and what it was for."""

from __future__ import annotations

from typing import Any

from checkout.services import QuickDepositInput
from credits.advance_forms import AdvanceForm
from reconciliation.document_forms import LineForms


class QuickDepositForm(AdvanceForm):
    """The head: the same as of an advance, which is money without an invoice too."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["gl_date"].disabled = True


def entered(form: QuickDepositForm, formset: LineForms, currency: str) -> QuickDepositInput:
    """What the service gets; valid forms only. ``currency`` is the one that the amounts were typed in."""
    values = form.entered
    del values["gl_date"], values["summary_id"]
    lines = [formset.forms[place].entered for place in formset.sent]
    return QuickDepositInput(**values | {"currency": currency}, lines=lines)
