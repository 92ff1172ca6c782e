"""Payments over the API (SPEC 8, 15.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from arledger.core.api.ids import id_of
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

DAY = "2026-03-15"


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def doc(key: int) -> str:
    return id_of("document", key)


def receipt(b: Books, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "customer": id_of("customer", b.customer),
        "amount": amount,
        "date": DAY,
        "method": "transfer",
        "bank_account": "BANK",
        **more,
    }


def opens(api: Integrator, *keys: int) -> list[str]:
    return [str(api.books.open(key)) for key in keys]


def test_the_waterfall_goes_in_the_order_of_the_documents(b: Books, api: Integrator) -> None:
    """W2."""
    first, second, third = b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)
    answer = api.post("/payments", receipt(b, "500", documents=[doc(first), doc(second), doc(third)]))
    assert answer.status == 201, answer.text
    assert answer["amount"] == "500.00"
