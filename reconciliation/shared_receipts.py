"""Receipts that one payer gave for several customers (SPEC 8)."""

from __future__ import annotations

from collections.abc import Sequence

from arledger.core.sql import fetch_all

# Whatever a posted line is, it is open or was matched: both are found by customer from an index.
SHARED = """
WITH named (id) AS MATERIALIZED (
    SELECT document_id FROM ledger_line
    WHERE company_id = (SELECT %(company)s) AND customer_id = ANY(%(customers)s) AND is_open
    UNION
    SELECT unnest(ARRAY[charge_document_id, credit_document_id]) FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND customer_id = ANY(%(customers)s)
)
SELECT d.id FROM named CROSS JOIN LATERAL (
    SELECT id FROM ledger_document o
    WHERE o.company_id = (SELECT %(company)s) AND o.id = named.id AND o.kind = 'payment'
      AND o.customer_id <> ALL(%(customers)s) OFFSET 0
) d
"""


def shared_receipts(company_id: int, customers: Sequence[int]) -> list[int]:
    """The keys of receipts, drafts too, that are of other customers and hold a part of one of these."""
    return [key for (key,) in fetch_all(SHARED, {"company": company_id, "customers": list(customers)})]
