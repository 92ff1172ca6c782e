"""W8 through the services: advance 200, refund 80, void: available 200 → 120 → 200 (the pages: test_w08_pages.py)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.checks import check
from reconciliation.open_credits import open_credits
from tests.build import Books
from tests.refunds.helping import refunding

pytestmark = pytest.mark.django_db


def standing(b: Books, advance: int) -> tuple[Any, ...]:
    """What is available to the customer, and the state of the advance."""
    found = open_credits(company_id=b.company.pk, customers=[b.customer])
    return sum(item.available for item in found), b.state(advance)


def test_an_advance_is_refunded_in_part_and_the_refund_voided() -> None:
    with refunding() as b:
        advance = b.advance(200)
        assert standing(b, advance) == (200, (-200, "available", "none", ""))
        refund = b.refund({advance: 80})
        assert standing(b, advance) == (120, (-120, "partially_applied", "partial", "a"))
        assert b.state(refund) == (0, "paid", "complete", ""), "its entry has the credit's code, itself none"
        assert b.line_codes(refund) == ["a"]
        void = b.reverse(refund)
        assert standing(b, advance) == (200, (-200, "available", "none", ""))
        assert b.state(refund) == (0, "paid", "complete", "B"), "tied to what voids it"
        assert b.state(void) == (0, "applied", "complete", "B")
        assert check(b.company.pk) == []


def test_a_code_given_up_is_never_used_again() -> None:
    with refunding() as b:
        advance = b.advance(200)
        b.reverse(b.refund({advance: 80}))
        again = b.refund({advance: 200})
        assert b.line_codes(again) == ["C"]
        assert b.state(advance) == (0, "applied", "complete", "C")


def test_a_draft_shows_as_reserved_and_moves_nothing() -> None:
    with refunding() as b:
        advance = b.advance(200)
        b.refund({advance: 80}, post=False)
        assert standing(b, advance) == (120, (-200, "available", "none", ""))


def test_other_applications_keep_their_code_through_refund_and_void() -> None:
    with refunding() as b:
        advance = b.advance(200)
        b.match((b.line(b.invoice(50)), b.line(advance), 50))
        assert b.state(advance) == (-150, "partially_applied", "partial", "b")
        refund = b.refund({advance: 150})
        assert b.state(advance) == (0, "applied", "complete", "B")
        b.reverse(refund)
        assert b.state(advance) == (-150, "partially_applied", "partial", "b")
