"""Refusals of invoices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Refusal


class ReversalSwitchedOff(Refusal):
    code = "invoice_reversal_off"
    sentence = _("The configuration does not allow reversing posted invoices. Ask an administrator.")
