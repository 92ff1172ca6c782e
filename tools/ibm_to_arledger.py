"""Turns IBM's accounts-receivable sample into the three files of ``import_csv``.

    python -m tools.ibm_to_arledger ibm-accounts-receivable.csv FOLDER

| column of the sample | becomes |
|---|---|
| customerID | code and name of the customer |
| countryCode | not used: the sample's numbers are no ISO codes |
| invoiceNumber | number of the invoice, as text: its leading zeros count |
| InvoiceDate, DueDate | date and due date, written month/day/year |
| InvoiceAmount | the invoice's one line, in EUR |
| SettledDate | a receipt of the customer on that day; invoices he settles on one day share it |
| the others | not used |
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from arledger.core.csvfile import Row, read_table, write_csv
from arledger.core.dates import parse_date

DATES = "M/D/YYYY"
CURRENCY = "EUR"


def convert(source: Path, folder: Path) -> dict[str, Path]:
    """Write customers.csv, invoices.csv and payments.csv into ``folder``; returns where they are."""
    rows = list(read_table(source))
    if any(row.fault for row in rows):
        raise SystemExit(f"{source} cannot be read.")
    return {
        "customers": _write(folder / "customers.csv", customers(rows)),
        "invoices": _write(folder / "invoices.csv", invoices(rows)),
        "payments": _write(folder / "payments.csv", payments(rows)),
    }


def customers(rows: Iterable[Row]) -> list[list[object]]:
    codes = sorted({row.values["customerID"] for row in rows})
    found: list[list[object]] = [[code, f"Customer {code}", CURRENCY] for code in codes]
    return [["code", "name", "currency"], *found]


def invoices(rows: Iterable[Row]) -> list[list[object]]:
    found: list[list[object]] = [
        [
            row.values["invoiceNumber"],
            row.values["customerID"],
            _day(row, "InvoiceDate"),
            _day(row, "DueDate"),
            _amount(row),
        ]
        for row in rows
    ]
    return [["number", "customer", "date", "due_date", "amount"], *found]


def payments(rows: Iterable[Row]) -> list[list[object]]:
    """One receipt per customer and day, in the order of the days; a row per invoice that it settles."""
    receipts: dict[tuple[date, str], list[Row]] = {}
    for row in rows:
        receipts.setdefault((_day(row, "SettledDate"), row.values["customerID"]), []).append(row)
    found: list[list[object]] = []
    for (day, customer), paid in sorted(receipts.items(), key=lambda item: item[0]):
        key = f"{customer} {day.isoformat()}"
        received = sum((_amount(row) for row in paid), Decimal(0))
        found += [
            [key, customer, day, received, "transfer", row.values["invoiceNumber"], _amount(row)]
            for row in paid
        ]
    return [["key", "customer", "date", "amount", "method", "invoice", "applied"], *found]


def _day(row: Row, column: str) -> date:
    return parse_date(row.values[column], DATES, column)


def _amount(row: Row) -> Decimal:
    return Decimal(row.values["InvoiceAmount"])


def _write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        write_csv(rows, file)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    for written in convert(Path(sys.argv[1]), Path(sys.argv[2])).values():
        print(written)
