"""Credits used together: own entity first, then by kind, oldest first; never more than there is (SPEC 7)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.consuming import Spendable, Target, spend, spent
from reconciliation.waterfall import Pair

ENTITIES = st.sampled_from([None, 1, 2])
AMOUNTS = st.integers(0, 50).map(Decimal)


def credit(
    line: int, amount: int, *, entity: int | None = None, rank: int = 0, day: int = 1, number: str = "A"
) -> Spendable:
    return Spendable(line, Decimal(amount), entity, rank, date(2026, 1, day), number)


def target(line: int, amount: int, entity: int | None = None) -> Target:
    return Target(line, Decimal(amount), entity)


def test_by_kind_then_oldest_first() -> None:
    credits = [credit(1, 5, rank=4), credit(2, 5, rank=1, day=9), credit(3, 5, rank=1, day=2)]
    assert spend(credits, [target(7, 12)]) == [
        Pair(7, 3, Decimal(5)),
        Pair(7, 2, Decimal(5)),
        Pair(7, 1, Decimal(2)),
    ]


def test_the_charges_own_entity_comes_first() -> None:
    credits = [credit(1, 5, rank=0), credit(2, 5, rank=4, entity=8)]
    assert [pair.credit for pair in spend(credits, [target(7, 6, 8)])] == [2, 1]
    assert [pair.credit for pair in spend(credits, [target(7, 6, 8)], own_entity_only=True)] == [2]
    assert [pair.credit for pair in spend(credits, [target(7, 6)], own_entity_only=True)] == [1]


@st.composite
def purses(draw: st.DrawFn) -> list[Spendable]:
    count = draw(st.integers(0, 8))
    return [
        Spendable(
            n,
            draw(AMOUNTS),
            draw(ENTITIES),
            draw(st.integers(0, 4)),
            date(2026, 1, draw(st.integers(1, 9))),
            "",
        )
        for n in range(count)
    ]


@given(purses(), st.lists(st.tuples(AMOUNTS, ENTITIES), max_size=8), st.booleans())
def test_one_side_is_used_up_and_nothing_is_used_twice(
    credits: list[Spendable], wanted: list[tuple[Decimal, int | None]], only: bool
) -> None:
    targets = [Target(100 + n, amount, entity) for n, (amount, entity) in enumerate(wanted)]
    pairs = spend(credits, targets, own_entity_only=only)
    used = spent(pairs)
    assert all(pair.amount > 0 for pair in pairs)
    assert all(used.get(credit.line, 0) <= credit.amount for credit in credits)
    entity_of = {one.line: one.entity for one in [*credits, *targets]}
    for one in targets:
        paid = sum(pair.amount for pair in pairs if pair.charge == one.line)
        assert paid <= one.amount
        left = [c for c in credits if used.get(c.line, 0) < c.amount]
        if paid < one.amount:
            assert not [c for c in left if not only or c.entity == one.entity]
    if only:
        assert all(entity_of[pair.charge] == entity_of[pair.credit] for pair in pairs)
