"""Payments by item and account: what was received for each invoice line and revenue account (SPEC 12, ADR 43).

Money is what payments and advances brought. It counts for an item from the day its application takes effect, and no
longer from the day it is un-applied; until then it stands apart, assigned to nothing. So of every period and currency

    unmatched before + received = assigned + given back + unmatched at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import timedelta
from decimal import Decimal

from arledger.core.actor import Actor
from arledger.core.sql import fetch_planned
from customers.models import Customer
from customers.selectors import by_ids
from ledger.models import document_name
from reconciliation.report_rows import Scope
from reconciliation.report_sql import CUSTOMER_RANGE, customer_range

ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)
CHUNK = 50
EMPTY_CHUNKS = 40
NEXT = "\x01"


@dataclass(frozen=True, kw_only=True)
class Query:
    """Which period and items; ``item`` is looked for in the lines' texts, whatever its case.

    ``scope.location`` is that of the line, ``scope.entity`` that of the item's document and of the receipt.
    """

    scope: Scope
    customer_from: str = ""
    customer_to: str = ""
    account: int | None = None
    item: str = ""

    @property
    def parameters(self) -> dict[str, object]:
        return {
            **self.scope.parameters,
            "end": self.scope.end,
            "account": self.account,
            "item": self.item.strip() or None,
            "money": list(MONEY),
            **customer_range(self.customer_from, self.customer_to),
        }

    @property
    def of_items(self) -> bool:
        """Whether it asks for some items only: receipts have none, so that nothing ties then."""
        return bool(self.account or self.item.strip() or self.scope.location)

    @property
    def ties(self) -> bool:
        """Whether what is assigned and what was received are of the same documents."""
        return not self.of_items and self.scope.entity is None and self.scope.entities is None


@dataclass(frozen=True, slots=True)
class Item:
    """A charge line and what of its ``amount`` was ``received`` in the period (negative: taken back)."""

    customer: Customer
    currency: str
    document: int
    kind: str
    number: str
    date: Day
    line: int
    position: int
    description: str
    account: int
    location: int | None
    amount: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class AccountSum:
    """What was received for the items of one revenue account, in one currency."""

    account: int
    currency: str
    received: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money of a customer that is assigned to nothing at the end of the period; ``unmatched`` is positive."""

    customer: Customer
    currency: str
    document: int
    kind: str
    number: str
    date: Day
    received: Decimal
    unmatched: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Where the money of a currency came from and went; ``difference`` is 0 unless the books are broken."""

    currency: str
    unmatched_before: Decimal = ZERO
    received: Decimal = ZERO
    assigned: Decimal = ZERO
    given_back: Decimal = ZERO
    unmatched: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        return self.unmatched_before + self.received - self.assigned - self.given_back - self.unmatched


@dataclass(frozen=True)
class Place:
    """Where a page begins: at a customer, after ``skip`` items of his."""

    code: str = ""
    skip: int = 0


# Only what payments and advances brought is money received; the reversal of one takes it away again.
MONEY = ("payment", "advance")

# What moved money between receipts and charges in the period, as known on the instant. Un-applied: negative.
MOVED = """
moved AS MATERIALIZED (
    SELECT a.charge_document_id AS document, a.charge_line_id AS line, a.customer_id, sum(a.amount) AS amount
    FROM ledger_application a
    CROSS JOIN LATERAL (
        SELECT o.kind, o.reverses_id FROM ledger_document o
        WHERE o.company_id = a.company_id AND o.id = a.credit_document_id OFFSET 0
    ) k
    WHERE a.company_id = (SELECT %(company)s) AND a.date BETWEEN %(start)s AND %(end)s
      AND (%(customers)s::bigint[] IS NULL OR a.customer_id = ANY (%(customers)s))
      AND (%(known)s::timestamptz IS NULL OR a.recorded_at <= %(known)s)
      AND a.charge_document_id <> a.credit_document_id AND k.kind = ANY (%(money)s)
    GROUP BY 1, 2, 3 HAVING sum(a.amount) <> 0
), items AS (
    SELECT m.customer_id, d.currency, d.id AS document, d.kind, d.number, d.date, l.id AS line, l.position,
           l.description, l.account_id, l.location_id, l.amount, m.amount AS received
    FROM moved m
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_document o WHERE o.company_id = (SELECT %(company)s) AND o.id = m.document OFFSET 0
    ) d
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_line o WHERE o.company_id = (SELECT %(company)s) AND o.id = m.line OFFSET 0
    ) l
    JOIN customers_customer c ON c.company_id = (SELECT %(company)s) AND c.id = m.customer_id
    WHERE d.kind = ANY (%(kinds)s) AND {range}
      AND (%(currency)s::text IS NULL OR d.currency = %(currency)s)
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY (%(entities)s))
      AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
      AND (%(location)s::bigint IS NULL OR l.location_id = %(location)s)
      AND (%(account)s::bigint IS NULL OR l.account_id = %(account)s)
      AND (%(item)s::text IS NULL OR strpos(lower(l.description), lower(%(item)s)) > 0)
)""".replace("{range}", CUSTOMER_RANGE)

# The charges of a reversed receipt's mirror, and whatever else is no item, are left out by their kind.
ITEM_KINDS = ("invoice", "adjustment")
GIVEN_BACK = ("refund",)

ITEMS = f"""WITH {MOVED}
SELECT customer_id, currency, document, kind, number, date, line, position, description, account_id, location_id,
       amount, received
FROM items ORDER BY customer_id, date, document, position
"""  # noqa: S608  (constants)

SUMS = f"""WITH {MOVED}
SELECT kind, account_id, currency, sum(received) FROM items GROUP BY 1, 2, 3 ORDER BY 3, 2, 1
"""  # noqa: S608  (constants)

# Customers with money moved in the period, by code, from a place on.
CUSTOMERS = f"""
SELECT c.id FROM customers_customer c
WHERE c.company_id = (SELECT %(company)s) AND c.code >= %(place)s AND {CUSTOMER_RANGE}
  AND EXISTS (SELECT FROM ledger_application a
              WHERE a.company_id = c.company_id AND a.customer_id = c.id AND a.date BETWEEN %(start)s AND %(end)s)
ORDER BY c.code LIMIT %(limit)s
"""  # noqa: S608  (constants)

RECEIVED = f"""
SELECT l.currency, -sum(l.amount)
FROM ledger_document d
CROSS JOIN LATERAL (
    SELECT * FROM ledger_line o WHERE o.company_id = d.company_id AND o.document_id = d.id OFFSET 0
) l
JOIN customers_customer c ON c.company_id = d.company_id AND c.id = l.customer_id
WHERE d.company_id = (SELECT %(company)s) AND d.kind = ANY (%(money)s) AND d.state = 'posted'
  AND d.date BETWEEN %(start)s AND %(end)s AND {CUSTOMER_RANGE}
  AND (%(known)s::timestamptz IS NULL OR d.posted_at <= %(known)s)
  AND (%(currency)s::text IS NULL OR d.currency = %(currency)s)
  AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY (%(entities)s))
  AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
GROUP BY l.currency
"""  # noqa: S608  (constants)

# Open now, or taken by something later or not yet known: what is open of a receipt on the day. Most of what is later
# concerns receipts that are later themselves: they are left out by their keys before any is looked up.
LEFT = f"""
WITH afterwards AS MATERIALIZED (
    SELECT d.id FROM ledger_document d
    WHERE d.company_id = (SELECT %(company)s) AND d.kind = ANY (%(money)s) AND d.date > %(day)s
), lines AS (
    SELECT l.document_id, l.customer_id, -l.open_amount AS open FROM ledger_line l
    WHERE l.company_id = (SELECT %(company)s) AND l.is_open AND l.amount < 0
    UNION ALL
    SELECT a.credit_document_id, a.customer_id, a.amount FROM ledger_application a
    WHERE a.company_id = (SELECT %(company)s) AND a.date > %(day)s AND a.charge_document_id <> a.credit_document_id
      AND NOT EXISTS (SELECT FROM afterwards f WHERE f.id = a.credit_document_id)
    UNION ALL
    SELECT a.credit_document_id, a.customer_id, a.amount FROM ledger_application a
    WHERE a.company_id = (SELECT %(company)s) AND %(known)s::timestamptz IS NOT NULL AND a.recorded_at > %(known)s
      AND a.date <= %(day)s
), opens AS (
    SELECT document_id, customer_id, sum(open) AS open FROM lines GROUP BY 1, 2 HAVING sum(open) <> 0
), unmatched AS (
    SELECT o.customer_id, c.code, d.currency, d.id AS document, d.kind, d.number, d.date, -d.total AS received, o.open
    FROM opens o
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_document x WHERE x.company_id = (SELECT %(company)s) AND x.id = o.document_id OFFSET 0
    ) d
    JOIN customers_customer c ON c.company_id = (SELECT %(company)s) AND c.id = o.customer_id
    WHERE d.kind = ANY (%(money)s) AND d.state = 'posted' AND d.date <= %(day)s AND {CUSTOMER_RANGE}
      AND (%(known)s::timestamptz IS NULL OR d.posted_at <= %(known)s)
      AND (%(currency)s::text IS NULL OR d.currency = %(currency)s)
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY (%(entities)s))
      AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
)"""  # noqa: S608  (constants)
UNMATCHED = f"""{LEFT}
SELECT customer_id, currency, document, kind, number, date, received, open
FROM unmatched ORDER BY code, currency, date, document OFFSET %(skip)s LIMIT %(limit)s
"""  # noqa: S608  (constants)
UNMATCHED_SUMS = f"{LEFT} SELECT currency, sum(open) FROM unmatched GROUP BY currency"  # noqa: S608  (constants)


def page(
    *, actor: Actor, query: Query, start: Place | None = None, limit: int = 200
) -> tuple[list[Item], Place | None]:
    """The items for which money came, by customer, date and line, and where the next page begins (None: the end)."""
    place = start or Place()
    found: list[Item] = []
    for _ in range(EMPTY_CHUNKS):
        keys = _customers(query, place)
        by_customer = by_ids(actor.company_id, keys)
        items = _items(query, by_customer)
        for key in keys:
            code = by_customer[key].code
            skip = place.skip if code == place.code else 0
            own = items.get(key, [])[skip:]
            room = limit - len(found)
            found += own[:room]
            if len(own) > room:
                return found, Place(code, skip + room)
        if len(keys) < CHUNK:
            return found, None
        place = Place(by_customer[keys[-1]].code + NEXT)
        if len(found) >= limit:
            break
    return found, place


def _customers(query: Query, place: Place) -> list[int]:
    parameters = {**query.parameters, "place": place.code, "limit": CHUNK}
    return [key for (key,) in fetch_planned(CUSTOMERS, parameters)]


def _items(query: Query, customers: dict[int, Customer]) -> dict[int, list[Item]]:
    parameters = {**query.parameters, "customers": list(customers), "kinds": list(ITEM_KINDS)}
    found: dict[int, list[Item]] = {}
    for key, currency, document, kind, number, day, *rest in (
        fetch_planned(ITEMS, parameters) if customers else []
    ):
        name = document_name(kind, number, day)
        item = Item(customers[key], currency, document, kind, name, day, *rest)
        found.setdefault(key, []).append(item)
    return found


@dataclass(frozen=True, slots=True)
class Moved:
    """What receipts brought for items, or were given back, by the ``kind`` of what they are matched with."""

    kind: str
    account: int
    currency: str
    amount: Decimal


def moved(*, query: Query) -> list[Moved]:
    """What was assigned and given back, by kind, account and currency: ``by_account`` and ``totals`` start from it."""
    kinds = [*ITEM_KINDS, *GIVEN_BACK]
    return [
        Moved(*row) for row in fetch_planned(SUMS, {**query.parameters, "customers": None, "kinds": kinds})
    ]


def by_account(*, query: Query, found: Sequence[Moved] | None = None) -> list[AccountSum]:
    """What was received for each revenue account, of the same items, per currency; ``found``: what ``moved`` said."""
    sums: dict[tuple[str, int], Decimal] = {}
    for one in moved(query=query) if found is None else found:
        if one.kind in ITEM_KINDS:
            key = (one.currency, one.account)
            sums[key] = sums.get(key, ZERO) + one.amount
    return [AccountSum(account, currency, amount) for (currency, account), amount in sorted(sums.items())]


def unmatched(*, actor: Actor, query: Query, skip: int = 0, limit: int = 200) -> list[Receipt]:
    """Receipts of which something is assigned to nothing at the end of the period, by customer and date."""
    parameters = {**query.parameters, "day": query.scope.end, "skip": skip, "limit": limit}
    rows = fetch_planned(UNMATCHED, parameters)
    customers = by_ids(actor.company_id, {row[0] for row in rows})
    return [
        Receipt(
            customers[key], currency, document, kind, document_name(kind, number, day), day, received, left
        )
        for key, currency, document, kind, number, day, received, left in rows
    ]


def totals(*, query: Query, found: Sequence[Moved] | None = None) -> list[Totals]:
    """The sums per currency, ``found``: what ``moved`` said.

    What came in, what went where and what is left are added up from rows of their own: that they tie says something.
    """
    went = moved(query=query) if found is None else found
    sums = {
        "unmatched_before": _before(query),
        "received": dict(fetch_planned(RECEIVED, query.parameters)),
        "assigned": _by_currency(went, ITEM_KINDS),
        "given_back": _by_currency(went, GIVEN_BACK),
        "unmatched": _left(query, query.scope.end),
    }
    currencies = sorted({currency for part in sums.values() for currency in part})
    return [Totals(one, **{name: part.get(one, ZERO) for name, part in sums.items()}) for one in currencies]


def _before(query: Query) -> dict[str, Decimal]:
    return {} if query.scope.start == Day.min else _left(query, query.scope.start - ONE_DAY)


def _left(query: Query, day: Day) -> dict[str, Decimal]:
    return dict(fetch_planned(UNMATCHED_SUMS, {**query.parameters, "day": day}))


def _by_currency(went: Sequence[Moved], kinds: Sequence[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in went:
        if one.kind in kinds:
            found[one.currency] = found.get(one.currency, ZERO) + one.amount
    return found
