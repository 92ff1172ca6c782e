"""The floor: bare psycopg sending the same statements to our own schema, with nothing computed in between."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg

from arledger.core.sql import ANY_KEY, given_rows
from benchmarks.generator import World

DOCUMENT = (
    "company_id, id, kind, state, customer_id, currency, date, due_date, exchange_rate, reference, description,"
    " bill_to, method, reason, total, amount, bank_account_id, created_at, updated_at, version"
)
LINE = (
    "company_id, id, document_id, position, currency, customer_id, amount, account_id, control_account_id,"
    " description, tax_code"
)
APPLICATION = (
    "company_id, document_id, charge_line_id, credit_line_id, charge_document_id, credit_document_id,"
    " customer_id, amount, date, recorded_at, reason, charge_code"
)


class Floor:
    """One connection as the runtime's login in the application's role; counts its statements."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self.connection.execute("SET ROLE arledger_app")
        self.connection.execute("SET search_path = public, pg_temp")
        self.connection.execute("SELECT set_config('arledger.company', %s, false)", [str(world.company.pk)])
        self.count = 0
        row = self.run(
            "SELECT receivable_account_id, revenue_account_id, invoice_sequence_id, payment_sequence_id,"
            " match_sequence_id FROM companies_configuration"
        )[0]
        self.receivable, self.revenue, self.invoices, self.payments, self.codes = row
        self.bank_account = self.run(
            "SELECT account_id FROM companies_bankaccount WHERE id = %s", [world.bank]
        )[0][0]

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.count += 1
        cursor = self.connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []

    def begin(self, customers: list[int]) -> None:
        """What every verb starts with: the configuration and the customers' locks."""
        self.count = 0
        self.run("BEGIN")
        self.run("SELECT * FROM companies_configuration c JOIN companies_company o ON o.id = c.company_id")
        self.run(
            f"SELECT * FROM customers_customer WHERE id = {ANY_KEY} ORDER BY id FOR NO KEY UPDATE",
            [customers],
        )

    def finish(self, kind: str, ids: list[int]) -> int:
        """What every verb ends with: audit, outbox, COMMIT."""
        company = self.world.company.pk
        self.run(
            "INSERT INTO core_auditevent (company_id, at, actor, source, address, action, object_kind, object_ids,"
            " after) VALUES (%s, now(), 'floor', 'benchmark', '', 'post', 'document', %s, '{}')",
            [company, ids],
        )
        self.run(
            "INSERT INTO core_outboxevent (company_id, kind, object_ids, payload, created_at)"
            " VALUES (%s, %s, %s, '{}', now())",
            [company, kind, ids],
        )
        self.run("COMMIT")
        return self.count

    def keys(self, documents: int, lines: int) -> tuple[list[int], list[int]]:
        found = self.run(
            "SELECT ARRAY(SELECT nextval('ledger_document_id_seq') FROM generate_series(1, (SELECT %s::int))),"
            " ARRAY(SELECT nextval('ledger_line_id_seq') FROM generate_series(1, (SELECT %s::int)))",
            [documents, lines],
        )[0]
        return found[0], found[1]

    def insert(self, table: str, columns: str, types: str, rows: list[tuple[Any, ...]]) -> None:
        given, parameters = given_rows(dict(zip(columns.split(", "), types.split(), strict=True)), rows)
        self.run(f"INSERT INTO {table} ({columns}) SELECT * FROM {given} AS given", parameters)

    def copy(self, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        """COPY into a temporary table, then into the guarded one (row security forbids COPY itself)."""
        self.run("DROP TABLE IF EXISTS staged")
        self.run(f"CREATE TEMP TABLE staged AS SELECT {columns} FROM {table} LIMIT 0")
        with self.connection.cursor().copy(f"COPY staged ({columns}) FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        self.count += 1
        self.run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM staged")

    def post(self, sequence: int, ids: list[int], day: date) -> None:
        """Draw the numbers and make the drafts posted."""
        last = self.run(
            "UPDATE companies_numbersequence SET last_value = last_value + %s WHERE id = %s RETURNING last_value",
            [len(ids), sequence],
        )[0][0]
        values = range(last - len(ids) + 1, last + 1)
        given, parameters = given_rows(
            {"id": "bigint", "number": "text", "value": "bigint"},
            [(key, f"F-{value:05d}", value) for key, value in zip(ids, values, strict=True)],
        )
        self.run(
            "UPDATE ledger_document d SET state = 'posted', number = n.number, sequence_id = %s,"
            " sequence_value = n.value, gl_date = d.date, posted_at = now(), version = 2"
            f" FROM {given} AS n (id, number, value) WHERE d.id = {ANY_KEY} AND d.id = n.id",
            [sequence, *parameters, ids],
        )
