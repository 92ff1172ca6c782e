"""The customer reconciliation report: which customers, their entries with running balances, and totals (SPEC 12).

It is read in pages: as many whole accounts as fit, and of a long account a part at a time. Balances and totals are
exact across pages: a page says at which balance the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from arledger.core.actor import Actor
from arledger.core.sql import fetch_all
from customers.models import Customer
from customers.selectors import by_ids
from reconciliation.report_rows import Filter, Movement, Row, Scope, movements, openings, rows
from reconciliation.report_sql import CUSTOMER_RANGE, customer_range

ZERO = Decimal(0)
# Customers looked at in one statement, and in how many such statements a page may find nothing.
CHUNK = 100
EMPTY_CHUNKS = 20
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
    left = limit
    for _ in range(EMPTY_CHUNKS):
        keys = _candidates(actor, query, place)
        for account in _accounts(actor, query, keys, place):
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
        if len(keys) < CHUNK:
            return shown, None
        place = Place(by_ids(actor.company_id, keys[-1:])[keys[-1]].code + NEXT)
        if shown:
            return shown, place
    return shown, place


def accounts_of(*, actor: Actor, query: Query, customer: int) -> list[Account]:
    """One customer's accounts with all their entries, by currency; the query's range of customers does not count."""
    return list(_accounts(actor, query, [customer], Place()))


def every_account(*, actor: Actor, query: Query) -> Iterator[Account]:
    """All accounts the report shows, whole, by code: each customer is read once."""
    place = Place()
    while keys := _candidates(actor, query, place):
        yield from _accounts(actor, query, keys, place)
        if len(keys) < CHUNK:
            return
        place = Place(by_ids(actor.company_id, keys[-1:])[keys[-1]].code + NEXT)


ABOUT = """
SELECT (SELECT count(*) FROM ledger_document d
        WHERE d.company_id = %(company)s AND d.state = 'posted' AND d.kind NOT IN ('matching', 'deposit')
          AND d.date BETWEEN %(start)s AND %(end)s)
     + 2 * (SELECT count(*) FROM ledger_application a
            WHERE a.company_id = %(company)s AND a.date BETWEEN %(start)s AND %(end)s)
"""


def about(*, query: Query) -> int:
    """How many rows there may be, at most, of all customers: no filter but the period is looked at."""
    return int(fetch_all(ABOUT, query.scope.parameters)[0][0])


CANDIDATES = """
SELECT c.id FROM customers_customer c
WHERE c.company_id = %(company)s AND c.code >= %(place)s AND {range}
  AND (%(all)s OR EXISTS (
        SELECT FROM ledger_document d WHERE d.company_id = c.company_id AND d.customer_id = c.id
          AND d.date BETWEEN %(start)s AND %(end)s AND d.state = 'posted')
    OR EXISTS (
        SELECT FROM ledger_line l WHERE l.company_id = c.company_id AND l.customer_id = c.id AND l.is_open)
    OR EXISTS (
        SELECT FROM ledger_application a
        WHERE a.company_id = c.company_id AND a.customer_id = c.id
          AND a.date >= least(%(start)s::date, %(as_at)s::date))
    -- open when it was known so, though what is dated earlier has settled it since
    OR (%(known)s::timestamptz IS NOT NULL AND EXISTS (
        SELECT FROM ledger_application a
        WHERE a.company_id = c.company_id AND a.customer_id = c.id AND a.recorded_at > %(known)s)))
ORDER BY c.code LIMIT %(limit)s
""".replace("{range}", CUSTOMER_RANGE)


def _candidates(actor: Actor, query: Query, place: Place, limit: int | None = CHUNK) -> list[int]:
    """Customers that may have something to show, by code, from a place on."""
    parameters = {
        **query.scope.parameters,
        **customer_range(query.customer_from, query.customer_to),
        "place": place.code,
        "all": query.include_all,
        "limit": limit,
    }
    return [key for (key,) in fetch_all(CANDIDATES, parameters)]


def _accounts(actor: Actor, query: Query, keys: Sequence[int], place: Place) -> Iterator[Account]:
    """The accounts of these customers that are to be shown, whole, by code and currency."""
    if not keys:
        return
    customers = by_ids(actor.company_id, keys)
    before = openings(scope=query.scope, customers=keys, chosen=query.filter)
    found: dict[tuple[int, str], list[Row]] = {key: [] for key in before}
    for row in rows(scope=query.scope, customers=keys, chosen=query.filter, sort=query.sort):
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
    keys = _candidates(actor, query, Place(), limit=None)
    customers = by_ids(actor.company_id, keys)
    before = openings(scope=query.scope, customers=keys, chosen=query.filter)
    moved = movements(scope=query.scope, customers=keys, chosen=query.filter)
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
