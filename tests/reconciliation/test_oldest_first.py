"""Match oldest first for one or many customers: the order, its limits, what is left out, what it costs (SPEC 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.core.errors import Forbidden, NotFound
from ledger.checks import check
from ledger.errors import NamedTwice, PeriodClosed
from ledger.models import Document, Kind
from reconciliation.errors import NothingChosen, NothingToMatch
from reconciliation.oldest_first_services import Matched, match_oldest_first
from tests.build import TODAY, Books, books, money
from tests.scenarios.test_entity_limit import entity
from tests.scenarios.test_w04_credits_and_cash import made

pytestmark = pytest.mark.django_db


def day(number: int) -> date:
    return date(2026, 3, number)


def oldest_first(b: Books, *customers: int, on: date | None = None) -> Sequence[Matched]:
    return match_oldest_first(actor=b.actor, customers=customers or [b.customer], on=on)


def w11(b: Books) -> tuple[list[int], list[int]]:
    """Invoices and credits of W11, entered in another order than that of their dates."""
    later = b.invoice(700, on=day(3), due=day(3))
    credits = [b.advance(500, on=day(5)), b.adjustment(-100, on=day(2)), b.receipt(700, on=day(4))]
    return [b.invoice(600, on=day(1), due=day(30)), later], [credits[1], credits[2], credits[0]]


def test_w11() -> None:
    with books() as b:
        invoices, credits = w11(b)
        [done] = oldest_first(b)
        assert made(b, done.document) == [
            (invoices[0], credits[0], 100),
            (invoices[0], credits[1], 500),
            (invoices[1], credits[1], 200),
            (invoices[1], credits[2], 500),
        ]
        assert [b.open(key) for key in (*invoices, *credits)] == [0] * 5
        assert (done.customer, done.currency, done.amount) == (b.customer, "EUR", money(1300))
        matching = b.document(done.document)
        assert (matching.kind, matching.state, matching.date) == (Kind.MATCHING, "posted", day(5))
        assert check(b.company.pk) == []


def test_it_is_undone_match_by_match() -> None:
    with books() as b:
        invoices, credits = w11(b)
        oldest_first(b)
        b.unapply(*b.applications(invoices[0]), *b.applications(invoices[1]))
        assert [b.open(key) for key in (*invoices, *credits)] == [600, 700, -100, -700, -500]


def test_on_one_day_the_number_decides() -> None:
    with books() as b:
        charges, memos = [b.invoice(10) for _ in range(3)], [b.adjustment(-15) for _ in range(2)]
        [done] = oldest_first(b)
        assert [(charge, credit) for charge, credit, _ in made(b, done.document)] == [
            (charges[0], memos[0]),
            (charges[1], memos[0]),
            (charges[1], memos[1]),
            (charges[2], memos[1]),
        ]


def test_what_drafts_have_selected_stays_theirs() -> None:
    with books() as b:
        charge, other, memo = b.invoice(100), b.invoice(50), b.adjustment(-60)
        b.receipt(70, [charge], post=False)
        oldest_first(b)
        assert [b.open(key) for key in (charge, other, memo)] == [70, 20, 0]


def test_each_currency_has_a_document_of_its_own() -> None:
    with books() as b:
        euros, dollars = b.invoice(10), b.invoice(20, currency="USD", exchange_rate=Decimal(2))
        b.adjustment(-30)
        b.adjustment(-5, currency="USD", exchange_rate=Decimal(2))
        done = oldest_first(b)
        assert [(found.currency, found.amount) for found in done] == [("EUR", money(10)), ("USD", money(5))]
        assert [b.open(key) for key in (euros, dollars)] == [0, 15]
        assert b.document(done[1].document).currency == "USD"


def test_credits_stay_in_their_entity_where_the_company_wants_that() -> None:
    with books() as b:
        own, other = entity(b, "E1"), entity(b, "E2")
        theirs, mine = b.adjustment(-50, on=day(1), entity_id=other), b.adjustment(-50, entity_id=own)
        charge = b.invoice(80, entity_id=own)
        b.configure(limit_credits_to_entity=True)
        [done] = oldest_first(b)
        assert made(b, done.document) == [(charge, mine, 50)]
        assert b.document(done.document).entity_id == own
        with pytest.raises(NothingToMatch):
            oldest_first(b)
        b.configure(limit_credits_to_entity=False)
        [done] = oldest_first(b)
        assert made(b, done.document) == [(charge, theirs, 30)]
        assert b.document(done.document).entity_id is None


def test_several_customers_at_once_leave_out_who_has_nothing_to_match() -> None:
    with books() as b:
        other, idle = b.add_customer("Other"), b.add_customer("Idle")
        mine, theirs = b.invoice(10), b.invoice(20, customer=other)
        for customer in (b.customer, other, idle):
            b.adjustment(-15, customer=customer)
        done = oldest_first(b, other, idle, b.customer)
        assert [(found.customer, found.amount) for found in done] == [
            (other, money(15)),
            (b.customer, money(10)),
        ]
        assert [b.document(found.document).customer_id for found in done] == [other, b.customer]
        assert [b.open(key) for key in (mine, theirs)] == [0, 5]
        assert oldest_first(b, idle, b.customer) == []
        assert check(b.company.pk) == []


def test_a_later_day_is_taken_and_an_earlier_one_waits_for_the_documents() -> None:
    with books() as b:
        memo, charge, later = b.adjustment(-30), b.invoice(10), b.invoice(10, on=day(25))
        [done] = oldest_first(b, on=day(20))
        assert [pair.date for pair in done.pairs] == [day(20), day(25)]
        assert [b.open(key, day(19)) for key in (memo, charge)] == [-30, 10]
        assert [b.open(key, day(25)) for key in (memo, charge, later)] == [-10, 0, 0]


def test_closed_books_are_said_and_nothing_is_done() -> None:
    with books() as b:
        other = b.add_customer("Other")
        old, charge = b.adjustment(-10, on=day(1)), b.invoice(10, on=day(2))
        b.invoice(5, customer=other)
        b.adjustment(-5, customer=other)
        b.configure(closed_through=day(5))
        with pytest.raises(PeriodClosed):
            oldest_first(b, other, b.customer)
        assert not Document.objects.filter(company=b.company, kind=Kind.MATCHING).exists()
        oldest_first(b, other, b.customer, on=day(6))
        assert [b.open(key, TODAY) for key in (old, charge)] == [0, 0]


def test_refusals() -> None:
    with books() as b:
        b.invoice(10)
        with pytest.raises(NothingToMatch) as refused:
            oldest_first(b)
        assert "Acme has no available credit" in str(refused.value)
        with pytest.raises(NothingChosen):
            match_oldest_first(actor=b.actor, customers=[])
        with pytest.raises(NamedTwice):
            oldest_first(b, b.customer, b.customer)
        with pytest.raises(NotFound):
            oldest_first(b, b.customer, 10**9)
        with pytest.raises(Forbidden):
            oldest_first(b.limited_to({"matching.unapply"}))


def test_a_batch_costs_the_same_statements_however_large() -> None:
    with books() as b:
        counted = []
        for size in (2, 8):
            customers = [b.add_customer(f"C{n}") for n in range(size)]
            for customer in customers:
                for _ in range(size):
                    b.invoice(10, customer=customer)
                b.adjustment(-35, customer=customer)
            with CaptureQueriesContext(connection) as found:
                assert len(oldest_first(b, *customers)) == size
            counted.append(len(found))
        assert counted[0] == counted[1], counted
