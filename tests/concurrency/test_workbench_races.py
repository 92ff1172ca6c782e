"""Twenty clerks at the workbench over one credit: it is never used twice, whoever was first (DESIGN 2)."""

from __future__ import annotations

import pytest

from reconciliation.errors import CreditNotNeeded
from reconciliation.workbench import build
from tests.build import Books, books
from tests.concurrency.racing import Turn, applied_to, race, require_sound

pytestmark = pytest.mark.usefixtures("committed")
THREADS = 20


def clerk(b: Books, invoice: int, credit: int) -> Turn:
    """Chooses 30 of the credit and of the invoice, and matches what the screen then says."""
    data = {f"use-c{credit}": "30", f"use-d{invoice}": "30"} | {f"pin-c{credit}": "!", f"pin-d{invoice}": "!"}

    def turn() -> int:
        bench = build(actor=b.actor, customer=b.customer, currency="EUR", data=data, post=True)
        return b.use(bench.plan.credits, per_document=bench.plan.per_document)

    return turn


def test_twenty_clerks_on_one_credit() -> None:
    with books() as b:
        credit = b.receipt(200, leave=True)
        charged = [b.invoice(50) for _ in range(THREADS)]
        found = race(b, [clerk(b, invoice, credit) for invoice in charged])
        assert found.faults == []
        assert found.done == 6, "six times 30 of 200"
        assert sum(found.refused.values()) == THREADS - 6
        assert CreditNotNeeded.code not in found.refused, "the charge takes all that was chosen"
        assert b.open(credit) == -20
        assert sorted(b.open(key) for key in charged) == [20] * 6 + [50] * (THREADS - 6)
        assert applied_to(b, credit) == 180
        require_sound(b)
