"""What somebody wants paid, with what: the same words for a payment, for credits alone, on pages and in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from arledger.core.money import check_amount

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditUse:
    """Use a credit: a ``document`` with all its credit lines, or one ``line`` of it.

    An ``amount`` (positive) is used to the last cent or refused; None offers all of it, of which as much is used as
    the charges need.
    """

    line: int = 0
    document: int = 0
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An ``amount`` of cash and ``credits`` (all of one customer and currency), and the charges they shall pay.

    ``lines`` and ``per_document`` are amounts typed for charge lines and documents: what these get from credits and
    cash together. The rest flows by waterfall over ``documents`` in that order, or with ``auto`` over all open charges
    by due date; cash that is left is overpayment, credits that are left stay available.
    """

    amount: Decimal = ZERO
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    per_document: Mapping[int, Decimal] = field(default_factory=dict)
    documents: Sequence[int] = ()
    auto: bool = False
    credits: Sequence[CreditUse] = ()


def check_plan(plan: Plan, currency: str) -> None:
    """Raise unless every amount of the plan is one of the currency, down to its smallest unit."""
    for amount in (*plan.lines.values(), *plan.per_document.values()):
        check_amount(amount, currency, field="allocations")
    for use in plan.credits:
        if use.amount is not None:
            check_amount(use.amount, currency, field="credits")
