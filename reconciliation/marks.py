"""Settlement and marks of posted documents and lines, computed from plain figures (SPEC 5, 11, 15.2).

The figures are amounts of one document (or line), positive on both sides, as of one day:

``open``
    What no application in force on that day has taken, its charge lines and its credit lines added up; inline
    applications count as taken.
``open_ever``
    The same when applications dated after the day count too.
``matched``, ``matched_ever``
    What applications other than inline ones have taken, on the day and ever; nothing that was un-applied.
``reserved``
    What drafts have reserved of its charge lines.

Inline applications lower what is owed and are no payment (SPEC 15.2), so they show in ``open`` only.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class Settlement(StrEnum):
    """How far a posted document is settled. The first four are said of charges, the others of credits."""

    OPEN = "open"
    SELECTED = "selected"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    AVAILABLE = "available"
    PARTIALLY_APPLIED = "partially_applied"
    APPLIED = "applied"

    @property
    def label(self) -> Promise:
        return SETTLEMENT_LABELS[self]

    @property
    def settled(self) -> bool:
        return self in (Settlement.PAID, Settlement.APPLIED)


class Mark(StrEnum):
    """The four marks of a transaction (SPEC 11)."""

    NONE = "none"
    PARTIAL = "partial"
    COMPLETE = "complete"
    COMPLETE_FUTURE = "complete_future"

    @property
    def label(self) -> Promise:
        return MARK_LABELS[self]


SETTLEMENT_LABELS: dict[Settlement, Promise] = {
    Settlement.OPEN: pgettext_lazy("settlement", "open"),
    Settlement.SELECTED: pgettext_lazy("settlement", "selected"),
    Settlement.PARTIALLY_PAID: pgettext_lazy("settlement", "partially paid"),
    Settlement.PAID: pgettext_lazy("settlement", "paid"),
    Settlement.AVAILABLE: pgettext_lazy("settlement", "available"),
    Settlement.PARTIALLY_APPLIED: pgettext_lazy("settlement", "partially applied"),
    Settlement.APPLIED: pgettext_lazy("settlement", "applied"),
}
MARK_LABELS: dict[Mark, Promise] = {
    Mark.NONE: pgettext_lazy("mark", "none"),
    Mark.PARTIAL: pgettext_lazy("mark", "partial"),
    Mark.COMPLETE: pgettext_lazy("mark", "complete"),
    Mark.COMPLETE_FUTURE: pgettext_lazy("mark", "complete with future payments"),
}


def speaks_credit(total: Decimal) -> bool:
    """Whether a document of this signed total speaks the credit words: a net-negative one (SPEC 15.2)."""
    return total < 0


def settlement(
    *, is_credit: bool, open: Decimal, matched: Decimal, reserved: Decimal = Decimal(0)
) -> Settlement:
    """How far a posted document is settled as of a day (SPEC 5, 15.2). See the module for the figures.

    In this order: nothing open is *paid* (*applied*), whatever settled it, an application, a reversal or its
    own lines; a charge of which a draft reserves a part is *selected*; one touched by an application that is
    not inline is *partially paid* (*partially applied*); everything else is *open* (*available*).
    """
    _check(open, matched, reserved)
    if not open:
        return Settlement.APPLIED if is_credit else Settlement.PAID
    if reserved and not is_credit:
        return Settlement.SELECTED
    if matched:
        return Settlement.PARTIALLY_APPLIED if is_credit else Settlement.PARTIALLY_PAID
    return Settlement.AVAILABLE if is_credit else Settlement.OPEN


def mark(*, open: Decimal, open_ever: Decimal, matched_ever: Decimal) -> Mark:
    """The mark of a posted document or line as of a day (SPEC 11, W15). See the module for the figures.

    Nothing open on the day is *complete*. Nothing open once later applications count is *complete with future
    payments*; if those do not cover it, or it is matched in part today, *partial*. Touched by inline
    applications only, or by nothing, is *none*.
    """
    _check(open, open_ever, matched_ever)
    if not open:
        return Mark.COMPLETE
    if not open_ever:
        return Mark.COMPLETE_FUTURE
    return Mark.PARTIAL if matched_ever else Mark.NONE


def _check(*figures: Decimal) -> None:
    if any(figure < 0 for figure in figures):
        raise ValueError("figures are positive on both sides of the account")
