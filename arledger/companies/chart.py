"""The chart template: what every new company starts with, named in its language (SPEC 3, Accounts and Numbering)."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountTemplate(NamedTuple):
    code: str
    name: str | Promise
    kind: str


class SequenceTemplate(NamedTuple):
    code: str
    name: str | Promise
    style: str
    prefix: str
    width: int


class TermTemplate(NamedTuple):
    code: str
    name: str | Promise
    net_days: int
    end_of_month: bool = False


ACCOUNTS = (
    AccountTemplate("411000", _("Accounts receivable"), "receivable"),
    AccountTemplate("419100", _("Customer advances"), "advances"),
    AccountTemplate("419800", _("Customer overpayments"), "overpayments"),
    AccountTemplate("445710", _("Sales tax"), "tax"),
    AccountTemplate("511000", _("Undeposited funds"), "undeposited"),
    AccountTemplate("512000", _("Bank"), "bank"),
    AccountTemplate("654000", _("Bad debts written off"), "write_off"),
    AccountTemplate("665000", _("Discounts granted"), "discount"),
    AccountTemplate("666000", _("Exchange difference"), "exchange"),
    AccountTemplate("706000", _("Services"), "revenue"),
    AccountTemplate("707000", _("Goods"), "revenue"),
    AccountTemplate("890000", _("Opening balances"), "opening"),
)

SEQUENCES = (
    SequenceTemplate("CUST", _("Customers"), "numeric", "C", 5),
    SequenceTemplate("INV", _("Invoices"), "numeric", "INV-", 5),
    SequenceTemplate("ADJ", _("Adjustments"), "numeric", "ADJ-", 5),
    SequenceTemplate("ADV", _("Advances"), "numeric", "ADV-", 5),
    SequenceTemplate("PAY", _("Payments"), "numeric", "PAY-", 5),
    SequenceTemplate("REF", _("Refunds"), "numeric", "REF-", 5),
    SequenceTemplate("DEP", _("Deposits"), "numeric", "DEP-", 5),
    SequenceTemplate("MAT", _("Matchings"), "numeric", "MAT-", 5),
    SequenceTemplate("MATCH", _("Match codes"), "alpha", "", 0),
)

JOURNALS = (("SAL", _("Sales")), ("BNK", _("Bank")), ("GEN", _("General")))

TERMS = (
    TermTemplate("NOW", _("Due on receipt"), 0),
    TermTemplate("NET15", _("Net 15 days"), 15),
    TermTemplate("NET30", _("Net 30 days"), 30),
    TermTemplate("NET30EOM", _("Net 30 days, end of month"), 30, True),
    TermTemplate("NET60", _("Net 60 days"), 60),
)
