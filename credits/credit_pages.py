"""What the pages of all credits say alike."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from reconciliation.facts import Facts


def credit_figures(shown: Facts) -> list[tuple[str, Decimal]]:
    """What of a credit is applied, available and promised by drafts; positive."""
    reserved = -sum((line.reserved for line in shown.lines), Decimal(0))
    open_amount = -sum((line.open for line in shown.lines), Decimal(0))
    return [
        (_("Applied"), -shown.settled),
        (_("Available"), open_amount - reserved),
        *([(_("Selected"), reserved)] if reserved else []),
    ]
