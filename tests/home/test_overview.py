"""Home at a glance, and the search of the top bar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arledger.core.formats import format_amount
from tests.build import AT, TODAY, Books, books, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def home(client: Client, made: Books) -> str:
    return client.get(f"/c/{made.company.code}/").content.decode()


def shown(amount: int | str) -> str:
    return format_amount(Decimal(amount), "EUR", "en")


def test_an_empty_company_says_what_to_do(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
    page = home(client, b)
    assert "Nothing is open" in page
    assert "No money has been received yet." in page


def test_open_overdue_unapplied_drafts_and_last_payments(client: Client) -> None:
    with books() as b:
        b.invoice(1200, on=TODAY, due=TODAY + timedelta(days=10))
        b.invoice(345, on=TODAY - timedelta(days=60), due=TODAY - timedelta(days=45))
        b.invoice(77, on=TODAY, post=False)
        b.receipt("88.25", on=TODAY)
        client.force_login(person(b))
    page = home(client, b)
    for amount in (1545, 345, "88.25"):
        assert shown(amount) in page
    assert "1 document<" in page.replace("\n", "").replace("  ", "")
    assert "PAY-00001" in page
    inside = f"/c/{b.company.code}"
    for path in (
        "invoices/?tab=drafts",
        "reports/ageing/?sort=-overdue&amp;detail=1",
        "matching/unreconciled/",
        "reports/ageing/",
    ):
        assert f'href="{inside}/{path}"' in page


def test_what_is_overdue_leads_to_debit_memos_too(client: Client) -> None:
    early, due = TODAY - timedelta(days=60), TODAY - timedelta(days=45)
    with books() as b:
        b.invoice(345, on=early, due=due)
        b.adjustment("77.50", on=early, due_date=due)
        client.force_login(person(b))
        assert shown("422.50") in home(client, b)
        there = client.get(f"/c/{b.company.code}/reports/ageing/?sort=-overdue&detail=1").content.decode()
    assert shown("422.50") in there
    assert "INV-00001" in there
    assert "ADJ-00001" in there


def test_figures_lead_to_lists_that_add_up_to_them_and_only_where_one_may_go(client: Client) -> None:
    with books() as b:
        b.invoice(300, on=TODAY)
        b.adjustment(-40, on=TODAY)
        b.receipt("8.25", on=TODAY)
        client.force_login(person(b))
        page, inside = home(client, b), f"/c/{b.company.code}"
        for figure, path in ((300, "reports/ageing/"), ("48.25", "matching/unreconciled/")):
            assert shown(figure) in page
            assert f'href="{inside}/{path}"' in page
            assert shown(figure) in client.get(f"{inside}/{path}").content.decode()
        client.force_login(person(b, "billing-clerk"))
        page = home(client, b)
        links = set(re.findall(f'href="({inside}/[^"]*)"', page))
        assert shown("48.25") in page
        assert {link for link in links if client.get(link).status_code in (403, 404)} == set()


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
        b.invoice(10)
        b.receipt(5)
        with CaptureQueriesContext(connection) as few:
            home(client, b)
        for _ in range(6):
            b.customer = b.add_customer()
            b.invoice(10)
            b.receipt(5)
        with CaptureQueriesContext(connection) as many:
            home(client, b)
    assert len(many) == len(few)
    assert len(many) <= 14


def search(client: Client, made: Books, text: str) -> tuple[int, str]:
    """Status, and the page or where it leads."""
    answer = client.get(f"/c/{made.company.code}/search/", {"q": text})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def test_search_finds_numbers_by_beginning_and_digits_and_customers_by_words(client: Client) -> None:
    with books() as b:
        other = b.add_customer("Œuvres Brûlées")
        _first, second, _third = (b.invoice(10) for _ in range(3))
        imported = b.invoice(10, customer=other, number="0007")
        b.invoice(10, customer=other, number="2")
        client.force_login(person(b))
    inside = f"/c/{b.company.code}"
    several = search(client, b, "inv-0000")[1]
    assert all(number in several for number in ("INV-00001", "INV-00002", "INV-00003"))
    assert f'href="{inside}/invoices/{second}/"' in several
    both = search(client, b, "2")[1]
    assert both.index(">2<") < both.index(">INV-00002<"), "what fits exactly comes first"
    assert search(client, b, "0007") == (302, f"{inside}/invoices/{imported}/")
    assert search(client, b, "oeuvres brulees") == (302, f"{inside}/customers/{other}/")
    assert "Nothing matches" in search(client, b, "INV-1")[1]


def test_search_shows_nothing_that_the_role_may_not_see(client: Client) -> None:
    with books() as b:
        b.receipt(5)
        client.force_login(person(b, "billing-clerk"))
    assert "Nothing matches" in search(client, b, "PAY-")[1]
    assert "Last payments" not in home(client, b)


@pytest.mark.parametrize(
    "text", ["\0", "a" * 201, "%", "'", "\U0010ffff", "' OR 1=1 --", "99999999999999999999"]
)
def test_search_takes_any_text(client: Client, text: str) -> None:
    with books() as b:
        client.force_login(person(b))
    assert search(client, b, text)[0] in (200, 400)
