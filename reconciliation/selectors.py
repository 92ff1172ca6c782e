"""Documents as lists need them: who may see which, and each computed state as one condition (DESIGN 4).

The figures themselves are ``reconciliation.figures``; the conditions here say the same about many documents at once
without adding anything up, and a test holds the two against each other. All are as of a day: what an application
dated later took is still open.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Abs, Coalesce
from django.db.models.lookups import GreaterThan

from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.query import KeyIn
from arledger.core.sql import fetch_all
from customers.selectors import search, visible
from ledger.models import Application, Document, Line
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
    document = found.select_related("customer", "term", "entity", "reverses", "bank_account").first()
    if document is None:
        raise NotFound()
    return document


class States:
    """The computed states of a company's documents as of ``day``, each as one condition on ``Document``.

    While only few documents have something open, the conditions name those, and the database starts there;
    ``selective`` says so. Otherwise a list has to be looked through (``Lister.within``).
    """

    FEW = 1_000

    def __init__(self, company_id: int, day: date) -> None:
        self.company_id = company_id
        self.day = day

    # Sets ----------------------------------------------------------------------------------------------------

    def _applications(self, side: str, **conditions: Any) -> QuerySet[Application]:
        """Applications on one side ("charge", "credit") of the document of the outer query."""
        return Application.objects.filter(
            company_id=self.company_id, **{f"{side}_document": OuterRef("pk")}, **conditions
        )

    def _lines(self, **conditions: Any) -> QuerySet[Line]:
        return Line.objects.filter(company_id=self.company_id, document=OuterRef("pk"), **conditions)

    @cached_property
    def _later(self) -> frozenset[int]:
        """Documents touched by applications dated after the day: most often none, never many."""
        later = Application.objects.filter(company_id=self.company_id, date__gt=self.day)
        pairs = later.values_list("charge_document", "credit_document").distinct()
        return frozenset(key for pair in pairs for key in pair)

    @cached_property
    def _few_open(self) -> list[int] | None:
        """The documents with something open, when there are few; None when there are many."""
        lines = Line.objects.filter(company_id=self.company_id, is_open=True).values_list("document")
        keys = [key for (key,) in lines.order_by().distinct()[: self.FEW + 1]]
        return [*keys, *self._later] if len(keys) <= self.FEW else None

    @property
    def selective(self) -> bool:
        """Whether the conditions of unsettled documents name their keys."""
        return self._few_open is not None

    # Figures as conditions -----------------------------------------------------------------------------------

    def open(self, **sides: Any) -> Q:
        """Something was open on the day; with ``amount__gt=0`` on a charge line."""
        ever = Q(Exists(self._lines(is_open=True, **sides)))
        if not self._later:
            found = ever
        else:
            later = Q(KeyIn(self._later))
            found = (ever & ~later) | (later & Q(GreaterThan(self._open_on_the_day(**sides), 0)))
        return found if self._few_open is None else Q(KeyIn(self._few_open)) & found

    def _open_on_the_day(self, **sides: Any) -> Any:
        """What no application took until the day: open amounts plus what later ones took, both positive."""
        lines = self._lines(**sides).order_by().values("document")
        total = Coalesce(Subquery(lines.annotate(sum=Sum(Abs("open_amount"))).values("sum")), ZERO)
        for side in ("charge",) if sides else ("charge", "credit"):
            total += self._sum(self._applications(side, date__gt=self.day), side)
        return total

    @staticmethod
    def _sum(applications: QuerySet[Application], side: str) -> Any:
        grouped = applications.order_by().values(f"{side}_document").annotate(sum=Sum("amount"))
        return Coalesce(Subquery(grouped.values("sum")), ZERO)

    def matched(self, *, ever: bool = False) -> Q:
        """Touched by applications other than inline ones and not un-applied (SPEC 15.2)."""
        until = {} if ever else {"date__lte": self.day}
        found = Q()
        for side, other in (("charge", "credit"), ("credit", "charge")):
            applied = self._applications(side, **until).exclude(**{f"{other}_document": OuterRef("pk")})
            found |= Q(Exists(applied)) & Q(GreaterThan(self._sum(applied, side), 0))
        return found

    def reserved(self) -> Q:
        """A draft holds part of a charge."""
        return Q(Exists(self._lines(amount__gt=0).exclude(reserved_amount=0)))

    # States --------------------------------------------------------------------------------------------------

    def overdue(self) -> Q:
        """Something charged is open after its due date."""
        return Q(state=Document.State.POSTED, due_date__lt=self.day) & self.open(amount__gt=0)

    def settled(self) -> Q:
        return Q(state=Document.State.POSTED) & ~self.open()

    def unsettled(self) -> Q:
        return Q(state=Document.State.POSTED) & self.open()

    def settlement(self, settlement: Settlement) -> Q:
        """SPEC 5, 15.2; the same as ``marks.settlement`` says from figures."""
        credit = Q(total_order__lt=0) | Q(kind="payment", reverses=None)
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
        ever = Q(Exists(self._lines(is_open=True)))
        match mark:
            case Mark.COMPLETE:
                return self.settled()
            case Mark.COMPLETE_FUTURE:
                return self.unsettled() & Q(KeyIn(self._later)) & ~ever
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
WHERE a.company_id = %(company)s AND (a.charge_code = %(code)s OR a.credit_code = %(code)s) AND a.reverses_id IS NULL
  AND a.amount + coalesce((SELECT sum(u.amount) FROM ledger_application u
                           WHERE u.company_id = a.company_id AND u.reverses_id = a.id), 0) > 0
"""


class TextSearch:
    """Documents of a kind by text: how numbers and references begin, and customers by words of name or code.

    Where nothing begins so, any text that contains all the words (``selective`` is then false, as it is when very
    much fits): no index finds those.
    """

    MANY = 2_000

    def __init__(self, actor: Actor, kind: str, text: str) -> None:
        self.actor = actor
        self.kind = kind
        self.text = text
        self.selective = True
        self.condition = self._condition()

    def _condition(self) -> Q:
        customers = list(search(visible(self.actor), self.text).values_list("pk", flat=True)[:MOST_CUSTOMERS])
        beginning = self._beginning()
        found = documents(self.actor).filter(beginning, kind=self.kind)
        keys = list(found.values_list("pk", flat=True)[: self.MANY + 1])
        if len(keys) > self.MANY or len(customers) == MOST_CUSTOMERS:
            self.selective = False
            named = search(visible(self.actor), self.text).values("pk")
            return beginning | Q(customer__in=named)
        if keys or customers:
            return Q(KeyIn(keys)) | Q(KeyIn(customers, "customer_id"))
        self.selective = False
        return self._containing()

    def _beginning(self) -> Q:
        """By ranges instead of LIKE: only comparisons use an index under row security."""
        found = Q()
        for start in dict.fromkeys([self.text, self.text.upper(), self.text.lower()]):
            found |= Q(number__gte=start, number__lt=start + LAST)
            found |= ~Q(reference="") & Q(reference__gte=start, reference__lt=start + LAST)
        if self.text.isascii() and self.text.isdigit() and len(self.text) < 15:
            found |= Q(sequence__isnull=False, sequence_value=int(self.text))
        return found

    def _containing(self) -> Q:
        found = Q()
        for word in self.text.split()[:8]:
            found &= Q(number__icontains=word) | Q(reference__icontains=word) | Q(description__icontains=word)
        return found
