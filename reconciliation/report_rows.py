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

from arledger.core.sql import fetch_all
from ledger.models import document_name
from reconciliation.codes import cased
from reconciliation.report_sql import OPENINGS, SHARED, STATEMENT, WANTED

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


def shared_receipts(*, scope: Scope, chosen: Filter) -> list[int]:
    """The receipts up to the end that hold parts for others than their payers: for who reads very many customers.

    ``rows``, ``openings`` and ``movements`` find those of their customers by themselves where they are not told.
    """
    since = Day.min if _looks_back(scope, chosen) else scope.start
    return [key for (key,) in fetch_all(SHARED, {**scope.parameters, "start": since})]


def _looks_back(scope: Scope, chosen: Filter) -> bool:
    """Whether openings are added up from the entries before the period."""
    plain = (scope.entities, scope.entity, scope.location, scope.known_on) == (None, None, None, None)
    return chosen.active or not plain


def rows(
    *,
    scope: Scope,
    customers: Sequence[int],
    chosen: Filter,
    sort: str = "customer",
    shared: Sequence[int] | None = None,
) -> list[Row]:
    """The entries of some customers in the period, per customer and currency in the order asked for (ORDERS)."""
    found = fetch_all(
        f"{STATEMENT} SELECT customer_id, currency, document_id, kind, number, date, gl_date, reference, amount, code,"  # noqa: S608
        f" match, head, head_kind, head_number, head_date, contra, line, application, document_date, open = 0"
        f" FROM shown WHERE {WANTED} ORDER BY customer_id, currency, {ORDERS[sort]}",
        _parameters(scope, customers, chosen, shared),
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
    scope: Scope, customers: Sequence[int], chosen: Filter, shared: Sequence[int] | None
) -> dict[str, object]:
    return {
        **scope.parameters,
        **chosen.parameters,
        "customers": list(customers),
        "shared": None if shared is None else list(shared),
    }


def openings(
    *, scope: Scope, customers: Sequence[int], chosen: Filter, shared: Sequence[int] | None = None
) -> dict[tuple[int, str], Decimal]:
    """The balance of the entries before the period, per customer and currency.

    Contra entries cancel out, so without a filter it is the balance the day before, counted backwards from today's.
    """
    if scope.start == Day.min:
        return {}
    before = min(scope.start - ONE_DAY, scope.as_at)
    if not _looks_back(scope, chosen):
        after = {**_parameters(scope, customers, chosen, shared), "start": before + ONE_DAY, "end": Day.max}
        found = fetch_all(OPENINGS, after)
        return {
            (customer, currency): amount
            for customer, currency, amount in found
            if amount and scope.currency in (None, currency)
        }
    earlier = replace(scope, start=Day.min, end=before)
    found = fetch_all(
        f"{STATEMENT} SELECT customer_id, currency, sum(amount) FROM shown WHERE {WANTED} GROUP BY 1, 2",  # noqa: S608
        _parameters(earlier, customers, chosen, shared),
    )
    return {(customer, currency): amount for customer, currency, amount in found if amount}


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
    *, scope: Scope, customers: Sequence[int], chosen: Filter, shared: Sequence[int] | None = None
) -> dict[tuple[int, str], Movement]:
    """The sums of the same entries as ``rows``, per customer and currency; ``opening`` is left at 0."""
    found = fetch_all(
        f"{STATEMENT} SELECT customer_id, currency, coalesce(sum(amount) FILTER (WHERE amount > 0), 0),"  # noqa: S608
        " coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)"
        f" FROM shown WHERE {WANTED} GROUP BY customer_id, currency",
        _parameters(scope, customers, chosen, shared),
    )
    return {(row[0], row[1]): Movement(*row) for row in found}
