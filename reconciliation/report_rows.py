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
from reconciliation.ageing import ageing
from reconciliation.codes import cased

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

    ``entities`` are those a person is limited to (None: all); ``entity``, ``location`` and ``currency`` filter.
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


# Applications in force on the day, inline ones apart; those of the period's documents are dated in it or later.
FORCE = """
force AS MATERIALIZED (
    SELECT a.id, a.document_id AS maker, a.charge_line_id, a.credit_line_id, a.charge_document_id,
           a.credit_document_id, a.customer_id, a.date, a.charge_code, a.credit_code, f.amount,
           cd.kind AS charge_kind, kd.kind AS credit_kind,
           coalesce(cd.reverses_id = kd.id, false) AS charge_mirrors,
           coalesce(kd.reverses_id = cd.id, false) AS credit_mirrors,
           kd.kind = 'payment' AND a.document_id = kd.id AS own
    FROM ledger_application a
    CROSS JOIN LATERAL (
        SELECT a.amount + coalesce((
            SELECT sum(u.amount) FROM ledger_application u
            WHERE u.company_id = a.company_id AND u.reverses_id = a.id AND u.date <= %(as_at)s
              AND (%(known)s::timestamptz IS NULL OR u.recorded_at <= %(known)s)), 0) AS amount
    ) f
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_document o WHERE o.company_id = a.company_id AND o.id = a.charge_document_id OFFSET 0
    ) cd
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_document o WHERE o.company_id = a.company_id AND o.id = a.credit_document_id OFFSET 0
    ) kd
    WHERE a.company_id = %(company)s AND a.customer_id = ANY(%(customers)s) AND a.reverses_id IS NULL
      AND a.charge_document_id <> a.credit_document_id AND f.amount > 0
      AND a.date BETWEEN %(start)s AND %(as_at)s
      AND (%(known)s::timestamptz IS NULL OR a.recorded_at <= %(known)s)
)"""

# The documents of the period, with the parts other payers' receipts hold for the customers.
DOCUMENTS = """
docs AS MATERIALIZED (
    SELECT d.id, d.kind, d.reverses_id FROM ledger_document d
    WHERE d.company_id = %(company)s AND d.state = 'posted' AND d.kind NOT IN ('matching', 'deposit')
      AND d.date BETWEEN %(start)s AND %(end)s
      AND (%(known)s::timestamptz IS NULL OR d.posted_at <= %(known)s)
      AND d.id IN (
        SELECT o.id FROM ledger_document o
        WHERE o.company_id = %(company)s AND o.customer_id = ANY(%(customers)s)
          AND o.date BETWEEN %(start)s AND %(end)s
        UNION
        SELECT a.credit_document_id FROM ledger_application a
        WHERE a.company_id = %(company)s AND a.customer_id = ANY(%(customers)s) AND a.date >= %(start)s
        UNION
        SELECT a.charge_document_id FROM ledger_application a
        WHERE a.company_id = %(company)s AND a.customer_id = ANY(%(customers)s) AND a.date >= %(start)s
        UNION
        SELECT l.document_id FROM ledger_line l
        WHERE l.company_id = %(company)s AND l.customer_id = ANY(%(customers)s) AND l.is_open
      )
), lines AS MATERIALIZED (
    SELECT l.id, l.document_id, l.customer_id, l.currency, l.amount, d.kind, d.reverses_id
    FROM docs d
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_line o
        WHERE o.company_id = %(company)s AND o.document_id = d.id AND o.customer_id = ANY(%(customers)s) OFFSET 0
    ) l
)"""

# What is open on the day of every line of a document that heads a row's group.
OPENS = """
opens AS MATERIALIZED (
    SELECT l.id, l.document_id, abs(l.open_amount) + coalesce((
        SELECT sum(x.amount) FROM ledger_application x
        WHERE x.company_id = l.company_id AND l.amount > 0 AND x.charge_document_id = l.document_id
          AND x.charge_line_id = l.id AND (x.date > %(as_at)s OR x.recorded_at > %(known)s)), 0) + coalesce((
        SELECT sum(x.amount) FROM ledger_application x
        WHERE x.company_id = l.company_id AND l.amount < 0 AND x.credit_document_id = l.document_id
          AND x.credit_line_id = l.id AND (x.date > %(as_at)s OR x.recorded_at > %(known)s)), 0) AS open
    FROM (SELECT id FROM docs UNION SELECT charge_document_id FROM force UNION SELECT credit_document_id FROM force) h
    CROSS JOIN LATERAL (
        SELECT * FROM ledger_line o WHERE o.company_id = %(company)s AND o.document_id = h.id OFFSET 0
    ) l
), document_opens AS MATERIALIZED (
    SELECT document_id, sum(open) AS open FROM opens GROUP BY document_id
)"""

# The code of a document's group and how much of it is matched; a mirror shares its original's.
GROUPS = """
groups AS MATERIALIZED (
    SELECT document_id, (array_agg(code ORDER BY id DESC) FILTER (WHERE code IS NOT NULL))[1] AS code
    FROM (
        SELECT charge_document_id AS document_id, id,
               CASE WHEN charge_mirrors THEN credit_code ELSE charge_code END AS code FROM force
        UNION ALL
        SELECT credit_document_id, id, CASE WHEN credit_mirrors THEN charge_code ELSE credit_code END FROM force
    ) sides GROUP BY document_id
), paid AS MATERIALIZED (
    -- what a payment's own posting paid of each document and still pays
    SELECT credit_line_id AS line, charge_document_id AS head, max(charge_code) AS code, sum(amount) AS amount
    FROM force WHERE own AND NOT charge_mirrors GROUP BY 1, 2
), entries AS MATERIALIZED (
    -- the group of a whole line of a payment or a refund: its own, its credit's, or that of what it mirrors
    SELECT DISTINCT ON (line) line, code, head, head_line FROM (
        SELECT credit_line_id AS line, id, credit_code AS code, credit_document_id AS head,
               credit_line_id AS head_line
        FROM force WHERE credit_kind = 'payment' AND (NOT own OR charge_mirrors)
        UNION ALL
        SELECT credit_line_id, id, charge_code, charge_document_id, charge_line_id
        FROM force WHERE credit_kind = 'refund'
        UNION ALL
        SELECT charge_line_id, id, coalesce(credit_code, charge_code),
               CASE WHEN credit_mirrors THEN charge_document_id ELSE credit_document_id END,
               CASE WHEN credit_mirrors THEN charge_line_id WHEN credit_kind = 'payment' THEN credit_line_id END
        FROM force WHERE charge_kind IN ('refund', 'payment')
    ) sides ORDER BY line, id DESC
)"""

ROWS = """
rows (customer_id, currency, document_id, amount, date, code, head, open, matched, contra, line, application) AS (
    -- documents as a whole
    SELECT l.customer_id, l.currency, l.document_id, sum(l.amount), NULL::date, g.code,
           coalesce(l.reverses_id, l.document_id), o.open, g.document_id IS NOT NULL, false, 0::bigint, 0::bigint
    FROM lines l
    JOIN document_opens o ON o.document_id = l.document_id
    LEFT JOIN groups g ON g.document_id = l.document_id
    WHERE l.kind NOT IN ('payment', 'refund')
    GROUP BY l.customer_id, l.currency, l.document_id, l.reverses_id, g.document_id, g.code, o.open
    UNION ALL
    -- what payments paid of other documents
    SELECT l.customer_id, l.currency, l.document_id, -p.amount, NULL, p.code, p.head, o.open, true, false, l.id,
           p.head
    FROM lines l JOIN paid p ON p.line = l.id JOIN document_opens o ON o.document_id = p.head
    UNION ALL
    -- what is left of payments, and refunds
    SELECT l.customer_id, l.currency, l.document_id, l.amount + coalesce(p.amount, 0), NULL, e.code,
           coalesce(e.head, l.document_id),
           CASE WHEN e.line IS NULL OR e.head_line IS NOT NULL THEN h.open ELSE ho.open END,
           e.line IS NOT NULL, false, l.id, 0
    FROM lines l
    LEFT JOIN (SELECT line, sum(amount) AS amount FROM paid GROUP BY line) p ON p.line = l.id
    LEFT JOIN entries e ON e.line = l.id
    LEFT JOIN opens h ON h.id = coalesce(e.head_line, l.id)
    LEFT JOIN document_opens ho ON ho.document_id = e.head
    WHERE l.kind IN ('payment', 'refund') AND l.amount + coalesce(p.amount, 0) <> 0
    UNION ALL
    -- the contra entries of credits
    SELECT f.customer_id, d.currency, s.document_id, s.sign * f.amount, f.date, s.code, s.head, s.open, true, true,
           s.line, f.id
    FROM force f
    JOIN ledger_document d ON d.company_id = %(company)s AND d.id = f.charge_document_id
    JOIN document_opens co ON co.document_id = f.charge_document_id
    JOIN document_opens ko ON ko.document_id = f.credit_document_id
    JOIN opens kl ON kl.id = f.credit_line_id
    CROSS JOIN LATERAL (VALUES
        (f.credit_document_id, -1, f.charge_code, f.charge_document_id, co.open, f.charge_line_id),
        (f.charge_document_id, 1, f.credit_code, f.credit_document_id,
         CASE WHEN f.credit_kind = 'payment' THEN kl.open ELSE ko.open END, f.credit_line_id)
    ) AS s (document_id, sign, code, head, open, line)
    WHERE f.charge_kind NOT IN ('payment', 'refund') AND NOT f.charge_mirrors AND NOT f.credit_mirrors AND NOT f.own
      AND f.date <= %(end)s
), shown AS (
    SELECT r.customer_id, r.currency, r.document_id, d.kind, d.number, coalesce(r.date, d.date) AS date,
           coalesce(r.date, d.gl_date) AS gl_date, d.reference, r.amount, coalesce(r.code, '') AS code, r.open,
           CASE WHEN r.open = 0 THEN 'full' WHEN r.matched THEN 'partial' ELSE 'unmatched' END AS match,
           r.head, h.kind AS head_kind, h.number AS head_number, h.date AS head_date, r.contra, r.line, r.application,
           d.date AS document_date
    FROM rows r
    JOIN ledger_document d ON d.company_id = %(company)s AND d.id = r.document_id
    JOIN ledger_document h ON h.company_id = %(company)s AND h.id = r.head
    WHERE (%(currency)s::text IS NULL OR r.currency = %(currency)s)
      AND (%(entities)s::bigint[] IS NULL OR h.entity_id IS NULL OR h.entity_id = ANY(%(entities)s))
      AND (%(entity)s::bigint IS NULL OR h.entity_id = %(entity)s)
      AND (%(location)s::bigint IS NULL OR EXISTS (
            SELECT FROM ledger_line p WHERE p.company_id = %(company)s AND p.document_id = r.head
                                        AND p.location_id = %(location)s))
      AND (%(code)s::text IS NULL OR r.code = %(code)s)
)"""

STATEMENT = "WITH " + ",".join((FORCE, DOCUMENTS, OPENS, GROUPS, ROWS))
WANTED = "(%(matches)s::text[] IS NULL OR match = ANY(%(matches)s))"

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


def rows(*, scope: Scope, customers: Sequence[int], chosen: Filter, sort: str = "customer") -> list[Row]:
    """The entries of some customers in the period, per customer and currency in the order asked for (ORDERS)."""
    found = fetch_all(
        f"{STATEMENT} SELECT customer_id, currency, document_id, kind, number, date, gl_date, reference, amount, code,"  # noqa: S608
        f" match, head, head_kind, head_number, head_date, contra, line, application, document_date, open = 0"
        f" FROM shown WHERE {WANTED} ORDER BY customer_id, currency, {ORDERS[sort]}",
        {**scope.parameters, **chosen.parameters, "customers": list(customers)},
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


def openings(*, scope: Scope, customers: Sequence[int], chosen: Filter) -> dict[tuple[int, str], Decimal]:
    """The balance of the entries before the period, per customer and currency.

    Contra entries cancel out, so without a filter it is what was open the day before; that is read much faster.
    """
    before = scope.start - ONE_DAY
    plain = (scope.entities, scope.entity, scope.location, scope.known_on) == (None, None, None, None)
    if plain and not chosen.active:
        aged = ageing(company_id=scope.company_id, day=before, customers=customers)
        return {
            (row.customer, row.currency): row.total
            for row in aged.rows
            if row.total and scope.currency in (None, row.currency)
        }
    earlier = replace(scope, start=Day.min, end=before)
    found = fetch_all(
        f"{STATEMENT} SELECT customer_id, currency, sum(amount) FROM shown WHERE {WANTED} GROUP BY 1, 2",  # noqa: S608
        {**earlier.parameters, **chosen.parameters, "customers": list(customers)},
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


def movements(*, scope: Scope, customers: Sequence[int], chosen: Filter) -> dict[tuple[int, str], Movement]:
    """The sums of the same entries as ``rows``, per customer and currency; ``opening`` is left at 0."""
    found = fetch_all(
        f"{STATEMENT} SELECT customer_id, currency, coalesce(sum(amount) FILTER (WHERE amount > 0), 0),"  # noqa: S608
        " coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)"
        f" FROM shown WHERE {WANTED} GROUP BY customer_id, currency",
        {**scope.parameters, **chosen.parameters, "customers": list(customers)},
    )
    return {(row[0], row[1]): Movement(*row) for row in found}
