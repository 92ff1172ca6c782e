"""What a company looks like at a glance, and the search over everything (UX: frame)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from arledger.core.actor import Actor
from customers.models import Customer
from customers.selectors import search as search_customers
from customers.selectors import visible
from ledger.models import Document, Kind
from reconciliation.selectors import LAST, documents

RECENT = 8
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
