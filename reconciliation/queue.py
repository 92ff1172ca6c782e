"""Needs matching: customers whose available credits could settle open charges, or have lain unused for long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from arledger.core.actor import Actor
from arledger.core.sql import fetch_all


@dataclass(frozen=True, slots=True)
class NeedsMatching:
    """A customer's account in one currency: what is open and not reserved by drafts, both sides positive.

    ``settles`` is what matching could settle; ``since`` the date of the oldest available credit.
    """

    place: Decimal
    since: date
    customer: int
    currency: str
    code: str
    name: str
    charges: Decimal
    credits: Decimal
    today: date

    def __str__(self) -> str:
        return self.name

    @property
    def id(self) -> int:
        return self.customer

    @property
    def settles(self) -> Decimal:
        return -self.place

    @property
    def age(self) -> int:
        """In days, below 0 when its date has not come."""
        return (self.today - self.since).days


# What can be used is little beside what is owed: charges are read of the customers who have credits. Where credits
# stay in their entity, each entity is a pot of its own.
QUEUE = """
WITH credits AS MATERIALIZED (
    SELECT l.customer_id, l.currency, CASE WHEN %(limited)s THEN d.entity_id END AS pot,
           sum(l.reserved_amount - l.open_amount) AS amount, min(d.date) AS since
    FROM ledger_line l
    JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
    WHERE l.company_id = (SELECT %(company)s) AND l.is_open AND l.amount < 0 AND l.open_amount <> l.reserved_amount
      AND (%(customers)s::bigint[] IS NULL OR l.customer_id = ANY(%(customers)s))
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
      AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
    GROUP BY 1, 2, 3
), charges AS MATERIALIZED (
    SELECT l.customer_id, l.currency, CASE WHEN %(limited)s THEN d.entity_id END AS pot,
           sum(l.open_amount - l.reserved_amount) AS amount
    FROM ledger_line l
    JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
    WHERE l.company_id = (SELECT %(company)s) AND l.is_open AND l.amount > 0 AND d.kind <> 'refund'
      AND l.customer_id IN (SELECT customer_id FROM credits)
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
      AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
    GROUP BY 1, 2, 3
), pots AS (
    SELECT customer_id, currency, sum(charges) AS charges, sum(credits) AS credits, min(since) AS since
    FROM (
        SELECT customer_id, currency, pot, 0 AS charges, amount AS credits, since FROM credits
        UNION ALL
        SELECT customer_id, currency, pot, amount, 0, NULL FROM charges
    ) sides GROUP BY customer_id, currency, pot
), accounts AS (
    SELECT customer_id, currency, sum(charges) AS charges, sum(credits) AS credits,
           -sum(least(charges, credits)) AS place, min(since) AS since
    FROM pots GROUP BY customer_id, currency HAVING sum(credits) > 0
)
SELECT a.place, a.since, a.customer_id, a.currency, c.code, c.name, a.charges, a.credits
FROM accounts a
JOIN customers_customer c ON c.company_id = (SELECT %(company)s) AND c.id = a.customer_id
WHERE (a.place < 0 OR a.since < %(stale)s)
  AND (%(entities)s::bigint[] IS NULL OR c.entity_id IS NULL OR c.entity_id = ANY(%(entities)s))
  {after}
ORDER BY a.place {way}, a.since {way}, a.customer_id {way}, a.currency {way}
LIMIT %(limit)s
"""
AFTER = "AND (a.place, a.since, a.customer_id, a.currency) {sign} (%(place)s, %(since)s, %(customer)s, %(currency)s)"
PLACE = ("place", "since", "customer", "currency")


def needs_matching(
    *,
    actor: Actor,
    days: int,
    limited: bool,
    limit: int,
    customers: Sequence[int] | None = None,
    after: Sequence[Any] | None = None,
    backward: bool = False,
    entity: int | None = None,
) -> list[NeedsMatching]:
    """Accounts to look after, what settles most first, then the oldest; one statement for all customers.

    Those where matching could settle something, and those with a credit available for more than ``days`` days.
    ``limited``: credits settle charges of their own entity only (SPEC 3). ``after`` are the values of PLACE of a
    row: what follows it, or ``backward`` what comes before it, the nearest first. With ``entity`` (0: the top level)
    only that one's charges and credits count.
    """
    statement = QUEUE.format(
        after=AFTER.format(sign="<" if backward else ">") if after else "", way="DESC" if backward else "ASC"
    )
    rows = fetch_all(
        statement,
        {
            "company": actor.company_id,
            "entities": None if actor.entities is None else list(actor.entities),
            "customers": None if customers is None else list(customers),
            "limited": limited,
            "entity": entity,
            "stale": actor.today - timedelta(days),
            "limit": limit,
            **dict(zip(PLACE, after or (), strict=False)),
        },
    )
    return [NeedsMatching(*(*row, actor.today)) for row in rows]
