"""What a company looks like at a glance, and the search over everything (UX: frame)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from arledger.core.actor import Actor
from arledger.core.models import AuditEvent
from arledger.core.sql import fetch_all
from customers.models import Customer
from customers.selectors import search as search_customers
from customers.selectors import visible
from ledger.models import Document, Kind
from reconciliation.selectors import LAST, documents

RECENT = 8
CHANGED_WITHIN = timedelta(days=14)
HITS = 20
SEARCHED = {
    Kind.INVOICE: "invoices.list",
    Kind.ADJUSTMENT: "adjustments.list",
    Kind.ADVANCE: "advances.list",
    Kind.PAYMENT: "payments.list",
    Kind.REFUND: "refunds.list",
    Kind.DEPOSIT: "deposits.list",
}


def drafts_waiting(actor: Actor) -> dict[str, int]:
    """How many drafts of each kind wait to be posted."""
    found = documents(actor).filter(state=Document.State.DRAFT, kind__in=list(SEARCHED))
    return dict(found.order_by("kind").values_list("kind").annotate(Count("pk")))


def last_payments(actor: Actor) -> list[Document]:
    """The latest posted receipts, reversals and what they reversed included."""
    found = documents(actor).filter(kind=Kind.PAYMENT, state=Document.State.POSTED)
    return list(found.select_related("customer").order_by("-date", "-pk")[:RECENT])


@dataclass(frozen=True)
class Due:
    """What falls due in the coming days in one currency: how much is open, on how many documents."""

    currency: str
    amount: Decimal
    count: int


DUE = """
SELECT d.currency, sum(l.open_amount), count(DISTINCT d.id)
FROM ledger_line l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
WHERE l.company_id = (SELECT %(company)s) AND l.is_open AND l.amount > 0 AND d.state = 'posted'
  AND d.due_date BETWEEN %(first)s AND %(last)s
  AND (%(entities)s::bigint[] IS NULL OR d.entity_id IS NULL OR d.entity_id = ANY(%(entities)s))
GROUP BY d.currency ORDER BY d.currency
"""


def due_soon(actor: Actor, last: date) -> list[Due]:
    """What falls due from today to ``last``, per currency."""
    rows = fetch_all(
        DUE,
        {
            "company": actor.company_id,
            "first": actor.today,
            "last": last,
            "entities": None if actor.entities is None else sorted(actor.entities),
        },
    )
    return [Due(*row) for row in rows]


def what_changed(actor: Actor) -> list[AuditEvent]:
    """The latest events of the last days: everybody's for whoever may see the audit trail, else one's own."""
    found = AuditEvent.objects.filter(company_id=actor.company_id, at__gte=actor.at - CHANGED_WITHIN)
    if not actor.may("audit.view"):
        found = found.filter(user_id=actor.user_id or 0)
    return list(found.order_by("-at", "-sequence")[:RECENT])


@dataclass(frozen=True)
class Hits:
    customers: Sequence[Customer]
    documents: Sequence[Document]

    def __len__(self) -> int:
        return len(self.customers) + len(self.documents)


def search(actor: Actor, text: str) -> Hits:
    """Customers by words of name or code, documents by the beginning of their number or its digits.

    ``text`` is clean and not empty. Exact matches come first; at most HITS of either sort.
    """
    customers: list[Customer] = []
    if actor.may("customers.list"):
        found = search_customers(visible(actor), text).order_by("sort_key", "pk")
        customers = sorted(found[:HITS], key=lambda customer: customer.code.lower() != text.lower())
    kinds = [kind for kind, right in SEARCHED.items() if actor.may(right)]
    return Hits(customers, _numbered(actor, kinds, text) if kinds else [])


def _numbered(actor: Actor, kinds: Sequence[Kind], text: str) -> list[Document]:
    """By ranges instead of LIKE: only comparisons of texts use an index under row security."""
    wanted = Q(pk__in=[])
    for start in dict.fromkeys([text, text.upper()]):
        wanted |= Q(number__gte=start, number__lt=start + LAST)
    if text.isascii() and text.isdigit() and len(text) < 15:
        wanted |= Q(sequence__isnull=False, sequence_value=int(text))
    posted = documents(actor).filter(wanted, kind__in=kinds).select_related("customer")
    found = list(posted.order_by("number", "pk")[:HITS])
    return sorted(found, key=lambda document: (document.number or "").lower() != text.lower())
