"""Drawing match codes: one per head, when something is first applied to it, never twice (SPEC 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from arledger.companies.numbering import draw
from arledger.companies.selectors import Settings
from arledger.core.sql import fetch_all
from reconciliation.codes import code_text
from reconciliation.heads import Head

# The newest application in force that carries the head's code, from either side of the match: two index probes
# a head, however many applications the head has.
CURRENT = """
SELECT h.document, h.line, x.code
FROM unnest((SELECT %(documents)s::bigint[]), (SELECT %(lines)s::bigint[])) AS h (document, line)
CROSS JOIN LATERAL (
    (SELECT a.charge_code AS code FROM ledger_application a
     WHERE a.company_id = (SELECT %(company)s) AND a.charge_document_id = h.document AND h.line = 0
       AND a.charge_code IS NOT NULL AND a.reverses_id IS NULL AND {in_force}
     ORDER BY a.id DESC LIMIT 1)
    UNION ALL
    (SELECT a.credit_code FROM ledger_application a
     WHERE a.company_id = (SELECT %(company)s) AND a.credit_document_id = h.document
       AND h.line IN (0, a.credit_line_id)
       AND a.credit_code IS NOT NULL AND a.reverses_id IS NULL AND {in_force}
     ORDER BY a.id DESC LIMIT 1)
    LIMIT 1
) x
""".replace(
    "{in_force}",
    "a.amount > coalesce((SELECT -sum(u.amount) FROM ledger_application u"
    " WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0)",
)


def codes_for(*, settings: Settings, heads: Iterable[Head | None]) -> dict[Head, str]:
    """The code of each head: the one it has, else the next of the company's match sequence, in the given order.

    Empty while reconciliation is off. Raises CodesExhausted when the sequence allows no longer code; the
    counter row stays locked until the transaction ends, so two first applications never get the same code.
    """
    row = settings.row
    wanted = list(dict.fromkeys(head for head in heads if head is not None))
    if not row.reconciliation_enabled or row.match_sequence_id is None or not wanted:
        return {}
    codes = current_codes(company_id=settings.company.pk, heads=wanted)
    missing = [head for head in wanted if head not in codes]
    if missing:
        codes.update(
            zip(missing, _draw(settings.company.pk, row.match_sequence_id, len(missing)), strict=True)
        )
    return codes


def current_codes(*, company_id: int, heads: Collection[Head]) -> dict[Head, str]:
    """The codes that heads have by their matches in force; those without are missing."""
    rows = fetch_all(
        CURRENT,
        {
            "company": company_id,
            "documents": [head.document for head in heads],
            "lines": [head.line for head in heads],
        },
    )
    return {Head(document, line): code for document, line, code in rows}


def _draw(company_id: int, sequence_id: int, count: int) -> list[str]:
    drawn = draw(company_id=company_id, sequence_id=sequence_id, count=count)
    return [
        code_text(value, prefix=drawn.prefix, suffix=drawn.suffix, max_length=drawn.max_length)
        for value in drawn.values
    ]
