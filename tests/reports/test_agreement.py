"""Figures of random histories agree: report, ageing, ledger, statement, account page and journal (SPEC 12, issue 4).

And as known on an instant the report equals that of books in which nothing was recorded since.
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from arledger.core.formats import format_amount
from customers.models import Customer
from ledger.checks import check
from reconciliation import payments_by_item
from reconciliation.ageing import ageing
from reconciliation.payments_by_item import MONEY
from reconciliation.proof import Query as ProofQuery
from reconciliation.proof import proof
from reconciliation.report import Query, ledger, page
from reconciliation.report_rows import Scope
from reconciliation.statement_pages import forward, open_items
from reconciliation.tax_receipts import query_of, tax_receipts
from tests.build import books
from tests.clerk import Clerk
from tests.reports.history import World, found, play
from tests.reports.plain import Raw
from tests.reports.test_figures import HISTORIES, told

pytestmark = pytest.mark.django_db
STEPS = 50
DAYS = int(os.environ.get("ARLEDGER_FIGURES_DAYS", "6"))
Sums = dict[tuple[int, str], Decimal]


def filled(sums: Sums) -> Sums:
    return {key: amount for key, amount in sums.items() if amount}


def days_of(rng: Random, raw: Raw, count: int) -> list[date]:
    found = sorted({d.date for d in raw.documents.values()})
    return [rng.choice(found) + timedelta(days=rng.randint(-2, 2)) for _ in range(count)]


def by_documents(raw: Raw, day: date) -> Sums:
    sums: Sums = {}
    for line in raw.lines:
        document = raw.documents.get(line.document_id)
        if document and document.date <= day:
            key = (line.customer_id, line.currency)
            sums[key] = sums.get(key, Decimal(0)) + line.amount
    return filled(sums)


def by_statements(world: World, day: date) -> tuple[Sums, Sums]:
    """What the statements of every customer end with, open items and balance forward."""
    people = Customer.objects.filter(company=world.b.company)
    opened: Sums = {}
    forwarded: Sums = {}
    for person in people:
        for part in open_items(world.b.actor, person, day):
            opened[person.pk, part.currency] = part.balance
        for part in forward(world.b.actor, person, day - timedelta(days=20), day):
            forwarded[person.pk, part.currency] = part.balance
    return filled(opened), filled(forwarded)


def everything_agrees(world: World, raw: Raw, day: date) -> None:
    actor = world.b.actor
    expected = by_documents(raw, day)
    aged = ageing(company_id=world.b.company.pk, day=day)
    assert filled({(row.customer, row.currency): row.total for row in aged.rows}) == expected
    scope = Scope(company_id=world.b.company.pk, start=day - timedelta(days=15), end=day, as_at=day)
    accounts, _ = page(actor=actor, query=Query(scope=scope, include_settled=True), limit=100_000)
    assert filled({(a.customer.pk, a.currency): a.closing for a in accounts}) == expected
    ledgers = ledger(actor=actor, query=Query(scope=scope))
    assert filled({(c.pk, one.currency): one.closing for c, one in ledgers}) == expected
    opened, forwarded = by_statements(world, day)
    assert opened == expected
    assert forwarded == expected
    proved = proof(actor=actor, query=ProofQuery(day=day))
    assert proved.agrees, proved.differing
    balances = {(row.customer.pk, row.currency): row.balance for row in proved.rows if row.customer}
    assert filled(balances) == expected


def received_by_hand(raw: Raw, start: date, end: date) -> tuple[dict[int, Decimal], dict[str, Decimal]]:
    """What each charge line got from receipts in a period, and what of them is matched with nothing at its end."""
    lines = {line.pk: line for line in raw.lines}
    left = {
        key: -line.amount
        for key, line in lines.items()
        if line.amount < 0 and line.document_id in raw.documents
        if raw.documents[line.document_id].kind in MONEY and raw.documents[line.document_id].date <= end
    }
    items: dict[int, Decimal] = {}
    for a in raw.applications:
        if raw.documents[a.credit_document_id].kind not in MONEY or a.date > end:
            continue
        left[a.credit_line_id] -= a.amount
        charge = raw.documents[a.charge_document_id]
        if charge.kind in ("invoice", "adjustment") and a.date >= start:
            items[a.charge_line_id] = items.get(a.charge_line_id, Decimal(0)) + a.amount
    unmatched: dict[str, Decimal] = {}
    for key, amount in left.items():
        currency = lines[key].currency
        unmatched[currency] = unmatched.get(currency, Decimal(0)) + amount
    return {k: v for k, v in items.items() if v}, {k: v for k, v in unmatched.items() if v}


def receipts_agree(world: World, raw: Raw, start: date, end: date) -> None:
    scope = Scope(company_id=world.b.company.pk, start=start, end=end, as_at=end)
    asked = payments_by_item.Query(scope=scope)
    items, unmatched = received_by_hand(raw, start, end)
    rows, _ = payments_by_item.page(actor=world.b.actor, query=asked, limit=100_000)
    assert {row.line: row.received for row in rows} == items
    found = payments_by_item.totals(query=asked)
    assert [one.currency for one in found if one.difference] == []
    assert {one.currency: one.unmatched for one in found if one.unmatched} == unmatched
    left: dict[str, Decimal] = {}
    for one in payments_by_item.unmatched(actor=world.b.actor, query=asked, limit=10_000):
        left[one.currency] = left.get(one.currency, Decimal(0)) + one.unmatched
    assert left == unmatched


def tax_receipts_agree(world: World, raw: Raw, day: date) -> None:
    lines = {line.pk: line for line in raw.lines}
    expected: Sums = {}
    for a in raw.applications:
        line, credit = lines[a.charge_line_id], raw.documents[a.credit_document_id]
        if credit.kind in MONEY and line.tax_receipt_eligible and a.date <= day:
            key = (line.customer_id, line.currency)
            expected[key] = expected.get(key, Decimal(0)) + a.amount
    found = tax_receipts(query=query_of(world.b.actor, year=2026, as_of=day))
    assert {(one.customer.pk, one.currency): one.paid for one in found} == filled(expected)


@pytest.mark.parametrize("seed", range(100, 100 + HISTORIES))
def test_every_report_says_the_same_as_of_any_day(seed: int) -> None:
    with books() as b:
        world = found(b, seed)
        play(world, STEPS)
        raw, rng = Raw.read(b.company.pk), Random(seed)
        for day in days_of(rng, raw, DAYS):
            everything_agrees(world, raw, day)
        for first, last in zip(days_of(rng, raw, DAYS), days_of(rng, raw, DAYS), strict=True):
            receipts_agree(world, raw, min(first, last), max(first, last))
            tax_receipts_agree(world, raw, first)
        assert check(b.company.pk) == []


def test_the_account_page_shows_the_reports_balance() -> None:
    with books() as b:
        world = found(b, 7)
        play(world, STEPS)
        raw = Raw.read(b.company.pk)
        clerk = Clerk(b)
        for day in days_of(Random(7), raw, 3):
            expected = by_documents(raw, day)
            for customer in world.customers:
                text = clerk.open(f"/customers/{customer}/?as_at={day.isoformat()}").text
                for (key, currency), amount in expected.items():
                    if key == customer:
                        shown = re.escape(format_amount(amount, currency, "en"))
                        assert re.search(rf"Balance {shown} {currency}", text), (day, shown, text[:600])


def everything(world: World, end: date, known: datetime | None = None) -> list[object]:
    """The whole report as at a day, told without keys."""
    scope = Scope(company_id=world.b.company.pk, start=date.min, end=end, as_at=end, known_on=known)
    accounts, _ = page(actor=world.b.actor, query=Query(scope=scope, include_settled=True), limit=100_000)
    return [(a.customer.code, a.currency, a.opening, a.closing, told(a)) for a in accounts]


@pytest.mark.parametrize("seed", range(200, 200 + max(1, HISTORIES - 1)))
def test_as_known_on_an_instant_equals_books_where_nothing_was_recorded_since(seed: int) -> None:
    """The second company lives the same history and stops at the instant."""
    with books() as b:
        world = found(b, seed)
        cuts: list[tuple[int, datetime]] = []
        for steps in (17, 17, 16):
            play(world, steps)
            cuts.append(((cuts[-1][0] if cuts else 0) + steps, world.b.actor.at))
        days = days_of(Random(seed), Raw.read(b.company.pk), 5)
        told_then = {(steps, day): everything(world, day, known=at) for steps, at in cuts for day in days}
    for steps, _at in cuts[:-1]:
        with books() as again:
            rebuilt = found(again, seed)
            play(rebuilt, steps)
            for day in days:
                assert everything(rebuilt, day) == told_then[steps, day], f"{steps} steps, as at {day}"
