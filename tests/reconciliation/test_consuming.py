"""Credits used together: own entity first, then by kind, oldest first; never more than there is (SPEC 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.consuming import Mix, Rules, Spendable, Target, mix, spend, spent
from reconciliation.waterfall import Allocation, OpenLine, Pair, Spread

LIMITED = Rules(own_entity_only=True)
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
    assert [pair.credit for pair in spend(credits, [target(7, 6, 8)], rules=LIMITED)] == [2]
    assert [pair.credit for pair in spend(credits, [target(7, 6)], rules=LIMITED)] == [1]


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
    pairs = spend(credits, targets, rules=Rules(own_entity_only=only))
    used = spent(pairs)
    assert all(pair.amount > 0 for pair in pairs)
    assert all(used.get(credit.line, 0) <= credit.amount for credit in credits)
    entity_of = {c.line: c.entity for c in credits} | {t.line: t.entity for t in targets}
    for one in targets:
        paid = sum(pair.amount for pair in pairs if pair.charge == one.line)
        assert paid <= one.amount
        left = [c for c in credits if used.get(c.line, 0) < c.amount]
        if paid < one.amount:
            assert not [c for c in left if not only or c.entity == one.entity]
    if only:
        assert all(entity_of[pair.charge] == entity_of[pair.credit] for pair in pairs)


def opened(*amounts: int) -> list[OpenLine]:
    return [OpenLine(number, number, Decimal(amount)) for number, amount in enumerate(amounts, start=1)]


def together(cash: int, credits: list[Spendable], *amounts: int, **more: object) -> Mix:
    lines = opened(*amounts)
    return mix(Decimal(cash), credits, lines, dict.fromkeys((line.line for line in lines), None), **more)  # type: ignore[arg-type]


def test_w4_credit_memo_then_cash() -> None:
    mixed = together(200, [credit(91, 1000)], 300, 400, 500)
    assert mixed.pairs == (
        Pair(1, 91, Decimal(300)),
        Pair(2, 91, Decimal(400)),
        Pair(3, 91, Decimal(300)),
    )
    assert mixed.cash == Spread((Allocation(3, 3, Decimal(200)),), Decimal(0))


def test_w5_advance_then_cash() -> None:
    mixed = together(125, [credit(91, 200, rank=1)], 150, 175)
    assert mixed.pairs == (Pair(1, 91, Decimal(150)), Pair(2, 91, Decimal(50)))
    assert mixed.cash == Spread((Allocation(2, 2, Decimal(125)),), Decimal(0))


def test_w11_oldest_first_goes_by_date_whatever_the_kind_and_entity() -> None:
    credits = [
        credit(5, 500, rank=0, day=5, entity=1),
        credit(4, 700, rank=3, day=4),
        credit(2, 100, rank=4, day=2, entity=2),
    ]
    pairs = spend(credits, [target(1, 600, 1), target(3, 700)], rules=Rules(oldest_first=True))
    assert [(p.charge, p.credit, int(p.amount)) for p in pairs] == [
        (1, 2, 100),
        (1, 4, 500),
        (3, 4, 200),
        (3, 5, 500),
    ]


def test_an_amount_typed_for_a_credit_is_used_before_what_is_only_offered() -> None:
    typed = replace(credit(2, 40, rank=4), fixed=True)
    mixed = together(0, [credit(1, 100), typed], 60, 20)
    assert mixed.used == {1: 40, 2: 40}
    assert together(0, [typed], 30).unused == {2: 10}


def test_what_is_typed_for_a_charge_comes_from_both_and_goes_first() -> None:
    mixed = together(10, [credit(1, 50)], 40, 40, pinned={2: Decimal(35)})
    assert mixed.charges == {1: 25, 2: 35}
    assert together(10, [credit(1, 5)], 40, pinned={1: Decimal(35)}).cash.remainder == -20


@given(
    cash=AMOUNTS,
    credits=purses(),
    charges=st.lists(st.tuples(st.integers(1, 50).map(Decimal), ENTITIES, st.booleans()), max_size=6),
    rules=st.builds(Rules, st.booleans(), st.booleans()),
    fixed=st.sets(st.integers(0, 7)),
)
def test_cash_and_credits_together(
    cash: Decimal,
    credits: list[Spendable],
    charges: list[tuple[Decimal, int | None, bool]],
    rules: Rules,
    fixed: set[int],
) -> None:
    credits = [replace(one, fixed=one.line in fixed) for one in credits]
    lines = [OpenLine(100 + n, n, amount) for n, (amount, _entity, _pin) in enumerate(charges)]
    entities = {100 + n: entity for n, (_amount, entity, _pin) in enumerate(charges)}
    pins = {100 + n: amount / 2 for n, (amount, _entity, pin) in enumerate(charges) if pin}
    mixed = mix(cash, credits, lines, entities, pinned=pins, rules=rules)
    paid = sum((part.amount for part in mixed.cash.allocations), Decimal(0))
    used, applied = sum(mixed.used.values(), Decimal(0)), sum(mixed.charges.values(), Decimal(0))
    assert cash + used == applied + mixed.cash.remainder
    assert paid + mixed.cash.remainder == cash
    assert all(mixed.used.get(one.line, 0) <= one.amount for one in credits)
    assert all(mixed.charges.get(line.line, 0) <= line.open for line in lines)
    assert all(mixed.charges.get(line, Decimal(0)) == amount for line, amount in pins.items())
    assert all(
        used + mixed.unused.get(key, 0) == credit.amount
        for credit in credits
        if credit.fixed
        for key, used in [(credit.line, mixed.used.get(credit.line, Decimal(0)))]
    )
    if not rules.own_entity_only and (mixed.cash.allocations or mixed.cash.remainder < 0):
        assert used == sum((one.amount for one in credits), Decimal(0)), "cash before the credits"
    # what a person sees and posts, amount by amount, is what flowed
    again = mix(
        cash,
        credits,
        lines,
        entities,
        pinned=dict.fromkeys(entities, Decimal(0)) | dict(mixed.charges),
        rules=rules,
    )
    assert again == mixed
