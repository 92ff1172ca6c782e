"""The command palette and the dashboard's newer parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from arledger.core.formats import format_amount
from tests.build import AT, TODAY, Books, books, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def choices(client: Client, b: Books, text: str = "") -> list[str]:
    page = client.get(f"/c/{b.company.code}/palette/", {"q": text}).content.decode()
    return re.findall(r'<span class="clip">([^<]*)</span>', page)


def test_it_offers_what_one_may_do_and_finds_by_the_beginnings_of_words(client: Client) -> None:
    with books() as b:
        b.invoice(100)
        client.force_login(person(b))
        assert "New invoice" in choices(client, b)
        assert choices(client, b, "rec pay") == ["Receive payment"]
        assert choices(client, b, "PAYM T")[0] == "Payment terms"
        assert "INV-00001" in choices(client, b, "inv-0")
        assert "Acme" in choices(client, b, "acm")
        assert choices(client, b, "zzz") == []
        assert client.get(f"/c/{b.company.code}/palette/", {"q": "a\0"}).status_code == 200
        client.force_login(person(b, role="auditor"))
        assert "New invoice" not in choices(client, b, "new")
        assert "Audit trail" in choices(client, b, "audit")


def test_refunds_are_not_offered_until_they_are_switched_on(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
        assert choices(client, b, "refund") == []
        b.configure(refunds_enabled=True)
        assert "New refund" in choices(client, b, "refund")


def test_home_tells_what_falls_due_and_what_changed(client: Client) -> None:
    with books() as b:
        b.invoice(70, due=TODAY + timedelta(days=7))
        b.invoice(600, due=TODAY + timedelta(days=8))
        b.invoice(5000, on=TODAY - timedelta(days=9), due=TODAY - timedelta(days=1))
        client.force_login(person(b))
        page = client.get(f"/c/{b.company.code}/").content.decode()
        due = page[page.index("Due within a week") :]
        assert format_amount(Decimal(70), "EUR", "en") in due[:800]
        link = re.search(r'href="([^"]*due_from[^"]*)"', due)
        assert link is not None
        listed = client.get(link[1].replace("&amp;", "&")).content.decode()
        assert "INV-00001" in listed
        assert "INV-00002" not in listed
        assert "posted · invoice" in page[page.index("What changed") :]
        client.force_login(person(b, role="ar-clerk"))
        assert "What changed" not in client.get(f"/c/{b.company.code}/").content.decode(), (
            "nothing of one's own"
        )
