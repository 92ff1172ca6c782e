"""Books that record refunds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from arledger.companies.models import Entity, EntityConfiguration
from credits.services import adjustments
from ledger.entering import DocumentInput, LineInput
from ledger.models import Reservation
from tests.build import TODAY, Books, books, money, person


@contextmanager
def refunding(**settings: object) -> Iterator[Books]:
    with books() as b:
        b.configure(refunds_enabled=True, **settings)
        yield b


def reserved(b: Books) -> list[Decimal]:
    """What drafts hold, in the order it was reserved."""
    held = Reservation.objects.filter(company=b.company).order_by("pk")
    return list(held.values_list("amount", flat=True))


def as_person(b: Books, role: str = "administrator") -> Books:
    """The same books, with somebody else acting."""
    return replace(b, actor=replace(b.actor, user_id=person(b, role).pk))


def entity(b: Books, code: str, **overrides: object) -> int:
    """An entity, with settings of its own if there are any."""
    made = Entity.objects.create(company=b.company, code=code, name=code)
    if overrides:
        EntityConfiguration.objects.create(company=b.company, entity=made, **overrides)
    return made.pk


def cash_basis_memo(b: Books, *amounts: int) -> int:
    """A credit memo whose last line bears cash-basis tax."""
    lines = [
        LineInput(amount=money(amount), cash_basis_tax=place == len(amounts))
        for place, amount in enumerate(amounts, start=1)
    ]
    entered = DocumentInput(customer_id=b.customer, date=TODAY, lines=lines)
    return adjustments.enter(actor=b.actor, adjustments=[entered], post=True)[0]


def limited_to(b: Books, *entities: int) -> Books:
    """The same books, with somebody acting who sees these entities and the top level only."""
    return replace(b, actor=replace(b.actor, entities=frozenset(entities)))
