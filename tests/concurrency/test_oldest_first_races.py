"""Two people match the same customers oldest first at the same instant: once, without a deadlock (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciliation.oldest_first_services import match_oldest_first
from tests.build import Books, books
from tests.concurrency.racing import applied_to, race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


def clerk(b: Books, *customers: int) -> Callable[[], object]:
    return lambda: len(match_oldest_first(actor=b.actor, customers=customers))


def test_the_second_finds_nothing_to_match() -> None:
    with books() as b:
        for _ in range(4):
            charge, memo = b.invoice(100), b.adjustment(-100)
            found = race(b, [clerk(b, b.customer)] * 2)
            assert (found.results, dict(found.refused)) == ([1], {"nothing_to_match": 1})
            assert [applied_to(b, key) for key in (charge, memo)] == [100, 100]
        require_sound(b)


def test_batches_in_opposite_orders_do_not_wait_for_each_other_forever() -> None:
    with books() as b:
        customers = [b.customer, *(b.add_customer(f"C{n}") for n in range(3))]
        for _ in range(3):
            for customer in customers:
                b.invoice(10, customer=customer)
                b.adjustment(-10, customer=customer)
            found = race(b, [clerk(b, *customers), clerk(b, *reversed(customers))])
            assert sorted(found.results, key=str) == [0, 4]
        require_sound(b)
