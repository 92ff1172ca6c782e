"""Statements of account on paper: open items, or the movements with the balance brought forward."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.build import Books, books, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def get(client: Client, b: Books, path: str) -> Any:
    return client.get(f"/c/{b.company.code}/reports/statements/{path}")


def words(answer: Any) -> str:
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_open_items_and_the_balance_due(client: Client, b: Books) -> None:
    first, second = b.invoice(300), b.invoice(160)
    b.receipt(350, [first, second])
    b.adjustment(-30)
    client.force_login(person(b))
    text = words(get(client, b, f"{b.customer}/statement.pdf?end=2026-03-15"))
    assert "INV-00001" not in text, "it is settled"
    for shown in ("INV-00002", "110.00", "ADJ-00001", "−30.00", "Balance due 80.00 EUR"):
        assert shown in text, shown


def test_the_movements_with_the_balance_before_them(client: Client, b: Books) -> None:
    invoice, credit = b.invoice(300), b.adjustment(-100)
    b.match((b.line(invoice), b.line(credit), 100))
    b.receipt(50, [invoice])
    client.force_login(person(b))
    path = f"{b.customer}/statement.pdf?way=forward&start=2026-03-01&end=2026-03-31"
    text = words(get(client, b, path))
    assert "Balance brought forward 0.00" in text
    assert text.count("ADJ-00001") == 1, (
        "a match moves nothing: its contra entries are not shown to the customer"
    )
    assert "Balance due 150.00 EUR" in text
    later = words(get(client, b, path.replace("03-01", "04-01").replace("03-31", "04-30")))
    assert "Balance brought forward 150.00" in later


def test_an_empty_account_and_wrong_choices(client: Client, b: Books) -> None:
    client.force_login(person(b, language="fr"))
    assert get(client, b, f"{b.customer}/statement.pdf").status_code == 200
    assert get(client, b, f"{b.customer}/").status_code == 200
    assert get(client, b, f"{b.customer}/statement.pdf?end=soon").status_code == 400
    assert get(client, b, "999999/statement.pdf").status_code == 404
    client.force_login(person(b, "billing-clerk"))
    assert get(client, b, f"{b.customer}/statement.pdf").status_code == 403
