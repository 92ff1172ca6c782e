"""What must be true of deposits at every instant, as ``ledger.check_rules`` asks it (SPEC 8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.check_rules import Rule

# Posted deposits that no reversal has taken back, and what they hold; drafts hold too, but bring nothing to the bank.
HELD = """
    WITH held AS (
        SELECT i.*, d.state, d.currency AS money, coalesce(d.number, d.kind || ' ' || d.id) AS deposit,
               m.id IS NULL AS standing
        FROM ledger_deposititem i
        JOIN ledger_document d ON d.company_id = i.company_id AND d.id = i.document_id
        LEFT JOIN ledger_document m ON m.company_id = d.company_id AND m.reverses_id = d.id AND m.state = 'posted'
        WHERE i.company_id = (SELECT %(company)s)
    )
"""
DEPOSIT_AMOUNT = Rule(
    "deposit_amount",
    _("%(document)s: its amount is %(found)s, its receipts add up to %(expected)s."),
    """
    SELECT coalesce(d.number, d.kind || ' ' || d.id) AS document, d.amount AS found,
           coalesce(s.amount, 0) AS expected
    FROM ledger_document d
    LEFT JOIN (SELECT document_id, sum(amount) AS amount FROM held GROUP BY document_id) s
        ON s.document_id = coalesce(d.reverses_id, d.id)
    WHERE d.company_id = (SELECT %(company)s) AND d.kind = 'deposit' AND d.amount <> coalesce(s.amount, 0)
    ORDER BY d.id LIMIT %(limit)s
    """,
    HELD,
)
DEPOSIT_RECEIPT = Rule(
    "deposit_receipt",
    _("%(document)s: it holds %(receipt)s, which is no receipt of undeposited funds of that amount."),
    """
    SELECT h.deposit AS document, coalesce(r.number, r.kind || ' ' || r.id) AS receipt
    FROM held h
    JOIN ledger_document r ON r.company_id = h.company_id AND r.id = h.receipt_id
    LEFT JOIN (
        SELECT document_id, -sum(amount) AS cash FROM ledger_line
        WHERE company_id = (SELECT %(company)s) GROUP BY document_id
    ) l ON l.document_id = r.id
    WHERE (r.kind IN ('payment', 'advance') AND r.state = 'posted' AND r.bank_account_id IS NULL
           AND r.reverses_id IS NULL AND r.currency = h.money AND h.amount = l.cash) IS NOT TRUE
       OR h.standing AND EXISTS (
           SELECT FROM ledger_document m WHERE m.company_id = r.company_id AND m.reverses_id = r.id
               AND m.state = 'posted')
    ORDER BY h.id LIMIT %(limit)s
    """,
    HELD,
)
DEPOSIT_TWICE = Rule(
    "deposit_twice",
    _("%(receipt)s lies in more than one deposit: %(documents)s."),
    """
    SELECT coalesce(r.number, r.kind || ' ' || r.id) AS receipt,
           string_agg(h.deposit, ', ' ORDER BY h.document_id) AS documents
    FROM held h JOIN ledger_document r ON r.company_id = h.company_id AND r.id = h.receipt_id
    WHERE h.standing GROUP BY r.id, r.number, r.kind HAVING count(*) > 1
    ORDER BY r.id LIMIT %(limit)s
    """,
    HELD,
)
DEPOSIT_IN_FORCE = Rule(
    "deposit_in_force",
    _("%(document)s: whether %(receipt)s still lies in it is not what its reversal says."),
    """
    SELECT h.deposit AS document, coalesce(r.number, r.kind || ' ' || r.id) AS receipt
    FROM held h JOIN ledger_document r ON r.company_id = h.company_id AND r.id = h.receipt_id
    WHERE h.in_force <> h.standing ORDER BY h.id LIMIT %(limit)s
    """,
    HELD,
)
UNDEPOSITED = Rule(
    "undeposited_funds",
    _(
        "Account %(account)s, %(currency)s: the journal says %(found)s, "
        "the receipts not deposited add up to %(expected)s."
    ),
    """
    , receipts AS (
        SELECT d.id, d.exchange_rate FROM ledger_document d
        WHERE d.company_id = (SELECT %(company)s) AND d.kind IN ('payment', 'advance') AND d.state = 'posted'
          AND d.bank_account_id IS NULL
    ), put AS (
        SELECT l.account_id, l.currency AS money, -l.amount AS amount,
               ledger_base(-l.amount, d.exchange_rate, co.base_currency) AS base,
               EXISTS (SELECT FROM held h WHERE h.receipt_id = d.id AND h.standing AND h.state = 'posted') AS banked
        FROM receipts d
        JOIN ledger_line l ON l.company_id = (SELECT %(company)s) AND l.document_id = d.id
        JOIN companies_company co ON co.id = %(company)s
    ), waiting AS (
        SELECT account_id, money, coalesce(sum(amount) FILTER (WHERE NOT banked), 0) AS amount,
               coalesce(sum(base) FILTER (WHERE NOT banked), 0) AS base
        FROM put GROUP BY 1, 2
    ), booked AS (
        SELECT j.account_id, j.currency AS money, sum(j.amount) AS amount, sum(j.base_amount) AS base
        FROM ledger_journal j
        JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = j.document_id
        WHERE j.company_id = (SELECT %(company)s) AND j.customer_id IS NULL
          AND (d.id IN (SELECT id FROM receipts) AND j.line_id IS NOT NULL OR left(j.id, 1) = 'R')
        GROUP BY 1, 2
    )
    SELECT a.code AS account, w.money AS currency, coalesce(b.amount, 0) AS found, w.amount AS expected
    FROM waiting w
    LEFT JOIN booked b ON b.account_id = w.account_id AND b.money = w.money
    JOIN companies_account a ON a.company_id = (SELECT %(company)s) AND a.id = w.account_id
    WHERE coalesce(b.amount, 0) <> w.amount OR coalesce(b.base, 0) <> w.base
    ORDER BY a.code, w.money LIMIT %(limit)s
    """,
    HELD,
)

DEPOSIT_RULES = (DEPOSIT_AMOUNT, DEPOSIT_RECEIPT, DEPOSIT_TWICE, DEPOSIT_IN_FORCE, UNDEPOSITED)
