"""W3: lines 100, 50, 60; receipts of 120, then 90: a later payment resumes at the first line with a balance."""

from __future__ import annotations

import pytest

from tests.build import books

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("auto", [False, True])
def test_a_later_receipt_resumes_where_the_first_stopped(auto: bool) -> None:
    with books() as b:
        invoice = b.invoice(100, 50, 60)
        b.receipt(120, [] if auto else [invoice], auto=auto)
        assert b.open_lines(invoice) == [0, 30, 60]
        assert b.state(invoice) == (90, "partially_paid", "partial", "a")

        b.receipt(90, [] if auto else [invoice], auto=auto)
        assert b.open_lines(invoice) == [0, 0, 0]
        assert b.state(invoice) == (0, "paid", "complete", "A")


def test_each_receipt_has_one_line_for_the_document_it_pays() -> None:
    with books() as b:
        invoice = b.invoice(100, 50, 60)
        first, second = b.receipt(120, [invoice]), b.receipt(100, [invoice])
        assert b.open_lines(first) == [0]
        assert b.open_lines(second) == [0, -10], "the remainder is a line of its own"
        assert [b.figures(p).settlement for p in (first, second)] == ["applied", "partially_applied"]
