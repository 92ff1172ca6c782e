"""What selling and collecting in one step refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid


class QuickAmountNotPositive(Invalid):
    code = "quick_amount_not_positive"
    sentence = _("Enter more than 0: a quick deposit is money that came in.")
