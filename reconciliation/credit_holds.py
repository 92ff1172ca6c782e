"""Which drafts have reserved something of credit lines (SPEC 8, 9)."""

from __future__ import annotations

from collections.abc import Iterable

from arledger.core.sql import fetch_all
from ledger.models import document_name
from reconciliation.credit_grid import Hold
from reconciliation.open_credits import CreditItem

HOLDS = """
SELECT r.line_id, d.id, d.kind, d.number, d.date, abs(r.amount)
FROM ledger_reservation r JOIN ledger_document d ON d.company_id = r.company_id AND d.id = r.document_id
WHERE r.company_id = (SELECT %s) AND r.line_id = ANY(%s) AND d.id <> %s
ORDER BY d.date, d.id
"""


def holds(*, company_id: int, items: Iterable[CreditItem], draft: int = 0) -> list[Hold]:
    """What drafts other than ``draft`` have reserved of these lines; a statement only where something is."""
    lines = [item.line for item in items if item.reserved]
    if not lines:
        return []
    return [
        Hold(line=line, document=key, kind=kind, name=document_name(kind, number, day), amount=amount)
        for line, key, kind, number, day, amount in fetch_all(HOLDS, [company_id, lines, draft])
    ]
