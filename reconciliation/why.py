"""Why something is open: the arithmetic of a document, row by row (SPEC 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from decimal import Decimal

from arledger.core.sql import fetch_all
from ledger.models import Document, document_name

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One application or un-apply: by how much it changed what is open, and what was open after it.

    ``other`` is the document on the other side, of ``other_entity`` (None: of the top level); ``undone`` says that
    something matched before was taken back.
    """

    date: Day
    recorded_at: datetime
    who: str
    reason: str
    change: Decimal
    left: Decimal
    code: str
    other: int
    other_kind: str
    other_name: str
    other_entity: int | None
    inline: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What a draft, of ``entity`` (None: of the top level), has reserved of it."""

    draft: int
    kind: str
    name: str
    entity: int | None
    amount: Decimal


@dataclass(frozen=True)
class Side:
    """The charges (or the credits) of a document. Amounts are positive; ``steps`` take effect by the day.

    ``later`` are those after it: ``left`` there is what will be open then. ``open`` is as at the day.
    """

    charge: bool
    amount: Decimal
    steps: Sequence[Step]
    later: Sequence[Step]
    held: Sequence[Held]

    @property
    def open(self) -> Decimal:
        return self.steps[-1].left if self.steps else self.amount

    @property
    def available(self) -> Decimal:
        in_the_end = self.later[-1].left if self.later else self.open
        return in_the_end - sum((one.amount for one in self.held), ZERO)


STEPS = """
SELECT a.date, a.recorded_at, coalesce(u.name, 'Arledger'), a.reason, -a.amount,
       coalesce(CASE WHEN %(charge)s THEN a.charge_code ELSE a.credit_code END, ''), o.id, o.kind, o.number, o.date,
       o.entity_id, a.charge_document_id = a.credit_document_id, a.reverses_id IS NOT NULL
FROM ledger_application a
JOIN ledger_document o ON o.company_id = a.company_id
    AND o.id = CASE WHEN %(charge)s THEN a.credit_document_id ELSE a.charge_document_id END
LEFT JOIN companies_user u ON u.id = a.actor_id
WHERE a.company_id = (SELECT %(company)s)
  AND CASE WHEN %(charge)s THEN a.charge_document_id ELSE a.credit_document_id END = %(document)s
  AND (a.charge_document_id = %(document)s OR a.credit_document_id = %(document)s)
ORDER BY a.date, a.id
"""
AMOUNTS = """
SELECT l.amount > 0, sum(abs(l.amount)) FROM ledger_line l
WHERE l.company_id = (SELECT %s) AND l.document_id = %s AND l.amount <> 0 GROUP BY 1 ORDER BY 1 DESC
"""
HELD = """
SELECT d.id, d.kind, d.number, d.date, d.entity_id, sum(abs(r.amount))
FROM ledger_line l
JOIN ledger_reservation r ON r.company_id = l.company_id AND r.line_id = l.id
JOIN ledger_document d ON d.company_id = r.company_id AND d.id = r.document_id
WHERE l.company_id = (SELECT %s) AND l.document_id = %s AND (l.amount > 0) = %s
GROUP BY d.id, d.kind, d.number, d.date, d.entity_id ORDER BY d.date, d.id
"""


def sides(*, document: Document, day: Day) -> list[Side]:
    """The charges and the credits of a posted document, those it has, with what became of them until ``day``."""
    amounts = fetch_all(AMOUNTS, [document.company_id, document.pk])
    return [_side(document, charge, amount, day) for charge, amount in amounts]


def _side(document: Document, charge: bool, amount: Decimal, day: Day) -> Side:
    keys = {"company": document.company_id, "document": document.pk, "charge": charge}
    left, steps = amount, []
    for on, at, who, reason, change, code, other, kind, number, other_day, entity, *marks in fetch_all(
        STEPS, keys
    ):
        left += change
        name = document_name(kind, number, other_day)
        steps.append(Step(on, at, who, reason, change, left, code, other, kind, name, entity, *marks))
    held = [
        Held(key, kind, document_name(kind, number, on), entity, reserved)
        for key, kind, number, on, entity, reserved in fetch_all(
            HELD, [document.company_id, document.pk, charge]
        )
    ]
    return Side(
        charge=charge,
        amount=amount,
        steps=[step for step in steps if step.date <= day],
        later=[step for step in steps if step.date > day],
        held=held,
    )
