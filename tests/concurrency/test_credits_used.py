"""Several people use one credit at once: by payments, by hand, as drafts; exactly one wins, the others are told."""

from __future__ import annotations

import random

import pytest

from arledger.core.errors import Refusal
from payments import services as payments
from reconciliation.plans import CreditUse
from tests.build import Books, books, money
from tests.concurrency.racing import Turn, applied_to, race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


def whole(credit: int) -> CreditUse:
    return CreditUse(document=credit, amount=money(100))


def test_a_payment_and_a_match_by_hand_on_one_credit() -> None:
    with books() as b:
        memo, first, second = b.adjustment(-100), b.invoice(100), b.invoice(100)
        turns: list[Turn] = [
            lambda: b.receipt(0, [first], credits=[whole(memo)]),
            lambda: b.use([whole(memo)], [second]),
        ]
        found = race(b, turns)
        assert found.done == 1
        assert set(found.refused) <= {"credit_used_up", "not_an_open_credit"}
        assert applied_to(b, memo) == 100
        require_sound(b)


def test_two_drafts_on_one_credit_and_the_loser_is_told_what_is_left() -> None:
    with books() as b:
        memo, charge = b.adjustment(-150), b.invoice(400)
        said: list[str] = []

        def draft() -> int:
            try:
                return b.receipt(0, [charge], credits=[whole(memo)], post=False)
            except Refusal as refusal:
                said.append(str(refusal))
                raise

        found = race(b, [draft, draft])
        assert (found.done, dict(found.refused)) == (1, {"charge_has_less_left": 1})
        assert said == [f"{b.document(memo).number} has 50.00 left; you entered 100.00. Use 50.00 at most."]
        require_sound(b)


def clerk(b: Books, seed: int, charges: list[int], credits: list[int]) -> Turn:
    """Uses credits in every way there is, and takes payments back."""
    rng = random.Random(seed)

    def turn() -> None:
        charge, dice = rng.choice(charges), rng.random()
        chosen = rng.sample(credits, 2)
        if dice < 0.4:
            b.use(chosen, per_document={charge: money(rng.randint(1, 20))})
        elif dice < 0.6:
            b.reverse(b.receipt(rng.randint(0, 3), per_document={charge: money(3)}, credits=chosen))
        elif dice < 0.9:
            b.receipt(rng.randint(0, 5), [charge], credits=[CreditUse(document=chosen[0], amount=money(7))])
        else:
            draft = b.receipt(0, per_document={charge: money(5)}, credits=chosen, post=False)
            payments.post(actor=b.actor, ids=[draft])

    return turn


def test_clerks_on_the_same_credits() -> None:
    with books() as b:
        charges = [b.invoice(100) for _ in range(4)]
        credits = [b.adjustment(-60), b.advance(60), b.receipt(60), b.invoice(-60)]
        found = race(b, [clerk(b, seed, charges, credits) for seed in range(4)], 25)
        assert found.done > 10
        assert set(found.refused) <= {
            "not_an_open_charge",
            "not_an_open_credit",
            "charge_settled",
            "charge_has_less_left",
            "credit_used_up",
            "credit_not_needed",
            "applied_over_funds",
            "charge_selected_by_drafts",
            "nothing_left",
            "not_enough_left",
            "still_applied",
            "several",
        }
        assert all(applied_to(b, credit) <= 60 for credit in credits)
        require_sound(b)
