"""A company younger than the statistics of the database: nothing reads its rows once for each of its rows (ADR 67)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from arledger.core.scope import company_scope
from arledger.core.sql import analyze
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from tests.build import TODAY
from tests.clerk import at_the_time_of_the_books
from tests.long_accounts import many
from tests.permissions.calling import everything, ids_of, keys_of
from tests.permissions.furnished import Furnished, furnished
from tests.permissions.matrix import Row
from tests.permissions.unguarded import READING, WRITING

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books"), pytest.mark.long]
TABLES = ("ledger_document", "ledger_line", "ledger_application", "customers_customer")
COUNT = 40
"""How many of each kind: some 400 documents. Their number squared is 160,000."""
MOST = 100_000
"""So many rows may the parts of a plan hand up or leave out, together: three times what the dearest report does."""


def rows_in(node: dict[str, Any]) -> float:
    """How many rows a part of a plan and those below it looked at."""
    own = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter")
    below = sum(rows_in(part) for part in node.get("Plans", []))
    return float(node["Actual Loops"] * sum(node.get(name, 0) for name in own) + below)


@dataclass
class Explained:
    """What statements that read look at, planned for what they are sent with; the dearest run of each."""

    rows: dict[str, float] = field(default_factory=dict)

    def run(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if READING.match(sql) and not WRITING.search(sql):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params, prepare=False)
                found = rows_in(cursor.fetchone()[0][0]["Plan"])
            self.rows[sql] = max(found, self.rows.get(sql, 0))
        return execute(sql, params, many, context)


def crowd(made: Furnished) -> None:
    """Put documents with ``COUNT`` matches each in the place of those that an address names."""
    b, keys = made.books, made.keys
    bills = many(b, COUNT, 10, 5)
    keys["payment"] = b.receipt(12 * COUNT, per_document=dict.fromkeys(bills, 12))
    keys["payment_draft"] = b.receipt(2 * COUNT, per_document=dict.fromkeys(bills, 2), post=False)
    keys["invoice"] = b.invoice(3 * COUNT)
    part = PartInput(customer_id=b.customer, amount=Decimal(1), documents=[keys["invoice"]])
    each = PaymentInput(date=TODAY, method="transfer", parts=[part])
    payments.receive(actor=b.actor, payments=[each] * COUNT, post=True)
    advances = [b.advance(7) for _ in range(COUNT)]
    keys["refund"] = b.refund(dict.fromkeys(advances, 2))
    keys["refund_draft"] = b.refund(dict.fromkeys(advances, 2), post=False)
    held = [b.cash(3, leave=True) for _ in range(2 * COUNT)]
    summary = keys["summary"]
    keys["deposit"] = b.deposit(*held[:COUNT], summary_id=summary)
    keys["deposit_draft"] = b.deposit(*held[COUNT:], post=False, summary_id=summary)
    keys["adjustment"] = b.adjustment(-2 * COUNT)
    credit = b.line(keys["adjustment"])
    keys["matching"] = b.match(*[(b.line(bill), credit, 1) for bill in many(b, COUNT, 10)])


@pytest.fixture
def young(db: None) -> Iterator[Furnished]:
    """Crowded books of which the planner knows nothing: it looked at the tables when they held another company's.

    Nobody looks again before the end: ANALYZE keeps its lock as long as the transaction lasts.
    """
    with furnished("ELDER") as elder:
        pass
    with company_scope(elder.company.pk):
        crowd(elder)
        analyze(*TABLES)
    with furnished("YOUNG") as made:
        pass
    with company_scope(made.company.pk):
        crowd(made)
        yield made


def test_nothing_reads_all_rows_for_each_row(young: Furnished) -> None:
    def reads(row: Row) -> bool:
        return row.method == "GET"

    explained = Explained()
    api = young.member("administrator")
    with override_settings(API_CALLS_PER_MINUTE=10**6), connection.execute_wrapper(explained.run):
        answers = everything(young, api, keys_of(young), ids_of(young), reads)
        statuses = [said.status for _row, said in answers]
    assert sum(status == 200 for status in statuses) > 180
    assert max(statuses) < 500
    assert {sql: rows for sql, rows in explained.rows.items() if rows > MOST} == {}
