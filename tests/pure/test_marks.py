"""Settlement and the four marks (SPEC 5, 11, 15.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.marks import (
    MARK_LABELS,
    SETTLEMENT_LABELS,
    Mark,
    Settlement,
    mark,
    settlement,
    speaks_credit,
)

ZERO = Decimal(0)


@dataclass(frozen=True)
class Match:
    day: int
    amount: Decimal
    inline: bool = False


@dataclass(frozen=True)
class Document:
    """A document of one side, told by what is matched with it and when; the independent reference."""

    gross: Decimal
    matches: tuple[Match, ...]
    is_credit: bool = False
    reserved: Decimal = ZERO

    def matched(self, day: int, *, inline: bool) -> Decimal:
        return sum((m.amount for m in self.matches if m.day <= day and m.inline is inline), ZERO)

    def open(self, day: int) -> Decimal:
        return self.gross - self.matched(day, inline=True) - self.matched(day, inline=False)

    def settlement(self, day: int) -> Settlement:
        return settlement(
            is_credit=self.is_credit,
            open=self.open(day),
            matched=self.matched(day, inline=False),
            reserved=self.reserved,
        )

    def mark(self, day: int) -> Mark:
        return mark(open=self.open(day), open_ever=self.open(99), matched_ever=self.matched(99, inline=False))


def charge(gross: float, *matches: Match, reserved: float = 0) -> Document:
    return Document(Decimal(str(gross)), matches, reserved=Decimal(str(reserved)))


def credit(gross: float, *matches: Match, reserved: float = 0) -> Document:
    return Document(Decimal(str(gross)), matches, is_credit=True, reserved=Decimal(str(reserved)))


TODAY, LATER = 1, 5


@pytest.mark.parametrize(
    ("document", "expected", "expected_mark"),
    [
        (charge(100), Settlement.OPEN, Mark.NONE),
        (charge(400, Match(TODAY, Decimal(20), inline=True)), Settlement.OPEN, Mark.NONE),
        (charge(100, reserved=30), Settlement.SELECTED, Mark.NONE),
        (charge(100, Match(TODAY, Decimal(10)), reserved=30), Settlement.SELECTED, Mark.PARTIAL),
        (charge(100, Match(TODAY, Decimal(10))), Settlement.PARTIALLY_PAID, Mark.PARTIAL),
        (charge(100, Match(TODAY, Decimal(100))), Settlement.PAID, Mark.COMPLETE),
        (charge(0), Settlement.PAID, Mark.COMPLETE),
        (charge(200, Match(TODAY, Decimal(200), inline=True)), Settlement.PAID, Mark.COMPLETE),
        (credit(80), Settlement.AVAILABLE, Mark.NONE),
        (credit(80, reserved=80), Settlement.AVAILABLE, Mark.NONE),
        (credit(60, Match(TODAY, Decimal(50), inline=True)), Settlement.AVAILABLE, Mark.NONE),
        (credit(80, Match(TODAY, Decimal(30))), Settlement.PARTIALLY_APPLIED, Mark.PARTIAL),
        (credit(80, Match(TODAY, Decimal(80))), Settlement.APPLIED, Mark.COMPLETE),
    ],
)
def test_known_cases(document: Document, expected: Settlement, expected_mark: Mark) -> None:
    assert document.settlement(TODAY) is expected
    assert document.mark(TODAY) is expected_mark


def test_w15_instalments() -> None:
    now, second, third = (Match(day, Decimal(40)) for day in (TODAY, LATER, LATER + 1))
    covered = charge(120, now, second, third)
    assert covered.open(TODAY) == 80
    assert covered.settlement(TODAY) is Settlement.PARTIALLY_PAID
    assert covered.mark(TODAY) is Mark.COMPLETE_FUTURE
    assert covered.mark(LATER) is Mark.COMPLETE_FUTURE
    assert covered.mark(LATER + 1) is Mark.COMPLETE
    assert charge(120, now, second).mark(TODAY) is Mark.PARTIAL
    assert charge(120, second).mark(TODAY) is Mark.PARTIAL, "a future part counts as partial"
    assert charge(120, second).settlement(TODAY) is Settlement.OPEN


def test_w13_open_until_the_receipt_happens() -> None:
    invoice = charge(100, Match(LATER, Decimal(100)))
    assert invoice.settlement(TODAY) is Settlement.OPEN
    assert invoice.settlement(LATER) is Settlement.PAID


def test_both_sides_of_an_invoice_count_when_inline_credits_are_off() -> None:
    """300, 100 and −20, all open: paying the 400 leaves the credit of 20 open on the same head."""
    open_credit = Decimal(20)
    paid_charges = settlement(is_credit=False, open=open_credit, matched=Decimal(400))
    assert paid_charges is Settlement.PARTIALLY_PAID


def test_a_net_negative_document_speaks_the_credit_words() -> None:
    assert speaks_credit(Decimal("-0.01"))
    assert not speaks_credit(ZERO)
    assert not speaks_credit(Decimal(10))


AMOUNTS = st.integers(0, 100).map(Decimal)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    matches: list[Match] = []
    gross = left = draw(AMOUNTS)
    for _ in range(draw(st.integers(0, 4))):
        amount = draw(st.sampled_from([left, left / 2, min(left, Decimal(1))]))
        if amount:
            matches.append(Match(draw(st.integers(0, 9)), amount, draw(st.booleans())))
            left -= amount
    reserved = draw(st.sampled_from([ZERO, left / 2, left]))
    return Document(gross, tuple(matches), draw(st.booleans()), reserved)


@given(documents(), st.integers(0, 10))
def test_settlement_and_mark_agree_on_what_is_settled(document: Document, day: int) -> None:
    state = document.settlement(day)
    assert state.settled is (document.open(day) == 0)
    assert (document.mark(day) is Mark.COMPLETE) is state.settled
    credit_words = {Settlement.AVAILABLE, Settlement.PARTIALLY_APPLIED, Settlement.APPLIED}
    assert (state in credit_words) is document.is_credit


@given(documents(), st.integers(0, 10))
def test_untouched_means_no_application_but_inline_ones(document: Document, day: int) -> None:
    others = document.matched(day, inline=False)
    if document.settlement(day) in (Settlement.OPEN, Settlement.AVAILABLE):
        assert others == 0
        assert document.open(day) > 0
    if document.settlement(day) is Settlement.SELECTED:
        assert document.reserved > 0
    if document.mark(day) is Mark.NONE:
        assert document.matched(99, inline=False) == 0


@given(documents())
def test_a_mark_only_moves_forward_as_days_pass(document: Document) -> None:
    order = [Mark.NONE, Mark.PARTIAL, Mark.COMPLETE_FUTURE, Mark.COMPLETE]
    history = [order.index(document.mark(day)) for day in range(11)]
    assert history == sorted(history)
    assert document.mark(10) is not Mark.COMPLETE_FUTURE


def test_negative_figures_are_mistakes_of_the_caller() -> None:
    with pytest.raises(ValueError, match="positive"):
        settlement(is_credit=True, open=Decimal(-1), matched=ZERO)
    with pytest.raises(ValueError, match="positive"):
        mark(open=ZERO, open_ever=Decimal(-1), matched_ever=ZERO)


def test_every_value_has_a_label() -> None:
    assert {value: str(value.label) for value in Mark} == {value: str(MARK_LABELS[value]) for value in Mark}
    assert str(Mark.COMPLETE_FUTURE.label) == "complete with future payments"
    assert set(SETTLEMENT_LABELS) == set(Settlement)
    assert str(Settlement.PARTIALLY_PAID.label) == "partially paid"
    assert f"{Settlement.PARTIALLY_PAID}" == "partially_paid"
