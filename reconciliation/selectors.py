"""Documents as lists need them: who may see which, and each computed state as one condition (DESIGN 4).

The figures themselves are ``reconciliation.figures``; the conditions here say the same about many documents at once
without adding anything up, and a test holds the two against each other. All are as of a day: what an application
dated later took is still open.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.query import KeyIn, KeyOf
from arledger.core.sql import fetch_all
from customers.selectors import search, visible
from ledger.models import Application, Document, Line, Reservation
from reconciliation.figures import document_figures
from reconciliation.marks import Mark, Settlement

ZERO = Value(Decimal(0))
# Beyond the last character there is, so that a range of texts holds everything that begins alike.
LAST = "\U0010ffff"
MOST_CUSTOMERS = 200


def documents(actor: Actor) -> QuerySet[Document]:
    """The documents a person may see: all, or the top level's and his entities' (SPEC 4)."""
    found = Document.objects.filter(company_id=actor.company_id)
    if actor.entities is None:
        return found
    own = Q(entity=None) | Q(entity__in=actor.entities)
    return found.filter(own, customer__in=visible(actor).values("pk"))


def visible_document(actor: Actor, *, kind: str, key: int) -> Document:
    """One document of a kind with what its page names. Raises NotFound."""
    found = documents(actor).filter(kind=kind, pk=key)
    document = found.select_related(
        "customer", "term", "entity", "reverses", "bank_account", "summary"
    ).first()
    if document is None:
        raise NotFound()
    return document


@dataclass(frozen=True)
class Later:
    """What applications dated after a day change about it: most often nothing.

    ``taken_charges`` and ``taken_credits``: documents of which they take something on that side, which was still
    open on the day. ``given``: documents to which they give back all that is open, so that nothing was.
    """

    taken_charges: frozenset[int] = frozenset()
    taken_credits: frozenset[int] = frozenset()
    given: frozenset[int] = frozenset()

    @property
    def taken(self) -> frozenset[int]:
        return self.taken_charges | self.taken_credits


BASIS = """
SELECT CASE WHEN charge THEN 1 ELSE -1 END, document_id, sum(amount) FROM (
    SELECT charge_document_id AS document_id, true AS charge, amount FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND date > %(day)s
    UNION ALL
    SELECT credit_document_id, false, amount FROM ledger_application
    WHERE company_id = (SELECT %(company)s) AND date > %(day)s
) sides GROUP BY charge, document_id
UNION ALL
SELECT 2, document_id, NULL FROM (
    SELECT DISTINCT document_id FROM ledger_line WHERE company_id = (SELECT %(company)s) AND is_open LIMIT %(limit)s
) open
UNION ALL
SELECT -2, document_id, NULL FROM (
    SELECT DISTINCT document_id FROM ledger_line
    WHERE company_id = (SELECT %(company)s) AND is_open AND amount < 0 LIMIT %(limit)s
) available
"""


@dataclass(frozen=True)
class Basis:
    """What the conditions start from: up to a limit of documents with something ``open`` (on a credit line)."""

    later: Later
    open: frozenset[int]
    open_credits: frozenset[int]


def basis(company_id: int, day: date, limit: int) -> Basis:
    """In one statement; in two where something was un-applied after the day."""
    rows = fetch_all(BASIS, {"company": company_id, "day": day, "limit": limit})
    undone = [document for _side, document, taken in rows if taken is not None and taken < 0]
    figures = document_figures(company_id=company_id, ids=undone, day=day) if undone else {}

    def keys(wanted: int) -> frozenset[int]:
        return frozenset(key for side, key, taken in rows if side == wanted and (taken is None or taken > 0))

    later = Later(
        taken_charges=keys(1),
        taken_credits=keys(-1),
        given=frozenset(key for key, found in figures.items() if found.settled),
    )
    return Basis(later, open=keys(2), open_credits=keys(-2))


class States:
    """The computed states of a company's documents as of ``day`` (today, in lists), each as one condition.

    While only few documents have something open, the conditions name those, and the database starts there;
    ``selective`` says so. Otherwise they are asked row by row, and a list has to be looked through
    (``Lister.within``).
    """

    FEW = 1_000

    def __init__(self, company_id: int, day: date) -> None:
        self.company_id = company_id
        self.day = day

    # Sets ----------------------------------------------------------------------------------------------------

    @cached_property
    def _basis(self) -> Basis:
        return basis(self.company_id, self.day, self.FEW + 1)

    @property
    def _later(self) -> Later:
        return self._basis.later

    @cached_property
    def _few_open(self) -> list[int] | None:
        """The documents with something open on the day, and maybe more, when there are few; else None."""
        found = self._basis.open
        return list(found | self._later.taken) if len(found) <= self.FEW else None

    @property
    def selective(self) -> bool:
        """Whether the conditions of unsettled documents name their keys."""
        return self._few_open is not None

    @property
    def selective_credits(self) -> bool:
        """Whether ``unapplied`` names its keys."""
        return len(self._basis.open_credits) <= self.FEW

    # Figures as conditions -----------------------------------------------------------------------------------

    def _has_open_line(self, **conditions: Any) -> Q:
        """As a scalar subquery: an EXISTS under an OR would make PostgreSQL read every open line first."""
        lines = Line.objects.filter(
            company_id=self.company_id, document=OuterRef("pk"), is_open=True, **conditions
        )
        one = Subquery(lines.order_by().values(found=Value(True))[:1], output_field=BooleanField())
        return Q(Coalesce(one, Value(False)))

    def open(self, *, charges_only: bool = False) -> Q:
        """Something was open on the day (on a charge line)."""
        found = self._has_open_line(**({"amount__gt": 0} if charges_only else {}))
        taken = self._later.taken_charges if charges_only else self._later.taken
        if taken:
            found |= Q(KeyIn(taken))
        if self._later.given:
            found &= ~Q(KeyIn(self._later.given))
        return found if self._few_open is None else Q(KeyIn(self._few_open)) & found

    def matched(self, *, ever: bool = False) -> Q:
        """Touched by applications other than inline ones and not un-applied (SPEC 15.2)."""
        until = {} if ever else {"date__lte": self.day}
        found = Q()
        for side, other in (("charge", "credit"), ("credit", "charge")):
            column = f"{side}_document"
            applied = Application.objects.filter(
                company_id=self.company_id, **{column: OuterRef("pk")}, **until
            ).exclude(**{f"{other}_document": OuterRef("pk")})
            total = applied.order_by().values(column).annotate(sum=Sum("amount")).values("sum")
            found |= Q(GreaterThan(Coalesce(Subquery(total), ZERO), 0))
        return found

    def reserved(self) -> Q:
        """A draft holds part of a charge."""
        held = Reservation.objects.filter(company_id=self.company_id, line__amount__gt=0)
        return Q(pk__in=held.values("line__document"))

    # States --------------------------------------------------------------------------------------------------

    def overdue(self) -> Q:
        """Something charged is open after its due date."""
        return Q(state=Document.State.POSTED, due_date__lt=self.day) & self.open(charges_only=True)

    def settled(self) -> Q:
        return Q(state=Document.State.POSTED) & ~self.open()

    def unsettled(self) -> Q:
        return Q(state=Document.State.POSTED) & self.open()

    def unapplied(self) -> Q:
        """Money or credit of which something is still there to use: open, and not taken later either."""
        found = self.unsettled() & Q(reverses=None) & self._has_open_line(amount__lt=0)
        return Q(KeyIn(self._basis.open_credits)) & found if self.selective_credits else found

    def settlement(self, settlement: Settlement) -> Q:
        """SPEC 5, 15.2; the same as ``marks.settlement`` says from figures."""
        credit = Q(total__lt=0) | Q(kind="payment", reverses=None)
        match settlement:
            case Settlement.PAID:
                return self.settled() & ~credit
            case Settlement.APPLIED:
                return self.settled() & credit
            case Settlement.SELECTED:
                return self.unsettled() & ~credit & self.reserved()
            case Settlement.PARTIALLY_PAID:
                return self.unsettled() & ~credit & ~self.reserved() & self.matched()
            case Settlement.OPEN:
                return self.unsettled() & ~credit & ~self.reserved() & ~self.matched()
            case Settlement.PARTIALLY_APPLIED:
                return self.unsettled() & credit & self.matched()
            case Settlement.AVAILABLE:
                return self.unsettled() & credit & ~self.matched()

    def mark(self, mark: Mark) -> Q:
        """SPEC 11; the same as ``marks.mark`` says from figures."""
        ever = self._has_open_line()
        match mark:
            case Mark.COMPLETE:
                return self.settled()
            case Mark.COMPLETE_FUTURE:
                return self.unsettled() & ~ever
            case Mark.PARTIAL:
                return self.unsettled() & ever & self.matched(ever=True)
            case Mark.NONE:
                return self.unsettled() & ever & ~self.matched(ever=True)


def coded(company_id: int, code: str) -> Q:
    """Documents in the group of a match code, as its head or matched with it; case does not matter (SPEC 10)."""
    rows = fetch_all(CODED, {"company": company_id, "code": code.lower()})
    return Q(KeyIn({key for row in rows for key in row}))


CODED = """
SELECT a.charge_document_id, a.credit_document_id FROM ledger_application a
WHERE a.company_id = (SELECT %(company)s) AND (a.charge_code = %(code)s OR a.credit_code = %(code)s)
  AND a.reverses_id IS NULL AND a.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
                           WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0) > 0
"""


TOTALS = """
WITH listed (id, currency, total, state) AS MATERIALIZED ({listed}), sides AS (
    SELECT currency, 1 AS documents, total, 0 AS open FROM listed
    UNION ALL
    SELECT d.currency, 0, 0, l.open_amount
    FROM listed d JOIN ledger_line l ON l.company_id = (SELECT %s) AND l.document_id = d.id AND l.is_open
    WHERE d.state = 'posted'
    UNION ALL
    SELECT d.currency, 0, 0, a.amount
    FROM listed d JOIN ledger_application a
      ON a.company_id = (SELECT %s) AND a.charge_document_id = d.id AND a.date > %s
    UNION ALL
    SELECT d.currency, 0, 0, -a.amount
    FROM listed d JOIN ledger_application a
      ON a.company_id = (SELECT %s) AND a.credit_document_id = d.id AND a.date > %s
)
SELECT currency, sum(documents), sum(total), sum(open) FROM sides GROUP BY currency ORDER BY currency
"""


def totals(company_id: int, rows: QuerySet[Document], day: date) -> list[tuple[str, int, Decimal, Decimal]]:
    """(currency, documents, total, open as of ``day``) of a set of documents, signed, in one statement."""
    listed = rows.order_by().values_list("pk", "currency", "total", "state")
    try:
        sql, parameters = listed.query.sql_with_params()
    except EmptyResultSet:
        return []
    statement = TOTALS.replace("{listed}", sql)
    return fetch_all(statement, [*parameters, company_id, company_id, day, company_id, day])


TEXT = """
WITH named (key) AS MATERIALIZED ({customers})
SELECT 0, key FROM named
UNION ALL
SELECT 1, key FROM (SELECT own.key FROM named CROSS JOIN LATERAL ({own} OFFSET 0) own (key) LIMIT {limit}) theirs
"""


class TextSearch:
    """Documents of a kind by text: how numbers and references begin, and customers by words of name or code.

    Where nothing begins so, any text that contains all the words (``selective`` is then false, as it is when very
    much fits): no index finds those. ``customers_only``: by customers and nothing else; ``customers`` are those meant,
    none where it may be more than ``MOST_CUSTOMERS``.
    """

    MANY = 1_000

    def __init__(self, actor: Actor, kind: str, text: str, *, customers_only: bool = False) -> None:
        self.actor = actor
        self.kind = kind
        self.text = text
        self.customers_only = customers_only
        self.selective = True
        self.customers: list[int] = []
        self.condition = self._condition()

    def _condition(self) -> Q:
        customers, *found = self._found()
        keys = {key for part in found for key in part}
        if len(customers) > MOST_CUSTOMERS:
            self.selective = False
            return self._beginning() | Q(customer__in=search(visible(self.actor), self.text).values("pk"))
        self.customers = customers
        if len(customers) == 1 and keys == set(found[0]):
            return Q(customer=customers[0])
        if any(len(part) > self.MANY for part in found):
            self.selective = False
            return self._beginning() | Q(KeyIn(customers, "customer_id"))
        if keys or customers or self.customers_only:
            return Q(KeyIn(keys))
        self.selective = False
        return self._containing()

    def _found(self) -> list[list[int]]:
        """The customers, their documents and those of each beginning, each up to a limit, in one statement.

        One part per beginning: the database would look for all of them before it stops at a limit common to them.
        """
        rows = documents(self.actor).filter(kind=self.kind)
        named = search(visible(self.actor), self.text).order_by().values_list("pk")[: MOST_CUSTOMERS + 1]
        own = rows.filter(KeyOf("named.key", "customer_id")).values_list("pk")
        customers_sql, parameters = named.query.sql_with_params()
        own_sql, own_values = own.query.sql_with_params()
        statement = TEXT.format(customers=customers_sql, own=own_sql, limit=self.MANY + 1)
        values: list[Any] = [*parameters, *own_values]
        for place, beginning in enumerate(self._beginnings(), start=2):
            part = rows.filter(beginning).values_list("pk")[: self.MANY + 1]
            sql, parameters = part.query.sql_with_params()
            statement += f"UNION ALL SELECT {place}, key FROM ({sql}) beginning (key)\n"  # noqa: S608
            values += parameters
        found: list[list[int]] = [[] for _ in range(2 + len(self._beginnings()))]
        for place, key in fetch_all(statement, values):
            found[place].append(key)
        return found

    def _beginnings(self) -> list[Q]:
        """By ranges instead of LIKE: only comparisons use an index under row security."""
        found: list[Q] = []
        if self.customers_only:
            return found
        for start in dict.fromkeys([self.text, self.text.upper(), self.text.lower()]):
            found.append(Q(number__gte=start, number__lt=start + LAST))
            found.append(~Q(reference="") & Q(reference__gte=start, reference__lt=start + LAST))
        if self.text.isascii() and self.text.isdigit() and len(self.text) < 15:
            found.append(Q(sequence__isnull=False, sequence_value=int(self.text)))
        return found

    def _beginning(self) -> Q:
        return functools.reduce(operator.or_, self._beginnings(), Q())

    def _containing(self) -> Q:
        """Every word in one of the texts. The database folds the case of ASCII only, so the others are spelled out."""
        found = Q()
        for word in self.text.split()[:8]:
            spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
            inside = Q()
            for spelling in spellings:
                for name in ("number", "reference", "description"):
                    inside |= Q(**{f"{name}__icontains": spelling})
            found &= inside
        return found
