"""What all customers owed together over time: the balance at the end of each month (UX: dashboard; docs/adr/0066)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise

from arledger.core.actor import Actor
from arledger.core.sql import fetch_planned
from reconciliation.balances import Curve, curve, month_ends

ZERO = Decimal(0)

# A document counts from the end of the first of the days that is not before its date: place 0 is the first of them.
BY_DAY = """
SELECT m.currency, width_bucket(m.date, %(after)s::date[]) AS place, sum(m.amount)
FROM ({moved}) m GROUP BY 1, 2
"""
# A document's total is the sum of its lines, so without a limit to entities the lines need not be read.
OF_ALL = """
SELECT d.currency, d.date, sum(d.total) AS amount
FROM ledger_document d
WHERE d.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.kind NOT IN ('matching', 'deposit')
  AND d.date <= %(last)s
GROUP BY d.currency, d.date
"""
# Whoever is limited to entities sees what documents of these brought to customers of these (as in the ageing). Only
# a payment is of several customers: of everything else the total tells.
OF_ENTITIES = """
SELECT d.currency, d.date, sum(d.total) AS amount
FROM ledger_document d JOIN customers_customer c ON c.company_id = d.company_id AND c.id = d.customer_id
WHERE d.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.kind NOT IN ('matching', 'deposit', 'payment')
  AND d.date <= %(last)s
  AND (d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
  AND (c.entity_id IS NULL OR c.entity_id = ANY(%(entities)s))
GROUP BY d.currency, d.date
UNION ALL
SELECT d.currency, d.date, sum(l.amount) AS amount
FROM ledger_document d
JOIN ledger_line l ON l.company_id = d.company_id AND l.document_id = d.id
JOIN customers_customer c ON c.company_id = l.company_id AND c.id = l.customer_id
WHERE d.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.kind = 'payment' AND d.date <= %(last)s
  AND (d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
  AND (c.entity_id IS NULL OR c.entity_id = ANY(%(entities)s))
GROUP BY d.currency, d.date
"""


@dataclass(frozen=True)
class Month:
    """The balance at the end of ``day``; ``change`` is what came to it since ``start``, the first of that month."""

    start: date
    day: date
    balance: Decimal
    change: Decimal


@dataclass(frozen=True)
class Course:
    """The balances in one currency: as a drawing, and month by month, the latest first."""

    curve: Curve
    months: Sequence[Month]


def courses(actor: Actor) -> list[Course]:
    """What was owed to the company at the ends of the last twelve months and is today, per currency. One statement.

    What the actor's entities leave out is not in it; a currency in which nothing was owed in that time neither.
    """
    days = month_ends(actor.today)
    found: dict[str, list[Decimal]] = {}
    rows = fetch_planned(
        BY_DAY.format(moved=OF_ALL if actor.entities is None else OF_ENTITIES),
        {
            "company": actor.company_id,
            "last": actor.today,
            "after": [day + timedelta(days=1) for day in days],
            "entities": sorted(actor.entities or ()),
        },
    )
    for currency, place, amount in rows:
        found.setdefault(currency, [ZERO] * len(days))[place] += amount
    return [
        _course(currency, days, list(accumulate(found[currency])))
        for currency in sorted(found)
        if any(accumulate(found[currency]))
    ]


def _course(currency: str, days: Sequence[date], amounts: Sequence[Decimal]) -> Course:
    months = [
        Month(day.replace(day=1), day, balance, balance - before)
        for (before, balance), day in zip(pairwise(amounts), days[1:], strict=True)
    ]
    return Course(curve(currency, days, amounts), months[::-1])
