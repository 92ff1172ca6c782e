"""What the answer of a document is made of, read for many documents at once (SPEC 15.1).

The figures are those of ``reconciliation.figures``; here they meet lines, applications in force and what drafts hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Day
from decimal import Decimal
from typing import NamedTuple

from arledger.core.sql import fetch_all
from ledger.models import Document, Kind
from reconciliation.figures import OPEN_ON_DAY, Figures, document_figures, line_opens, shown_codes

# The keys as a sub-select: a plan is kept for any of them (``arledger.core.sql.ANY_KEY``).
IDS = "ANY ((SELECT %(ids)s::bigint[])::bigint[])"


class DocumentFacts(NamedTuple):
    """A document with the codes and names of what it refers to, as DOCUMENTS reads it; instants as answers say them."""

    pk: int
    kind: str
    state: str
    number: str | None
    customer_id: int | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    exchange_rate: Decimal
    date: Day
    gl_date: Day | None
    due_date: Day | None
    term_id: int | None
    term_code: str | None
    entity_id: int | None
    entity_code: str | None
    summary_id: int | None
    summary_title: str | None
    bank_account_id: int | None
    bank_account_code: str | None
    reference: str
    description: str
    bill_to: str
    reason: str
    method: str
    total: Decimal
    amount: Decimal | None
    reverses_id: int | None
    created_at: str
    updated_at: str
    posted_at: str | None
    version: int


def instant_of(column: str) -> str:
    """An instant as ``arledger.core.api.encoding.instant`` writes it, three times as fast as by way of Python."""
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


# Read for every answer, so not put together by the ORM each time.
DOCUMENTS = f"""
SELECT d.id, d.kind, d.state, d.number, d.customer_id, c.code, c.name, d.currency, d.exchange_rate, d.date, d.gl_date,
       d.due_date, d.term_id, t.code, d.entity_id, e.code, d.summary_id, s.title, d.bank_account_id, b.code,
       d.reference, d.description, d.bill_to, d.reason, d.method, d.total, d.amount, d.reverses_id,
       {instant_of("d.created_at")}, {instant_of("d.updated_at")}, {instant_of("d.posted_at")}, d.version
FROM ledger_document d
LEFT JOIN customers_customer c ON c.company_id = d.company_id AND c.id = d.customer_id
LEFT JOIN companies_term t ON t.company_id = d.company_id AND t.id = d.term_id
LEFT JOIN companies_entity e ON e.company_id = d.company_id AND e.id = d.entity_id
LEFT JOIN summaries_summary s ON s.company_id = d.company_id AND s.id = d.summary_id
LEFT JOIN companies_bankaccount b ON b.company_id = d.company_id AND b.id = d.bank_account_id
WHERE d.company_id = (SELECT %(company)s) AND d.id = {IDS}
"""  # noqa: S608  (constants)


class LineFacts(NamedTuple):
    """A line with the codes of what it refers to, as LINES reads it.

    ``open_amount`` is as of the day, ``open_ever`` counts every application; signed as the line.
    """

    pk: int
    document_id: int
    position: int
    description: str
    account_id: int | None
    account_code: str | None
    location_id: int | None
    location_code: str | None
    customer_id: int
    customer_code: str
    amount: Decimal
    open_amount: Decimal
    reserved_amount: Decimal
    open_ever: Decimal
    tax_code: str
    tax_amount: Decimal
    cash_basis_tax: bool
    tax_receipt_eligible: bool
    service_start: date | None
    service_end: date | None


LINES = f"""
SELECT l.id, l.document_id, l.position, l.description, l.account_id, o.code, l.location_id, p.code, l.customer_id,
       c.code, l.amount, {OPEN_ON_DAY}, l.reserved_amount, l.open_amount, l.tax_code, l.tax_amount, l.cash_basis_tax,
       l.tax_receipt_eligible, l.service_start, l.service_end
FROM ledger_line l
JOIN customers_customer c ON c.company_id = l.company_id AND c.id = l.customer_id
LEFT JOIN companies_account o ON o.company_id = l.company_id AND o.id = l.account_id
LEFT JOIN companies_location p ON p.company_id = l.company_id AND p.id = l.location_id
WHERE l.company_id = (SELECT %(company)s) AND l.document_id = {IDS}
ORDER BY l.document_id, l.position
"""  # noqa: S608  (constants)

# The applications that one of the documents is a side of, or has made; one that is found in two ways comes twice. Each
# part reads its own index, and nothing is joined: the planner knows too little of young companies to choose well.
APPLIED = f"""
SELECT a.id, a.charge_line_id, a.credit_line_id, a.charge_document_id, a.credit_document_id, a.document_id, a.date,
       a.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
            WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0),
       a.charge_code, a.credit_code, a.reason
FROM (
    SELECT * FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND charge_document_id = {IDS} AND reverses_id IS NULL
    UNION ALL
    SELECT * FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND credit_document_id = {IDS} AND reverses_id IS NULL
    UNION ALL
    SELECT * FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND document_id = {IDS} AND reverses_id IS NULL
) a
ORDER BY a.date, a.id
"""  # noqa: S608  (constants)


class Applied(NamedTuple):
    """An application in force: ``amount`` is what is left of it, ``maker`` the document that made it."""

    id: int
    charge_line: int
    credit_line: int
    charge_document: int
    credit_document: int
    maker: int
    date: date
    amount: Decimal
    charge_code: str | None
    credit_code: str | None
    reason: str
    codes: tuple[str, ...] = ()

    @property
    def inline(self) -> bool:
        return self.charge_document == self.credit_document

    @property
    def documents(self) -> set[int]:
        """Those whose answer lists it."""
        return {self.charge_document, self.credit_document, self.maker}


# What drafts hold of other documents, deposits of receipts, refunds of credits, and what matchings have taken back. One
# statement for all: which of them a document can have depends on its kind.
PIECES = """
SELECT 'held', r.document_id, l.id, l.document_id, d.kind, d.number, d.date, d.customer_id, r.amount
FROM ledger_reservation r
JOIN ledger_line l ON l.company_id = r.company_id AND l.id = r.line_id
JOIN ledger_document d ON d.company_id = r.company_id AND d.id = l.document_id
WHERE r.company_id = (SELECT %(company)s) AND r.document_id = ANY(%(drafts)s)
UNION ALL
SELECT 'received', w.id, i.id, d.id, d.kind, d.number, d.date, d.customer_id, i.amount
FROM ledger_document w
JOIN ledger_deposititem i ON i.company_id = w.company_id AND i.document_id = coalesce(w.reverses_id, w.id)
JOIN ledger_document d ON d.company_id = w.company_id AND d.id = i.receipt_id
WHERE w.company_id = (SELECT %(company)s) AND w.id = ANY(%(deposits)s)
UNION ALL
SELECT 'cleared', a.document_id, a.credit_line_id, d.id, d.kind, d.number, d.date, d.customer_id, a.amount
FROM ledger_application a
JOIN ledger_document d ON d.company_id = a.company_id AND d.id = a.credit_document_id
WHERE a.company_id = (SELECT %(company)s) AND a.document_id = ANY(%(refunds)s) AND a.reverses_id IS NULL
  AND a.charge_document_id = a.document_id
UNION ALL
SELECT 'undone', u.document_id, u.reverses_id, NULL, NULL, NULL, u.date, u.customer_id, -u.amount
FROM ledger_application u
WHERE u.company_id = (SELECT %(company)s) AND u.document_id = ANY(%(matchings)s) AND u.reverses_id IS NOT NULL
ORDER BY 2, 7, 3
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a document ``holder`` holds of another one.

    ``what``: *held* by a draft of the line ``key`` (signed as the line); *received*, a receipt in a deposit; *cleared*
    by a posted refund of the line ``key``, voided or not; *undone*, taken back of the application ``key``.
    """

    what: str
    holder: int
    key: int
    document: int | None
    kind: str | None
    number: str | None
    date: date
    customer: int | None
    amount: Decimal


@dataclass(frozen=True)
class AnswerFacts:
    """Everything about some documents, by document. ``opens``: {line: (open on the day, reserved, open ever)}."""

    documents: dict[int, DocumentFacts]
    figures: dict[int, Figures]
    lines: dict[int, list[LineFacts]] = field(default_factory=dict)
    opens: dict[int, tuple[Decimal, Decimal, Decimal]] = field(default_factory=dict)
    applied: dict[int, list[Applied]] = field(default_factory=dict)
    pieces: dict[int, list[Piece]] = field(default_factory=dict)


def answer_facts(
    *, company_id: int, ids: Collection[int], day: date, applications: bool = True
) -> AnswerFacts:
    """The facts of documents as of ``day``, in at most six statements however many documents there are.

    Without ``applications`` neither they nor the codes of single lines are read.
    """
    wanted = {"company": company_id, "ids": list(ids), "day": day}
    found = [DocumentFacts._make(row) for row in fetch_all(DOCUMENTS, wanted)]
    documents = {document.pk: document for document in found}
    applied = _applied(company_id, ids) if applications else []
    posted = [key for key, document in documents.items() if document.state == Document.State.POSTED]
    heads = {key for one in applied for key in (one.charge_document, one.credit_document)}
    figures = document_figures(company_id=company_id, ids={*posted, *heads}, day=day)
    lines: dict[int, list[LineFacts]] = {}
    for line in map(LineFacts._make, fetch_all(LINES, wanted)):
        lines.setdefault(line.document_id, []).append(line)
    opens = _opens(company_id, lines, applied, figures, day)
    return AnswerFacts(
        documents=documents,
        figures=figures,
        lines=lines,
        opens=opens,
        applied=_by_document(applied, figures, opens),
        pieces=_pieces(company_id, documents),
    )


def _opens(
    company_id: int,
    lines: dict[int, list[LineFacts]],
    applied: Sequence[Applied],
    figures: dict[int, Figures],
    day: date,
) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    """Of the documents' own lines, and of those of payments that are the other side of an application."""
    opens = {
        line.pk: (line.open_amount, line.reserved_amount, line.open_ever)
        for found in lines.values()
        for line in found
    }
    paying = {one.credit_document for one in applied if figures[one.credit_document].kind == Kind.PAYMENT}
    others = paying - lines.keys()
    return opens | line_opens(company_id=company_id, ids=others, day=day) if others else opens


def _applied(company_id: int, ids: Collection[int]) -> list[Applied]:
    found = (Applied(*row) for row in fetch_all(APPLIED, {"company": company_id, "ids": list(ids)}))
    return list({one.id: one for one in found if one.amount > 0}.values())


def _by_document(
    applied: Sequence[Applied],
    figures: dict[int, Figures],
    opens: dict[int, tuple[Decimal, Decimal, Decimal]],
) -> dict[int, list[Applied]]:
    """The applications of each document, with the codes of their heads as of the day."""
    settled = {(key, 0): found.settled for key, found in figures.items()}
    found: dict[int, list[Applied]] = {}
    for one in applied:
        credit_head = one.credit_document, 0
        if figures[one.credit_document].kind == Kind.PAYMENT:
            credit_head = one.credit_document, one.credit_line
            settled[credit_head] = opens[one.credit_line][0] == 0
        heads = ((one.charge_code, (one.charge_document, 0)), (one.credit_code, credit_head))
        shared = figures[one.charge_document].match_code if one.inline else ""
        codes = shown_codes(heads, settled, inline=one.inline, shared=shared)
        coded = one._replace(codes=codes)
        for document in one.documents:
            found.setdefault(document, []).append(coded)
    return found


def _pieces(company_id: int, documents: dict[int, DocumentFacts]) -> dict[int, list[Piece]]:
    draft = {key for key, found in documents.items() if found.state == Document.State.DRAFT}

    def of(*kinds: Kind) -> set[int]:
        return {key for key, found in documents.items() if found.kind in kinds}

    wanted = {
        "drafts": draft & of(Kind.PAYMENT, Kind.REFUND),
        "deposits": of(Kind.DEPOSIT),
        "refunds": of(Kind.REFUND) - draft,
        "matchings": of(Kind.MATCHING),
    }
    if not any(wanted.values()):
        return {}
    found: dict[int, list[Piece]] = {}
    for row in fetch_all(
        PIECES, {"company": company_id} | {name: list(keys) for name, keys in wanted.items()}
    ):
        found.setdefault(row[1], []).append(Piece(*row))
    return found
