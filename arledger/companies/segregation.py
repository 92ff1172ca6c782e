"""Duties that one person should not hold together (SPEC 4): pairs of rights with which money can go unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Pair:
    """Two rights that are dangerous in one hand, and why."""

    code: str
    one: str
    other: str
    why: str | Promise

    def held_by(self, rights: Iterable[str]) -> bool:
        return {self.one, self.other} <= set(rights)


PAIRS = (
    Pair(
        "refund-alone",
        "refunds.add",
        "refunds.post",
        _("Records a refund and posts it: nobody else has seen that money left."),
    ),
    Pair(
        "customer-refund",
        "customers.add",
        "refunds.post",
        _("Makes up a customer and pays money out to him."),
    ),
    Pair(
        "credit-refund",
        "adjustments.post",
        "refunds.post",
        _("Grants a credit and pays it out."),
    ),
    Pair(
        "cash-write-off",
        "payments.add",
        "adjustments.write_off",
        _("Keeps money received and writes the invoice off."),
    ),
    Pair(
        "cash-credit",
        "payments.add",
        "adjustments.post",
        _("Keeps money received and settles the invoice with a credit memo."),
    ),
    Pair(
        "bill-cash",
        "invoices.post",
        "payments.post",
        _("Bills and collects: a bill and its money may both stay outside the bank."),
    ),
    Pair(
        "cash-bank",
        "payments.add",
        "deposits.post",
        _("Receives money and takes it to the bank: what is missing shows nowhere."),
    ),
    Pair(
        "rights-money",
        "roles.edit",
        "refunds.post",
        _("Gives rights, his own helpers' included, and pays money out."),
    ),
    Pair(
        "rules-money",
        "configuration.edit",
        "refunds.post",
        _("Switches the second person for refunds off, and pays money out."),
    ),
    Pair(
        "reopen-post",
        "periods.reopen",
        "invoices.reverse",
        _("Reopens closed books and changes what was reported."),
    ),
)


def toxic(rights: Iterable[str]) -> list[Pair]:
    """The pairs that somebody with these rights holds both of."""
    held = set(rights)
    return [pair for pair in PAIRS if pair.held_by(held)]
