"""The columns of each type of file: what templates offer and explain, and readers accept (SPEC 14)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imports.errors import MissingColumns, UnknownColumns

#: The last column of a file of failed rows: it says why, and is read over when the file comes back.
REASON = "import_error"


@dataclass(frozen=True, slots=True)
class Column:
    """``of_line``: each row of a document has its own; otherwise the document has one, in its first row.

    ``holds`` says how its cells are read: text, day, amount, rate, flag or code.
    """

    name: str
    help: str | Promise = ""
    required: bool = False
    of_line: bool = False
    holds: str = "text"


OWN_NUMBER = Column(
    "number", _("its own number, kept as text; empty: the next of the sequence when it is posted")
)
KEY = Column("key", _("holds the rows of a document without a number together; forgotten afterwards"))
CUSTOMER = Column("customer", _("code of the customer; once per document"), required=True, holds="code")
DAY = Column("date", _("once per document"), required=True, holds="day")
DUE = Column("due_date", _("empty: from the term"), holds="day")
TERM = Column("term", _("code of the payment term; empty: the customer’s"), holds="code")
GL_DATE = Column("gl_date", _("GL posting date; only where the company keeps a separate one"), holds="day")
CURRENCY = Column("currency", _("three letters; empty: the customer’s"), holds="code")
RATE = Column("exchange_rate", _("to the base currency, at most 8 decimals; empty: 1"), holds="rate")
ENTITY = Column("entity", _("code of the entity; empty: the top level"), holds="code")
SUMMARY = Column(
    "summary", _("title of an open summary; only where people make the summaries of this type"), holds="code"
)
REFERENCE = Column("reference", _("such as the customer’s order number"))
DESCRIPTION = Column("description", _("of the document"))
ACTION = Column(
    "action",
    _("draft or post; empty: as chosen for the file. Without the right to post it stays a draft"),
    holds="code",
)
METHOD = Column(
    "method", _("how the money came: check, cash, card, transfer or online"), required=True, holds="code"
)
BANK = Column("bank_account", _("code of the bank account; empty: undeposited funds"), holds="code")
LINE_DESCRIPTION = Column("line_description", _("of the line"), of_line=True)
LOCATION = Column("location", _("code of the location"), of_line=True, holds="code")
CREDIT_KIND = Column(
    "credit_kind",
    _(
        "what the credit is: adjustment, advance, payment (its overpayment) or invoice (a negative one); "
        "may be empty where its number says it"
    ),
    of_line=True,
    holds="code",
)
CREDIT = Column("credit", _("number of the credit, one a row"), of_line=True)

CUSTOMERS = (
    Column("code", _("the customer’s code; empty: the next of the customer sequence")),
    Column("name", _("the customer’s name"), required=True),
    Column("currency", _("of the customer’s documents; empty: the company’s base currency"), holds="code"),
    Column("term", _("code of the payment term of the customer’s invoices"), holds="code"),
    Column(
        "parent",
        _("code of the account above this one: in the books already, or higher up in the file"),
        holds="code",
    ),
    Column("entity", _("code of the entity the customer belongs to"), holds="code"),
    Column("email", _("e-mail address")),
    Column("address", _("may have several lines")),
    Column("country", _("two letters"), holds="code"),
    Column("active", _("yes or no; empty is yes here"), holds="flag"),
)
_BILLED_HEAD = (
    OWN_NUMBER,
    KEY,
    CUSTOMER,
    DAY,
    DUE,
    TERM,
    GL_DATE,
    CURRENCY,
    RATE,
    ENTITY,
    SUMMARY,
    REFERENCE,
    DESCRIPTION,
    Column("bill_to", _("name and address, if not the customer’s; may have several lines")),
)
_BILLED_LINES = (
    LINE_DESCRIPTION,
    Column("account", _("code of the revenue account; empty: the company’s"), of_line=True, holds="code"),
    Column(
        "amount",
        _("of the line; negative lowers what the customer owes"),
        required=True,
        of_line=True,
        holds="amount",
    ),
    LOCATION,
    Column("tax_code", _("of the line"), of_line=True, holds="code"),
    Column("tax_amount", _("tax contained in the line"), of_line=True, holds="amount"),
    Column(
        "cash_basis_tax",
        _("yes or no; empty: as the company’s setting says, for a line with a tax"),
        of_line=True,
        holds="flag",
    ),
    Column("tax_receipt_eligible", _("yes or no"), of_line=True, holds="flag"),
    Column("service_start", _("first day of the service"), of_line=True, holds="day"),
    Column("service_end", _("last day of the service"), of_line=True, holds="day"),
)
INVOICES = (*_BILLED_HEAD, *_BILLED_LINES, ACTION)
ADJUSTMENTS = (
    *_BILLED_HEAD,
    Column("reason", _("why the account is adjusted")),
    *_BILLED_LINES,
    ACTION,
)
ADVANCES = (
    OWN_NUMBER,
    KEY,
    CUSTOMER,
    DAY,
    METHOD,
    BANK,
    GL_DATE,
    CURRENCY,
    RATE,
    ENTITY,
    SUMMARY,
    REFERENCE,
    DESCRIPTION,
    Column(
        "amount",
        _("received, above 0; of several rows each has its part"),
        required=True,
        of_line=True,
        holds="amount",
    ),
    LINE_DESCRIPTION,
    LOCATION,
    ACTION,
)
PAYMENTS = (
    OWN_NUMBER,
    KEY,
    CUSTOMER,
    DAY,
    Column(
        "amount",
        _("received, once per payment; 0 where only credits are used"),
        required=True,
        holds="amount",
    ),
    METHOD,
    BANK,
    CURRENCY,
    RATE,
    ENTITY,
    SUMMARY,
    REFERENCE,
    DESCRIPTION,
    Column("auto", _("yes: pay the open charges by due date; then no row names an invoice"), holds="flag"),
    Column(
        "invoice", _("number of an invoice or debit memo of this customer to pay, one a row"), of_line=True
    ),
    Column(
        "applied",
        _("how much it gets; empty: the rest flows over such invoices in the order of the rows"),
        of_line=True,
        holds="amount",
    ),
    CREDIT_KIND,
    CREDIT,
    Column(
        "credit_amount",
        _("how much of the credit is used; empty: as much as the charges need"),
        of_line=True,
        holds="amount",
    ),
    ACTION,
)
REFUNDS = (
    OWN_NUMBER,
    KEY,
    CUSTOMER,
    DAY,
    Column("amount", _("refunded; if given, the credits must make it up"), holds="amount"),
    Column("bank_account", _("code of the bank account that the money left"), required=True, holds="code"),
    CURRENCY,
    ENTITY,
    SUMMARY,
    REFERENCE,
    DESCRIPTION,
    Column("pay_to", _("who got the money, if not the customer")),
    CREDIT_KIND,
    Column("credit", _("number of the credit, one a row"), required=True, of_line=True),
    Column(
        "credit_line",
        _("its line, counted from 1; empty: all its lines in their order"),
        of_line=True,
        holds="code",
    ),
    Column(
        "credit_amount",
        _("how much of the credit; empty: all that is left of it"),
        of_line=True,
        holds="amount",
    ),
    ACTION,
)
OPENING_BALANCES = (
    Column("number", _("the item’s number in the former system; empty: the next of the sequence")),
    CUSTOMER,
    Column(
        "date",
        _("of the item, as it is known to the customer: ageing counts from it"),
        required=True,
        holds="day",
    ),
    Column("due_date", _("empty: the date"), holds="day"),
    Column(
        "amount",
        _("still open: above 0 the customer owes it, below 0 it is a credit"),
        required=True,
        holds="amount",
    ),
    Column("gl_date", _("when it enters these books, in an open period; empty: the date"), holds="day"),
    Column(
        "account",
        _(
            "code of the account it stands against, never revenue; empty: the company’s account for opening balances"
        ),
        holds="code",
    ),
    CURRENCY,
    RATE,
    ENTITY,
    SUMMARY,
    Column("location", _("code of the location"), holds="code"),
    REFERENCE,
    DESCRIPTION,
    ACTION,
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "customers": CUSTOMERS,
    "invoices": INVOICES,
    "adjustments": ADJUSTMENTS,
    "advances": ADVANCES,
    "payments": PAYMENTS,
    "refunds": REFUNDS,
    "opening_balances": OPENING_BALANCES,
}


def check_header(header: tuple[str, ...], columns: tuple[Column, ...]) -> None:
    """Raise UnknownColumns or MissingColumns unless a file with this header can be read."""
    known = [column.name for column in columns]
    unknown = [name for name in header if name not in known and name != REASON]
    if unknown:
        shown = ", ".join(name[:40] for name in unknown[:20])
        raise UnknownColumns(row=1, columns=shown, known=", ".join(known))
    missing = [column.name for column in columns if column.required and column.name not in header]
    if missing:
        raise MissingColumns(row=1, columns=", ".join(missing))
