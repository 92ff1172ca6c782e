"""Figures of random histories: the report against plain Python, one report against another, and against a rebuild.

ARLEDGER_FIGURES_HISTORIES makes the search as long as one likes.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from customers.models import Customer
from ledger.models import document_name
from reconciliation.report import Account, Query, ledger, page, totals
from reconciliation.report_rows import Filter, Match, Scope
from tests.build import books
from tests.reports import plain
from tests.reports.history import World, found, play
from tests.reports.plain import Asked, Raw

pytestmark = pytest.mark.django_db
HISTORIES = int(os.environ.get("ARLEDGER_FIGURES_HISTORIES", "2"))
STEPS = 50
CHOICES = 40


def some_day(rng: Random, raw: Raw) -> date:
    days = [d.date for d in raw.documents.values()] or [date(2026, 3, 15)]
    return rng.choice(days) + timedelta(days=rng.randint(-3, 3))


def asked_at_random(rng: Random, world: World, raw: Raw) -> Asked:
    first, last = sorted((some_day(rng, raw), some_day(rng, raw)))
    codes = [c for a in raw.applications for c in (a.charge_code, a.credit_code) if c] or ["a"]
    instants = [a.recorded_at for a in raw.applications] or [world.b.actor.at]

    def maybe(chance: float) -> bool:
        return rng.random() < chance

    return Asked(
        start=first,
        end=last,
        as_at=some_day(rng, raw) if maybe(0.4) else last,
        known=rng.choice(instants) + timedelta(minutes=rng.choice((-1, 1))) if maybe(0.35) else None,
        entities=frozenset(rng.sample(world.entities, 1)) if maybe(0.15) else None,
        entity=rng.choice(world.entities) if maybe(0.15) else None,
        location=rng.choice(world.locations) if maybe(0.15) else None,
        currency=rng.choice(("EUR", "USD")) if maybe(0.25) else None,
        code=rng.choice((str.upper, str.lower))(rng.choice(codes)) if maybe(0.2) else "",
        matches=tuple(rng.sample(("unmatched", "partial", "full"), rng.randint(1, 2))) if maybe(0.25) else (),
        sort=rng.choice(("customer", "invoice", "match_code")),
    )


def query_of(world: World, asked: Asked, **more: object) -> Query:
    scope = Scope(
        company_id=world.b.company.pk,
        start=asked.start,
        end=asked.end,
        as_at=asked.as_at,
        known_on=asked.known,
        entities=asked.entities,
        entity=asked.entity,
        location=asked.location,
        currency=asked.currency,
    )
    chosen = Filter(code=asked.code, matches=[Match(one) for one in asked.matches])
    return Query(scope=scope, filter=chosen, sort=asked.sort, **more)  # type: ignore[arg-type]


def shown(world: World, query: Query) -> list[Account]:
    """All pages put together, of a random length each."""
    accounts, more = page(actor=world.b.actor, query=query, limit=100_000)
    assert more is None
    return accounts


Told = list[tuple[object, ...]]


def told(account: Account) -> Told:
    return [
        (
            row.number,
            row.date,
            row.gl_date,
            row.reference,
            row.amount,
            row.code,
            str(row.match),
            row.head_number,
            row.contra,
            row.balance,
        )
        for row in account.rows
    ]


def name(document: object) -> str:
    return document_name(document.kind, document.number, document.date)  # type: ignore[attr-defined]


def plainly(account: plain.Account) -> Told:
    return [
        (
            name(one.document),
            one.date,
            one.gl_date,
            one.document.reference,
            one.amount,
            one.shown_code,
            one.match,
            name(one.head),
            one.contra,
            one.balance,
        )
        for one in account.entries
    ]


def agree(world: World, asked: Asked, expected: dict[tuple[int, str], plain.Account], query: Query) -> None:
    people = {c.pk: c for c in Customer.objects.filter(company=world.b.company)}
    listed = {
        key: one
        for key, one in expected.items()
        if query.customer_from <= people[key[0]].code
        and (not query.customer_to or people[key[0]].code <= query.customer_to)
        and (asked.entities is None or people[key[0]].entity_id in {None, *asked.entities})
    }
    if asked.filtered:
        wanted = {key for key, one in listed.items() if one.entries}
    elif query.include_settled:
        wanted = {key for key, one in listed.items() if one.closing or one.entries}
    else:
        wanted = {key for key, one in listed.items() if one.closing}
    accounts = {(a.customer.pk, a.currency): a for a in shown(world, query)}
    assert {people[key].code + currency for key, currency in accounts} == {
        people[key].code + currency for key, currency in wanted
    }
    assert list(accounts) == sorted(accounts, key=lambda key: (people[key[0]].code, key[1]))
    for key, account in accounts.items():
        assert told(account) == plainly(listed[key])
        assert (account.opening, account.closing) == (listed[key].opening, listed[key].closing)
    moved = ledger(actor=world.b.actor, query=query)
    assert [(c.pk, m.currency, m.opening, m.charges, m.payments, m.closing) for c, m in moved] == [
        (a.customer.pk, a.currency, a.opening, a.charges, a.payments, a.closing) for a in accounts.values()
    ]
    closing: dict[str, Decimal] = {}
    for account in accounts.values():
        closing[account.currency] = closing.get(account.currency, Decimal(0)) + account.closing
    assert {one.currency: one.closing for one in totals(moved)} == closing


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_filters_over_random_histories_against_plain_python(seed: int) -> None:
    with books() as b:
        world = found(b, seed)
        play(world, STEPS)
        raw = Raw.read(b.company.pk)
        assert len(raw.documents) > 15
        rng = Random(1_000 + seed)
        codes = sorted(c.code for c in Customer.objects.filter(company=b.company))
        for _ in range(CHOICES):
            asked = asked_at_random(rng, world, raw)
            first, last = sorted((rng.choice(codes), rng.choice(codes)))
            ends = {"customer_from": first, "customer_to": last} if rng.random() < 0.3 else {}
            query = query_of(world, asked, include_settled=rng.random() < 0.5, **ends)
            try:
                agree(world, asked, plain.report(raw, asked), query)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, {asked}, {query}") from error
