"""The ageing report on screen and as a file (SPEC 12, 15.2, W12)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity, MembershipEntity, Role
from arledger.core.formats import format_amount
from reconciliation.ageing import ageing
from reconciliation.bars import SCALE, segments, totals_of
from tests.build import AT, TODAY, Books, books, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def page(client: Client, made: Books, **chosen: str) -> str:
    return client.get(f"/c/{made.company.code}/reports/ageing/", chosen).content.decode()


def download(client: Client, made: Books, **chosen: str) -> list[dict[str, str]]:
    answer = client.get(f"/c/{made.company.code}/reports/ageing.csv", chosen)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def w12(made: Books) -> int:
    invoice = made.invoice(10000, on=date(2026, 1, 29), due=date(2026, 2, 28))
    for amount, day in ((1500, 10), (1000, 12), (2000, 14)):
        made.receipt(amount, [invoice], on=date(2026, 3, day))
    return invoice


def test_w12_as_of_a_day(client: Client) -> None:
    with books() as b:
        w12(b)
        client.force_login(person(b))
    row = download(client, b, as_of="2026-04-04")[0]
    assert (row["31-60"], row["total"], row["1-30"]) == ("5500.00", "5500.00", "0.00")
    shown = page(client, b, as_of="2026-04-04")
    assert format_amount(Decimal(5500), "EUR", "en") in shown
    assert "31 to 60 days" in shown
    before = download(client, b, as_of="2026-03-11")[0]
    assert Decimal(before["1-30"]) == 8500, "what was received later was still open"


def test_the_other_bases_and_buckets(client: Client) -> None:
    with books() as b:
        w12(b)
        client.force_login(person(b))
    by_document = download(client, b, as_of="2026-04-04", basis="document", buckets="45,90")[0]
    assert list(by_document)[3:] == ["current", "1-45", "46-90", "91+", "credits", "total"]
    assert Decimal(by_document["46-90"]) == 5500


def test_credits_stand_apart_and_are_netted_in_the_total(client: Client) -> None:
    with books() as b:
        b.invoice(100)
        b.receipt(30)
        client.force_login(person(b))
    row = download(client, b)[0]
    assert (row["current"], row["credits"], row["total"]) == ("100.00", "-30.00", "70.00")


@pytest.mark.parametrize(
    "chosen",
    [
        {"as_of": "yesterday"},
        {"as_of": "0001-01-01"},
        {"basis": "moon"},
        {"buckets": "30,20"},
        {"buckets": "x" * 300},
        {"as_of": "2026-02-30"},
    ],
)
def test_a_wrong_choice_is_explained_beside_it(client: Client, chosen: dict[str, str]) -> None:
    with books() as b:
        b.invoice(100)
        client.force_login(person(b))
    shown = page(client, b, **chosen)
    assert "errorlist" in shown
    assert client.get(f"/c/{b.company.code}/reports/ageing.csv", chosen).status_code == 400


def test_one_query_whatever_the_number_of_customers_and_pages_of_a_hundred(client: Client) -> None:
    with books() as b:
        b.invoice(5)
        client.force_login(person(b))
        with CaptureQueriesContext(connection) as few:
            page(client, b)
        for n in range(104):
            b.invoice(1, customer=b.add_customer(f"Customer {n:03d}"))
        with CaptureQueriesContext(connection) as many:
            first = page(client, b, sort="-total")
    assert len(many) == len(few)
    assert first.index("Acme") < first.index("Customer 000")
    assert first.count('class="card-head"') == 100
    assert page(client, b, sort="-total", cursor="100").count('class="card-head"') == 5


def test_the_right_is_needed(client: Client) -> None:
    with books() as b:
        client.force_login(person(b, "integrator"))
        Role.objects.filter(company=b.company, code="integrator").update(rights=["ledger.run"])
    assert client.get(f"/c/{b.company.code}/reports/ageing/").status_code == 403
    assert client.get(f"/c/{b.company.code}/reports/ageing.csv").status_code == 403


def test_a_person_of_one_entity_sees_the_top_level_and_his_own(client: Client) -> None:
    with books() as b:
        north = Entity.objects.create(company=b.company, code="N", name="North")
        south = Entity.objects.create(company=b.company, code="S", name="South")
        b.invoice(1)
        b.invoice(10, entity_id=north.pk)
        b.invoice(100, entity_id=south.pk)
        b.invoice(1000, customer=b.add_customer("Southerner", entity_id=south.pk))
        user = person(b)
        membership = user.memberships.get()
        MembershipEntity.objects.create(company=b.company, membership=membership, entity=north)
        client.force_login(user)
        own = download(client, b)
        everything = ageing(company_id=b.company.pk, day=TODAY).totals[0].total
    assert [Decimal(row["total"]) for row in own] == [11]
    assert everything == 1111
    assert "Southerner" not in page(client, b)


def test_bars_never_exceed_the_longest_one() -> None:
    parts = [Decimal(1), Decimal(0), Decimal(1), Decimal(1)]
    pieces = segments(parts, Decimal(3))
    assert [piece.tone for piece in pieces] == [0, 2, 4]
    assert sum(piece.width for piece in pieces) == SCALE
    assert segments([Decimal(0)], Decimal(0)) == []


def test_each_age_of_the_total_has_its_own_bar() -> None:
    with books() as b:
        b.invoice(300, on=date(2026, 1, 1), due=date(2026, 1, 1))
        b.invoice(100, due=TODAY)
        total = totals_of(ageing(company_id=b.company.pk, day=TODAY))[0]
    widths = {age.title: sum(piece.width for piece in age.bar) for age in total.ages}
    assert widths["Not due"] == SCALE // 3
    assert widths["61 to 90 days"] == SCALE
