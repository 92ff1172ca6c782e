"""What the answer of a document is made of, read for many documents at once (SPEC 15.1).

The figures are those of ``reconciliation.figures``; here they meet lines, applications in force and what drafts hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from arledger.core.query import KeyIn
from arledger.core.sql import fetch_all
from ledger.models import Document, Kind, Line
from reconciliation.figures import Figures, document_figures, line_opens, shown_codes

# The applications that one of the documents is a side of, or has made; one that is found in two ways comes twice. Each
# part reads its own index, and nothing is joined: the planner knows too little of young companies to choose well.
APPLIED = """
SELECT a.id, a.charge_line_id, a.credit_line_id, a.charge_document_id, a.credit_document_id, a.document_id, a.date,
       a.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
            WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0),
       a.charge_code, a.credit_code, a.reason
FROM (
    SELECT * FROM ledger_application
    WHERE company_id = %(company)s AND charge_document_id = ANY(%(ids)s) AND reverses_id IS NULL
    UNION ALL
    SELECT * FROM ledger_application
    WHERE company_id = %(company)s AND credit_document_id = ANY(%(ids)s) AND reverses_id IS NULL
    UNION ALL
    SELECT * FROM ledger_application
    WHERE company_id = %(company)s AND document_id = ANY(%(ids)s) AND reverses_id IS NULL
) a
ORDER BY a.date, a.id
"""


@dataclass(frozen=True, slots=True)
class Applied:
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
WHERE r.company_id = %(company)s AND r.document_id = ANY(%(drafts)s)
UNION ALL
SELECT 'received', w.id, i.id, d.id, d.kind, d.number, d.date, d.customer_id, i.amount
FROM ledger_document w
JOIN ledger_deposititem i ON i.company_id = w.company_id AND i.document_id = coalesce(w.reverses_id, w.id)
JOIN ledger_document d ON d.company_id = w.company_id AND d.id = i.receipt_id
WHERE w.company_id = %(company)s AND w.id = ANY(%(deposits)s)
UNION ALL
SELECT 'cleared', a.document_id, a.credit_line_id, d.id, d.kind, d.number, d.date, d.customer_id, a.amount
FROM ledger_application a
JOIN ledger_document d ON d.company_id = a.company_id AND d.id = a.credit_document_id
WHERE a.company_id = %(company)s AND a.document_id = ANY(%(refunds)s) AND a.reverses_id IS NULL
  AND a.charge_document_id = a.document_id
UNION ALL
SELECT 'undone', u.document_id, u.reverses_id, NULL, NULL, NULL, u.date, u.customer_id, -u.amount
FROM ledger_application u
WHERE u.company_id = %(company)s AND u.document_id = ANY(%(matchings)s) AND u.reverses_id IS NOT NULL
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

    documents: dict[int, Document]
    figures: dict[int, Figures]
    lines: dict[int, list[Line]] = field(default_factory=dict)
    opens: dict[int, tuple[Decimal, Decimal, Decimal]] = field(default_factory=dict)
    applied: dict[int, list[Applied]] = field(default_factory=dict)
    pieces: dict[int, list[Piece]] = field(default_factory=dict)


def answer_facts(
    *, company_id: int, ids: Collection[int], day: date, applications: bool = True
) -> AnswerFacts:
    """The facts of documents as of ``day``, in at most six statements however many documents there are.

    Without ``applications`` neither they nor the codes of single lines are read.
    """
    found = Document.objects.filter(KeyIn(ids), company_id=company_id)
    documents = {
        d.pk: d for d in found.select_related("customer", "entity", "term", "bank_account", "summary")
    }
    applied = _applied(company_id, ids) if applications else []
    posted = [key for key, document in documents.items() if document.state == Document.State.POSTED]
    heads = {key for one in applied for key in (one.charge_document, one.credit_document)}
    figures = document_figures(company_id=company_id, ids={*posted, *heads}, day=day)
    paying = {one.credit_document for one in applied if figures[one.credit_document].kind == Kind.PAYMENT}
    opens = line_opens(company_id=company_id, ids={*ids, *paying}, day=day)
    return AnswerFacts(
        documents=documents,
        figures=figures,
        lines=_lines(company_id, ids),
        opens=opens,
        applied=_by_document(applied, figures, opens),
        pieces=_pieces(company_id, documents),
    )


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
        coded = replace(one, codes=codes)
        for document in one.documents:
            found.setdefault(document, []).append(coded)
    return found


def _lines(company_id: int, ids: Collection[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    lines = Line.objects.filter(KeyIn(ids, "document_id"), company_id=company_id)
    related = lines.select_related("account", "location", "customer")
    for line in related.order_by("document_id", "position"):
        found.setdefault(line.document_id, []).append(line)
    return found


def _pieces(company_id: int, documents: dict[int, Document]) -> dict[int, list[Piece]]:
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
