"""The latest matches on a customer's account, those in force, to be undone from there (SPEC 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from arledger.core.actor import Actor
from arledger.core.sql import fetch_all
from ledger.models import document_name
from reconciliation.figures import entries

MOST = 20


@dataclass(frozen=True, kw_only=True)
class Recent:
    """One match in force: so much of ``credit`` on ``charge``, made by the document ``maker``.

    ``together`` is how many matches in force a matching document made, to be undone at once; 0 for other makers.
    """

    application: int
    amount: Decimal
    date: date
    recorded_at: datetime
    who: str
    charge: tuple[str, int, str]
    credit: tuple[str, int, str]
    maker: int
    maker_name: str
    together: int
    reversal: bool
    refund: bool
    codes: tuple[str, ...]


RECENT = """
SELECT a.id, a.amount + coalesce(u.undone, 0), a.date, a.recorded_at, coalesce(p.name, ''),
       c.kind, c.id, c.number, c.date, k.kind, k.id, k.number, k.date, m.id, m.kind, m.number, m.date,
       CASE WHEN m.kind = 'matching' THEN (
           SELECT count(*) FROM ledger_application o
           WHERE o.company_id = a.company_id AND o.document_id = m.id AND o.reverses_id IS NULL
             AND o.amount + coalesce((SELECT sum(x.amount) FROM ledger_application x
                    WHERE x.company_id = o.company_id AND x.reverses_id = o.id), 0) > 0) ELSE 0 END,
       c.reverses_id = k.id OR k.reverses_id = c.id
FROM ledger_application a
CROSS JOIN LATERAL (
    SELECT sum(x.amount) AS undone FROM ledger_application x
    WHERE x.company_id = a.company_id AND x.reverses_id = a.id
) u
JOIN ledger_document c ON c.company_id = a.company_id AND c.id = a.charge_document_id
JOIN ledger_document k ON k.company_id = a.company_id AND k.id = a.credit_document_id
JOIN ledger_document m ON m.company_id = a.company_id AND m.id = a.document_id
LEFT JOIN companies_user p ON p.id = a.actor_id
WHERE a.company_id = (SELECT %(company)s) AND a.customer_id = %(customer)s AND c.currency = %(currency)s
  AND a.reverses_id IS NULL AND a.charge_document_id <> a.credit_document_id
  AND a.amount + coalesce(u.undone, 0) > 0
  AND (%(entities)s::bigint[] IS NULL OR (coalesce(c.entity_id = ANY(%(entities)s), true)
                                          AND coalesce(k.entity_id = ANY(%(entities)s), true)))
ORDER BY a.id DESC LIMIT %(limit)s
"""


def recent(*, actor: Actor, customer: int, currency: str, limit: int = MOST) -> list[Recent]:
    """The latest matches first, as far as the person may see both sides; three statements at most."""
    rows = fetch_all(
        RECENT,
        {
            "company": actor.company_id,
            "customer": customer,
            "currency": currency,
            "entities": None if actor.entities is None else list(actor.entities),
            "limit": limit,
        },
    )
    credits = sorted({row[10] for row in rows})
    found = entries(company_id=actor.company_id, ids=credits, day=actor.today) if rows else []
    codes = {entry.application: entry.codes for entry in found}
    return [
        Recent(
            application=row[0],
            amount=row[1],
            date=row[2],
            recorded_at=row[3],
            who=row[4],
            charge=(row[5], row[6], document_name(row[5], row[7], row[8])),
            credit=(row[9], row[10], document_name(row[9], row[11], row[12])),
            maker=row[13],
            maker_name=document_name(row[14], row[15], row[16]),
            together=row[17],
            reversal=bool(row[18]),
            refund=row[14] == "refund",
            codes=codes.get(row[0], ()),
        )
        for row in rows
    ]
