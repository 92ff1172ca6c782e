"""The books of a company as they can be compared with another's: every table, without ids and instants.

The tables come from the catalogue. A key that names another row is replaced by that row as it is told here, and so on,
so that references are compared too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from arledger.core.sql import fetch_all

#: Who did it, with which rights, from where, and the job it waited for: others in another company.
WHO = {
    "created_by",
    "updated_by",
    "posted_by",
    "closed_by",
    "actor_id",
    "user_id",
    "by_user",
    "by_name",
    "owner",
    "source",
    "address",
    "job",
    "rights",
}
#: Keys without a foreign key, and what they name: the documents (or customers) that a row of a file became, and what
#: the lines of a match imply.
LOOSE = {
    ("imports_importentry", "written"): "ledger_document",
    ("ledger_application", "charge_document_id"): "ledger_document",
    ("ledger_application", "credit_document_id"): "ledger_document",
    ("ledger_application", "customer_id"): "customers_customer",
}
#: Of how things were done, not of the books: messages to workers and programs, keys of forms and of programs, and
#: the chain of the audit trail, which hashes ids and instants.
NOT_BOOKS = {
    "api_apitoken",
    "core_auditevent",
    "core_audithead",
    "core_idempotencykey",
    "core_job",
    "core_outboxevent",
}

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND EXISTS (
  SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'company_id' AND NOT attisdropped)
ORDER BY c.relname, a.attnum
"""
KEYS = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
FROM pg_constraint c JOIN LATERAL unnest(c.conkey) AS k(number) ON true
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
WHERE c.contype = 'f' AND a.attname <> 'company_id'
"""


@dataclass
class Told:
    """The books of one company, table by table: each row as a text, and how often there is one like it."""

    company: int
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    known: dict[tuple[str, int], str] = field(default_factory=dict)

    def tables(self) -> dict[str, Counter[str]]:
        return {
            table: Counter(self.row(table, key) for key in found)
            for table, found in self.rows.items()
            if table not in NOT_BOOKS
        }

    def row(self, table: str, key: int) -> str:
        """One row: its columns by name, without its id, its company, who did it and when."""
        shown = {}
        for name, value in self.rows[table][key].items():
            if name in ("id", "company_id") or name in WHO or isinstance(value, datetime):
                continue
            shown[name] = self.cell(table, name, value)
        return str(shown)

    def cell(self, table: str, name: str, value: Any) -> Any:
        named = self.keys.get((table, name)) or LOOSE.get((table, name))
        if value is None or named not in self.rows:
            return bytes(value) if isinstance(value, memoryview) else value
        if value not in self.rows[named] and (table, name) in LOOSE:
            named = "customers_customer"
        place = (named, value)
        if place not in self.known:
            self.known[place] = "a row above"
            told = self.row(named, value)
            self.known[place] = f"{named} {sha256(told.encode()).hexdigest()[:16]}"
        return self.known[place]


def quoted(name: str) -> str:
    return f'"{name}"'


def books_of(company: int) -> dict[str, Counter[str]]:
    """All that a company has, to be compared with what another has; ``company``'s scope must be open."""
    told = Told(company)
    for table, name, kind in fetch_all(COLUMNS, []):
        told.columns.setdefault(table, {})[name] = kind
    told.keys = {(table, name): named for table, name, named in fetch_all(KEYS, [])}
    for table, columns in told.columns.items():
        names = [name for name, kind in columns.items() if kind != "timestamp with time zone"]
        query = f"SELECT {', '.join(map(quoted, names))} FROM {table} WHERE company_id = %s"
        found = (dict(zip(names, values, strict=True)) for values in fetch_all(query, [company]))
        told.rows[table] = {values["id"]: values for values in found}
    return told.tables()


def events_of(company: int) -> dict[str, int]:
    """Of how many things other programs are told, by kind of event; how many calls it took is left out."""
    found = fetch_all(
        "SELECT kind, sum(cardinality(object_ids)) FROM core_outboxevent WHERE company_id = %s GROUP BY kind",
        [company],
    )
    return {kind: int(count) for kind, count in found}


def differences(
    one: dict[str, Counter[str]], other: dict[str, Counter[str]], *, ways: Iterable[str] = ()
) -> dict[str, tuple[list[str], list[str]]]:
    """{table: rows that only the one has, rows that only the other has}; ``ways``: tables of how it was done."""
    return {
        table: (sorted(one[table] - other[table]), sorted(other[table] - one[table]))
        for table in one.keys() | other.keys()
        if one[table] != other[table] and not table.startswith(tuple(ways))
    }
