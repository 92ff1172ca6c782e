"""What must be true of the books at every instant, as questions that a sound company answers with no row.

Each statement takes ``company`` and ``limit`` and returns what is wrong under the names of its sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Rule:
    """``sentence`` is filled with the columns of ``question``, which starts from ``given`` (common table expressions).

    ``code`` names the rule to machines.
    """

    code: str
    sentence: str | Promise
    question: str
    given: str = ""

    @property
    def statement(self) -> str:
        return f"{self.given} {self.question}"


APPLIED = Rule(
    "open_amount",
    _(
        "%(document)s, line %(position)s: %(found)s counts as applied, its applications add up to %(expected)s."
    ),
    """
    WITH moved AS (
        SELECT line_id, sum(amount) AS amount FROM (
            SELECT charge_line_id AS line_id, amount FROM ledger_application WHERE company_id = (SELECT %(company)s)
            UNION ALL
            SELECT credit_line_id, -amount FROM ledger_application WHERE company_id = (SELECT %(company)s)
        ) sides GROUP BY line_id
    )
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           l.position, l.applied_amount AS found, coalesce(m.amount, 0) AS expected
    FROM ledger_line l
    JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
    LEFT JOIN moved m ON m.line_id = l.id
    WHERE l.company_id = (SELECT %(company)s)
      AND (l.applied_amount <> coalesce(m.amount, 0) OR l.open_amount <> l.amount - coalesce(m.amount, 0))
    ORDER BY l.id LIMIT %(limit)s
    """,
)
RESERVED = Rule(
    "reserved_amount",
    _("%(document)s, line %(position)s: %(found)s counts as reserved, the drafts reserve %(expected)s."),
    """
    WITH held AS (
        SELECT line_id, sum(amount) AS amount FROM ledger_reservation
        WHERE company_id = (SELECT %(company)s) GROUP BY line_id
    )
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           l.position, l.reserved_amount AS found, coalesce(h.amount, 0) AS expected
    FROM ledger_line l
    JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
    LEFT JOIN held h ON h.line_id = l.id
    WHERE l.company_id = (SELECT %(company)s) AND l.reserved_amount <> coalesce(h.amount, 0)
    ORDER BY l.id LIMIT %(limit)s
    """,
)
TOTAL = Rule(
    "total",
    _("%(document)s: its total is %(found)s, its lines add up to %(expected)s."),
    """
    WITH sums AS (
        SELECT document_id, sum(amount) AS amount FROM ledger_line
        WHERE company_id = (SELECT %(company)s) GROUP BY document_id
    )
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           d.total AS found, coalesce(s.amount, 0) AS expected
    FROM ledger_document d LEFT JOIN sums s ON s.document_id = d.id
    WHERE d.company_id = (SELECT %(company)s) AND d.total <> coalesce(s.amount, 0)
    ORDER BY d.id LIMIT %(limit)s
    """,
)
RECEIVED = Rule(
    "received",
    _("%(document)s: %(found)s was received, its lines account for %(expected)s."),
    """
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           d.amount AS found, -d.total AS expected
    FROM ledger_document d
    WHERE d.company_id = (SELECT %(company)s) AND d.kind = 'payment' AND d.state = 'posted'
      AND d.amount <> CASE WHEN d.reverses_id IS NULL THEN -d.total ELSE d.total END
    ORDER BY d.id LIMIT %(limit)s
    """,
)
SIDES = Rule(
    "application_sides",
    _(
        "%(document)s: it matched a line of %(charge)s with a line of %(credit)s, which do not belong together."
    ),
    """
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           coalesce(cd.number, cd.kind || ' ' || cd.id, '?') AS charge,
           coalesce(kd.number, kd.kind || ' ' || kd.id, '?') AS credit
    FROM ledger_application a
    JOIN ledger_document d ON d.company_id = a.company_id AND d.id = a.document_id
    LEFT JOIN ledger_line c ON c.company_id = a.company_id AND c.id = a.charge_line_id
    LEFT JOIN ledger_line k ON k.company_id = a.company_id AND k.id = a.credit_line_id
    LEFT JOIN ledger_document cd ON cd.company_id = a.company_id AND cd.id = a.charge_document_id
    LEFT JOIN ledger_document kd ON kd.company_id = a.company_id AND kd.id = a.credit_document_id
    WHERE a.company_id = (SELECT %(company)s) AND (
        c.amount > 0 AND k.amount < 0 AND c.currency = k.currency
        AND c.customer_id = a.customer_id AND k.customer_id = a.customer_id
        AND c.document_id = cd.id AND k.document_id = kd.id
        AND cd.state = 'posted' AND kd.state = 'posted' AND d.state = 'posted'
        AND a.date >= cd.date AND a.date >= kd.date) IS NOT TRUE
    ORDER BY a.id LIMIT %(limit)s
    """,
)
UNDONE = Rule(
    "undone",
    _("%(document)s: %(found)s of its match was un-applied, only %(expected)s was applied."),
    """
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           -sum(u.amount) AS found, o.amount AS expected
    FROM ledger_application u
    JOIN ledger_application o ON o.company_id = u.company_id AND o.id = u.reverses_id
    JOIN ledger_document d ON d.company_id = o.company_id AND d.id = o.document_id
    WHERE u.company_id = (SELECT %(company)s) AND u.reverses_id IS NOT NULL
    GROUP BY o.id, o.amount, d.id, d.number, d.kind HAVING -sum(u.amount) > o.amount
    ORDER BY o.id LIMIT %(limit)s
    """,
)
REFUNDED = Rule(
    "refund_cleared",
    _("%(document)s, line %(position)s: it gives back %(expected)s, the credits it cleared make %(found)s."),
    """
    WITH cleared AS (
        SELECT a.charge_line_id AS line_id, sum(a.amount) AS amount FROM ledger_application a
        WHERE a.company_id = (SELECT %(company)s) AND a.document_id = a.charge_document_id AND a.reverses_id IS NULL
        GROUP BY 1
    )
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document, l.position, l.amount AS expected,
           coalesce(c.amount, 0) AS found
    FROM ledger_document d
    JOIN ledger_line l ON l.company_id = d.company_id AND l.document_id = d.id
    LEFT JOIN cleared c ON c.line_id = l.id
    WHERE d.company_id = (SELECT %(company)s) AND d.kind = 'refund' AND d.state = 'posted' AND d.reverses_id IS NULL
      AND l.amount <> coalesce(c.amount, 0)
    ORDER BY d.id, l.position LIMIT %(limit)s
    """,
)
REFUNDABLE = Rule(
    "refund_refundable",
    _("%(document)s: it gives back %(credit)s, which cannot be refunded."),
    """
    SELECT DISTINCT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           coalesce(k.number, k.kind || ' ' || k.id) AS credit
    FROM ledger_document d
    JOIN companies_company c ON c.id = d.company_id
    JOIN ledger_application a ON a.company_id = d.company_id AND a.charge_document_id = d.id AND a.document_id = d.id
    JOIN ledger_document k ON k.company_id = a.company_id AND k.id = a.credit_document_id
    WHERE d.company_id = (SELECT %(company)s) AND d.kind = 'refund' AND d.reverses_id IS NULL
      AND (k.currency <> c.base_currency OR EXISTS (
          SELECT FROM ledger_line l WHERE l.company_id = k.company_id AND l.document_id = k.id
              AND (l.amount > 0 OR l.cash_basis_tax)))
    ORDER BY 1, 2 LIMIT %(limit)s
    """,
)
JOURNAL = Rule(
    "journal_balance",
    _("%(document)s: its journal rows add up to %(found)s instead of 0."),
    """
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           j.found
    FROM (
        SELECT document_id, sum(base_amount) AS found, sum(amount) AS own FROM ledger_journal
        WHERE company_id = (SELECT %(company)s) GROUP BY document_id
        HAVING sum(base_amount) <> 0 OR sum(amount) <> 0
    ) j
    JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = j.document_id
    ORDER BY d.id LIMIT %(limit)s
    """,
)
CONTROL = Rule(
    "control_account",
    _(
        "%(customer)s, account %(account)s, %(currency)s: the journal says %(found)s, "
        "the open amounts add up to %(expected)s."
    ),
    """
    WITH open_items AS (
        SELECT l.customer_id, l.control_account_id AS account_id, l.currency AS money, sum(l.open_amount) AS amount
        FROM ledger_line l
        JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
        WHERE l.company_id = (SELECT %(company)s) GROUP BY 1, 2, 3
    ), booked AS (
        SELECT customer_id, account_id, currency AS money, sum(amount) AS amount
        FROM ledger_journal WHERE company_id = (SELECT %(company)s) AND customer_id IS NOT NULL GROUP BY 1, 2, 3
    )
    SELECT c.code AS customer, a.code AS account, money AS currency, coalesce(b.amount, 0) AS found,
           coalesce(o.amount, 0) AS expected
    FROM open_items o
    FULL JOIN booked b USING (customer_id, account_id, money)
    JOIN customers_customer c ON c.company_id = (SELECT %(company)s) AND c.id = customer_id
    JOIN companies_account a ON a.company_id = (SELECT %(company)s) AND a.id = account_id
    WHERE coalesce(b.amount, 0) <> coalesce(o.amount, 0)
    ORDER BY c.code, a.code, money LIMIT %(limit)s
    """,
)
# The sequences that only documents draw from: customers may be deleted, codes are counted by their own rules.
DOCUMENT_SEQUENCES = """
    WITH counted AS (
        SELECT s.*, prefix || lpad(n::text, greatest(width, length(n::text)), '0') || suffix AS number, n
        FROM companies_numbersequence s
        JOIN companies_configuration f ON f.company_id = s.company_id
        CROSS JOIN LATERAL generate_series(1, s.last_value) AS n
        WHERE s.company_id = (SELECT %(company)s) AND s.style = 'numeric'
          AND s.id IS DISTINCT FROM f.customer_sequence_id
    )
"""
MISSING = Rule(
    "number_missing",
    _("Number %(number)s of sequence %(sequence)s was drawn, and no document has it."),
    """
    SELECT s.number, s.code AS sequence FROM counted s
    WHERE NOT EXISTS (SELECT FROM ledger_document d WHERE d.company_id = s.company_id
                      AND d.sequence_id = s.id AND d.sequence_value = s.n)
      AND NOT EXISTS (SELECT FROM companies_numberjump j WHERE j.company_id = s.company_id
                      AND j.sequence_id = s.id AND s.n BETWEEN j.first AND j.last)
    ORDER BY s.code, s.n LIMIT %(limit)s
    """,
    DOCUMENT_SEQUENCES,
)
AHEAD = Rule(
    "number_not_drawn",
    _("%(document)s has value %(value)s of sequence %(sequence)s, which has drawn %(last)s so far."),
    """
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           d.sequence_value AS value, s.code AS sequence, s.last_value AS last
    FROM ledger_document d
    JOIN companies_numbersequence s ON s.company_id = d.company_id AND s.id = d.sequence_id
    WHERE d.company_id = (SELECT %(company)s) AND d.sequence_value NOT BETWEEN 1 AND s.last_value
    ORDER BY d.id LIMIT %(limit)s
    """,
)
TWICE = Rule(
    "number_twice",
    _("Number %(number)s is used by %(found)s documents."),
    """
    SELECT number, count(*) AS found FROM ledger_document
    WHERE company_id = (SELECT %(company)s) AND number IS NOT NULL GROUP BY kind, number HAVING count(*) > 1
    UNION ALL
    SELECT min(number), count(*) FROM ledger_document
    WHERE company_id = (SELECT %(company)s) AND sequence_id IS NOT NULL
    GROUP BY sequence_id, sequence_value HAVING count(*) > 1 AND count(DISTINCT number) > 1
    LIMIT %(limit)s
    """,
)

# Who carries a code (reconciliation.heads): an invoice, a memo, an advance, a reversed document as a whole; of a
# payment the line.
SIDED = """
    WITH sides AS (
        SELECT a.id, a.amount, a.reverses_id, a.charge_code AS code, a.charge_document_id AS document,
               0::bigint AS line
        FROM ledger_application a WHERE a.company_id = (SELECT %(company)s) AND a.charge_code IS NOT NULL
        UNION ALL
        SELECT a.id, a.amount, a.reverses_id, a.credit_code, a.credit_document_id,
               CASE WHEN k.kind IN ('invoice', 'adjustment', 'advance') OR c.reverses_id = k.id THEN 0
                    ELSE a.credit_line_id END
        FROM ledger_application a
        JOIN ledger_document k ON k.company_id = a.company_id AND k.id = a.credit_document_id
        JOIN ledger_document c ON c.company_id = a.company_id AND c.id = a.charge_document_id
        WHERE a.company_id = (SELECT %(company)s) AND a.credit_code IS NOT NULL
    )
"""
CODE_SHARED = Rule(
    "code_shared",
    _("Match code %(match_code)s is used by more than one group: %(documents)s."),
    """
    SELECT s.code AS match_code, string_agg(DISTINCT n.name, ', ' ORDER BY n.name) AS documents
    FROM sides s JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = s.document
    CROSS JOIN LATERAL (SELECT coalesce(d.number, d.kind || ' ' || d.id) AS name) n
    GROUP BY s.code HAVING count(DISTINCT (s.document, s.line)) > 1
    ORDER BY s.code LIMIT %(limit)s
    """,
    SIDED,
)
CODES_OF_ONE = Rule(
    "codes_of_one_group",
    _("%(document)s has several match codes at once: %(match_codes)s."),
    """
    , undone AS (
        SELECT reverses_id, sum(amount) AS amount FROM ledger_application
        WHERE company_id = (SELECT %(company)s) AND reverses_id IS NOT NULL GROUP BY reverses_id
    )
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           string_agg(DISTINCT s.code, ', ' ORDER BY s.code) AS match_codes
    FROM sides s
    LEFT JOIN undone u ON u.reverses_id = s.id
    JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = s.document
    WHERE s.reverses_id IS NULL AND s.amount + coalesce(u.amount, 0) > 0
    GROUP BY s.document, s.line, d.id, d.number, d.kind HAVING count(DISTINCT s.code) > 1
    ORDER BY d.id LIMIT %(limit)s
    """,
    SIDED,
)
CODE_AGAIN = Rule(
    "code_reused",
    _("%(document)s: match code %(match_code)s was given up and used again."),
    """
    , told AS (
        SELECT s.*, sum(s.amount) OVER (PARTITION BY s.code ORDER BY s.id) - s.amount AS before,
               row_number() OVER (PARTITION BY s.code ORDER BY s.id) AS place
        FROM sides s
    )
    SELECT DISTINCT coalesce(d.number, d.kind || ' ' || d.id) AS document,
           t.code AS match_code
    FROM told t JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = t.document
    WHERE t.place > 1 AND t.before = 0 ORDER BY 2 LIMIT %(limit)s
    """,
    SIDED,
)
CODE_TOO_EARLY = Rule(
    "code_too_early",
    _("%(document)s: a match made before customer reconciliation was switched on has a code."),
    """
    SELECT DISTINCT coalesce(d.number, d.kind || ' ' || d.id) AS document
    FROM ledger_application a
    JOIN companies_configuration f ON f.company_id = a.company_id
    JOIN ledger_document d ON d.company_id = a.company_id AND d.id = a.document_id
    WHERE a.company_id = (SELECT %(company)s) AND a.reverses_id IS NULL
      AND (a.charge_code IS NOT NULL OR a.credit_code IS NOT NULL)
      AND (f.reconciliation_enabled_at IS NULL OR a.recorded_at < f.reconciliation_enabled_at)
      AND NOT EXISTS (SELECT FROM ledger_lettering t WHERE t.company_id = a.company_id AND t.application_id = a.id)
    ORDER BY 1 LIMIT %(limit)s
    """,
)

RULES = (
    APPLIED,
    RESERVED,
    TOTAL,
    RECEIVED,
    SIDES,
    UNDONE,
    REFUNDED,
    REFUNDABLE,
    JOURNAL,
    CONTROL,
    MISSING,
    AHEAD,
    TWICE,
    CODE_SHARED,
    CODES_OF_ONE,
    CODE_AGAIN,
    CODE_TOO_EARLY,
)
