"""A customer's account: what is open on it as of a day, and its history with the running balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from arledger.core.actor import Actor
from arledger.core.query import KeyIn
from arledger.core.sql import fetch_all
from ledger.models import Application, Document, Line
from reconciliation.ageing import OPEN_AT
from reconciliation.figures import Figures, document_figures
from reconciliation.selectors import documents

ZERO = Decimal(0)
OPEN_DOCUMENTS = (
    OPEN_AT
    + """
SELECT o.document_id, sum(o.open)
FROM opens o JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = o.document_id
WHERE o.charge = %(charge)s AND d.state = 'posted' AND d.date <= %(day)s
  AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
  AND (%(entity)s::bigint IS NULL OR coalesce(d.entity_id, 0) = %(entity)s)
GROUP BY o.document_id, d.due_date, d.date
ORDER BY coalesce(d.due_date, d.date), o.document_id LIMIT %(limit)s
"""
)


# The same documents added up, of every customer.
OPEN_TOTALS = (
    OPEN_AT
    + """
SELECT o.customer_id, d.currency, sum(o.open)
FROM opens o JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = o.document_id
WHERE d.state = 'posted' AND d.date <= %(day)s
GROUP BY 1, 2
"""
)


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document with something open on one side as of a day; ``open`` is the customer's part of it, positive."""

    document: Document
    figures: Figures
    open: Decimal


def open_documents(
    *, actor: Actor, customer: int, day: date, charge: bool, limit: int, entity: int | None = None
) -> list[OpenDocument]:
    """What the customer owes (or, not ``charge``, has to his credit), by due date; at most ``limit`` documents.

    With ``entity`` (0: the top level) only what is of that one.
    """
    parameters = {
        "company": actor.company_id,
        "entities": None if actor.entities is None else sorted(actor.entities),
        "entity": entity,
        "customers": [customer],
        "day": day,
        "charge": charge,
        "limit": limit,
    }
    opens: dict[int, Decimal] = dict(fetch_all(OPEN_DOCUMENTS, parameters))
    if not opens:
        return []
    found = {d.pk: d for d in documents(actor).filter(pk__in=opens)}
    figures = document_figures(company_id=actor.company_id, ids=found, day=day)
    return [
        OpenDocument(found[key], figures[key], abs(amount)) for key, amount in opens.items() if key in found
    ]


def open_totals(*, company_id: int, day: date) -> dict[tuple[int, str], Decimal]:
    """What the open items of every customer come to, per currency, as his statement adds them up."""
    rows = fetch_all(OPEN_TOTALS, {"company": company_id, "customers": None, "day": day})
    return {(customer, currency): amount for customer, currency, amount in rows}


def owing(company_id: int, day: date) -> Q:
    """Customers on whose account something was open on the day, owed or to their credit."""
    lines = Line.objects.filter(company_id=company_id, customer=OuterRef("pk"), is_open=True).order_by()
    one = Subquery(lines.values(found=Value(True))[:1], output_field=BooleanField())
    later = Application.objects.filter(company_id=company_id, date__gt=day).order_by()
    customers = later.values_list("customer_id", flat=True).distinct()
    return Q(Coalesce(one, Value(False))) | Q(KeyIn(customers))


HISTORY = """
WITH own AS (
    SELECT d.id FROM ledger_document d
    WHERE d.company_id = (SELECT %(company)s) AND d.customer_id = %(customer)s AND d.state = 'posted'
      AND d.kind <> 'matching' AND (d.date, d.id) < (%(date)s, %(id)s)
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
    ORDER BY d.date DESC, d.id DESC LIMIT %(limit)s
), foreign_parts AS (
    -- Receipts of other payers that hold a part for this customer: applied to his documents, or still open.
    SELECT a.credit_document_id AS id FROM ledger_application a
    WHERE a.company_id = (SELECT %(company)s) AND a.customer_id = %(customer)s
    UNION
    SELECT a.charge_document_id FROM ledger_application a
    WHERE a.company_id = (SELECT %(company)s) AND a.customer_id = %(customer)s
    UNION
    SELECT l.document_id FROM ledger_line l
    WHERE l.company_id = (SELECT %(company)s) AND l.customer_id = %(customer)s AND l.is_open
), chosen AS (
    SELECT id FROM own
    UNION
    SELECT d.id FROM foreign_parts f JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = f.id
    WHERE d.customer_id <> %(customer)s AND d.state = 'posted' AND (d.date, d.id) < (%(date)s, %(id)s)
      AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
)
SELECT d.id, d.date, d.currency,
       (SELECT coalesce(sum(l.amount), 0) FROM ledger_line l
        WHERE l.company_id = (SELECT %(company)s) AND l.document_id = d.id AND l.customer_id = %(customer)s)
FROM chosen c JOIN ledger_document d ON d.company_id = (SELECT %(company)s) AND d.id = c.id
ORDER BY d.date DESC, d.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in the history; ``effect`` on the account, signed, and the ``balance`` after it, in its currency."""

    document: Document
    figures: Figures
    effect: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the history starts: below this date and key, at these balances per currency."""

    date: date
    key: int
    balances: dict[str, Decimal]


def history(
    *, actor: Actor, customer: int, start: Place, day: date, limit: int
) -> tuple[list[Entry], Place | None]:
    """The documents below ``start``, newest first, and where the next page starts (None: that was all).

    Balances count backwards from those of ``start``, so that no page adds up the whole account. Codes and
    settlements are as of ``day``.
    """
    parameters = {
        "company": actor.company_id,
        "customer": customer,
        "date": start.date,
        "id": start.key,
        "limit": limit + 1,
        "entities": None if actor.entities is None else sorted(actor.entities),
    }
    rows = fetch_all(HISTORY, parameters)
    found = {
        d.pk: d for d in Document.objects.filter(company_id=actor.company_id, pk__in=[r[0] for r in rows])
    }
    figures = document_figures(company_id=actor.company_id, ids=found, day=day)
    balances = dict(start.balances)
    entries: list[Entry] = []
    for key, _date, currency, effect in rows[:limit]:
        balance = balances.get(currency, ZERO)
        entries.append(Entry(found[key], figures[key], effect, balance))
        balances[currency] = balance - effect
    if len(rows) <= limit:
        return entries, None
    last = entries[-1].document
    return entries, Place(last.date, last.pk, balances)
