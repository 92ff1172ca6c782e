"""The figures of documents and lines as of a day: one definition each, read by every page (DESIGN 1).

``open_amount`` on a line counts every application, whatever its date. As at a day, what applications dated later
took is still open: it is added back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from arledger.core.sql import fetch_all
from ledger.models import document_name
from reconciliation.codes import cased
from reconciliation.marks import Mark, Settlement, mark, settlement, speaks_credit


@dataclass(frozen=True, slots=True)
class Figures:
    """A posted document as of a day. Open and reserved amounts are absolute; ``total`` is signed."""

    document: int
    kind: str
    total: Decimal
    reversal: bool
    reversed_by: int | None
    open_charges: Decimal
    open_credits: Decimal
    open_charges_ever: Decimal
    open_credits_ever: Decimal
    reserved: Decimal
    matched: Decimal
    matched_ever: Decimal
    code: str | None

    @property
    def open_amount(self) -> Decimal:
        """Signed as on the customer's account: the sum of the lines' open amounts (SPEC 15.2)."""
        return self.open_charges - self.open_credits

    @property
    def open_sides(self) -> Decimal:
        return self.open_charges + self.open_credits

    @property
    def settled(self) -> bool:
        return self.open_sides == 0

    @property
    def settlement(self) -> Settlement:
        return settlement(
            is_credit=self.is_credit, open=self.open_sides, matched=self.matched, reserved=self.reserved
        )

    @property
    def is_credit(self) -> bool:
        return speaks_credit(self.total) or (self.kind == "payment" and not self.reversal)

    @property
    def mark(self) -> Mark:
        return mark(
            open=self.open_sides,
            open_ever=self.open_charges_ever + self.open_credits_ever,
            matched_ever=self.matched_ever,
        )

    @property
    def match_code(self) -> str:
        return cased(self.code, self.settled) if self.code else ""

    @property
    def state(self) -> str:
        """SPEC 15.1: posted, reversed or reversal (drafts have no figures)."""
        if self.reversal:
            return "reversal"
        return "reversed" if self.reversed_by else "posted"


# Everything that counts in a document is put below each other and added up once: joining sums to documents would add
# them up again for each document wherever the planner expects few of them, as it does in young companies.
DOCUMENTS = """
SELECT d.id, d.kind, d.total, d.reverses_id IS NOT NULL,
       (SELECT m.id FROM ledger_document m WHERE m.company_id = (SELECT %(company)s) AND m.reverses_id = d.id
                                                AND m.state = 'posted'),
       d.charges + d.later_charges, d.credits + d.later_credits, d.charges, d.credits, d.reserved,
       d.matched, d.matched_ever,
       CASE WHEN d.kind <> 'payment' AND d.matched_ever > 0 THEN (
           SELECT coalesce(a.own_code, a.charge_code, a.credit_code) FROM (
               SELECT id, amount, charge_code, credit_code, charge_code AS own_code
               FROM ledger_application
               WHERE company_id = (SELECT %(company)s) AND charge_document_id = d.id AND credit_document_id <> d.id
                 AND reverses_id IS NULL AND (charge_code IS NOT NULL OR d.reverses_id IS NOT NULL)
               UNION ALL
               SELECT id, amount, charge_code, credit_code, credit_code
               FROM ledger_application
               WHERE company_id = (SELECT %(company)s) AND credit_document_id = d.id AND charge_document_id <> d.id
                 AND reverses_id IS NULL AND (credit_code IS NOT NULL OR d.reverses_id IS NOT NULL)
           ) a
           WHERE a.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
                    WHERE u.company_id = (SELECT %(company)s) AND u.reverses_id = a.id), 0) > 0
           ORDER BY a.id DESC LIMIT 1) END
FROM (
    SELECT id, max(kind) AS kind, max(total) AS total, max(reverses_id) AS reverses_id,
           coalesce(sum(charge), 0) AS charges, coalesce(sum(credit), 0) AS credits,
           coalesce(sum(reserve), 0) AS reserved,
           coalesce(sum(charged) FILTER (WHERE later), 0) AS later_charges,
           coalesce(sum(credited) FILTER (WHERE later), 0) AS later_credits,
           coalesce(sum(coalesce(charged, credited)) FILTER (WHERE NOT later AND NOT inline), 0) AS matched,
           coalesce(sum(coalesce(charged, credited)) FILTER (WHERE NOT inline), 0) AS matched_ever
    FROM (
        SELECT id, kind, total, reverses_id, NULL::numeric AS charge, NULL::numeric AS credit, NULL::numeric AS reserve,
               NULL::numeric AS charged, NULL::numeric AS credited, false AS later, false AS inline
        FROM ledger_document WHERE company_id = (SELECT %(company)s) AND id = ANY(%(ids)s) AND state = 'posted'
        UNION ALL
        SELECT document_id, NULL, NULL, NULL, CASE WHEN amount > 0 THEN open_amount END,
               CASE WHEN amount < 0 THEN -open_amount END, CASE WHEN amount > 0 THEN reserved_amount END,
               NULL, NULL, false, false
        FROM ledger_line WHERE company_id = (SELECT %(company)s) AND document_id = ANY(%(ids)s)
        UNION ALL
        SELECT charge_document_id, NULL, NULL, NULL, NULL, NULL, NULL, amount, NULL, date > %(day)s,
               charge_document_id = credit_document_id
        FROM ledger_application WHERE company_id = (SELECT %(company)s) AND charge_document_id = ANY(%(ids)s)
        UNION ALL
        SELECT credit_document_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, amount, date > %(day)s,
               charge_document_id = credit_document_id
        FROM ledger_application WHERE company_id = (SELECT %(company)s) AND credit_document_id = ANY(%(ids)s)
    ) parts GROUP BY id
) d
WHERE d.kind IS NOT NULL
"""


def document_figures(*, company_id: int, ids: Iterable[int], day: date) -> dict[int, Figures]:
    """Figures of posted documents as of ``day``, in one statement; drafts are left out."""
    rows = fetch_all(DOCUMENTS, {"company": company_id, "ids": list(ids), "day": day})
    return {row[0]: Figures(*row) for row in rows}


# What is open of a line ``l`` as of ``%(day)s``: what applications dated later took is added back.
OPEN_ON_DAY = """l.open_amount + coalesce((SELECT sum(sign(l.amount) * a.amount) FROM ledger_application a
            WHERE a.company_id = l.company_id AND a.date > %(day)s
              AND CASE WHEN l.amount > 0 THEN a.charge_document_id = l.document_id AND a.charge_line_id = l.id
                       ELSE a.credit_document_id = l.document_id AND a.credit_line_id = l.id END), 0)"""
LINES = f"""
SELECT l.id, {OPEN_ON_DAY}, l.reserved_amount, l.open_amount
FROM ledger_line l WHERE l.company_id = (SELECT %(company)s) AND l.document_id = ANY(%(ids)s)
"""  # noqa: S608  (constants)


def line_opens(
    *, company_id: int, ids: Iterable[int], day: date
) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
    """{line: (open as of ``day``, reserved, open counting every application)} of the documents' lines, signed."""
    rows = fetch_all(LINES, {"company": company_id, "ids": list(ids), "day": day})
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


@dataclass(frozen=True, slots=True)
class Entry:
    """One application in force as people see it, from the side of ``line``.

    ``other_number`` and ``maker_number`` are what people call the documents (``document_name``).
    """

    application: int
    line: int
    other_line: int
    other_document: int
    other_kind: str
    other_number: str
    date: date
    recorded_at: object
    actor: str
    reason: str
    amount: Decimal
    left: Decimal
    codes: tuple[str, ...]
    inline: bool
    reversal: bool
    maker: int
    maker_number: str
    maker_kind: str
    other_entity: int | None


ENTRIES = """
SELECT a.id, a.line_id, a.other_line, a.other_document, od.kind, od.number, a.date, a.recorded_at,
       coalesce(u.name, ''), a.reason, a.amount,
       a.amount + coalesce((SELECT sum(x.amount) FROM ledger_application x
            WHERE x.company_id = (SELECT %(company)s) AND x.reverses_id = a.id), 0),
       a.charge_code, a.credit_code, a.charge_document_id = a.credit_document_id,
       od.reverses_id = a.own_document OR sd.reverses_id = od.id,
       m.id, m.number, m.kind, a.charge_document_id, a.credit_document_id,
       CASE WHEN kd.kind = 'payment' THEN a.credit_line_id ELSE 0 END, od.date, m.date, od.entity_id
FROM (
    SELECT *, charge_line_id AS line_id, charge_document_id AS own_document, credit_line_id AS other_line,
           credit_document_id AS other_document
    FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND charge_document_id = ANY(%(ids)s) AND reverses_id IS NULL
    UNION ALL
    SELECT *, credit_line_id, credit_document_id, charge_line_id, charge_document_id
    FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND credit_document_id = ANY(%(ids)s) AND reverses_id IS NULL
) a
JOIN ledger_document od ON od.company_id = (SELECT %(company)s) AND od.id = a.other_document
JOIN ledger_document sd ON sd.company_id = (SELECT %(company)s) AND sd.id = a.own_document
JOIN ledger_document m ON m.company_id = (SELECT %(company)s) AND m.id = a.document_id
JOIN ledger_document kd ON kd.company_id = (SELECT %(company)s) AND kd.id = a.credit_document_id
LEFT JOIN companies_user u ON u.id = a.actor_id
ORDER BY a.date, a.id
"""


def entries(*, company_id: int, ids: Iterable[int], day: date) -> list[Entry]:
    """Every application in force on the documents' lines, each with the codes of its heads cased as of ``day``.

    An inline one shows its document's code, once that has one (SPEC 15.2).
    """
    rows = [row for row in fetch_all(ENTRIES, {"company": company_id, "ids": list(ids)}) if row[11] > 0]
    documents = {row[19] for row in rows} | {row[20] for row in rows if not row[21]}
    figures = document_figures(company_id=company_id, ids=documents, day=day) if rows else {}
    settled = {(key, 0): found.settled for key, found in figures.items()} | _settled_lines(
        company_id, rows, day
    )
    return [_entry(row, settled, figures[row[19]].match_code) for row in rows]


# A head as figures see it: a document, and the line of a payment that is one by itself, else 0.
SettledHeads = Mapping[tuple[int, int], bool]


def shown_codes(
    heads: Iterable[tuple[str | None, tuple[int, int]]], settled: SettledHeads, *, inline: bool, shared: str
) -> tuple[str, ...]:
    """The codes of an application's two heads, cased by what is open of each; those without one are left out.

    An inline application shows ``shared``, its document's code, once that has one (SPEC 15.2).
    """
    if inline and shared:
        return (shared,)
    return tuple(cased(code, settled.get(head, False)) for code, head in heads if code)


def _entry(row: tuple[Any, ...], settled: SettledHeads, shared: str) -> Entry:
    heads = ((row[12], (row[19], 0)), (row[13], (row[20], row[21])))
    codes = shown_codes(heads, settled, inline=row[14], shared=shared)
    other, maker = document_name(row[4], row[5], row[22]), document_name(row[18], row[17], row[23])
    values = (*row[:5], other, *row[6:12], codes, row[14], bool(row[15]), row[16], maker, row[18], row[24])
    return Entry(*values)


def _settled_lines(company_id: int, rows: list[tuple[Any, ...]], day: date) -> dict[tuple[int, int], bool]:
    """Whether anything is open of the single lines of payments that are heads."""
    paying = {row[20] for row in rows if row[21]}
    lines = line_opens(company_id=company_id, ids=paying, day=day) if paying else {}
    return {(row[20], row[21]): lines[row[21]][0] == 0 for row in rows if row[21]}
