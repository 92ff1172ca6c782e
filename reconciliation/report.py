"""The customer reconciliation report: which customers, their entries with running balances, and totals (SPEC 12).

It is read in pages: as many whole accounts as fit, and of a long account a part at a time. Balances and totals are
exact across pages: a page says at which balance the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from arledger.core.actor import Actor
from arledger.core.sql import fetch_planned
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation.report_rows import (
    Filter,
    Movement,
    Row,
    Scope,
    Whole,
    movements,
    openings,
    rows,
    whole,
)
from reconciliation.report_sql import CUSTOMER_RANGE, customer_range

ZERO = Decimal(0)
# Customers looked at in one statement, and in how many such statements a page may find too little.
CHUNK = 100
SCANT_CHUNKS = 20
# What reads everything takes more at a time: so many customers with about so many documents.
WIDE_CHUNK = 500
WIDE_ROWS = 5_000
# Before the first character that a code may hold.
NEXT = "\x01"


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is reported, of the customers whose codes lie between two beginnings, both included.

    Without ``include_all``, and without ``include_settled`` where there is activity, customers whose balance is zero
    at the end are left out. Where rows are filtered, it is those without such a row.
    """

    scope: Scope
    customer_from: str = ""
    customer_to: str = ""
    include_all: bool = False
    include_settled: bool = False
    filter: Filter = field(default_factory=Filter)
    sort: str = "customer"


@dataclass(frozen=True)
class Place:
    """Where a page begins: at a customer and currency, after ``skip`` rows of it."""

    code: str = ""
    currency: str = ""
    skip: int = 0


@dataclass(frozen=True)
class Account:
    """One customer in one currency. ``rows`` are those on this page, with running balances.

    ``charges`` and ``payments`` are of the whole period, both positive. ``begins`` and ``ends`` say whether the first
    and the last row of the account are on this page.
    """

    customer: Customer
    currency: str
    opening: Decimal
    charges: Decimal
    payments: Decimal
    rows: Sequence[Row]
    begins: bool = True
    ends: bool = True

    @property
    def closing(self) -> Decimal:
        return self.opening + self.charges - self.payments


def page(
    *, actor: Actor, query: Query, start: Place | None = None, limit: int = 200
) -> tuple[list[Account], Place | None]:
    """The accounts from ``start`` on, with about ``limit`` rows, and where the next page begins (None: the end)."""
    place = start or Place()
    shown: list[Account] = []
    left, aim = limit, limit
    for _ in range(SCANT_CHUNKS):
        found = _candidates(actor, query, place, rows=aim)
        for account in _accounts(actor, query, found.keys, place):
            skip = (
                place.skip if (account.customer.code, account.currency) == (place.code, place.currency) else 0
            )
            part = _part(account, skip, left)
            shown.append(part)
            left -= max(len(part.rows), 1)
            if not part.ends:
                return shown, Place(account.customer.code, account.currency, skip + len(part.rows))
            if left <= 0:
                return shown, Place(account.customer.code, account.currency + NEXT)
        if found.next is None:
            return shown, None
        place = found.next
        if left <= limit // 2:
            return shown, place
        aim *= 2
    return shown, place


def accounts_of(*, actor: Actor, query: Query, customer: int) -> list[Account]:
    """One customer's accounts with all their entries, by currency; the query's range of customers does not count."""
    return list(_accounts(actor, query, [customer], Place()))


def every_account(*, actor: Actor, query: Query) -> Iterator[Account]:
    """All accounts the report shows, whole, by code: each customer is read once."""
    place: Place | None = Place()
    of_all: Whole | None = None
    while place is not None:
        found = _candidates(actor, query, place, limit=WIDE_CHUNK, rows=WIDE_ROWS)
        if found.next is not None and of_all is None:
            of_all = whole(scope=query.scope, chosen=query.filter)
        yield from _accounts(actor, query, found.keys, place, of_all)
        place = found.next


ABOUT = """
SELECT (SELECT count(*) FROM ledger_document d
        WHERE d.company_id = (SELECT %(company)s) AND d.state = 'posted' AND d.kind NOT IN ('matching', 'deposit')
          AND d.date BETWEEN %(start)s AND %(end)s)
     + 2 * (SELECT count(*) FROM ledger_application a
            WHERE a.company_id = (SELECT %(company)s) AND a.date BETWEEN %(start)s AND %(end)s)
"""


def about(*, query: Query) -> int:
    """How many rows there may be, at most, of all customers: no filter but the period is looked at."""
    return int(fetch_planned(ABOUT, query.scope.parameters)[0][0])


# OFFSET 0: each question is asked by key, of these customers alone.
CANDIDATES = """
SELECT c.id, c.code, (
    SELECT count(*) FROM (
        SELECT FROM ledger_document d
        WHERE d.company_id = (SELECT %(company)s) AND d.customer_id = c.id AND d.date BETWEEN %(start)s AND %(end)s
        LIMIT %(rows)s) n)
FROM (
    SELECT c.id, c.code FROM customers_customer c
    WHERE c.company_id = (SELECT %(company)s) AND c.code >= %(place)s AND {range}
      AND (%(all)s OR EXISTS (
            SELECT FROM ledger_document d WHERE d.company_id = c.company_id AND d.customer_id = c.id
              AND d.date BETWEEN %(start)s AND %(end)s AND d.state = 'posted' OFFSET 0)
        OR EXISTS (
            SELECT FROM ledger_line l
            WHERE l.company_id = c.company_id AND l.customer_id = c.id AND l.is_open OFFSET 0)
        OR EXISTS (
            SELECT FROM ledger_application a
            WHERE a.company_id = c.company_id AND a.customer_id = c.id
              AND a.date >= least(%(start)s::date, %(as_at)s::date) OFFSET 0)
        -- open when it was known so, though what is dated earlier has settled it since
        OR (%(known)s::timestamptz IS NOT NULL AND EXISTS (
            SELECT FROM ledger_application a
            WHERE a.company_id = c.company_id AND a.customer_id = c.id AND a.recorded_at > %(known)s OFFSET 0)))
      AND (%(code)s::text IS NULL OR c.id IN (
            SELECT a.customer_id FROM ledger_application a
            WHERE a.company_id = (SELECT %(company)s) AND a.charge_code = %(code)s
            UNION ALL
            SELECT a.customer_id FROM ledger_application a
            WHERE a.company_id = (SELECT %(company)s) AND a.credit_code = %(code)s))
    ORDER BY c.code LIMIT %(limit)s
) c
ORDER BY c.code
""".replace("{range}", CUSTOMER_RANGE)


@dataclass(frozen=True)
class _Candidates:
    """Customers that may have something to show, by code, and where to look for the next (None: there is none)."""

    keys: list[int]
    next: Place | None


def _candidates(
    actor: Actor, query: Query, place: Place, *, limit: int | None = CHUNK, rows: int = WIDE_ROWS
) -> _Candidates:
    """At most ``limit`` from a place on, and of those no more than have about so many ``rows``."""
    parameters = {
        **query.scope.parameters,
        **query.filter.parameters,
        **customer_range(query.customer_from, query.customer_to),
        "place": place.code,
        "all": query.include_all,
        "limit": limit,
        "rows": rows,
    }
    found = fetch_planned(CANDIDATES, parameters)
    if limit is None:
        return _Candidates([key for key, _code, _documents in found], None)
    keys = []
    for key, _code, documents in found:
        keys.append(key)
        rows -= max(documents, 1)
        if rows <= 0:
            break
    done = len(keys) == len(found) < limit
    return _Candidates(keys, None if done else Place(found[len(keys) - 1][1] + NEXT))


def _accounts(
    actor: Actor, query: Query, keys: Sequence[int], place: Place, of_all: Whole | None = None
) -> Iterator[Account]:
    """The accounts of these customers that are to be shown, whole, by code and currency."""
    if not keys:
        return
    customers = by_ids(actor.company_id, keys)
    before = openings(scope=query.scope, customers=keys, chosen=query.filter, of_all=of_all)
    found: dict[tuple[int, str], list[Row]] = {key: [] for key in before}
    for row in rows(scope=query.scope, customers=keys, chosen=query.filter, sort=query.sort, of_all=of_all):
        found.setdefault((row.customer, row.currency), []).append(row)
    if query.include_all and not query.filter.active:
        for key in set(keys) - {customer for customer, _currency in found}:
            found[key, customers[key].currency] = []
    for key, currency in sorted(found, key=lambda one: (customers[one[0]].code, one[1])):
        if (customers[key].code, currency) < (place.code, place.currency):
            continue
        own, opening = found[key, currency], before.get((key, currency), ZERO)
        account = _with_balances(customers[key], currency, opening, own)
        if _shown(query, account.closing, bool(own)):
            yield account


def _with_balances(customer: Customer, currency: str, opening: Decimal, own: Sequence[Row]) -> Account:
    balance, charges, payments = opening, ZERO, ZERO
    running = []
    for row in own:
        balance += row.amount
        charges += row.charges
        payments += row.payments
        running.append(replace(row, balance=balance))
    return Account(customer, currency, opening, charges, payments, running)


def _shown(query: Query, closing: Decimal, active: bool) -> bool:
    if query.filter.active:
        return active
    return bool(closing) or query.include_all or (query.include_settled and active)


def _part(account: Account, skip: int, limit: int) -> Account:
    rest = account.rows[skip : skip + max(limit, 1)]
    return replace(account, rows=rest, begins=skip == 0, ends=skip + len(rest) == len(account.rows))


def ledger(*, actor: Actor, query: Query) -> list[tuple[Customer, Movement]]:
    """Opening, charges, payments and closing of every account the report shows, by code, without the entries."""
    keys = _candidates(actor, query, Place(), limit=None).keys
    of_all = whole(scope=query.scope, chosen=query.filter) if len(keys) > CHUNK else None
    customers = by_ids(actor.company_id, keys)
    before = openings(scope=query.scope, customers=keys, chosen=query.filter, of_all=of_all)
    moved = movements(scope=query.scope, customers=keys, chosen=query.filter, of_all=of_all)
    found = {
        key: replace(moved.get(key, Movement(*key)), opening=before.get(key, ZERO))
        for key in {*before, *moved}
    }
    if query.include_all and not query.filter.active:
        for key in set(keys) - {customer for customer, _currency in found}:
            account = (key, customers[key].currency)
            found[account] = Movement(*account)
    accounts = [one for key, one in found.items() if _shown(query, one.closing, key in moved)]
    accounts.sort(key=lambda one: (customers[one.customer].code, one.currency))
    return [(customers[one.customer], one) for one in accounts]


def totals(accounts: Sequence[tuple[Customer, Movement]]) -> list[Movement]:
    """The sums per currency, under the customer number 0."""
    sums: dict[str, Movement] = {}
    for _customer, one in accounts:
        total = sums.get(one.currency, Movement(0, one.currency))
        sums[one.currency] = replace(
            total,
            opening=total.opening + one.opening,
            charges=total.charges + one.charges,
            payments=total.payments + one.payments,
        )
    return [sums[currency] for currency in sorted(sums)]
