"""W1: an invoice of 300, 100 and −20."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.build import books

pytestmark = pytest.mark.django_db


def test_inline_credits_offset_the_positive_lines_in_order() -> None:
    with books() as b:
        invoice = b.invoice(300, 100, -20)
        assert b.document(invoice).total == 380
        assert b.open(invoice) == 380
        assert b.open_lines(invoice) == [280, 100, 0]
        figures = b.figures(invoice)
        assert (figures.settlement, figures.mark, figures.match_code) == ("open", "none", "")


def test_switched_off_the_credit_stays_available_on_its_line() -> None:
    with books() as b:
        before = b.invoice(300, 100, -20)
        b.configure(auto_apply_inline_credits=False)
        after = b.invoice(300, 100, -20)
        assert b.open_lines(after) == [300, 100, Decimal(-20)]
        assert b.open(after) == 380
        assert b.open_lines(before) == [280, 100, 0], "changing the setting never touches posted invoices"
