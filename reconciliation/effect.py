"""From which day a match may take effect: when its documents exist and its amounts are free (SPEC 15.2, Dates).

What was un-applied on a day was in use until then. A new match of it that took effect earlier would use the same
money twice on the days between, and the books would be wrong as of those days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from arledger.core.sql import fetch_all

# Only what was un-applied makes less open on an earlier day than now: the open amount just before a day is
# today's plus everything that moved on that day or later.
FREE = """
WITH moved AS (
    SELECT w.line, w.amount AS wanted, abs(l.open_amount) AS open, a.date, a.amount
    FROM unnest(%(lines)s::bigint[], %(amounts)s::numeric[]) AS w (line, amount)
    JOIN ledger_line l ON l.company_id = %(company)s AND l.id = w.line AND l.amount > 0
    JOIN ledger_application a ON a.company_id = l.company_id AND a.charge_document_id = l.document_id
                             AND a.charge_line_id = l.id
    UNION ALL
    SELECT w.line, w.amount, abs(l.open_amount), a.date, a.amount
    FROM unnest(%(lines)s::bigint[], %(amounts)s::numeric[]) AS w (line, amount)
    JOIN ledger_line l ON l.company_id = %(company)s AND l.id = w.line AND l.amount < 0
    JOIN ledger_application a ON a.company_id = l.company_id AND a.credit_document_id = l.document_id
                             AND a.credit_line_id = l.id
), before AS (
    SELECT line, wanted, date, open + sum(sum(amount)) OVER (PARTITION BY line ORDER BY date DESC) AS open
    FROM moved GROUP BY line, wanted, open, date
)
SELECT line, max(date) FROM before WHERE open < wanted GROUP BY line
"""


def free_from(*, company_id: int, wanted: Mapping[int, Decimal]) -> dict[int, date]:
    """{line: first day} from which on ``wanted`` (positive) of the line is open on every day.

    For lines of which something was un-applied; those whose amount was never in use are missing. Read it under
    the customers' locks.
    """
    if not wanted:
        return {}
    parameters = {"company": company_id, "lines": list(wanted), "amounts": list(wanted.values())}
    return dict(fetch_all(FREE, parameters))
