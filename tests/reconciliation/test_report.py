"""The customer reconciliation report: entries in their groups, balances, filters and pages (SPEC 10, 12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from reconciliation.ageing import ageing
from reconciliation.report import Account, Place, Query, ledger, page, totals
from reconciliation.report_rows import Filter, Match, Scope
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def query(b: Books, start: date = YEAR[0], end: date = YEAR[1], **more: object) -> Query:
    names = ("known_on", "entities", "entity", "location", "currency")
    scope = Scope(
        company_id=b.company.pk,
        start=start,
        end=end,
        as_at=more.pop("as_at", end),  # type: ignore[arg-type]
        **{name: more.pop(name) for name in names if name in more},  # type: ignore[arg-type]
    )
    return Query(scope=scope, **{"include_settled": True, **more})  # type: ignore[arg-type]


def accounts(b: Books, asked: Query) -> list[Account]:
    found, more = page(actor=b.actor, query=asked, limit=10_000)
    assert more is None
    return found


def told(b: Books, asked: Query) -> list[tuple[str, int, str, int]]:
    """(number, signed amount, code, balance) of every entry."""
    return [
        (row.number, int(row.amount), row.code, int(row.balance))
        for account in accounts(b, asked)
        for row in account.rows
    ]


def test_a_payment_shows_one_entry_for_each_invoice_with_its_code(b: Books) -> None:
    b.receipt(500, [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)])
    assert told(b, query(b)) == [
        ("INV-00001", 300, "A", 300),
        ("INV-00002", 160, "B", 460),
        ("INV-00003", 380, "c", 840),
        ("PAY-00001", -300, "A", 540),
        ("PAY-00001", -160, "B", 380),
        ("PAY-00001", -40, "c", 340),
    ]


def test_an_application_of_a_credit_shows_in_two_groups(b: Books) -> None:
    invoice, credit = b.invoice(60), b.adjustment(-100)
    b.match((b.line(invoice), b.line(credit), 60))
    asked = query(b, sort="match_code")
    assert told(b, asked) == [
        ("INV-00001", 60, "A", 60),
        ("ADJ-00001", -60, "A", 0),
        ("ADJ-00001", -100, "b", -100),
        ("INV-00001", 60, "b", -40),
    ]
    assert [row.contra for row in accounts(b, asked)[0].rows] == [False, True, False, True]


def test_what_is_left_of_a_payment_heads_a_group_of_its_own(b: Books) -> None:
    payment = b.receipt(130, [b.invoice(100)])
    later = b.invoice(20)
    b.match((b.line(later), b.line(payment, 2), 20))
    codes = [(number, amount, code) for number, amount, code, _ in told(b, query(b, sort="match_code"))]
    assert codes == [
        ("INV-00001", 100, "A"),
        ("PAY-00001", -100, "A"),
        ("INV-00002", 20, "B"),
        ("PAY-00001", -20, "B"),
        ("PAY-00001", -30, "c"),
        ("INV-00002", 20, "c"),
    ]


def test_a_mirror_shares_the_code_of_what_it_reverses(b: Books) -> None:
    b.reverse(b.invoice(100))
    b.reverse(b.receipt(70, [b.invoice(70)]))
    assert {(amount, code) for _, amount, code, _ in told(b, query(b))} == {
        (100, "A"),
        (-100, "A"),
        (70, ""),
        (-70, "C"),
        (70, "C"),
    }


def test_as_of_a_past_day_it_shows_what_was_true_then(b: Books) -> None:
    invoice = b.invoice(100, on=date(2026, 1, 5))
    b.receipt(40, [invoice], on=date(2026, 1, 10))
    b.receipt(60, [invoice], on=date(2026, 2, 10))
    january = query(b, end=date(2026, 1, 31))
    assert told(b, january) == [("INV-00001", 100, "a", 100), ("PAY-00001", -40, "a", 60)]
    later = replace(january, scope=replace(january.scope, as_at=date(2026, 2, 28)))
    assert [code for _, _, code, _ in told(b, later)] == ["A", "A"]
    february = query(b, start=date(2026, 2, 1), end=date(2026, 2, 28))
    assert accounts(b, february)[0].opening == 60
    assert told(b, february) == [("PAY-00002", -60, "A", 0)]


def test_what_was_recorded_later_was_not_known(b: Books) -> None:
    early, late = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 20, 12, tzinfo=UTC)
    then, now = b.at(early), b.at(late)
    invoice = then.invoice(100, on=date(2026, 1, 5))
    then.receipt(40, [invoice], on=date(2026, 1, 10))
    now.receipt(60, [invoice], on=date(2026, 1, 15))
    now.invoice(30, on=date(2026, 1, 2))
    known = query(b, known_on=datetime(2026, 3, 10, tzinfo=UTC))
    assert told(b, known) == [("INV-00001", 100, "a", 100), ("PAY-00001", -40, "a", 60)]
    february = query(b, start=date(2026, 2, 1), known_on=datetime(2026, 3, 10, tzinfo=UTC))
    assert accounts(b, february)[0].opening == 60
    assert accounts(b, query(b, start=date(2026, 2, 1)))[0].opening == 30


def test_filters_by_code_in_any_case_and_by_how_far_a_group_is_matched(b: Books) -> None:
    invoices = [b.invoice(100), b.invoice(200), b.invoice(50)]
    b.receipt(150, invoices[:2])
    assert told(b, query(b, filter=Filter(code="A"))) == [
        ("INV-00001", 100, "A", 100),
        ("PAY-00001", -100, "A", 0),
    ]
    assert told(b, query(b, filter=Filter(code="a"))) == told(b, query(b, filter=Filter(code="A")))
    assert [r[0] for r in told(b, query(b, filter=Filter(matches=[Match.PARTIAL])))] == [
        "INV-00002",
        "PAY-00001",
    ]
    assert [r[0] for r in told(b, query(b, filter=Filter(matches=[Match.UNMATCHED])))] == ["INV-00003"]
    both = Filter(matches=[Match.UNMATCHED, Match.FULL])
    assert [r[0] for r in told(b, query(b, filter=both))] == ["INV-00001", "INV-00003", "PAY-00001"]


def test_which_customers_are_included(b: Books) -> None:
    settled, idle = b.add_customer("Settled"), b.add_customer("Idle")
    b.invoice(10)
    b.receipt(20, [b.invoice(20, customer=settled)], customer=settled)

    def shown(**more: Any) -> list[int]:
        return [account.customer.pk for account in accounts(b, query(b, **more))]

    assert shown(include_settled=False) == [b.customer]
    assert shown() == [b.customer, settled]
    assert shown(include_all=True) == [b.customer, settled, idle]
    codes = [account.customer.code for account in accounts(b, query(b, include_all=True))]
    assert shown(include_all=True, customer_from=codes[1]) == [settled, idle]
    assert shown(include_all=True, customer_to=codes[1]) == [b.customer, settled]
    assert shown(include_all=True, customer_from=codes[1], customer_to=codes[1]) == [settled]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("sort", ["customer", "invoice", "match_code"])
def test_pages_put_together_are_the_whole(b: Books, limit: int, sort: str) -> None:
    for name in ("Beta", "Gamma"):
        customer = b.add_customer(name)
        invoices = [b.invoice(amount, customer=customer) for amount in (30, 20, 10)]
        b.receipt(45, invoices, customer=customer)
    b.invoice(5)
    asked = query(b, sort=sort)
    whole = [(a.customer.pk, row) for a in accounts(b, asked) for row in a.rows]
    pages, place = [], Place()
    for _ in range(40):
        found, more = page(actor=b.actor, query=asked, start=place, limit=limit)
        assert sum(len(account.rows) for account in found) <= limit
        pages += [(a.customer.pk, row) for a in found for row in a.rows]
        if more is None:
            break
        place = more
    assert pages == whole


def test_the_ledger_has_the_reports_totals_and_the_ageings_balance(b: Books) -> None:
    other = b.add_customer("Other")
    invoice, credit = b.invoice(60, on=date(2026, 1, 3)), b.adjustment(-100, on=date(2026, 2, 3))
    b.match((b.line(invoice), b.line(credit), 60))
    b.receipt(70, [b.invoice(50, customer=other)], customer=other)
    asked = query(b, start=date(2026, 2, 1), end=TODAY)
    rows = ledger(actor=b.actor, query=asked)
    for (customer, moved), account in zip(rows, accounts(b, asked), strict=True):
        assert (customer, moved.currency) == (account.customer, account.currency)
        assert (moved.opening, moved.charges, moved.payments, moved.closing) == (
            account.opening,
            account.charges,
            account.payments,
            account.closing,
        )
    assert {m.customer: m.closing for _, m in rows} == {
        row.customer: row.total for row in ageing(company_id=b.company.pk, day=TODAY).rows
    }
    total = totals(rows)
    assert [(one.currency, one.closing) for one in total] == [("EUR", Decimal(-60))]


def test_filters_by_entity_location_and_currency_keep_groups_together(b: Books) -> None:
    dollars = b.add_customer("Dollar", currency="USD")
    b.invoice(10, customer=dollars)
    b.receipt(4, [b.invoice(9)])
    assert [a.currency for a in accounts(b, query(b))] == ["EUR", "USD"]
    assert [a.currency for a in accounts(b, query(b, currency="USD"))] == ["USD"]
    assert accounts(b, query(b, location=12345)) == []
    assert accounts(b, query(b, entity=12345)) == []


def test_a_constant_number_of_statements(b: Books, django_assert_max_num_queries: object) -> None:
    for name in ("Beta", "Gamma", "Delta"):
        customer = b.add_customer(name)
        b.receipt(5, [b.invoice(10, customer=customer)], customer=customer)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        page(actor=b.actor, query=query(b))
