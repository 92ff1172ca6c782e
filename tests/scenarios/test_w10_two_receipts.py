"""W10: two receipts of 100, each 50 + 50 on two invoices of 100; receipt 2 is un-applied from invoice 1."""

from __future__ import annotations

import pytest

from reconciliation.figures import entries
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def between(b: Books, invoice: int, receipt: int) -> int:
    """The application of the receipt on the invoice."""
    found = entries(company_id=b.company.pk, ids=[invoice], day=TODAY)
    return next(entry.application for entry in found if entry.other_document == receipt)


def test_one_receipt_is_unapplied_from_one_invoice() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(100)
        receipts = [b.receipt(100, lines={b.line(first): 50, b.line(second): 50}) for _ in range(2)]
        assert [b.code(i) for i in (first, second)] == ["A", "B"]

        b.unapply(between(b, first, receipts[1]))
        assert [b.open(i) for i in (first, second)] == [50, 0]
        assert b.open_lines(receipts[0]) == [0, 0]
        assert b.open_lines(receipts[1]) == [-50, 0], "receipt 2 has 50 available"
        assert [b.code(i) for i in (first, second)] == ["a", "B"], (
            "the first keeps its code, lower case again"
        )
        assert [b.figures(i).settlement for i in (first, second)] == ["partially_paid", "paid"]
        assert [b.figures(i).mark for i in receipts] == ["complete", "partial"]

        b.match((b.line(first), b.line(receipts[1], 1), 50))
        assert b.code(first) == "A", "the same code as before"
        assert b.line_codes(receipts[1]) == ["A C", "B"]
