"""The rows of the customer reconciliation report, and of every statement drawn from the same account (SPEC 12).

One row is one entry of a match group: an invoice, an adjustment or an advance as a whole; each part of a payment that
paid another document; what is left of a payment; each line of a refund; and for every application of a credit two
contra entries, one in the group of the charge and one in the group of the credit (SPEC 10). Contra entries cancel out,
so the balance is that of the documents.

Rows are as at a day (applications effective later count as not yet made) and as known on an instant (what was recorded
later is not there), their match codes and groups' states too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from arledger.core.sql import fetch_planned
from ledger.models import document_name
from reconciliation.ageing import ageing
from reconciliation.codes import cased
from reconciliation.report_sql import STATEMENT, WANTED
from reconciliation.report_sums_sql import GROUPED_MOVEMENTS, MOVEMENTS, OPENINGS, SHARED

ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)


class Match(StrEnum):
    """How far the group of a row is matched: what the filter *matches to show* chooses from."""

    UNMATCHED = "unmatched"
    PARTIAL = "partial"
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which entries: of documents dated ``start`` to ``end``, as at ``as_at``, as known on ``known_on`` (None: now).

    ``entities`` are those a person is limited to (None: all); ``entity`` (0: the top level), ``location`` and
    ``currency`` filter.
    """

    company_id: int
    start: Day
    end: Day
    as_at: Day
    known_on: datetime | None = None
    entities: Collection[int] | None = None
    entity: int | None = None
    location: int | None = None
    currency: str | None = None

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "company": self.company_id,
            "start": self.start,
            "end": min(self.end, self.as_at),
            "as_at": self.as_at,
            "known": self.known_on,
            "entities": None if self.entities is None else sorted(self.entities),
            "entity": self.entity,
            "location": self.location,
            "currency": self.currency,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. ``amount`` is signed as on the account, ``charges`` and ``payments`` are positive columns.

    ``document`` is what the entry belongs to; ``head`` the document whose group it is in, with ``head_number``.
    ``contra`` marks the two entries of an application, ``other`` then names the document on the other side.
    """

    customer: int
    currency: str
    document: int
    kind: str
    number: str
    date: Day
    gl_date: Day
    reference: str
    amount: Decimal
    code: str
    match: Match
    head: int
    head_number: str
    contra: bool
    line: int
    application: int
    balance: Decimal = ZERO

    @property
    def charges(self) -> Decimal:
        return max(self.amount, ZERO)

    @property
    def payments(self) -> Decimal:
        return max(-self.amount, ZERO)


ORDERS = {
    "customer": "date, contra, document_id, line, application, amount DESC",
    "invoice": "head_number NULLS LAST, head_date, head, document_id <> head, contra, date, document_id, line,"
    " application, amount DESC",
    "match_code": "code = '', length(code), code, head, document_id <> head, contra, date, document_id, line,"
    " application, amount DESC",
}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Rows of the group with this match ``code`` (any case), and of groups matched so far (empty: all)."""

    code: str = ""
    matches: Collection[Match] = ()

    @property
    def parameters(self) -> dict[str, object]:
        return {
            "code": self.code.strip().lower() or None,
            "matches": [str(match) for match in self.matches] or None,
        }

    @property
    def active(self) -> bool:
        return bool(self.code.strip() or self.matches)


@dataclass(frozen=True)
class Whole:
    """What is asked once by who reads very many customers: ``rows``, ``openings`` and ``movements`` take it along.

    ``shared`` are the receipts up to the end that hold parts for others than their payers; ``openings`` those of all
    customers, None where they are added up from the rows before the period.
    """

    shared: list[int]
    openings: dict[tuple[int, str], Decimal] | None


def whole(*, scope: Scope, chosen: Filter) -> Whole:
    looks_back = _of_groups(scope, chosen) or scope.known_on is not None
    since = Day.min if looks_back else scope.start
    shared = [key for (key,) in fetch_planned(SHARED, {**scope.parameters, "start": since})]
    if looks_back or scope.start == Day.min:
        return Whole(shared, None)
    aged = ageing(company_id=scope.company_id, day=min(scope.start - ONE_DAY, scope.as_at))
    return Whole(shared, {(row.customer, row.currency): row.total for row in aged.rows})


def _of_groups(scope: Scope, chosen: Filter) -> bool:
    """Whether it is asked for rows of some groups only."""
    return chosen.active or (scope.entities, scope.entity, scope.location) != (None, None, None)


def rows(
    *,
    scope: Scope,
    customers: Sequence[int],
    chosen: Filter,
    sort: str = "customer",
    of_all: Whole | None = None,
) -> list[Row]:
    """The entries of some customers in the period, per customer and currency in the order asked for (ORDERS)."""
    found = fetch_planned(
        f"{STATEMENT} SELECT customer_id, currency, document_id, kind, number, date, gl_date, reference, amount, code,"  # noqa: S608
        f" match, head, head_kind, head_number, head_date, contra, line, application, document_date, open = 0"
        f" FROM shown WHERE {WANTED} ORDER BY customer_id, currency, {ORDERS[sort]}",
        _parameters(scope, customers, chosen, of_all),
    )
    return [_row(*row) for row in found]


def _row(
    customer: int,
    currency: str,
    document: int,
    kind: str,
    number: str | None,
    date: Day,
    gl_date: Day,
    reference: str,
    amount: Decimal,
    code: str,
    match: str,
    head: int,
    head_kind: str,
    head_number: str | None,
    head_date: Day,
    contra: bool,
    line: int,
    application: int,
    document_date: Day,
    settled: bool,
) -> Row:
    return Row(
        customer=customer,
        currency=currency,
        document=document,
        kind=kind,
        number=document_name(kind, number, document_date),
        date=date,
        gl_date=gl_date,
        reference=reference,
        amount=amount,
        code=cased(code, settled),
        match=Match(match),
        head=head,
        head_number=document_name(head_kind, head_number, head_date),
        contra=contra,
        line=line,
        application=application,
    )


def _parameters(
    scope: Scope, customers: Sequence[int], chosen: Filter, of_all: Whole | None
) -> dict[str, object]:
    return {
        **scope.parameters,
        **chosen.parameters,
        "customers": list(customers),
        "shared": None if of_all is None else of_all.shared,
    }


def openings(
    *, scope: Scope, customers: Sequence[int], chosen: Filter, of_all: Whole | None = None
) -> dict[tuple[int, str], Decimal]:
    """The balance of the entries before the period, per customer and currency.

    Contra entries cancel out, so without a filter it is the balance the day before, counted backwards from today's.
    """
    if scope.start == Day.min:
        return {}
    before = min(scope.start - ONE_DAY, scope.as_at)
    if not _of_groups(scope, chosen) and scope.known_on is None:
        return _balances(scope, before, customers, of_all)
    earlier = replace(scope, start=Day.min, end=before)
    found = fetch_planned(
        f"{STATEMENT} SELECT customer_id, currency, sum(amount) FROM shown WHERE {WANTED} GROUP BY 1, 2",  # noqa: S608
        _parameters(earlier, customers, chosen, of_all),
    )
    return {(customer, currency): amount for customer, currency, amount in found if amount}


def _balances(
    scope: Scope, day: Day, customers: Sequence[int], of_all: Whole | None
) -> dict[tuple[int, str], Decimal]:
    """The customers' balances on the day before the period."""
    if of_all and of_all.openings is not None:
        wanted = set(customers)
        found = {key: amount for key, amount in of_all.openings.items() if key[0] in wanted}
    else:
        after = {**_parameters(scope, customers, Filter(), of_all), "start": day + ONE_DAY, "end": Day.max}
        found = {
            (customer, currency): amount for customer, currency, amount in fetch_planned(OPENINGS, after)
        }
    return {key: amount for key, amount in found.items() if amount and scope.currency in (None, key[1])}


@dataclass(frozen=True, slots=True)
class Movement:
    """What moved on a customer's account in a currency; all but the balances are positive."""

    customer: int
    currency: str
    charges: Decimal = ZERO
    payments: Decimal = ZERO
    opening: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.charges - self.payments


def movements(
    *, scope: Scope, customers: Sequence[int], chosen: Filter, of_all: Whole | None = None
) -> dict[tuple[int, str], Movement]:
    """The sums of the same entries as ``rows``, per customer and currency; ``opening`` is left at 0."""
    parameters = _parameters(scope, customers, chosen, of_all)
    statement = GROUPED_MOVEMENTS if _of_groups(scope, chosen) else MOVEMENTS
    return {(row[0], row[1]): Movement(*row) for row in fetch_planned(statement, parameters)}
