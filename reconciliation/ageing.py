"""Ageing and balances as of any day, set-based (SPEC 12, 15.2).

As at a day, a document dated later does not exist and an application dated later has not happened: what it took is
added back to the open amounts, so that a day near today costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Day
from decimal import Decimal

from arledger.core.sql import fetch_planned
from ledger.models import document_name
from reconciliation.buckets import bucket_labels

ZERO = Decimal(0)
BASES = {"due": "coalesce(d.due_date, d.date)", "document": "d.date", "gl": "d.gl_date"}
DEFAULT_EDGES = (30, 60, 90, 120)

ITEMS = """
WITH items AS (
    SELECT l.document_id, l.customer_id, l.amount > 0 AS charge, l.open_amount AS open
    FROM ledger_line l
    WHERE l.company_id = (SELECT %(company)s) AND l.is_open
      AND (%(customers)s::bigint[] IS NULL OR l.customer_id = ANY(%(customers)s))
    UNION ALL
    SELECT a.charge_document_id, a.customer_id, true, a.amount
    FROM ledger_application a
    WHERE a.company_id = (SELECT %(company)s) AND a.date > %(day)s
      AND (%(customers)s::bigint[] IS NULL OR a.customer_id = ANY(%(customers)s))
    UNION ALL
    SELECT a.credit_document_id, a.customer_id, false, -a.amount
    FROM ledger_application a
    WHERE a.company_id = (SELECT %(company)s) AND a.date > %(day)s
      AND (%(customers)s::bigint[] IS NULL OR a.customer_id = ANY(%(customers)s))
)
"""
OPEN_AT = (
    ITEMS  # noqa: S608  (constants)
    + """, opens AS (
    SELECT document_id, customer_id, charge, sum(open) AS open
    FROM items GROUP BY document_id, customer_id, charge HAVING sum(open) <> 0
)
"""
)

# The documents of the items: of all customers joined as a whole, of some looked up by key.
OF_ALL = "JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = i.document_id"
OF_SOME = """CROSS JOIN LATERAL (
    SELECT * FROM ledger_document o WHERE o.company_id = (SELECT %(company)s) AND o.id = i.document_id OFFSET 0
) d"""

# What the day does not know is dropped before anything is added up: of a day long past that is nearly everything.
AGED = (
    ITEMS  # noqa: S608  (constants)
    + """, opens AS (
    SELECT i.customer_id, i.charge, min(d.currency) AS currency, min({basis}) AS since, sum(i.open) AS open
    FROM items i {documents}
    WHERE d.state = 'posted' AND d.date <= %(day)s
      AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
      AND (%(entities)s::bigint[] IS NULL OR (
          (d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
          AND EXISTS (SELECT FROM customers_customer c
                      WHERE c.company_id = (SELECT %(company)s) AND c.id = i.customer_id
                        AND (c.entity_id IS NULL OR c.entity_id = ANY(%(entities)s)))))
    GROUP BY i.document_id, i.customer_id, i.charge HAVING sum(i.open) <> 0
)
SELECT customer_id, currency,
       CASE WHEN NOT charge THEN -1 ELSE width_bucket(%(day)s::date - since, %(edges)s::int[]) END AS bucket,
       sum(open), count(*)
FROM opens GROUP BY 1, 2, 3
"""
)


# The same documents one by one, by customer and age.
AGED_DOCUMENTS = (
    ITEMS
    + """
SELECT i.customer_id, d.id, d.kind, d.number, d.date, d.due_date, d.reference, d.currency, i.charge, {basis},
       sum(i.open)
FROM items i {documents}
WHERE d.state = 'posted' AND d.date <= %(day)s
  AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
  AND (%(entities)s::bigint[] IS NULL OR (
      (d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
      AND EXISTS (SELECT FROM customers_customer c
                  WHERE c.company_id = (SELECT %(company)s) AND c.id = i.customer_id
                    AND (c.entity_id IS NULL OR c.entity_id = ANY(%(entities)s)))))
GROUP BY i.customer_id, i.charge, d.id, d.kind, d.number, d.date, d.due_date, d.gl_date, d.reference, d.currency
HAVING sum(i.open) <> 0
ORDER BY i.customer_id, d.currency, NOT i.charge, {basis}, d.id
"""
)


@dataclass(frozen=True, slots=True)
class AgedDocument:
    """A document with something open on a customer's account as of the day, signed; charges and credits apart.

    ``days`` late by the basis, 0 or less is not late; a credit is not aged and has none.
    """

    customer: int
    document: int
    kind: str
    number: str
    date: Day
    due: Day | None
    reference: str
    currency: str
    days: int | None
    open: Decimal


@dataclass
class AgedCustomer:
    """What one customer owes in one currency as of the day, by age; ``credits`` (negative) are not aged.

    ``documents`` have something owed on them, ``late`` of those are beyond the day the basis counts from.
    """

    customer: int
    currency: str
    buckets: list[Decimal]
    credits: Decimal = ZERO
    documents: int = 0
    late: int = 0

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets[1:], ZERO)

    @property
    def charges(self) -> Decimal:
        return sum(self.buckets, ZERO)

    @property
    def available(self) -> Decimal:
        """The credits as a positive amount."""
        return -self.credits

    @property
    def total(self) -> Decimal:
        return self.charges + self.credits


@dataclass
class Ageing:
    """Rows per customer and currency, and the totals per currency under the customer number 0."""

    day: date
    labels: list[str]
    rows: list[AgedCustomer] = field(default_factory=list)
    totals: list[AgedCustomer] = field(default_factory=list)


def ageing(
    *,
    company_id: int,
    day: date,
    basis: str = "due",
    edges: Sequence[int] = DEFAULT_EDGES,
    customers: Collection[int] | None = None,
    entities: Collection[int] | None = None,
    entity: int | None = None,
) -> Ageing:
    """Open charges by days late on ``day`` (current: not late), open credits apart, per customer and in total.

    ``basis`` is one of BASES, ``edges`` are the last days of the buckets. Of all customers, or only
    ``customers``. ``entities`` leaves out what a person limited to them may not see (SPEC 4), ``entity`` (0: the top
    level) whatever is not of that one.
    """
    rows = fetch_planned(
        AGED.format(basis=BASES[basis], documents=OF_ALL if customers is None else OF_SOME),
        {
            "company": company_id,
            "day": day,
            "customers": None if customers is None else list(customers),
            "entities": None if entities is None else sorted(entities),
            "entity": entity,
            # width_bucket counts the lower bounds reached: 1 day late is the first late bucket
            "edges": [1, *(edge + 1 for edge in edges)],
        },
    )
    labels = bucket_labels(tuple(edges))
    found: dict[tuple[int, str], AgedCustomer] = {}
    totals: dict[str, AgedCustomer] = {}
    for key, currency, bucket, amount, documents in rows:
        own = found.setdefault((key, currency), AgedCustomer(key, currency, [ZERO] * len(labels)))
        total = totals.setdefault(currency, AgedCustomer(0, currency, [ZERO] * len(labels)))
        for row in (own, total):
            if bucket < 0:
                row.credits += amount
            else:
                row.buckets[bucket] += amount
                row.documents += documents
                row.late += documents if bucket else 0
    return Ageing(day, labels, list(found.values()), [totals[c] for c in sorted(totals)])


def aged_documents(
    *,
    company_id: int,
    day: date,
    basis: str = "due",
    customers: Collection[int],
    entities: Collection[int] | None = None,
    entity: int | None = None,
) -> list[AgedDocument]:
    """What ``ageing`` adds up, document by document: of each customer and currency the oldest first, credits last."""
    rows = fetch_planned(
        AGED_DOCUMENTS.format(basis=BASES[basis], documents=OF_SOME),
        {
            "company": company_id,
            "day": day,
            "customers": list(customers),
            "entities": None if entities is None else sorted(entities),
            "entity": entity,
        },
    )
    return [
        AgedDocument(
            customer,
            key,
            kind,
            document_name(kind, number, on),
            on,
            due if charge else None,
            reference,
            currency,
            (day - since).days if charge else None,
            amount,
        )
        for customer, key, kind, number, on, due, reference, currency, charge, since, amount in rows
    ]
