"""W2: a receipt of 500 over 300, 160 and W1's 380, then 340, then 0.01."""

from __future__ import annotations

import pytest

from tests.build import books

pytestmark = pytest.mark.django_db


def test_the_waterfall_spreads_a_receipt_and_codes_appear() -> None:
    with books() as b:
        first, second, third = b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)
        b.receipt(500, [first, second, third])
        assert [b.open(i) for i in (first, second, third)] == [0, 0, 340]
        assert b.open_lines(third) == [240, 100, 0]
        assert [b.code(i) for i in (first, second, third)] == ["A", "B", "c"]

        b.receipt(340, [third])
        assert b.open(third) == 0
        assert [b.code(i) for i in (first, second, third)] == ["A", "B", "C"]

        last = b.receipt("0.01", auto=True)
        figures = b.figures(last)
        assert (figures.open_amount, figures.settlement, figures.mark) == (
            -b.document(last).amount,
            "available",
            "none",
        )
