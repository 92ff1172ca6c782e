"""What selling and collecting in one step refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid


class QuickAmountNotPositive(Invalid):
    code = "quick_amount_not_positive"
    sentence = _("Enter more than 0: a quick deposit is money that came in.")


class NoReceipts(Invalid):
    code = "no_receipts"
    sentence = _("Enter at least one receipt.")


class NoSuchItem(Invalid):
    """An allocation names a line that the invoice does not have, or one that is a credit."""

    code = "checkout_item_unknown"
    sentence = _("The invoice has no charge in line %(position)s.")
