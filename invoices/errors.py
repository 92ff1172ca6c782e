"""Refusals of invoices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class DueBeforeDate(Invalid):
    code = "due_before_date"
    sentence = _("The due date %(due)s lies before the invoice date %(date)s.")


class DueMissing(Invalid):
    code = "due_missing"
    sentence = _("Enter a due date or choose a payment term.")


class UnknownAccount(Invalid):
    code = "account_unknown"
    sentence = _("Choose an active account of this company.")


class UnknownReference(Invalid):
    """A term, location or entity that the company does not have."""

    code = "reference_unknown"
    sentence = _("Choose one that this company has.")


class ServicePeriod(Invalid):
    code = "service_period"
    sentence = _("The service period ends on %(end)s, before it starts on %(start)s.")


class ReversalSwitchedOff(Refusal):
    code = "invoice_reversal_off"
    sentence = _("The configuration does not allow reversing posted invoices. Ask an administrator.")
