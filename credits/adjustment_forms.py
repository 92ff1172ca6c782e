"""The form of an adjustment: that of what is billed, and why it is made."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from arledger.core.http.forms import TextField
from ledger.models import Document
from reconciliation.document_forms import BilledForm


class AdjustmentForm(BilledForm):
    reason = TextField(label=_("Reason"), max_length=500, required=False)

    @property
    def entered(self) -> dict[str, Any]:
        return super().entered | {"reason": self.cleaned_data["reason"]}

    @staticmethod
    def shown(document: Document) -> dict[str, Any]:
        return BilledForm.shown(document) | {"reason": document.reason}
