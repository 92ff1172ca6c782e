"""Payments by item and account: what each line and revenue account received, and what is assigned to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from arledger.companies.models import Account, Entity, Location
from reconciliation.payments_by_item import Place, Query, by_account, page, totals, unmatched
from reconciliation.report_rows import Scope
from tests.build import Books, books
from tests.clerk import Clerk

pytestmark = pytest.mark.django_db
JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def query(b: Books, period: tuple[date, date] = MARCH, **more: Any) -> Query:
    names = ("known_on", "entities", "entity", "location", "currency")
    scope = Scope(
        company_id=b.company.pk,
        start=period[0],
        end=period[1],
        as_at=period[1],
        **{name: more.pop(name) for name in names if name in more},
    )
    return Query(scope=scope, **more)


def told(b: Books, asked: Query) -> list[tuple[str, int, int]]:
    """(number, position, received) of each item."""
    found, more = page(actor=b.actor, query=asked)
    assert more is None
    return [(item.number, item.position, int(item.received)) for item in found]


def sums(asked: Query) -> tuple[int, ...]:
    """Unmatched before, received, assigned, given back, unmatched at the end: they tie."""
    found = totals(query=asked)
    if not found:
        return ()
    assert len(found) == 1
    one = found[0]
    assert one.difference == 0
    amounts = (one.unmatched_before, one.received, one.assigned, one.given_back, one.unmatched)
    return tuple(int(amount) for amount in amounts)


def test_each_line_and_account_shows_what_it_received(b: Books) -> None:
    b.receipt(500, [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)])
    assert told(b, query(b)) == [
        ("INV-00001", 1, 300),
        ("INV-00002", 1, 160),
        ("INV-00003", 1, 40),
    ], "inline credits are no money"
    assert [(one.currency, int(one.received)) for one in by_account(query=query(b))] == [("EUR", 500)]
    assert unmatched(actor=b.actor, query=query(b)) == []
    assert sums(query(b)) == (0, 500, 500, 0, 0)


def test_money_counts_for_an_item_from_the_day_it_is_matched(b: Books) -> None:
    b.receipt(100, on=date(2026, 1, 10))
    receipt = b.receipt(70, on=date(2026, 1, 12))
    invoice = b.invoice(60, on=date(2026, 2, 5))
    b.match((b.line(invoice), b.line(receipt), 60))
    assert told(b, query(b, JANUARY)) == []
    assert sums(query(b, JANUARY)) == (0, 170, 0, 0, 170)
    assert told(b, query(b, FEBRUARY)) == [("INV-00001", 1, 60)]
    assert sums(query(b, FEBRUARY)) == (170, 0, 60, 0, 110)
    left = [
        (one.number, int(one.received), int(one.unmatched))
        for one in unmatched(actor=b.actor, query=query(b))
    ]
    assert left == [("PAY-00001", 100, 100), ("PAY-00002", 70, 10)]
    before = [one.unmatched for one in unmatched(actor=b.actor, query=query(b, JANUARY))]
    assert before == [100, 70], "in January nothing of it was matched"


def test_what_is_un_applied_is_taken_back_from_the_item_on_its_day(b: Books) -> None:
    invoice = b.invoice(100, on=date(2026, 2, 1))
    b.receipt(100, [invoice], on=date(2026, 2, 3))
    b.unapply(*b.applications(invoice))
    assert told(b, query(b, FEBRUARY)) == [("INV-00001", 1, 100)]
    assert told(b, query(b, MARCH)) == [("INV-00001", 1, -100)]
    assert sums(query(b, MARCH)) == (0, 0, -100, 0, 100)
    assert told(b, query(b, (date(2026, 1, 1), date(2026, 12, 31)))) == []


def test_reversed_receipts_refunds_and_credits_that_are_no_money(b: Books) -> None:
    b.configure(refunds_enabled=True)
    b.reverse(b.receipt(40, [b.invoice(40)]))
    advance, receipt = b.advance(30), b.receipt(50)
    b.refund({advance: 10, receipt: 20})
    credit, other = b.adjustment(-15), b.invoice(15)
    b.match((b.line(other), b.line(credit), 15))
    assert told(b, query(b)) == []
    assert sums(query(b)) == (0, 80, 0, 30, 50)
    left = {(one.kind, int(one.unmatched)) for one in unmatched(actor=b.actor, query=query(b))}
    assert left == {("advance", 20), ("payment", 30)}


def test_a_post_dated_receipt_counts_from_its_day(b: Books) -> None:
    b.receipt(40, [b.invoice(40)], on=date(2026, 4, 2))
    assert told(b, query(b)) == []
    assert sums(query(b)) == ()
    april = query(b, (date(2026, 4, 1), date(2026, 4, 30)))
    assert told(b, april) == [("INV-00001", 1, 40)]
    assert sums(april) == (0, 40, 40, 0, 0)


def test_what_was_recorded_later_was_not_known(b: Books) -> None:
    then, now = b.at(datetime(2026, 3, 5, tzinfo=UTC)), b.at(datetime(2026, 3, 20, tzinfo=UTC))
    invoice = then.invoice(130, on=date(2026, 3, 1))
    receipt = then.receipt(100, on=date(2026, 3, 2))
    now.match((b.line(invoice), b.line(receipt), 100), on=date(2026, 3, 2))
    now.receipt(7, on=date(2026, 3, 2))
    known = query(b, known_on=datetime(2026, 3, 10, tzinfo=UTC))
    assert told(b, known) == []
    assert sums(known) == (0, 100, 0, 0, 100)
    assert sums(query(b)) == (0, 107, 100, 0, 7)


def test_filters(b: Books) -> None:
    dollars = b.add_customer("Dollar", currency="USD")
    b.cash(9, [b.invoice(9, customer=dollars)], customer=dollars)
    b.receipt(25, [b.invoice(10, 20)])
    assert told(b, query(b, currency="USD")) == [("INV-00001", 1, 9)]
    assert told(b, query(b, currency="EUR")) == [("INV-00002", 1, 10), ("INV-00002", 2, 15)]
    code = page(actor=b.actor, query=query(b, currency="USD"))[0][0].customer.code
    assert told(b, query(b, customer_from=code)) == [("INV-00001", 1, 9)]
    account = page(actor=b.actor, query=query(b))[0][0].account
    assert len(told(b, query(b, account=account))) == 3
    other = Account.objects.filter(company=b.company, kind="bank").first()
    assert other is not None
    assert told(b, query(b, account=other.pk)) == []
    assert told(b, query(b, item="swimming")) == []
    here = Location.objects.create(company=b.company, code="L1", name="Here")
    assert told(b, query(b, location=here.pk)) == []
    entity = Entity.objects.create(company=b.company, code="E1", name="East")
    assert told(b, query(b, entity=entity.pk)) == []
    assert not query(b, item="swimming").ties
    assert query(b).ties


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_put_together_are_the_whole(b: Books, limit: int) -> None:
    for name in ("Beta", "Gamma"):
        customer = b.add_customer(name)
        b.receipt(45, [b.invoice(10, 20, 30, customer=customer)], customer=customer)
    whole = page(actor=b.actor, query=query(b))[0]
    assert len(whole) == 6
    pages, place = [], Place()
    for _ in range(20):
        found, more = page(actor=b.actor, query=query(b), start=place, limit=limit)
        assert len(found) <= limit
        pages += found
        if more is None:
            break
        place = more
    assert pages == whole


def test_the_page_and_the_file(b: Books) -> None:
    b.receipt(510, [b.invoice(300), b.invoice(160), b.invoice(30, 10, -20)])
    clerk = Clerk(b)
    period = "?start=2026-03-01&end=2026-03-31"
    page = clerk.open(f"/reports/payments-by-item/{period}")
    for words in ("Assigned to items", "480.00", "INV-00003", "Receipts assigned to nothing", "30.00 EUR"):
        assert words in page.text, words
    answer = clerk.client.get(f"{clerk.root}/reports/payments-by-item.csv{period}")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 6
    assert lines[1].endswith(",300.00,300.00")
    assert ",PAY-00001,payment,2026-03-15,,,,,510.00,30.00" in lines[-1]
    some = clerk.open(f"/reports/payments-by-item/{period}&item=nothing")
    assert "Nothing to show for these choices" in some.text
    assert clerk.open("/reports/payments-by-item/?start=2026-04-01&end=2026-03-01").status == 400
    assert Clerk(b, "billing-clerk").open("/reports/payments-by-item/").status == 403


def test_a_constant_number_of_statements(b: Books, django_assert_max_num_queries: Any) -> None:
    for name in ("Beta", "Gamma", "Delta"):
        customer = b.add_customer(name)
        b.receipt(45, [b.invoice(10, 20, customer=customer)], customer=customer)
    clerk = Clerk(b)
    clerk.open("/reports/payments-by-item/")
    with django_assert_max_num_queries(26):
        clerk.open("/reports/payments-by-item/?start=2026-03-01&end=2026-03-31")
