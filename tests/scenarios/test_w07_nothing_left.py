"""W7: an invoice of −100 and +100 settles itself on posting."""

from __future__ import annotations

import pytest

from reconciliation.errors import NotAnOpenCharge, NothingLeft
from tests.build import books

pytestmark = pytest.mark.django_db


def test_it_is_settled_on_posting_without_a_code() -> None:
    with books() as b:
        invoice = b.invoice(-100, 100)
        assert b.document(invoice).total == 0
        assert b.state(invoice) == (0, "paid", "complete", "")
        assert b.open_lines(invoice) == [0, 0]


def test_it_is_not_payable() -> None:
    with books() as b:
        invoice = b.invoice(-100, 100)
        with pytest.raises(NotAnOpenCharge):
            b.receipt(100, [invoice])
        receipt = b.receipt(100, auto=True)
        assert b.open(receipt) == -100, "the waterfall passes it by"


def test_nor_is_there_a_credit_to_use() -> None:
    with books() as b:
        invoice, other = b.invoice(-100, 100), b.invoice(30)
        with pytest.raises(NothingLeft):
            b.match((b.line(other), b.line(invoice, 1), 30))


def test_a_line_of_nothing_posts_and_is_settled() -> None:
    with books() as b:
        assert b.state(b.invoice(0)) == (0, "paid", "complete", "")
