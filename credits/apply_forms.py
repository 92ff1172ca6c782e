"""The form of Apply credits: it reads what people type; rules live in the services."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from arledger.core.http.forms import AmountField, DayField, KeyedForm, TextField


class ApplyForm(KeyedForm):
    """Beside the grid. Without an amount as much of the credit is applied as the charges need."""

    amount = AmountField(
        label=_("Amount to apply"),
        allow_negative=False,
        required=False,
        help_text=_("Emptied, only what you choose in the rows is applied."),
    )
    date = DayField(label=_("Date"))
    reason = TextField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, currency: str, from_credit: bool, **options: Any) -> None:
        super().__init__(data, **options)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = currency
        if not from_credit:
            del self.fields["amount"]
