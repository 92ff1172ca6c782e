"""Refusals of adjustments, advances and write-offs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from arledger.core.errors import Invalid, Refusal


class AmountOrLines(Invalid):
    code = "advance_amount_or_lines"
    sentence = _("Enter either the amount of the advance or its lines, not both.")


class NotReceived(Invalid):
    """An advance is money received: none of its lines takes something back, and together they are something."""

    code = "advance_not_positive"
    sentence = _("An advance is money received: enter an amount greater than 0.")


class WriteOffOfDraft(Refusal):
    code = "write_off_of_draft"
    status = 409
    sentence = _("This is a draft: nothing is owed yet. Post it first, or delete it.")


class WriteOffTooEarly(Refusal):
    code = "write_off_too_early"
    sentence = _(
        "A write-off of %(document)s is dated %(earliest)s at the earliest: from then on the amount is owed."
    )


class WriteOffTooLarge(Refusal):
    """``limit`` and ``written`` (what was written off of the document before) are in the base currency."""

    code = "write_off_too_large"
    sentence = _(
        "Up to %(limit)s %(currency)s may be written off of one document; with what was written off before this "
        "makes %(written)s. Use less, or ask an administrator to raise the limit."
    )
