"""The checker on books that people go on working in: what happens meanwhile is no difference (SPEC 17)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from ledger.checks import check
from reconciliation.proof import Query, proof
from tests.build import TODAY, Books, books
from tests.concurrency.racing import race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


def meanwhile(b: Books, look: Callable[[], object]) -> list[object]:
    """What ``look`` found, time and again, while three people posted invoices and received less than they are."""
    customers = [b.add_customer() for _ in range(3)]
    turns = count()

    def work() -> None:
        customer = customers[next(turns) % len(customers)]
        b.receipt(9, [b.invoice(10, customer=customer)], customer=customer)

    found = race(b, [work, work, work, look], 12)
    require_sound(b)
    return [result for result in found.results if result]


def test_books_are_sound_while_they_are_worked_in() -> None:
    with books() as b:
        assert meanwhile(b, lambda: [str(finding) for finding in check(b.company.pk)]) == []


def test_the_proof_is_one_of_one_instant() -> None:
    with books() as b:
        query = Query(day=TODAY)
        assert (
            meanwhile(b, lambda: [row for row in proof(actor=b.actor, query=query).rows if not row.agrees])
            == []
        )
