"""The proof: six ways to a balance agree, and a difference is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from reconciliation import proof as proving
from reconciliation.proof import FIGURES, ProofNeedsEverything, Query, proof
from tests.build import TODAY, Books, books
from tests.clerk import Clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def history(b: Books) -> None:
    b.configure(refunds_enabled=True)
    other = b.add_customer("Dollar", currency="USD")
    b.receipt(500, [b.invoice(300, on=date(2026, 1, 5)), b.invoice(160), b.invoice(300, 100, -20)])
    b.refund({b.advance(30): 10})
    b.match((b.line(b.invoice(20)), b.line(b.adjustment(-50)), 20))
    b.cash(45, [b.invoice(60, customer=other)], customer=other, on=date(2026, 4, 1))
    b.reverse(b.invoice(77))


def test_all_agree_as_of_any_day(b: Books) -> None:
    history(b)
    for days in (-100, -60, -1, 0, 10, 40):
        found = proof(actor=b.actor, query=Query(day=TODAY + timedelta(days=days)))
        assert found.agrees, [(row.customer, row.figures) for row in found.differing]
    found = proof(actor=b.actor, query=Query(day=TODAY))
    assert [(row.currency, int(row.balance)) for row in found.rows] == [("EUR", 290), ("USD", 60)]
    assert [(row.currency, int(row.balance)) for row in found.totals] == [("EUR", 290), ("USD", 60)]
    assert set(found.rows[0].figures) == set(FIGURES)


def test_documents_with_another_gl_date_are_told_apart_as_timing(b: Books) -> None:
    b.configure(separate_gl_date=True)
    b.invoice(100, on=date(2026, 3, 1), gl_date=date(2026, 4, 1))
    b.invoice(40, on=date(2026, 3, 10), gl_date=date(2026, 3, 1))
    march = proof(actor=b.actor, query=Query(day=date(2026, 3, 31)))
    assert march.agrees
    assert [(int(row.balance), int(row.timing)) for row in march.rows] == [(140, 100)]
    early = proof(actor=b.actor, query=Query(day=date(2026, 3, 5)))
    assert [(int(row.balance), int(row.timing)) for row in early.rows] == [(100, 60)]


def test_of_some_customers(b: Books) -> None:
    history(b)
    rows = proof(actor=b.actor, query=Query(day=TODAY)).rows
    codes = [row.customer.code for row in rows if row.customer]
    some = proof(actor=b.actor, query=Query(day=TODAY, customer_from=codes[1]))
    assert some.rows == rows[1:]
    assert some.agrees


def test_a_difference_is_named(b: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    history(b)
    wrong = proving.OPEN_ITEMS.replace("sum(l.amount + ", "sum(l.amount + 0.01 + ")
    monkeypatch.setattr(proving, "OPEN_ITEMS", wrong)
    found = proof(actor=b.actor, query=Query(day=TODAY))
    assert not found.agrees
    assert found.differing[0].differing == ["open_items"]


def test_whole_books_only(b: Books) -> None:
    limited = replace(b.actor, entities=frozenset())
    with pytest.raises(ProofNeedsEverything):
        proof(actor=limited, query=Query(day=TODAY))


def test_a_constant_number_of_statements(b: Books, django_assert_num_queries: Any) -> None:
    history(b)
    with django_assert_num_queries(17):
        proof(actor=b.actor, query=Query(day=TODAY))
    for name in "ABCDEF":
        customer = b.add_customer(name)
        b.receipt(5, [b.invoice(10, customer=customer)], customer=customer)
    with django_assert_num_queries(17):
        proof(actor=b.actor, query=Query(day=TODAY))


def test_the_page_says_that_all_agree_or_what_differs(b: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    history(b)
    clerk = Clerk(b)
    page = clerk.open("/reports/proof/?day=2026-03-15")
    assert "All agree as at" in page.text
    assert "290.00" in page.text
    lines = clerk.client.get(f"{clerk.root}/reports/proof.csv?day=2026-03-15").content.decode("utf-8-sig")
    assert lines.splitlines()[1].endswith("EUR,290.00,290.00,290.00,290.00,290.00,290.00,0.00,yes")
    wrong = proving.OPEN_ITEMS.replace("sum(l.amount + ", "sum(l.amount + 0.01 + ")
    monkeypatch.setattr(proving, "OPEN_ITEMS", wrong)
    page = clerk.open("/reports/proof/?day=2026-03-15")
    assert "2 balances do not agree" in page.text
    assert "differs by" in page.text
    assert clerk.open("/reports/proof/?day=yesterday").status == 400


def test_nobody_without_the_right_sees_it(b: Books) -> None:
    assert Clerk(b, "billing-clerk").open("/reports/proof/").status == 403
