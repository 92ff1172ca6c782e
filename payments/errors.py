"""Refusals of payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class NothingReceived(Invalid):
    code = "nothing_received"
    sentence = _("Enter the amount received: more than 0.")


class AppliedOverReceived(Invalid):
    code = "applied_over_received"
    sentence = _(
        "%(applied)s is applied but only %(received)s was received. Lower the applied amounts by %(difference)s."
    )


class UnknownBankAccount(Invalid):
    code = "bank_account_unknown"
    sentence = _("Choose an active bank account, or undeposited funds.")


class BankCurrency(Invalid):
    code = "bank_account_currency"
    sentence = _("The bank account %(account)s is kept in %(kept)s; the payment is in %(currency)s.")


class UnknownMethod(Invalid):
    code = "method_unknown"
    sentence = _("Choose how the money came: check, cash, card, transfer or online.")


class NotAnOpenCharge(Refusal):
    code = "not_an_open_charge"
    status = 409
    sentence = _("A chosen charge is not open any more, or is not this customer's. Reload the list.")


class CustomerTwice(Invalid):
    code = "customer_twice"
    sentence = _("%(customer)s is named twice on this receipt. Use one part per customer.")
