"""The planner's statistics are taken while a file grows the books, not for what they know (docs/adr/0062)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.core.csvfile import read_table
from arledger.core.sql import analyze
from imports import services
from imports.outcomes import Options
from tests.build import Books, books
from tests.imports.uploads import keep_autovacuum_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def b(monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    monkeypatch.setattr(services, "FIRST_ROWS", 2)
    monkeypatch.setattr(services, "CHUNK_ROWS", 4)
    keep_autovacuum_out()
    with books() as made:
        made.names["ACME"] = made.add_customer("Acme Ltd", code="ACME")
        yield made


def looked_at(b: Books, invoices: int, *, first: int = 0, check: bool = False) -> int:
    """How often statistics were taken while so many invoices were imported."""
    rows = [f"N{first + n},ACME,2026-01-15,2026-02-15,5" for n in range(invoices)]
    table = read_table("\n".join(["number,customer,date,due_date,amount", *rows]).encode())
    with CaptureQueriesContext(connection) as ran:
        outcome = services.run(actor=b.actor, kind="invoices", table=table, options=Options(check=check))
    assert (outcome.documents, outcome.written) == (invoices, not check)
    return sum(query["sql"].startswith("ANALYZE") for query in ran.captured_queries)


def test_an_empty_company_is_looked_at_as_it_grows(b: Books) -> None:
    # After 2 documents, when more than 8 are there, and in the end.
    assert looked_at(b, 14) == 3


def test_a_few_documents_are_left_to_the_database(b: Books) -> None:
    assert looked_at(b, 2) == 0


def test_what_statistics_know_is_not_looked_at_again(b: Books) -> None:
    looked_at(b, 14)
    analyze("ledger_document")
    assert looked_at(b, 10, first=100) == 0
    # More than there was: once, in the end.
    assert looked_at(b, 30, first=200) == 1


def test_a_check_takes_none(b: Books) -> None:
    assert looked_at(b, 14, check=True) == 0
