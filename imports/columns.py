"""The columns of each type of file: what templates offer, readers accept and the how-to explains (SPEC 14)."""

from __future__ import annotations

from dataclasses import dataclass

from imports.errors import MissingColumns, UnknownColumns


@dataclass(frozen=True, slots=True)
class Column:
    """``of_line``: each row of a document has its own; otherwise the document has one, in its first row."""

    name: str
    required: bool = False
    of_line: bool = False


def _once(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _of_line(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, of_line=True) for name in names)


CUSTOMERS = (
    Column("code"),
    Column("name", required=True),
    *_once("currency", "term", "parent", "entity", "email", "address", "country", "active"),
)
INVOICES = (
    *_once("number", "key"),
    Column("customer", required=True),
    Column("date", required=True),
    *_once(
        "due_date",
        "term",
        "gl_date",
        "currency",
        "exchange_rate",
        "entity",
        "reference",
        "description",
        "bill_to",
    ),
    *_of_line("line_description", "account"),
    Column("amount", required=True, of_line=True),
    *_of_line(
        "location",
        "tax_code",
        "tax_amount",
        "cash_basis_tax",
        "tax_receipt_eligible",
        "service_start",
        "service_end",
    ),
)
PAYMENTS = (
    *_once("number", "key"),
    Column("customer", required=True),
    Column("date", required=True),
    Column("amount", required=True),
    Column("method", required=True),
    *_once("bank_account", "currency", "exchange_rate", "entity", "reference", "description", "auto"),
    *_of_line("invoice", "applied"),
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "customers": CUSTOMERS,
    "invoices": INVOICES,
    "payments": PAYMENTS,
}


def check_header(header: tuple[str, ...], columns: tuple[Column, ...]) -> None:
    """Raise UnknownColumns or MissingColumns unless a file with this header can be read."""
    known = [column.name for column in columns]
    unknown = [name for name in header if name not in known]
    if unknown:
        shown = ", ".join(name[:40] for name in unknown[:20])
        raise UnknownColumns(row=1, columns=shown, known=", ".join(known))
    missing = [column.name for column in columns if column.required and column.name not in header]
    if missing:
        raise MissingColumns(row=1, columns=", ".join(missing))
