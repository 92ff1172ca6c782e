"""Reading customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Lower

from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.query import KeyIn
from arledger.core.text import sort_key
from customers.models import Customer


def visible(actor: Actor) -> QuerySet[Customer]:
    """The customers a person may see: all, or the top level's and his entities' (SPEC 4)."""
    customers = Customer.objects.filter(company_id=actor.company_id)
    if actor.entities is not None:
        customers = customers.filter(entity=None) | customers.filter(entity__in=actor.entities)
    return customers


def customer(actor: Actor, key: int) -> Customer:
    """One customer. Raises NotFound."""
    found = visible(actor).select_related("term", "parent").filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def named(actor: Actor, text: str) -> Customer | None:
    """The customer a person means by a code, whatever its case, or by the name of only one customer."""
    exact = visible(actor).filter(code__in={text, text.upper(), text.lower()})
    for found in (exact, visible(actor).filter(sort_key=sort_key(text)[:200])):
        customers = list(found[:2])
        if len(customers) == 1:
            return customers[0]
    return None


def search(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose name or code contains every word of ``text``, accents and case ignored."""
    haystack = Concat(F("sort_key"), Value(" "), Lower("code"))
    for word in sort_key(text).split()[:8]:
        customers = customers.alias(haystack=haystack).filter(haystack__contains=word)
    return customers


def allowed(actor: Actor, customers: Mapping[int, Customer]) -> dict[int, Customer]:
    """Those of customers already read that the person may see; the same rule as ``visible``."""
    return {key: customer for key, customer in customers.items() if actor.reaches(customer.entity_id)}


def by_ids(company_id: int, keys: Iterable[int]) -> dict[int, Customer]:
    """Customers by key, in one query that does not grow with their number; those that are missing are left out."""
    wanted = list(keys)
    if not wanted:
        return {}
    return {c.pk: c for c in Customer.objects.filter(KeyIn(wanted), company_id=company_id)}


def by_codes(company_id: int, codes: Iterable[str]) -> dict[str, Customer]:
    """Customers by code, in one query; codes the company does not have are missing."""
    return {c.code: c for c in Customer.objects.filter(company_id=company_id, code__in=list(codes))}


BY_NAME = (F("sort_key"), F("id"))
