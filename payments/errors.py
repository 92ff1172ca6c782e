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


class PartsOverReceived(Invalid):
    code = "parts_over_received"
    sentence = _(
        "The other customers' parts add up to %(total)s, %(excess)s more than was received. "
        "Lower them, or raise the amount received."
    )


class UnknownCustomer(Invalid):
    code = "customer_unknown"
    sentence = _("There is no such customer. Type a code or a name and choose.")


class NotAnOpenCharge(Refusal):
    code = "not_an_open_charge"
    status = 409
    sentence = _("A chosen charge is not open any more, or is not this customer's. Reload the list.")


class ChargeGone(NotAnOpenCharge):
    """The same where it is known which document it was."""

    code = "charge_settled"
    sentence = _("Nothing is left of %(number)s: it was settled in the meantime. Clear its amount.")


class NotThatMuchOpen(Refusal):
    """``document`` or ``line`` in the values is the key of what the amount was typed for; so for those below."""

    code = "charge_has_less_left"
    status = 409
    sentence = _("%(number)s has %(open)s left; you entered %(amount)s. Use %(open)s at most.")


class SelectedByDrafts(Refusal):
    code = "charge_selected_by_drafts"
    status = 409
    sentence = _(
        "%(number)s has nothing left to use: drafts have selected %(reserved)s of it. Clear its amount, or "
        "change those drafts first."
    )


class AmountBelowZero(Invalid):
    code = "allocation_below_zero"
    sentence = _("You entered %(amount)s. Use 0 or more.")


class LinesOverDocument(Invalid):
    code = "allocation_lines_over_document"
    sentence = _(
        "The lines of %(number)s add up to %(total)s; you entered %(amount)s for the document. "
        "Make the two agree."
    )


class CustomerTwice(Invalid):
    code = "customer_twice"
    sentence = _("%(customer)s is named twice on this receipt. Use one part per customer.")
