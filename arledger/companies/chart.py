"""The chart template: what every new company starts with (SPEC 3, Accounts and Numbering)."""

from __future__ import annotations

from typing import NamedTuple


class AccountTemplate(NamedTuple):
    code: str
    name: str
    kind: str


class SequenceTemplate(NamedTuple):
    code: str
    name: str
    style: str
    prefix: str
    width: int


class TermTemplate(NamedTuple):
    code: str
    name: str
    net_days: int
    end_of_month: bool = False


ACCOUNTS = (
    AccountTemplate("411000", "Accounts receivable", "receivable"),
    AccountTemplate("419100", "Customer advances", "advances"),
    AccountTemplate("419800", "Customer overpayments", "overpayments"),
    AccountTemplate("445710", "Sales tax", "tax"),
    AccountTemplate("511000", "Undeposited funds", "undeposited"),
    AccountTemplate("512000", "Bank", "bank"),
    AccountTemplate("654000", "Bad debts written off", "write_off"),
    AccountTemplate("665000", "Discounts granted", "discount"),
    AccountTemplate("666000", "Exchange difference", "exchange"),
    AccountTemplate("706000", "Services", "revenue"),
    AccountTemplate("707000", "Goods", "revenue"),
)

SEQUENCES = (
    SequenceTemplate("CUST", "Customers", "numeric", "C", 5),
    SequenceTemplate("INV", "Invoices", "numeric", "INV-", 5),
    SequenceTemplate("ADJ", "Adjustments", "numeric", "ADJ-", 5),
    SequenceTemplate("ADV", "Advances", "numeric", "ADV-", 5),
    SequenceTemplate("PAY", "Payments", "numeric", "PAY-", 5),
    SequenceTemplate("REF", "Refunds", "numeric", "REF-", 5),
    SequenceTemplate("DEP", "Deposits", "numeric", "DEP-", 5),
    SequenceTemplate("MAT", "Matchings", "numeric", "MAT-", 5),
    SequenceTemplate("MATCH", "Match codes", "alpha", "", 0),
)

JOURNALS = (("SAL", "Sales"), ("BNK", "Bank"), ("GEN", "General"))

TERMS = (
    TermTemplate("NOW", "Due on receipt", 0),
    TermTemplate("NET15", "Net 15 days", 15),
    TermTemplate("NET30", "Net 30 days", 30),
    TermTemplate("NET30EOM", "Net 30 days, end of month", 30, True),
    TermTemplate("NET60", "Net 60 days", 60),
)
