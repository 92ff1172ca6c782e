"""W13: an invoice dated December 30 and a receipt dated January 1: the receipt's date counts, not its keying."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reconciliation.ageing import ageing
from reconciliation.errors import TooEarly
from tests.build import Books, books

pytestmark = pytest.mark.django_db
INVOICED, YEAR_END, RECEIVED = date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1)


def balance(b: Books, day: date) -> object:
    totals = ageing(company_id=b.company.pk, day=day).totals
    return totals[0].total if totals else 0


@pytest.mark.parametrize(
    "keyed",
    [datetime(2025, 12, 20, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)],
)
@pytest.mark.parametrize("receipt_first", [False, True])
def test_open_at_year_end_and_settled_the_day_after_whenever_it_was_keyed(
    keyed: datetime, receipt_first: bool
) -> None:
    with books() as plain:
        b = plain.at(keyed)
        if receipt_first:
            receipt = b.receipt(500, on=RECEIVED)
            invoice = b.invoice(500, on=INVOICED)
            b.match((b.line(invoice), b.line(receipt), 500))
        else:
            invoice = b.invoice(500, on=INVOICED)
            b.receipt(500, [invoice], on=RECEIVED)
        assert b.state(invoice, YEAR_END)[:2] == (500, "open")
        assert b.open_lines(invoice, YEAR_END) == [500]
        assert b.state(invoice, RECEIVED)[:3] == (0, "paid", "complete")
        assert [balance(b, day) for day in (date(2025, 12, 29), YEAR_END, RECEIVED)] == [0, 500, 0]


def test_a_match_cannot_be_dated_before_its_documents() -> None:
    with books() as b:
        invoice = b.invoice(500, on=INVOICED)
        receipt = b.receipt(500, on=RECEIVED, leave=True)
        with pytest.raises(TooEarly) as refused:
            b.match((b.line(invoice), b.line(receipt), 500), on=YEAR_END)
        assert refused.value.values["earliest"] == RECEIVED


def test_a_later_match_counts_from_its_own_day() -> None:
    with books() as b:
        invoice = b.invoice(500, on=INVOICED)
        receipt = b.receipt(500, on=RECEIVED, leave=True)
        b.match((b.line(invoice), b.line(receipt), 500), on=date(2026, 2, 1))
        assert [b.open(invoice, day) for day in (RECEIVED, date(2026, 1, 31), date(2026, 2, 1))] == [
            500,
            500,
            0,
        ]


def test_what_was_unapplied_counts_once_on_every_day() -> None:
    """A receipt of January 10 bounced and was un-applied on the 20th; its successor is dated the 12th."""
    with books() as plain:
        invoice = plain.invoice(100, on=RECEIVED)
        plain.receipt(100, [invoice], on=date(2026, 1, 10))
        b = plain.at(datetime(2026, 1, 20, 12, tzinfo=UTC))
        b.unapply(b.applications(invoice)[0])
        successor = b.receipt(100, [invoice], on=date(2026, 1, 12))
        for day, open_then, left in ((9, 100, -100), (11, 0, -100), (19, 0, -100), (20, 0, 0)):
            settlement = "open" if open_then else "paid"
            assert b.state(invoice, date(2026, 1, day))[:2] == (open_then, settlement)
            assert b.open(successor, date(2026, 1, day)) == left
        b.unapply(b.applications(successor)[0])
        with pytest.raises(TooEarly) as refused:
            b.match((b.line(invoice), b.line(successor), 100), on=date(2026, 1, 15))
        assert refused.value.values["earliest"] == date(2026, 1, 20)
