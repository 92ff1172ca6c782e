"""W6, the inline part: lines +10, −25, +40, −5, −30 settle both positives and leave 10 on the last negative line."""

from __future__ import annotations

import pytest

from reconciliation.errors import NotEnoughLeft
from tests.build import books

pytestmark = pytest.mark.django_db


def test_negative_lines_are_used_in_order_and_the_rest_stays_on_the_last() -> None:
    with books() as b:
        invoice = b.invoice(10, -25, 40, -5, -30)
        assert b.document(invoice).total == -10
        assert b.state(invoice) == (-10, "available", "none", "")
        assert b.open_lines(invoice) == [0, 0, 0, 0, -10]


def test_the_rest_is_used_on_a_later_invoice_and_draws_a_code_for_each_head() -> None:
    with books() as b:
        credit = b.invoice(10, -25, 40, -5, -30)
        later = b.invoice(4)
        b.match((b.line(later), b.line(credit, 5), 4))
        assert b.open(later) == 0
        assert b.open_lines(credit) == [0, 0, 0, 0, -6]
        assert b.state(later) == (0, "paid", "complete", "A")
        assert b.state(credit) == (-6, "partially_applied", "partial", "b"), "one match, two groups"
        with pytest.raises(NotEnoughLeft) as refused:
            b.match((b.line(b.invoice(50)), b.line(credit, 5), 7))
        assert refused.value.values["available"] == 6


def test_inline_matches_show_the_code_once_the_invoice_has_one() -> None:
    with books() as b:
        invoice = b.invoice(300, 100, -20)
        assert b.line_codes(invoice) == ["", "", ""]
        b.receipt(50, [invoice])
        assert b.line_codes(invoice) == ["a", "", "a"]
        b.receipt(330, [invoice])
        assert b.line_codes(invoice) == ["A", "A", "A"]
