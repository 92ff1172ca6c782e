"""A company of two entities with something of everything in each and at the top level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from arledger.companies.entity_forms import TOP
from arledger.companies.models import Entity
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from tests.build import TODAY, Books, books


@dataclass
class World:
    """Everything once per part: times 1 for Lyon, 10 for Nice, 100 for the top level; 4 of Nice's settled Lyon's."""

    b: Books
    lyon: int
    nice: int
    invoices: dict[int, int]

    @property
    def parts(self) -> list[int]:
        return [self.lyon, self.nice, TOP]


@pytest.fixture
def world() -> Iterator[World]:
    with books() as b:
        made = [Entity.objects.create(company=b.company, code=code, name=code) for code in ("LYON", "NICE")]
        found = World(b, made[0].pk, made[1].pk, {})
        b.configure(refunds_enabled=True)
        b.number_advances()
        advances = {key: part(found, key or None, 10**place) for place, key in enumerate(found.parts)}
        b.match((b.line(found.invoices[found.lyon]), b.line(advances[found.nice]), 4))
        yield found


def part(world: World, entity: int | None, times: int) -> int:
    """A document of each kind; what is left on the account in the end is 29 times ``times``. Answers the advance."""
    b = world.b
    of: dict[str, Any] = {"entity_id": entity}
    b.add_customer(f"Of {entity}", **of)
    course = LineInput(amount=Decimal(100 * times), tax_receipt_eligible=True)
    entered = DocumentInput(customer_id=b.customer, date=TODAY, lines=[course], entity_id=entity)
    paid = invoices.enter(actor=b.actor, invoices=[entered], post=True)[0]
    world.invoices[entity or TOP] = b.invoice(7 * times, **of)
    b.receipt(60 * times, [paid], **of)
    b.receipt(5 * times, leave=True, **of)
    b.deposit(b.cash(9 * times, leave=True, **of), **of)
    memo, advance = b.adjustment(-3 * times, **of), b.advance(2 * times, **of)
    b.refund({memo: times}, **of)
    return advance
