"""Eight threads, 200 rounds each, on one credit: nothing over-applied, no deadlock, typed refusals only (DESIGN 2)."""

from __future__ import annotations

import random

import pytest

from arledger.core.sql import fetch_all
from payments import services as payments
from tests.build import Books, books, money
from tests.concurrency.racing import Turn, applied_to, race, require_sound

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("committed")]
THREADS, ROUNDS = 8, 200
IN_FORCE = """
SELECT coalesce(reverses_id, id) FROM ledger_application WHERE company_id = %s AND credit_line_id = %s
GROUP BY 1 HAVING sum(amount) > 0 ORDER BY random() LIMIT 1
"""
DRAFTS = (
    "SELECT id FROM ledger_document WHERE company_id = %s AND kind = 'payment' AND state = 'draft' LIMIT 3"
)


def clerk(b: Books, seed: int, charged: list[int], credit: int) -> Turn:
    """Matches some of the credit, takes some back, receives money on the same invoices, or selects them."""
    rng = random.Random(seed)
    lines = {invoice: b.line(invoice) for invoice in charged}

    def turn() -> None:
        amount = money(rng.randint(1, 2_500)) / 100
        invoice, dice = rng.choice(charged), rng.random()
        if dice < 0.5:
            b.match((lines[invoice], credit, amount))
        elif dice < 0.85:
            found = fetch_all(IN_FORCE, [b.company.pk, credit]) or [(0,)]
            b.unapply(found[0][0], amount=rng.choice([None, amount]))
        elif dice < 0.95:
            b.receipt(amount, [invoice])
        else:
            drafts = fetch_all(DRAFTS, [b.company.pk])
            if drafts:
                payments.delete(actor=b.actor, ids=[rng.choice(drafts)[0]])
            else:
                b.receipt(5, [invoice], post=False)

    return turn


def test_eight_clerks_on_one_credit() -> None:
    with books() as b:
        charged = [b.invoice(150) for _ in range(10)]
        credit = b.receipt(200)
        turns = [clerk(b, seed, charged, b.line(credit)) for seed in range(THREADS)]
        found = race(b, turns, ROUNDS)
        assert found.done > THREADS * ROUNDS / 4
        expected = {"not_enough_left", "nothing_left", "not_found", "already_unapplied", "unapply_too_much"}
        assert set(found.refused) <= expected | {"not_an_open_charge"}
        assert found.refused["not_enough_left"] + found.refused["nothing_left"] > 20, (
            "they had to fight for it"
        )
        assert 0 <= applied_to(b, credit) <= 200
        require_sound(b)
