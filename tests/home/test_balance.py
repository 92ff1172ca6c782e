"""The company's balance over time: what the ageing of each day adds up to, for what each person may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity
from arledger.core.actor import Actor
from arledger.home.balance_selectors import courses
from customers.models import Customer
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.ageing import ageing
from reconciliation.balances import month_ends
from tests.build import AT, TODAY, Books, books, money, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def told(b: Books) -> None:
    """Two years, two currencies, one receipt of two customers, a draft and a future date."""
    first = b.invoice(1000, on=date(2023, 6, 10))
    b.receipt(300, [first], on=date(2025, 8, 31))
    b.invoice(250, -20, on=date(2025, 9, 1))
    b.invoice(44, on=date(2025, 9, 2), post=False)
    b.adjustment(-120, on=date(2025, 12, 31))
    payer = b.add_customer("Payer")
    parts = [
        PartInput(customer_id=payer, amount=money(10)),
        PartInput(customer_id=b.customer, amount=money(55)),
    ]
    entered = PaymentInput(date=date(2026, 2, 10), method="cash", currency="EUR", parts=parts)
    payments.receive(actor=b.actor, payments=[entered])
    b.invoice(77, on=TODAY)
    b.receipt(100, on=date(2026, 4, 1))


def agrees(actor: Actor) -> list[Decimal]:
    """Each balance is the total of the ageing of its day; the balances of the only currency, the latest first."""
    (course,) = courses(actor)
    for point in course.curve.points:
        aged = ageing(company_id=actor.company_id, day=point.day, entities=actor.entities)
        assert point.balance == sum((row.total for row in aged.totals), Decimal(0)), point.day
    assert [month.day for month in course.months] == month_ends(actor.today)[:0:-1]
    changes = [month.change for month in course.months]
    assert course.curve.points[0].balance + sum(changes) == course.months[0].balance
    return [month.balance for month in course.months]


def test_each_balance_is_what_the_ageing_says_of_the_day() -> None:
    with books() as b:
        told(b)
        for day in (AT, AT.replace(month=1, day=1), AT.replace(year=2026, month=5, day=1)):
            agrees(replace(b.actor, at=day))
        with CaptureQueriesContext(connection) as found:
            courses(b.actor)
    assert len(found) == 1


def test_whoever_is_limited_to_entities_sees_theirs_alone() -> None:
    with books() as b:
        told(b)
        north = Entity.objects.create(company=b.company, code="N", name="North")
        south = Entity.objects.create(company=b.company, code="S", name="South")
        payer = Customer.objects.get(company=b.company, name="Payer")
        everything = agrees(b.actor)[0]
        b.invoice(500, on=TODAY, entity_id=north.pk)
        Customer.objects.filter(company=b.company, pk=payer.pk).update(entity=south)
        assert agrees(b.actor)[0] == everything + 500
        assert agrees(replace(b.actor, entities=frozenset({north.pk})))[0] == everything + 510
        assert agrees(replace(b.actor, entities=frozenset({south.pk})))[0] == everything


def test_home_fetches_it_afterwards_and_each_figure_leads_to_its_list(client: Client) -> None:
    with books() as b:
        told(b)
        client.force_login(person(b))
    inside = f"/c/{b.company.code}"
    start = client.get(f"{inside}/").content.decode()
    assert f'hx-get="{inside}/balance/"' in start
    assert "balance-line" not in start
    part = client.get(f"{inside}/balance/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count('<circle class="balance-dot"') == 13
    first = TODAY.replace(day=1)
    assert f'href="{inside}/reports/ageing/?as_of={TODAY}"' in part
    assert f'href="{inside}/reports/ledger/?start={first}&amp;end={TODAY}&amp;currency=EUR"' in part
    for path in {p.split('"')[0] for p in part.split('href="')[1:3]}:
        assert client.get(path.replace("&amp;", "&")).status_code == 200
    assert "<html" in client.get(f"{inside}/balance/").content.decode()


def test_a_company_that_never_billed_has_none(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    page = client.get(f"/c/{b.company.code}/balance/").content.decode()
    assert "Nothing was owed in the last twelve months." in page
    assert "/balance/" not in client.get(f"/c/{b.company.code}/").content.decode()
