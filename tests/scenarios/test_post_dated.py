"""Post-dated receipts: they count from their day on; until then the charge is open (SPEC 8, 10, 11, W15)."""

from __future__ import annotations

from datetime import date

import pytest

from reconciliation.ageing import ageing
from reconciliation.errors import NothingLeft
from tests.build import books

pytestmark = pytest.mark.django_db
DUE, BEFORE, DAY = date(2026, 3, 31), date(2026, 4, 14), date(2026, 4, 15)


def test_open_until_the_day_with_the_mark_and_the_code_of_its_future() -> None:
    with books() as b:
        invoice = b.invoice(120)
        receipt = b.receipt(120, [invoice], on=DAY)
        assert b.state(invoice) == (120, "open", "complete_future", "a")
        assert b.line_codes(receipt) == ["a"]
        assert b.state(invoice, BEFORE) == (120, "open", "complete_future", "a")
        assert b.state(invoice, DAY) == (0, "paid", "complete", "A")
        assert b.line_codes(receipt, DAY) == ["A"]


def test_partial_when_the_receipts_to_come_do_not_cover_it() -> None:
    with books() as b:
        invoice = b.invoice(120)
        b.receipt(40, [invoice])
        b.receipt(40, [invoice], on=DAY)
        assert b.state(invoice) == (80, "partially_paid", "partial", "a")
        b.receipt(40, [invoice], on=date(2026, 5, 15))
        assert b.state(invoice) == (80, "partially_paid", "complete_future", "a")
        assert b.state(invoice, DAY) == (40, "partially_paid", "complete_future", "a")
        assert b.state(invoice, date(2026, 5, 15)) == (0, "paid", "complete", "A")


def test_only_receipts_to_come_that_do_not_cover_it() -> None:
    with books() as b:
        invoice = b.invoice(120)
        b.receipt(40, [invoice], on=DAY)
        assert b.state(invoice) == (120, "open", "partial", "a")


def test_what_is_promised_to_a_later_receipt_is_not_used_twice() -> None:
    with books() as b:
        invoice = b.invoice(120)
        b.receipt(120, [invoice], on=DAY)
        today = b.receipt(120, auto=True)
        assert b.open(today) == -120, "the waterfall passes it by"
        with pytest.raises(NothingLeft):
            b.match((b.line(invoice), b.line(today), 1))


def test_the_ageing_sees_it_open_until_the_day() -> None:
    with books() as b:
        invoice = b.invoice(120, due=DUE)
        b.receipt(200, [invoice], on=DAY)
        for day, charges, credits in ((BEFORE, 120, 0), (DAY, 0, -80)):
            total = ageing(company_id=b.company.pk, day=day).totals[0]
            assert [total.charges, total.credits] == [charges, credits]


def test_reversed_before_its_day_it_never_counts() -> None:
    with books() as b:
        invoice = b.invoice(120)
        receipt = b.receipt(120, [invoice], on=DAY)
        b.reverse(receipt, on=DAY)
        for day in (BEFORE, DAY, date(2026, 5, 1)):
            assert b.state(invoice, day)[:2] == (120, "open")
        assert b.state(invoice)[2:] == ("none", "")


def test_unapplied_before_its_day_it_is_a_credit_from_its_day() -> None:
    with books() as b:
        invoice = b.invoice(120)
        receipt = b.receipt(120, [invoice], on=DAY)
        b.unapply(b.applications(invoice)[0])
        assert b.state(invoice, DAY) == (120, "open", "none", "")
        assert b.open(receipt, DAY) == -120
        b.receipt(120, [invoice])
        assert b.state(invoice) == (0, "paid", "complete", "B")
