"""The waterfall (SPEC 8; W1 to W3)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.waterfall import (
    Allocation,
    DocumentUnderPinned,
    NegativeSpread,
    OpenLine,
    PinnedNegative,
    PinnedNotOpen,
    PinnedOverAmount,
    PinnedOverOpen,
    spread_document_amounts,
    waterfall,
)

ZERO = Decimal(0)


def opened(*documents: Sequence[object]) -> list[OpenLine]:
    """Line ids are document * 10 + position: document 1 has lines 11, 12…"""
    return [
        OpenLine(document * 10 + position, document, Decimal(str(amount)))
        for document, amounts in enumerate(documents, start=1)
        for position, amount in enumerate(amounts, start=1)
        if amount
    ]


def open_after(lines: list[OpenLine], allocations: tuple[Allocation, ...]) -> dict[int, Decimal]:
    left = {line.line: line.open for line in lines}
    for part in allocations:
        left[part.line] -= part.amount
    return left


def taken(allocations: tuple[Allocation, ...]) -> dict[int, Decimal]:
    return {part.line: part.amount for part in allocations}


class TestWorkedExamples:
    def test_w2_500_on_three_invoices(self) -> None:
        lines = opened([300], [160], [280, 100])
        first = waterfall(Decimal(500), lines)
        assert [part.amount for part in first.allocations] == [300, 160, 40]
        assert open_after(lines, first.allocations) == {11: 0, 21: 0, 31: 240, 32: 100}
        assert first.remainder == 0

    def test_w2_then_340_settles_the_rest_and_a_cent_touches_nothing(self) -> None:
        second = waterfall(Decimal(340), opened([], [], [240, 100]))
        assert taken(second.allocations) == {31: 240, 32: 100}
        third = waterfall(Decimal("0.01"), [])
        assert third.allocations == ()
        assert third.remainder == Decimal("0.01")

    def test_w3_a_later_payment_resumes_at_the_first_line_with_a_balance(self) -> None:
        lines = opened([100, 50, 60])
        first = waterfall(Decimal(120), lines)
        assert open_after(lines, first.allocations) == {11: 0, 12: 30, 13: 60}
        second = waterfall(Decimal(90), opened([0, 30, 60]))
        assert taken(second.allocations) == {12: 30, 13: 60}


class TestPins:
    def test_the_rest_flows_around_a_pinned_line(self) -> None:
        lines = opened([100], [100], [100])
        spread = waterfall(Decimal(150), lines, pinned={21: Decimal(30)})
        assert taken(spread.allocations) == {11: 100, 21: 30, 31: 20}

    def test_a_pin_of_zero_leaves_the_line_out(self) -> None:
        spread = waterfall(Decimal(250), opened([100], [100]), pinned={11: ZERO})
        assert taken(spread.allocations) == {21: 100}
        assert spread.remainder == 150

    def test_a_pin_beyond_what_is_open_names_the_line_and_the_limit(self) -> None:
        with pytest.raises(PinnedOverOpen) as refused:
            waterfall(Decimal(500), opened([100]), pinned={11: Decimal(101)})
        assert refused.value.values == {"document": 1, "line": 11, "open": 100, "amount": 101}

    def test_pins_beyond_the_amount_say_by_how_much(self) -> None:
        with pytest.raises(PinnedOverAmount) as refused:
            waterfall(Decimal(100), opened([80], [80]), pinned={11: Decimal(80), 21: Decimal(50)})
        assert refused.value.values == {"total": 130, "amount": 100, "excess": 30}

    def test_negative_amounts_are_refused(self) -> None:
        with pytest.raises(NegativeSpread):
            waterfall(Decimal(-1), opened([100]))
        with pytest.raises(PinnedNegative):
            waterfall(Decimal(1), opened([100]), pinned={11: Decimal(-1)})

    def test_a_line_that_is_no_longer_open_is_refused(self) -> None:
        with pytest.raises(PinnedNotOpen) as refused:
            waterfall(Decimal(1), opened([100]), pinned={77: Decimal(1)})
        assert refused.value.values["line"] == 77

    def test_a_pin_of_zero_on_a_line_that_is_no_longer_open_is_harmless(self) -> None:
        assert waterfall(Decimal(1), opened([100]), pinned={77: ZERO}).remainder == 0


class TestAmountsPerDocument:
    LINES = opened([60, 40], [50])

    def test_each_document_is_filled_by_line_and_closed_to_the_rest(self) -> None:
        pins = spread_document_amounts(self.LINES, {1: Decimal(70)})
        assert pins == {11: 60, 12: 10}
        assert spread_document_amounts(self.LINES, {1: Decimal(50)}) == {11: 50, 12: 0}
        spread = waterfall(Decimal(150), self.LINES, pinned={11: Decimal(50), 12: ZERO})
        assert taken(spread.allocations) == {11: 50, 21: 50}
        assert spread.remainder == 50

    def test_amounts_typed_per_line_count_towards_the_document(self) -> None:
        pins = spread_document_amounts(self.LINES, {1: Decimal(70)}, pinned={12: Decimal(30), 21: Decimal(5)})
        assert pins == {11: 40, 12: 30, 21: 5}

    def test_more_than_the_document_has_open_is_refused(self) -> None:
        with pytest.raises(PinnedOverOpen) as refused:
            spread_document_amounts(self.LINES, {1: Decimal(101)})
        assert refused.value.values == {"document": 1, "line": None, "open": 100, "amount": 101}

    def test_what_the_pinned_lines_leave_out_is_not_reachable(self) -> None:
        with pytest.raises(PinnedOverOpen) as refused:
            spread_document_amounts(self.LINES, {1: Decimal(90)}, pinned={12: Decimal(20)})
        assert refused.value.values["open"] == 80

    def test_lines_that_exceed_their_document_are_refused(self) -> None:
        with pytest.raises(DocumentUnderPinned):
            spread_document_amounts(self.LINES, {1: Decimal(20)}, pinned={12: Decimal(30)})

    def test_negative_and_unknown_documents_are_refused(self) -> None:
        with pytest.raises(PinnedNegative):
            spread_document_amounts(self.LINES, {1: Decimal(-1)})
        with pytest.raises(PinnedNotOpen) as refused:
            spread_document_amounts(self.LINES, {8: Decimal(1)})
        assert refused.value.values["document"] == 8
        assert spread_document_amounts(self.LINES, {8: ZERO}) == {}


def test_lines_without_an_open_amount_or_listed_twice_are_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="nothing open"):
        OpenLine(1, 1, ZERO)
    with pytest.raises(ValueError, match="twice"):
        waterfall(Decimal(1), [OpenLine(1, 1, Decimal(1)), OpenLine(1, 1, Decimal(1))])


AMOUNT = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
OPEN = st.integers(1, 30_000).map(lambda cents: Decimal(cents) / 100)
DOCUMENTS = st.lists(st.lists(OPEN, min_size=1, max_size=4), max_size=5)


@st.composite
def lines_with_pins(draw: st.DrawFn) -> tuple[list[OpenLine], dict[int, Decimal]]:
    lines = opened(*draw(DOCUMENTS))
    chosen = draw(st.lists(st.sampled_from(lines), unique=True)) if lines else []
    return lines, {line.line: draw(st.sampled_from([ZERO, line.open, line.open / 4])) for line in chosen}


@given(lines_with_pins(), AMOUNT)
def test_the_waterfall_is_exact_and_in_order(
    case: tuple[list[OpenLine], dict[int, Decimal]], extra: Decimal
) -> None:
    lines, pins = case
    amount = sum(pins.values(), ZERO) + extra
    spread = waterfall(amount, lines, pinned=pins)
    got = taken(spread.allocations)
    assert sum(got.values(), ZERO) + spread.remainder == amount
    assert all(part.amount > 0 for part in spread.allocations)
    assert all(got.get(line.line, ZERO) <= line.open for line in lines)
    assert all(got.get(line, ZERO) == pin for line, pin in pins.items())
    order = [line.line for line in lines]
    assert [part.line for part in spread.allocations] == sorted(got, key=order.index)
    free = [line for line in lines if line.line not in pins]
    full = [got.get(line.line, ZERO) == line.open for line in free]
    assert full == sorted(full, reverse=True), "a later line was filled before an earlier one"
    partly = [line for line in free if 0 < got.get(line.line, ZERO) < line.open]
    assert len(partly) <= 1
    if spread.remainder:
        assert all(full)


@given(DOCUMENTS, st.data())
def test_amounts_per_document_become_pins_of_exactly_that_amount(
    documents: list[list[Decimal]], data: st.DataObject
) -> None:
    lines = opened(*documents)
    per_document = {
        document: data.draw(st.sampled_from([ZERO, sum(amounts, ZERO), amounts[0] / 2]))
        for document, amounts in enumerate(documents, start=1)
    }
    pins = spread_document_amounts(lines, per_document)
    assert set(pins) == {line.line for line in lines}
    for document, amount in per_document.items():
        assert sum((pins[line.line] for line in lines if line.document == document), ZERO) == amount
