"""W9: a receipt of 200 on two invoices of 100; the first is un-applied, and what is free again is used again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from reconciliation.errors import (
    AlreadyUnapplied,
    AmountNotPositive,
    NothingChosen,
    ReasonMissing,
    TooMuchUnapplied,
)
from reconciliation.matching import Undo, unapply
from tests.build import Books, books, money

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    b: Books
    first: int
    second: int
    receipt: int

    @property
    def application(self) -> int:
        return self.b.applications(self.first)[0]


@pytest.fixture
def case() -> Iterator[Case]:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        yield Case(b, first, second, b.receipt(200, [first, second]))


def test_before(case: Case) -> None:
    b = case.b
    assert [b.code(i) for i in (case.first, case.second)] == ["A", "B"]
    assert b.code(case.receipt) == "", "a payment as a whole has no code"
    assert b.line_codes(case.receipt) == ["A", "B"]


def test_after_unapplying_the_first(case: Case) -> None:
    b = case.b
    b.unapply(case.application)
    assert [b.open(i) for i in (case.first, case.second)] == [100, 0]
    assert b.open_lines(case.receipt) == [-100, 0]
    assert [b.figures(i).settlement for i in (case.first, case.second)] == ["open", "paid"]
    assert b.figures(case.receipt).settlement == "partially_applied"
    assert [b.code(i) for i in (case.first, case.second)] == ["", "B"], "the first lost its code"
    assert b.line_codes(case.receipt) == ["", "B"]
    assert [b.figures(i).mark for i in (case.first, case.second)] == ["none", "complete"]


def test_the_lost_code_is_never_used_again(case: Case) -> None:
    b = case.b
    b.unapply(case.application)
    b.receipt(100, [case.first])
    assert b.code(case.first) == "C"


def test_what_is_free_again_is_a_head_of_its_own(case: Case) -> None:
    b = case.b
    b.unapply(case.application)
    third = b.invoice(60)
    b.match((b.line(third), b.line(case.receipt, 1), 60))
    assert b.state(third) == (0, "paid", "complete", "C")
    assert b.open_lines(case.receipt) == [-40, 0]
    assert b.line_codes(case.receipt) == ["C d", "B"], "the invoice's, and the freed part's own, with 40 open"

    b.match((b.line(case.first), b.line(case.receipt, 1), 40))
    assert b.open(case.first) == 60
    assert b.code(case.first) == "e"
    assert b.line_codes(case.receipt) == ["C D e", "B"]


def test_the_case_of_a_freed_part_is_that_of_its_own_line(case: Case) -> None:
    """The overpayment of the same receipt is open; the part that was used again is not."""
    b = case.b
    other = b.invoice(50)
    receipt = b.receipt(80, [other])
    b.unapply(b.applications(other)[0])
    b.match((b.line(case.b.invoice(50)), b.line(receipt, 1), 50))
    assert b.open_lines(receipt) == [0, -30]
    assert b.line_codes(receipt) == ["D E", ""]


def test_a_part_may_be_unapplied(case: Case) -> None:
    b = case.b
    b.unapply(case.application, amount="30.50")
    assert b.open(case.first) == money("30.50")
    assert b.code(case.first) == "a", "it keeps its code, lower case again"
    assert b.line_codes(case.receipt) == ["a", "B"]
    b.receipt("30.50", [case.first])
    assert b.code(case.first) == "A"


def test_matched_again_it_may_be_unapplied_again(case: Case) -> None:
    b = case.b
    for code in "CEG":
        b.unapply(b.applications(case.first)[0])
        b.match((b.line(case.first), b.line(case.receipt, 1), 100))
        assert b.code(case.first) == code, "one for the invoice, one for the freed part, each time"


@pytest.mark.parametrize(
    ("amount", "refusal"), [("100.01", TooMuchUnapplied), ("0", AmountNotPositive), ("-5", AmountNotPositive)]
)
def test_not_more_than_was_applied(case: Case, amount: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        case.b.unapply(case.application, amount=amount)
    assert case.b.open(case.first) == 0


def test_not_twice(case: Case) -> None:
    application = case.application
    case.b.unapply(application)
    with pytest.raises(AlreadyUnapplied):
        case.b.unapply(application)


def test_not_without_a_reason_or_a_match(case: Case) -> None:
    with pytest.raises(ReasonMissing):
        unapply(actor=case.b.actor, undos=[Undo(case.application)], reason=" ")
    with pytest.raises(NothingChosen):
        unapply(actor=case.b.actor, undos=[], reason="none")
