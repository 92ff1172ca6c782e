"""Refusals of payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid


class NothingReceived(Invalid):
    code = "nothing_received"
    sentence = _("Enter the amount received: more than 0.")


class NothingPaid(Invalid):
    """A part without cash whose credits pay nothing."""

    code = "nothing_paid"
    sentence = _(
        "Nothing is received and no credit is used: enter an amount, or choose what the credits pay."
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


class CustomerTwice(Invalid):
    code = "customer_twice"
    sentence = _("%(customer)s is named twice on this receipt. Use one part per customer.")


class PartsDiffer(Invalid):
    """Where the payer's own part is given, the parts make up exactly what was received."""

    code = "parts_differ"
    sentence = _("The parts add up to %(total)s; %(amount)s was received. Make the two agree.")


class SpreadUnclear(Invalid):
    code = "spread_unclear"
    sentence = _(
        "Say in one way what is paid: documents in their order, amounts per charge, or all by due date."
    )
