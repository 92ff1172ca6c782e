"""What must hold of the journal of any company, whatever was done to it."""

from __future__ import annotations

from django.db import transaction

from arledger.core.sql import execute, fetch_all

UNBALANCED = """
SELECT document_id FROM ledger_journal WHERE company_id = %s GROUP BY document_id
HAVING sum(amount) <> 0 OR sum(base_amount) <> 0
"""


def unbalanced(company: int) -> list[int]:
    """The documents whose journal rows do not add up to nothing."""
    with transaction.atomic():
        # As the checker does (ledger.checks): of a company younger than the last ANALYZE the planner believes that
        # its tables are empty, and goes through them once per row: minutes instead of milliseconds.
        execute("SET LOCAL enable_nestloop = off")
        rows = fetch_all(UNBALANCED, [company])
        execute("SET LOCAL enable_nestloop TO DEFAULT")
    return [document for (document,) in rows]
