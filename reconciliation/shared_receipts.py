"""Receipts that one payer gave for several customers (SPEC 8)."""

from __future__ import annotations

from arledger.core.sql import fetch_all

# Whatever a posted line is, it is open or was matched: both are found by customer from an index.
SHARED = """
WITH named (id) AS MATERIALIZED (
    SELECT document_id FROM ledger_line
    WHERE company_id = %(company)s AND customer_id = %(customer)s AND is_open
    UNION
    SELECT unnest(ARRAY[charge_document_id, credit_document_id]) FROM ledger_application
    WHERE company_id = %(company)s AND customer_id = %(customer)s
)
SELECT d.id FROM named CROSS JOIN LATERAL (
    SELECT id FROM ledger_document o
    WHERE o.company_id = %(company)s AND o.id = named.id AND o.kind = 'payment'
      AND o.customer_id <> %(customer)s OFFSET 0
) d
"""


def shared_receipts(company_id: int, customer: int) -> list[int]:
    """The keys of receipts, drafts too, that are of another customer and hold a part of this one."""
    return [key for (key,) in fetch_all(SHARED, {"company": company_id, "customer": customer})]
