"""Inline credits: negative lines offset positive lines in order (SPEC 6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.inline import meet, offset

ZERO = Decimal(0)
SIGNED = st.integers(-50_000, 50_000).map(lambda cents: Decimal(cents) / 100)
POSITIVE = st.integers(0, 50_000).map(lambda cents: Decimal(cents) / 100)


def lines(*amounts: object) -> list[tuple[int, Decimal]]:
    return [(position, Decimal(str(amount))) for position, amount in enumerate(amounts, start=1)]


def triples(*expected: tuple[int, int, int]) -> list[tuple[int, int, Decimal]]:
    return [(charge, credit, Decimal(amount)) for charge, credit, amount in expected]


def open_after(invoice: list[tuple[int, Decimal]]) -> dict[int, Decimal]:
    left = dict(invoice)
    for charge, credit, amount in offset(invoice):
        left[charge] -= amount
        left[credit] += amount
    return left


def test_w1_the_credit_lowers_the_first_line() -> None:
    invoice = lines(300, 100, -20)
    assert offset(invoice) == [(1, 3, Decimal(20))]
    assert open_after(invoice) == {1: 280, 2: 100, 3: 0}


def test_w6_what_is_left_stays_on_the_last_negative_line() -> None:
    invoice = lines(10, -25, 40, -5, -30)
    assert offset(invoice) == triples((1, 2, 10), (3, 2, 15), (3, 4, 5), (3, 5, 20))
    assert open_after(invoice) == {1: 0, 2: 0, 3: 0, 4: 0, 5: -10}


def test_w7_equal_sides_settle_each_other() -> None:
    assert open_after(lines(-100, 100)) == {1: 0, 2: 0}


def test_one_side_only_and_lines_of_zero_match_nothing() -> None:
    assert offset(lines(5, 0, 7)) == []
    assert offset(lines(-5, 0)) == []
    assert offset([]) == []
    assert offset(lines(0, 10, 0, -4)) == triples((2, 4, 4))


@given(st.lists(SIGNED, max_size=12))
def test_one_side_is_used_up_and_no_line_goes_beyond_itself(amounts: list[Decimal]) -> None:
    invoice = lines(*amounts)
    left = open_after(invoice)
    assert sum(left.values()) == sum(amounts)
    for position, amount in invoice:
        assert min(amount, ZERO) <= left[position] <= max(amount, ZERO)
    assert not (any(a > 0 for a in left.values()) and any(a < 0 for a in left.values()))


@given(st.lists(SIGNED, max_size=12))
def test_both_sides_are_taken_in_order(amounts: list[Decimal]) -> None:
    found = offset(lines(*amounts))
    assert [charge for charge, _, _ in found] == sorted(charge for charge, _, _ in found)
    assert [credit for _, credit, _ in found] == sorted(credit for _, credit, _ in found)
    assert all(amount > 0 for _, _, amount in found)
    assert len({(charge, credit) for charge, credit, _ in found}) == len(found)


@given(st.lists(POSITIVE, max_size=8), st.lists(POSITIVE, max_size=8))
def test_meeting_matches_the_smaller_side_in_full(charges: list[Decimal], credits: list[Decimal]) -> None:
    found = meet(lines(*charges), lines(*credits))
    assert sum(amount for _, _, amount in found) == min(sum(charges, ZERO), sum(credits, ZERO))
    assert len(found) <= max(len(charges) + len(credits) - 1, 0)


def test_a_negative_amount_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="positive"):
        meet(lines(-1), lines(1))
