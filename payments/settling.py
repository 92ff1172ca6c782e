"""A receipt equal to the customer's whole open balance settles everything on his account (SPEC 11, 15.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from payments.inputs import PartInput
from reconciliation.consuming import Mix, Rules
from reconciliation.distribution import preview
from reconciliation.open_credits import CreditItem
from reconciliation.open_items import OpenItem
from reconciliation.plans import CreditUse, Plan

ZERO = Decimal(0)


class NotWritten(Exception):
    """A receipt settles the account only together with money that an earlier one of the same call leaves on it."""


@dataclass
class Available:
    """What a customer owes in a currency and what credits he has, less what this call has used of it so far.

    ``left`` is what receipts of this call leave as overpayments, by their dates; ``hidden`` says that the account
    holds more than the person may see, so that its balance is not his to judge.
    """

    charges: list[OpenItem] = field(default_factory=list)
    credits: list[CreditItem] = field(default_factory=list)
    left: list[tuple[date, Decimal]] = field(default_factory=list)
    hidden: bool = False


def settled(part: PartInput, account: Available, *, day: date, rules: Rules) -> Mix | None:
    """What a part settles that says nothing about what it pays; None for any other. See ``settled_by``."""
    return settled_by(part.amount, account, day=day, rules=rules) if part.bare else None


def settled_by(amount: Decimal, account: Available, *, day: date, rules: Rules) -> Mix | None:
    """Everything on the account as of ``day`` matched, where the cash is exactly the balance; else None.

    The balance is what is open of the charges less what is open of the credits (SPEC 15.2). An account of which a
    draft reserves something is not settled, nor one where an entity's credits may not pay another's charges and that
    would leave something open. Raises NotWritten.
    """
    charges = [item for item in account.charges if item.date <= day and item.open]
    credits = [credit for credit in account.credits if credit.date <= day and credit.open]
    balance = _sum(charges) - _sum(credits)
    waiting = sum((left for since, left in account.left if since <= day), ZERO)
    if account.hidden or not charges or amount != balance - waiting:
        return None
    if any(item.reserved for item in charges) or any(credit.reserved for credit in credits):
        return None
    if waiting:
        raise NotWritten
    plan = Plan(
        amount=amount,
        lines={item.line: item.open for item in charges},
        credits=[CreditUse(line=credit.line, amount=credit.open) for credit in credits],
    )
    shown = preview(plan, charges, credits, rules=rules)
    return None if shown.faults or shown.mix.cash.remainder or shown.mix.unused else shown.mix


def _sum(items: Sequence[OpenItem] | Sequence[CreditItem]) -> Decimal:
    return sum((item.open for item in items), ZERO)
