"""The sums of the report's entries: openings and movements of accounts, without the rows (see report_sql)."""

from __future__ import annotations

from reconciliation.report_sql import (
    CONTRA,
    DOCUMENTS,
    FACES,
    FORCE,
    FOREIGN,
    MADE,
    OWN,
    PAID,
    STATEMENT,
    WANTED,
)

# What was owed before ``start``: what is open now, less what the documents from then on brought (``end``: never).
OPENINGS = f"""
WITH since AS MATERIALIZED (
    SELECT id, customer_id, currency, kind, total FROM ({OWN}) own WHERE state = 'posted'
), opens AS (
    SELECT l.document_id, l.customer_id, l.currency, sum(l.open_amount) AS amount
    FROM unnest(%(customers)s::bigint[]) c (id)
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_line o
        WHERE o.company_id = (SELECT %(company)s) AND o.customer_id = c.id AND o.is_open OFFSET 0
    ) l
    GROUP BY 1, 2, 3
)
SELECT customer_id, currency, sum(amount) FROM (
    SELECT o.customer_id, o.currency, o.amount FROM opens o
    CROSS JOIN LATERAL (
        SELECT FROM ledger_document d
        WHERE d.company_id = (SELECT %(company)s) AND d.id = o.document_id AND d.state = 'posted' OFFSET 0
    ) d
    UNION ALL
    SELECT customer_id, currency, -total FROM since WHERE kind <> 'payment'
    UNION ALL
    SELECT l.customer_id, l.currency, -l.amount
    FROM (
        SELECT id FROM since WHERE kind = 'payment'
        UNION ALL
        SELECT id FROM ({FOREIGN}) parts WHERE state = 'posted'
    ) p
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_line o
        WHERE o.company_id = (SELECT %(company)s) AND o.document_id = p.id
          AND o.customer_id = ANY(%(customers)s::bigint[]) OFFSET 0
    ) l
) moved GROUP BY 1, 2
"""  # noqa: S608  (constants)

# Which receipts of the period hold parts for others than their payers.
SHARED = """
SELECT DISTINCT d.id
FROM ledger_document d
CROSS JOIN LATERAL (
    SELECT FROM ledger_line o
    WHERE o.company_id = d.company_id AND o.document_id = d.id AND o.customer_id <> d.customer_id LIMIT 1
) l
WHERE d.company_id = (SELECT %(company)s) AND d.kind = 'payment' AND d.date BETWEEN %(start)s AND %(end)s
"""

# The same rows but for their groups: amounts only, where no filter asks for a group.
MOVEMENTS = f"""
WITH {DOCUMENTS}, near AS ({MADE}), {FACES}, {FORCE}, {PAID}, moved AS (
    SELECT customer_id, currency, sum(amount) AS amount FROM lines WHERE kind NOT IN ('payment', 'refund')
    GROUP BY customer_id, currency, document_id
    UNION ALL
    SELECT l.customer_id, l.currency, -p.amount FROM lines l JOIN paid p ON p.line = l.id
    UNION ALL
    SELECT l.customer_id, l.currency, l.amount + coalesce(p.amount, 0)
    FROM lines l LEFT JOIN (SELECT line, sum(amount) AS amount FROM paid GROUP BY line) p ON p.line = l.id
    WHERE l.kind IN ('payment', 'refund') AND l.amount + coalesce(p.amount, 0) <> 0
    UNION ALL
    SELECT f.customer_id, f.currency, s.sign * f.amount FROM force f CROSS JOIN (VALUES (1), (-1)) s (sign)
    WHERE {CONTRA}
)
SELECT customer_id, currency, coalesce(sum(amount) FILTER (WHERE amount > 0), 0),
       coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)
FROM moved WHERE %(currency)s::text IS NULL OR currency = %(currency)s
GROUP BY customer_id, currency
"""  # noqa: S608  (constants)

GROUPED_MOVEMENTS = f"""{STATEMENT}
SELECT customer_id, currency, coalesce(sum(amount) FILTER (WHERE amount > 0), 0),
       coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)
FROM shown WHERE {WANTED} GROUP BY customer_id, currency
"""  # noqa: S608  (constants)
