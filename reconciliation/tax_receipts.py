"""Tax receipts: what was paid on eligible items, per customer and service year (SPEC 12, ADR 44).

Only matched money counts: what payments and advances paid of eligible lines by a day. What was un-applied by then
counts no longer, a post-dated receipt not yet. The year is that of the day the service began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from decimal import Decimal

from arledger.core.actor import Actor
from arledger.core.sql import fetch_all
from customers.models import Customer
from customers.selectors import by_ids
from ledger.models import document_name
from reconciliation.payments_by_item import MONEY
from reconciliation.report_sql import CUSTOMER_RANGE, customer_range

ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Query:
    """Whose receipts for which service year, as of a day and as known on an instant (None: now).

    ``entities`` are those a person is limited to; ``entity`` (0: the top level) is that of the items' documents.
    """

    company_id: int
    year: int
    as_of: Day
    known_on: datetime | None = None
    customer_from: str = ""
    customer_to: str = ""
    currency: str | None = None
    entities: frozenset[int] | None = None
    entity: int | None = None

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "company": self.company_id,
            "start": Day(self.year, 1, 1),
            "end": Day(self.year, 12, 31),
            "as_of": self.as_of,
            "known": self.known_on,
            "currency": self.currency,
            "entities": None if self.entities is None else sorted(self.entities),
            "entity": self.entity,
            "money": list(MONEY),
            **customer_range(self.customer_from, self.customer_to),
        }


@dataclass(frozen=True, slots=True)
class PaidItem:
    """An eligible line with what of its ``amount`` was ``paid``; ``since`` is the day that decides the year."""

    customer: int
    currency: str
    document: int
    kind: str
    number: str
    line: int
    description: str
    since: Day
    service_start: Day | None
    service_end: Day | None
    amount: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class TaxReceipt:
    """What a customer paid for the year in one currency, and on how many items."""

    customer: Customer
    currency: str
    items: int
    paid: Decimal


# OFFSET 0: looked up by key, whatever the planner believes of a young company.
PAID = f"""
WITH eligible AS (
    SELECT l.customer_id, l.currency, l.document_id, d.kind, d.number, d.date, l.id, l.position, l.description,
           l.service_start, l.service_end, l.amount, coalesce(l.service_start, l.service_end, d.date) AS since
    FROM ledger_line l
    JOIN customers_customer c ON c.company_id = l.company_id AND c.id = l.customer_id
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_document o
        WHERE o.company_id = l.company_id AND o.id = l.document_id AND o.state = 'posted' OFFSET 0
    ) d
    WHERE l.company_id = (SELECT %(company)s) AND l.tax_receipt_eligible AND l.amount > 0 AND {CUSTOMER_RANGE}
      AND (%(customers)s::bigint[] IS NULL OR l.customer_id = ANY (%(customers)s))
      AND coalesce(l.service_start, l.service_end, d.date) BETWEEN %(start)s AND %(end)s
      AND (%(currency)s::text IS NULL OR l.currency = %(currency)s)
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY (%(entities)s))
      AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
), paid AS (
    SELECT e.*, p.amount AS paid
    FROM eligible e
    CROSS JOIN LATERAL (
        SELECT sum(a.amount) AS amount
        FROM ledger_application a
        JOIN ledger_document k ON k.company_id = a.company_id AND k.id = a.credit_document_id
        WHERE a.company_id = (SELECT %(company)s) AND a.charge_document_id = e.document_id AND a.charge_line_id = e.id
          AND k.kind = ANY (%(money)s) AND a.date <= %(as_of)s
          AND (%(known)s::timestamptz IS NULL OR a.recorded_at <= %(known)s)
        OFFSET 0
    ) p
    WHERE p.amount <> 0
)"""  # noqa: S608  (constants)

BY_CUSTOMER = f"""{PAID}
SELECT customer_id, currency, count(*), sum(paid) FROM paid GROUP BY customer_id, currency
"""  # noqa: S608  (constants)
BY_ITEM = f"""{PAID}
SELECT customer_id, currency, document_id, kind, number, date, id, description, since, service_start, service_end,
       amount, paid
FROM paid ORDER BY customer_id, currency, since, date, document_id, position
"""  # noqa: S608  (constants)


def tax_receipts(*, query: Query) -> list[TaxReceipt]:
    """Every customer who paid something for the year, by code and currency."""
    rows = fetch_all(BY_CUSTOMER, {**query.parameters, "customers": None})
    customers = by_ids(query.company_id, {row[0] for row in rows})
    found = [TaxReceipt(customers[key], currency, items, paid) for key, currency, items, paid in rows]
    return sorted(found, key=lambda one: (one.customer.code, one.currency))


def items(*, query: Query, customers: Sequence[int]) -> list[PaidItem]:
    """The paid items of some customers, by the day of their service."""
    rows = fetch_all(BY_ITEM, {**query.parameters, "customers": list(customers)})
    return [
        PaidItem(key, currency, document, kind, document_name(kind, number, day), *rest)
        for key, currency, document, kind, number, day, *rest in rows
    ]


def totals(receipts: Sequence[TaxReceipt]) -> dict[str, Decimal]:
    """What was paid per currency."""
    found: dict[str, Decimal] = {}
    for one in receipts:
        found[one.currency] = found.get(one.currency, ZERO) + one.paid
    return dict(sorted(found.items()))


def query_of(actor: Actor, *, year: int, as_of: Day, **more: object) -> Query:
    """The query of a person, limited to what he may see."""
    entities = None if actor.entities is None else frozenset(actor.entities)
    return Query(company_id=actor.company_id, year=year, as_of=as_of, entities=entities, **more)  # type: ignore[arg-type]
