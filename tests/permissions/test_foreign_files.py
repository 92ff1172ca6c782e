"""Another company's codes, numbers and titles in files to import: refused as what is nowhere is (SPEC 4, 14)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from arledger.core.scope import company_scope
from imports.columns import COLUMNS
from tests.build import Books
from tests.imports.uploads import Desk
from tests.permissions.foreign import Two
from tests.permissions.named import OF_ENTITY, Named

#: The kind of thing that a column names; each row of a file tries one of them.
NAMING = {
    "customer": "customer",
    "parent": "customer",
    "term": "term",
    "entity": "entity",
    "summary": "summary",
    "account": "account",
    "location": "location",
    "bank_account": "bank_account",
    "invoice": "charge",
    "credit": "credit",
}
#: Columns of codes that name nothing of the company's.
WORDS = {"action", "country", "credit_kind", "credit_line", "currency", "method", "tax_code"}
#: What else a document of each type says.
PLAIN: dict[str, dict[str, str]] = {
    "customers": {"name": "New"},
    "invoices": {"date": "2026-03-15", "amount": "10"},
    "adjustments": {"date": "2026-03-15", "amount": "-10"},
    "advances": {"date": "2026-03-15", "amount": "10", "method": "transfer"},
    "payments": {"date": "2026-03-15", "amount": "10", "method": "transfer"},
    "refunds": {"date": "2026-03-15", "credit_amount": "1"},
    "opening_balances": {"date": "2026-03-15", "amount": "10"},
}
OWN = {"customers": "code"}
#: What may not be there twice; the account of an opening balance is none of revenue.
KIND = {("opening_balances", "account"): "cash"}
SUMMARIES = {"opening_balances": "invoices"}


def text_of(named: Named, type: str, column: str) -> str:
    if column == "summary":
        return f"{named.mark} {SUMMARIES.get(type, type)}"
    return named.codes[KIND.get((type, column), NAMING[column])]


def columns_of(type: str) -> list[str]:
    return [column.name for column in COLUMNS[type] if column.name in NAMING]


def test_every_column_with_codes_is_known() -> None:
    unknown = {
        f"{type} {column.name}"
        for type, columns in COLUMNS.items()
        for column in columns
        if column.holds == "code" and column.name not in NAMING and column.name not in WORDS
    }
    assert unknown == set()
    assert set(PLAIN) == set(COLUMNS)


def file_of(own: Named, type: str, others: dict[str, str]) -> str:
    """A good document first; then for each of the columns one that has another text there."""
    number, columns = OWN.get(type, "number"), columns_of(type)
    valid = PLAIN[type] | {column: text_of(own, type, column) for column in columns}
    rows = [valid | {number: others.get(number, "NEW-0")}]
    rows += [
        valid | {number: f"NEW-{column}", column: others[column]} for column in columns if column in others
    ]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [number, *PLAIN[type], *columns])
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def checked(
    books: Books, own: Named, type: str, others: dict[str, str]
) -> tuple[int, list[tuple[int, str, str, str]]]:
    """How many rows are good, and what is wrong with the others, without the texts that were tried."""
    desk = Desk(books)
    row = desk.upload(type, file_of(own, type, others))
    texts = sorted(others.values(), key=len, reverse=True)
    faults = []
    for place, heading, code, message in desk.faults(row):
        for text in texts:
            message = message.replace(text, "#")
        faults.append((place, heading, code, message))
    return row.rows_ok, sorted(faults)


def differing(books: Books, own: Named, type: str, hidden: Named, columns: list[str]) -> None:
    """Each row that names something hidden is refused, with the very words for what is nowhere."""
    theirs = {column: text_of(hidden, type, column) for column in columns}
    good, faults = checked(books, own, type, theirs)
    nowhere = {column: f"{text}X" for column, text in theirs.items()}
    assert (good, faults) == checked(books, own, type, nowhere)
    assert good == 1, faults
    assert [(place, heading) for place, heading, _code, _message in faults] == [
        (place, column) for place, column in enumerate(columns, start=3)
    ]


@pytest.mark.parametrize("type", COLUMNS)
def test_no_file_names_another_companys_things(two: Two, type: str) -> None:
    with company_scope(two.made.company.pk):
        differing(two.made.books, two.own, type, two.theirs, columns_of(type))


@pytest.mark.parametrize("type", COLUMNS)
def test_no_file_of_a_member_of_one_entity_names_things_of_another(two: Two, type: str) -> None:
    books = two.made.books
    limited = replace(books, actor=replace(books.actor, entities=frozenset({two.own.keys["entity"]})))
    columns = [column for column in columns_of(type) if NAMING[column] in OF_ENTITY]
    with company_scope(two.made.company.pk):
        differing(limited, two.own, type, two.elsewhere, columns)


@pytest.mark.parametrize(("type", "kind"), [("customers", "customer"), ("invoices", "charge")])
def test_what_another_company_numbered_so_is_free_in_this_one(two: Two, type: str, kind: str) -> None:
    number = OWN.get(type, "number")
    with company_scope(two.made.company.pk):
        good, faults = checked(two.made.books, two.own, type, {number: two.theirs.codes[kind]})
    assert (good, faults) == (1, [])
