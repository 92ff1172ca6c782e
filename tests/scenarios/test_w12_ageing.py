"""W12: an invoice of 10,000 due on February 28; receipts of 1,500, 1,000 and 2,000; ageing as of April 4."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reconciliation.ageing import ageing
from tests.build import Books, books

pytestmark = pytest.mark.django_db


def buckets(b: Books, day: date, **more: object) -> dict[str, Decimal]:
    found = ageing(company_id=b.company.pk, day=day, **more)  # type: ignore[arg-type]
    row = found.totals[0] if found.totals else None
    if row is None:
        return {}
    filled = {label: amount for label, amount in zip(found.labels, row.buckets, strict=True) if amount}
    return filled | ({"credits": row.credits} if row.credits else {})


def history(b: Books) -> None:
    invoice = b.invoice(10_000, on=date(2026, 1, 29), due=date(2026, 2, 28))
    for amount, on in ((1_500, date(2026, 2, 10)), (1_000, date(2026, 3, 5)), (2_000, date(2026, 4, 1))):
        b.receipt(amount, [invoice], on=on)


def test_5500_are_35_days_late() -> None:
    with books() as b:
        history(b)
        assert buckets(b, date(2026, 4, 4)) == {"31-60": 5_500}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 28), {}),
        (date(2026, 1, 29), {"current": 10_000}),
        (date(2026, 2, 9), {"current": 10_000}),
        (date(2026, 2, 10), {"current": 8_500}),
        (date(2026, 2, 28), {"current": 8_500}),
        (date(2026, 3, 1), {"1-30": 8_500}),
        (date(2026, 3, 5), {"1-30": 7_500}),
        (date(2026, 3, 30), {"1-30": 7_500}),
        (date(2026, 3, 31), {"31-60": 7_500}),
        (date(2026, 4, 1), {"31-60": 5_500}),
        (date(2026, 4, 29), {"31-60": 5_500}),
        (date(2026, 4, 30), {"61-90": 5_500}),
        (date(2026, 5, 29), {"61-90": 5_500}),
        (date(2026, 5, 30), {"91-120": 5_500}),
        (date(2026, 6, 28), {"91-120": 5_500}),
        (date(2026, 6, 29), {"121+": 5_500}),
        (date(2036, 1, 1), {"121+": 5_500}),
    ],
)
def test_every_edge_as_of_every_day(day: date, expected: dict[str, int]) -> None:
    with books() as b:
        history(b)
        assert buckets(b, day) == expected


def test_by_the_document_date() -> None:
    with books() as b:
        history(b)
        assert buckets(b, date(2026, 4, 4), basis="document") == {"61-90": 5_500}
        assert buckets(b, date(2026, 4, 4), edges=(35, 70)) == {"1-35": 5_500}


def test_a_credit_is_shown_apart_and_a_later_match_does_not_reach_back() -> None:
    """An overpayment of March 1 is matched by hand on March 20 with an invoice of March 10."""
    with books() as b:
        receipt = b.receipt(300, on=date(2026, 3, 1))
        invoice = b.invoice(300, on=date(2026, 3, 10), due=date(2026, 3, 10))
        b.match((b.line(invoice), b.line(receipt), 300), on=date(2026, 3, 20))
        assert buckets(b, date(2026, 3, 5)) == {"credits": -300}
        assert buckets(b, date(2026, 3, 15)) == {"1-30": 300, "credits": -300}
        assert buckets(b, date(2026, 3, 20)) == {}


def test_each_customer_and_currency_has_its_row() -> None:
    with books() as b:
        other = b.add_customer("Other", "USD")
        b.invoice(100, due=date(2026, 3, 15))
        b.invoice(40, due=date(2026, 3, 15), customer=other)
        b.invoice(7, due=date(2026, 3, 15), customer=other, currency="EUR")
        found = ageing(company_id=b.company.pk, day=date(2026, 3, 31))
        rows = {(row.customer, row.currency): row.total for row in found.rows}
        assert rows == {(b.customer, "EUR"): 100, (other, "USD"): 40, (other, "EUR"): 7}
        assert {row.currency: row.total for row in found.totals} == {"EUR": 107, "USD": 40}
        one = ageing(company_id=b.company.pk, day=date(2026, 3, 31), customers=[other])
        assert {row.currency: row.total for row in one.totals} == {"EUR": 7, "USD": 40}
