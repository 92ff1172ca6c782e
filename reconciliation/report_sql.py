"""One statement for the entries of the reconciliation report: see ``report_rows`` for what a row is.

From the documents of the period and the applications in force on the day it derives the groups, their codes and what
is open of their heads, and last the rows. Every look-up starts from the customers and goes by key (OFFSET 0 keeps it
one): what a screen shows is all that it reads, however long the books are and whatever the planner believes of them.
"""

from __future__ import annotations

# Receipts of other payers dated in the period that hold parts for the customers: only a payment may hold lines of
# others. They are found from what they pay or have left, unless they are known already (``shared``).
FOREIGN = """
SELECT o.* FROM (
    (
        SELECT s.id FROM unnest(%(customers)s::bigint[]) c (id)
        CROSS JOIN LATERAL (
            SELECT o.charge_document_id, o.credit_document_id FROM ledger_application o
            WHERE o.company_id = (SELECT %(company)s) AND o.customer_id = c.id AND o.date >= %(start)s OFFSET 0
        ) a
        CROSS JOIN LATERAL (VALUES (a.charge_document_id), (a.credit_document_id)) s (id)
        WHERE %(shared)s::bigint[] IS NULL AND a.charge_document_id <> a.credit_document_id
        UNION
        SELECT l.document_id FROM unnest(%(customers)s::bigint[]) c (id)
        CROSS JOIN LATERAL (
            SELECT o.document_id FROM ledger_line o
            WHERE o.company_id = (SELECT %(company)s) AND o.customer_id = c.id AND o.is_open OFFSET 0
        ) l
        WHERE %(shared)s::bigint[] IS NULL
        EXCEPT
        SELECT d.id FROM unnest(%(customers)s::bigint[]) c (id)
        CROSS JOIN LATERAL (
            SELECT o.id FROM ledger_document o
            WHERE o.company_id = (SELECT %(company)s) AND o.customer_id = c.id OFFSET 0
        ) d
        WHERE %(shared)s::bigint[] IS NULL
    )
    UNION ALL
    SELECT unnest(%(shared)s::bigint[])
) f
CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o
    WHERE o.company_id = (SELECT %(company)s) AND o.id = f.id AND o.kind = 'payment'
      AND o.customer_id <> ALL(%(customers)s::bigint[]) AND o.date BETWEEN %(start)s AND %(end)s OFFSET 0
) o
"""

# The customers' own documents of the period.
OWN = """
SELECT o.* FROM unnest(%(customers)s::bigint[]) c (id)
CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o
    WHERE o.company_id = (SELECT %(company)s) AND o.customer_id = c.id AND o.date BETWEEN %(start)s AND %(end)s OFFSET 0
) o
"""

FACE = "id, kind, number, date, gl_date, reference, currency, entity_id, reverses_id"
DOCUMENTS = f"""
docs AS MATERIALIZED (
    SELECT {FACE} FROM ({OWN} UNION ALL {FOREIGN}) d
    WHERE d.state = 'posted' AND d.kind NOT IN ('matching', 'deposit')
      AND (%(known)s::timestamptz IS NULL OR d.posted_at <= %(known)s)
), lines AS MATERIALIZED (
    SELECT l.id, l.document_id, l.customer_id, l.currency, l.amount, l.open_amount, d.kind, d.reverses_id
    FROM docs d
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_line o
        WHERE o.company_id = (SELECT %(company)s) AND o.document_id = d.id
          AND o.customer_id = ANY(%(customers)s::bigint[]) OFFSET 0
    ) l
)"""  # noqa: S608  (constants)

# Applications between two documents that were made in the period.
MADE = """
SELECT a.* FROM unnest(%(customers)s::bigint[]) c (id)
CROSS JOIN LATERAL (
    SELECT * FROM ledger_application o
    WHERE o.company_id = (SELECT %(company)s) AND o.customer_id = c.id AND o.date BETWEEN %(start)s AND %(end)s
      AND o.reverses_id IS NULL AND o.charge_document_id <> o.credit_document_id OFFSET 0
) a
"""

# What concerns a document of the period and was made later, or not known.
AROUND = """
around AS MATERIALIZED (
    SELECT a.* FROM docs d
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_application o
        WHERE o.company_id = (SELECT %(company)s) AND o.charge_document_id = d.id
          AND (o.date > %(end)s OR o.recorded_at > %(known)s) OFFSET 0
    ) a
    UNION ALL
    SELECT a.* FROM docs d
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_application o
        WHERE o.company_id = (SELECT %(company)s) AND o.credit_document_id = d.id
          AND (o.date > %(end)s OR o.recorded_at > %(known)s) OFFSET 0
    ) a
    WHERE NOT EXISTS (SELECT FROM docs x WHERE x.id = a.charge_document_id)
)"""
TOUCHING = """
SELECT * FROM around
WHERE date > %(end)s AND reverses_id IS NULL AND charge_document_id <> credit_document_id
  AND customer_id = ANY(%(customers)s::bigint[])
"""

# The documents of the period and those they are matched with.
FACES = f"""
faces AS MATERIALIZED (
    SELECT {FACE} FROM docs
    UNION ALL
    SELECT {", ".join("o." + name for name in FACE.split(", "))} FROM (
        (
            SELECT charge_document_id FROM near
            UNION
            SELECT credit_document_id FROM near
            UNION
            SELECT reverses_id FROM docs WHERE reverses_id IS NOT NULL
        )
        EXCEPT
        SELECT id FROM docs
    ) f (id)
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_document o WHERE o.company_id = (SELECT %(company)s) AND o.id = f.id OFFSET 0
    ) o
)"""  # noqa: S608  (constants)

# Those of them in force on the day; those of the period's documents are dated in it or later. With them those that take
# effect later, as far as they are in force then: their codes are drawn already (SPEC 15.2).
FORCE = """
force AS MATERIALIZED (
    SELECT a.id, a.charge_line_id, a.credit_line_id, a.charge_document_id,
           a.credit_document_id, a.customer_id, a.date, f.amount,
           CASE WHEN f.known THEN a.charge_code END AS charge_code,
           CASE WHEN f.known THEN a.credit_code END AS credit_code,
           cd.currency, cd.kind AS charge_kind, kd.kind AS credit_kind,
           coalesce(cd.reverses_id = kd.id, false) AS charge_mirrors,
           coalesce(kd.reverses_id = cd.id, false) AS credit_mirrors,
           kd.kind = 'payment' AND a.document_id = kd.id AS own, a.date > %(as_at)s AS later
    FROM near a
    CROSS JOIN LATERAL (
        SELECT a.amount + coalesce((
            SELECT sum(u.amount) FROM ledger_application u
            WHERE u.company_id = (SELECT %(company)s) AND u.reverses_id = a.id
              AND u.charge_document_id = a.charge_document_id AND u.credit_document_id = a.credit_document_id
              AND (u.date <= %(as_at)s OR a.date > %(as_at)s)
              AND (%(known)s::timestamptz IS NULL OR u.recorded_at <= %(known)s)), 0) AS amount,
            -- whether its codes were known: those of the past may have been lettered later
            %(known)s::timestamptz IS NULL OR NOT EXISTS (
                SELECT FROM ledger_lettering t
                WHERE t.company_id = (SELECT %(company)s) AND t.application_id = a.id
                  AND t.recorded_at > %(known)s) AS known
    ) f
    JOIN faces cd ON cd.id = a.charge_document_id
    JOIN faces kd ON kd.id = a.credit_document_id
    WHERE f.amount > 0
      AND (%(known)s::timestamptz IS NULL OR a.recorded_at <= %(known)s)
)"""

# What a payment's own posting paid of each document and still pays.
PAID = """
paid AS MATERIALIZED (
    SELECT credit_line_id AS line, charge_document_id AS head, max(charge_code) AS code, sum(amount) AS amount
    FROM force WHERE own AND NOT charge_mirrors AND NOT later GROUP BY 1, 2
)"""

# Of which applications the report shows contra entries.
CONTRA = """f.charge_kind NOT IN ('payment', 'refund') AND NOT f.charge_mirrors AND NOT f.credit_mirrors AND NOT f.own
      AND f.date <= %(end)s"""

# The code of a document's group and how much of it is matched; a mirror shares its original's.
GROUPS = f"""
groups AS MATERIALIZED (
    SELECT document_id, (array_agg(code ORDER BY later, id DESC) FILTER (WHERE code IS NOT NULL))[1] AS code,
           bool_or(NOT later) AS matched
    FROM (
        SELECT charge_document_id AS document_id, id, later,
               CASE WHEN charge_mirrors THEN credit_code ELSE charge_code END AS code
        FROM force WHERE charge_kind NOT IN ('payment', 'refund')
        UNION ALL
        SELECT credit_document_id, id, later,
               CASE WHEN credit_mirrors THEN charge_code ELSE credit_code END
        FROM force WHERE credit_kind NOT IN ('payment', 'refund')
    ) sides GROUP BY document_id
), entries AS MATERIALIZED (
    -- the group of a whole line of a payment or a refund: its own, its credit's, or that of what it mirrors
    SELECT DISTINCT ON (line) line, code, head, head_line, NOT later AS matched FROM (
        SELECT credit_line_id AS line, id, later, credit_code AS code, credit_document_id AS head,
               credit_line_id AS head_line
        FROM force WHERE credit_kind = 'payment' AND (NOT own OR charge_mirrors)
        UNION ALL
        SELECT credit_line_id, id, later, charge_code, charge_document_id, charge_line_id
        FROM force WHERE credit_kind = 'refund'
        UNION ALL
        SELECT charge_line_id, id, later, coalesce(credit_code, charge_code),
               CASE WHEN credit_mirrors THEN charge_document_id ELSE credit_document_id END,
               CASE WHEN credit_mirrors THEN charge_line_id WHEN credit_kind = 'payment' THEN credit_line_id END
        FROM force WHERE charge_kind IN ('refund', 'payment')
    ) sides ORDER BY line, later, id DESC
), rests AS MATERIALIZED (
    -- what is left of payments, and refunds
    SELECT l.id, l.customer_id, l.currency, l.document_id, l.amount + coalesce(p.amount, 0) AS amount, e.code,
           coalesce(e.head, l.document_id) AS head, coalesce(e.matched, false) AS matched,
           CASE WHEN e.line IS NULL THEN l.id ELSE e.head_line END AS head_line
    FROM lines l
    LEFT JOIN (SELECT line, sum(amount) AS amount FROM paid GROUP BY line) p ON p.line = l.id
    LEFT JOIN entries e ON e.line = l.id
    WHERE l.kind IN ('payment', 'refund') AND l.amount + coalesce(p.amount, 0) <> 0
), contras AS MATERIALIZED (SELECT * FROM force f WHERE {CONTRA})"""  # noqa: S608  (constants)

# What is open on the day of every line of a document that heads a row's group: what is open now, and what was taken
# by what the day does not know.
OPENS = """
heads AS MATERIALIZED (
    SELECT id FROM docs WHERE kind NOT IN ('payment', 'refund')
    UNION
    SELECT head FROM paid
    UNION
    SELECT head FROM rests
    UNION
    SELECT charge_document_id FROM contras
    UNION
    SELECT credit_document_id FROM contras
), others AS MATERIALIZED (
    SELECT id FROM heads EXCEPT SELECT id FROM docs
), taken AS (
    SELECT line, sum(amount) AS amount FROM (
        SELECT a.charge_line_id AS line, a.amount FROM around a JOIN docs d ON d.id = a.charge_document_id
        WHERE a.date > %(as_at)s OR a.recorded_at > %(known)s
        UNION ALL
        SELECT a.credit_line_id, a.amount FROM around a JOIN docs d ON d.id = a.credit_document_id
        WHERE a.date > %(as_at)s OR a.recorded_at > %(known)s
        UNION ALL
        SELECT a.charge_line_id, a.amount FROM others h
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_application o
            WHERE o.company_id = (SELECT %(company)s) AND o.charge_document_id = h.id
              AND (o.date > %(as_at)s OR o.recorded_at > %(known)s) OFFSET 0
        ) a
        UNION ALL
        SELECT a.credit_line_id, a.amount FROM others h
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_application o
            WHERE o.company_id = (SELECT %(company)s) AND o.credit_document_id = h.id
              AND (o.date > %(as_at)s OR o.recorded_at > %(known)s) OFFSET 0
        ) a
    ) sides GROUP BY line
), opens AS MATERIALIZED (
    SELECT l.id, l.document_id, abs(l.open_amount) + coalesce(t.amount, 0) AS open
    FROM (
        SELECT id, document_id, open_amount FROM lines WHERE kind <> 'payment'
        UNION ALL
        SELECT l.id, l.document_id, l.open_amount
        FROM (SELECT id FROM heads EXCEPT SELECT id FROM docs WHERE kind <> 'payment') h
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_line o WHERE o.company_id = (SELECT %(company)s) AND o.document_id = h.id OFFSET 0
        ) l
    ) l
    LEFT JOIN taken t ON t.line = l.id
), document_opens AS MATERIALIZED (
    SELECT document_id, sum(open) AS open FROM opens GROUP BY document_id
)"""

ROWS = """
rows (customer_id, currency, document_id, amount, date, code, head, open, matched, contra, line, application) AS (
    -- documents as a whole
    SELECT l.customer_id, l.currency, l.document_id, sum(l.amount), NULL::date, g.code,
           coalesce(l.reverses_id, l.document_id), o.open, coalesce(g.matched, false), false, 0::bigint, 0::bigint
    FROM lines l
    JOIN document_opens o ON o.document_id = l.document_id
    LEFT JOIN groups g ON g.document_id = l.document_id
    WHERE l.kind NOT IN ('payment', 'refund')
    GROUP BY l.customer_id, l.currency, l.document_id, l.reverses_id, g.matched, g.code, o.open
    UNION ALL
    -- what payments paid of other documents
    SELECT l.customer_id, l.currency, l.document_id, -p.amount, NULL, p.code, p.head, o.open, true, false, l.id,
           p.head
    FROM lines l JOIN paid p ON p.line = l.id JOIN document_opens o ON o.document_id = p.head
    UNION ALL
    -- what is left of payments, and refunds
    SELECT r.customer_id, r.currency, r.document_id, r.amount, NULL, r.code, r.head,
           CASE WHEN r.head_line IS NULL THEN d.open ELSE o.open END, r.matched, false, r.id, 0
    FROM rests r
    LEFT JOIN opens o ON o.id = r.head_line
    LEFT JOIN document_opens d ON d.document_id = r.head
    UNION ALL
    -- the contra entries of credits
    SELECT f.customer_id, f.currency, s.document_id, s.sign * f.amount, f.date, s.code, s.head, s.open, true, true,
           s.line, f.id
    FROM contras f
    JOIN document_opens co ON co.document_id = f.charge_document_id
    JOIN document_opens ko ON ko.document_id = f.credit_document_id
    JOIN opens kl ON kl.id = f.credit_line_id
    CROSS JOIN LATERAL (VALUES
        (f.credit_document_id, -1, f.charge_code, f.charge_document_id, co.open, f.charge_line_id),
        (f.charge_document_id, 1, f.credit_code, f.credit_document_id,
         CASE WHEN f.credit_kind = 'payment' THEN kl.open ELSE ko.open END, f.credit_line_id)
    ) AS s (document_id, sign, code, head, open, line)
), shown AS (
    SELECT r.customer_id, r.currency, r.document_id, d.kind, d.number, coalesce(r.date, d.date) AS date,
           coalesce(r.date, d.gl_date) AS gl_date, d.reference, r.amount, coalesce(r.code, '') AS code, r.open,
           CASE WHEN r.open = 0 THEN 'full' WHEN r.matched THEN 'partial' ELSE 'unmatched' END AS match,
           r.head, h.kind AS head_kind, h.number AS head_number, h.date AS head_date, r.contra, r.line, r.application,
           d.date AS document_date
    FROM rows r
    JOIN faces d ON d.id = r.document_id
    JOIN faces h ON h.id = r.head
    WHERE (%(currency)s::text IS NULL OR r.currency = %(currency)s)
      AND (%(entities)s::bigint[] IS NULL OR h.entity_id IS NULL OR h.entity_id = ANY(%(entities)s))
      AND (%(entity)s::bigint IS NULL OR coalesce(h.entity_id, 0) = %(entity)s)
      AND (%(location)s::bigint IS NULL OR EXISTS (
            SELECT FROM ledger_line p WHERE p.company_id = (SELECT %(company)s) AND p.document_id = r.head
                                        AND p.location_id = %(location)s))
      AND (%(code)s::text IS NULL OR r.code = %(code)s)
)"""

# Its parameters: those of the scope and the filter, ``customers`` and ``shared``.
STATEMENT = ", ".join(
    (
        f"WITH {DOCUMENTS}",
        AROUND,
        f"near AS ({MADE} UNION ALL {TOUCHING})",
        FACES,
        FORCE,
        PAID,
        GROUPS,
        OPENS,
        ROWS,
    )
)

WANTED = "(%(matches)s::text[] IS NULL OR match = ANY(%(matches)s))"

# Customers ``c`` whose codes lie between two beginnings, both included, and that the person may see.
CUSTOMER_RANGE = """(c.code >= %(customer_from)s AND (%(customer_to)s = '' OR c.code < %(customer_to)s)
  AND (%(entities)s::bigint[] IS NULL OR c.entity_id IS NULL OR c.entity_id = ANY(%(entities)s)))"""
# Beyond the last character there is, so that "to F" includes everything that begins with F.
LAST = "\U0010ffff"


def customer_range(first: str, last: str) -> dict[str, object]:
    """The parameters of CUSTOMER_RANGE; an empty beginning is no limit."""
    return {"customer_from": first, "customer_to": last and last + LAST}
