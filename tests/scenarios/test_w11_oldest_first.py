"""W11: oldest first goes by date, then number, on both sides; applying credits without a payment."""

from __future__ import annotations

from datetime import date

import pytest

from arledger.core.errors import NotFound
from ledger.models import Kind
from reconciliation.errors import CreditOfOtherEntity, NothingChosen, NotThatMuchOpen, TooEarly
from reconciliation.plans import CreditUse, Plan
from reconciliation.using import use_credits
from tests.build import books, money
from tests.scenarios.test_entity_limit import entity
from tests.scenarios.test_w04_credits_and_cash import made

pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    return date(2026, 3, number)


def test_w11() -> None:
    with books() as b:
        first, second = b.invoice(600, on=day(1), due=day(30)), b.invoice(700, on=day(3), due=day(4))
        credits = [b.adjustment(-100, on=day(2)), b.receipt(700, on=day(4)), b.advance(500, on=day(5))]
        matching = b.use(credits[::-1], auto=True, oldest_first=True)
        assert made(b, matching) == [
            (first, credits[0], 100),
            (first, credits[1], 500),
            (second, credits[1], 200),
            (second, credits[2], 500),
        ]
        assert [b.open(d) for d in (first, second, *credits)] == [0] * 5


def test_w6_the_rest_of_an_inline_credit_is_used_on_a_later_invoice() -> None:
    with books() as b:
        credit = b.invoice(10, -25, 40, -5, -30)
        later = b.invoice(4)
        matching = b.use([credit], [later])
        assert b.document(matching).kind == Kind.MATCHING
        assert b.open(later) == 0
        assert b.open_lines(credit) == [0, 0, 0, 0, -6]


def test_w8_an_advance_applied_in_parts_keeps_its_code_until_it_is_used_up() -> None:
    with books() as b:
        advance, first, second = b.advance(200), b.invoice(80), b.invoice(200)
        b.use([advance], [first])
        assert [b.code(d) for d in (first, advance)] == ["A", "b"]
        b.use([advance], [second])
        assert [b.code(d) for d in (advance, second)] == ["B", "c"]


def test_from_a_credit_over_several_charges_editable() -> None:
    with books() as b:
        memo, first, second = b.adjustment(-100), b.invoice(80), b.invoice(50)
        b.use([memo], per_document={first: money(60), second: money(40)})
        assert [b.open(d) for d in (memo, first, second)] == [0, 20, 10]


def test_from_an_invoice_with_amounts_per_credit_on_a_day() -> None:
    with books() as b:
        memo, advance, charge = b.adjustment(-100), b.advance(30), b.invoice(80)
        chosen = [CreditUse(document=memo, amount=money(25)), CreditUse(document=advance, amount=money(30))]
        b.use(chosen, [charge], on=day(20))
        assert [b.open(d) for d in (memo, advance, charge)] == [-100, -30, 80], "not yet"
        assert [b.open(d, day(20)) for d in (memo, advance, charge)] == [-75, 0, 25]
        with pytest.raises(TooEarly):
            b.use([memo], [charge], on=day(14))
        with pytest.raises(NotThatMuchOpen):
            b.use([CreditUse(document=memo, amount=money(76))], [charge])


def test_nothing_to_do_and_strangers_are_refused() -> None:
    with books() as b:
        memo, charge = b.adjustment(-100), b.invoice(80)
        with pytest.raises(NothingChosen):
            b.use([], [charge])
        with pytest.raises(NothingChosen):
            b.use([memo])
        with pytest.raises(NotFound):
            use_credits(
                actor=b.actor,
                customer=10**9,
                currency="EUR",
                plan=Plan(credits=[CreditUse(document=memo)], documents=[charge]),
            )


def test_the_entity_limit_leaves_other_entities_credits_alone() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        b.configure(limit_credits_to_entity=True)
        mine, theirs = b.adjustment(-50, entity_id=own), b.adjustment(-50, entity_id=other)
        charge = b.invoice(80, entity_id=own)
        with pytest.raises(CreditOfOtherEntity):
            b.use([theirs, mine], [charge])
        b.use([mine], [charge])
        assert [b.open(d) for d in (mine, theirs, charge)] == [0, -50, 30]
        with pytest.raises(CreditOfOtherEntity):
            b.use([CreditUse(document=theirs, amount=money(5))], [charge])
