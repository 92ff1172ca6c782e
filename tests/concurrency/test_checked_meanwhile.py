"""The checker on books that people go on working in: what happens meanwhile is no difference (SPEC 17)."""

from __future__ import annotations

from itertools import count

import pytest

from ledger.checks import check
from tests.build import books
from tests.concurrency.racing import race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


def test_books_are_sound_while_they_are_worked_in() -> None:
    with books() as b:
        turns = count()

        def work() -> None:
            customer = customers[next(turns) % len(customers)]
            b.receipt(10, [b.invoice(10, customer=customer)], customer=customer)

        def look() -> list[str]:
            return [str(finding) for finding in check(b.company.pk)]

        customers = [b.add_customer() for _ in range(3)]
        found = race(b, [work, work, work, look], 12)
        assert [result for result in found.results if result] == []
        require_sound(b)
