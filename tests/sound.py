"""What must hold of the journal of any company, whatever was done to it."""

from __future__ import annotations

from arledger.core.sql import fetch_all, tables_joined_whole

UNBALANCED = """
SELECT document_id FROM ledger_journal WHERE company_id = %s GROUP BY document_id
HAVING sum(amount) <> 0 OR sum(base_amount) <> 0
"""


def unbalanced(company: int) -> list[int]:
    """The documents whose journal rows do not add up to nothing."""
    with tables_joined_whole():
        rows = fetch_all(UNBALANCED, [company])
    return [document for (document,) in rows]
