"""The balance over time: the same as the ageing of each day, drawn in one statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.ageing import ageing
from reconciliation.balances import HEIGHT, WIDTH, balances, curve, month_ends
from tests.build import TODAY, Books, books, money
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = pytest.mark.django_db


def told(b: Books) -> int:
    """A history over months, with another payer's receipt, a refund's worth of credit and a post-dated receipt."""
    invoice = b.invoice(1000, on=date(2025, 6, 10))
    b.receipt(300, [invoice], on=date(2025, 8, 31))
    b.invoice(250, on=date(2025, 9, 1))
    b.adjustment(-120, on=date(2025, 12, 31))
    b.receipt(400, [invoice], on=date(2026, 1, 1))
    payer = b.add_customer("Payer")
    parts = [
        PartInput(customer_id=payer, amount=money(10)),
        PartInput(customer_id=b.customer, amount=money(55)),
    ]
    entered = PaymentInput(date=date(2026, 2, 10), method="cash", currency="EUR", parts=parts)
    payments.receive(actor=b.actor, payments=[entered])
    b.receipt(100, on=date(2026, 4, 1))
    return invoice


def test_each_point_is_what_the_ageing_says_of_the_day() -> None:
    with books() as b:
        told(b)
        for day in (TODAY, date(2025, 12, 31), date(2026, 5, 1)):
            found = balances(actor=b.actor, customer=b.customer, day=day)
            assert len(found) == 1
            assert [point.day for point in found[0].points] == month_ends(day)
            for point in found[0].points:
                aged = ageing(company_id=b.company.pk, day=point.day, customers=[b.customer])
                assert point.balance == sum((row.total for row in aged.totals), Decimal(0)), point.day


def test_the_drawing_stays_in_its_frame_and_zero_in_it() -> None:
    drawn = curve("EUR", month_ends(TODAY), [Decimal(n * 10 - 30) for n in range(13)])
    assert {0 <= point.x <= WIDTH and 0 <= point.y <= HEIGHT for point in drawn.points} == {True}
    assert drawn.points[0].y == HEIGHT
    assert drawn.points[-1].y == 0
    assert 0 < drawn.zero < HEIGHT
    level = curve("EUR", month_ends(TODAY), [Decimal(0)] * 13)
    assert level.zero == 0


@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_the_account_shows_it_with_its_figures_at_one_statement() -> None:
    with books() as b:
        told(b)
        page = Clerk(b).open(f"/customers/{b.customer}/")
        assert "Balance over time" in page.text
        assert "Apr 30, 2025" in page.text
        with CaptureQueriesContext(connection) as found:
            balances(actor=b.actor, customer=b.customer, day=TODAY)
        assert len(found) == 1
        new = b.add_customer("New")
        assert "Balance over time" not in Clerk(b).open(f"/customers/{new}/").text
