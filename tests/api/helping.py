"""What the tests of money at the API share."""

from __future__ import annotations

from typing import Any

from arledger.core.api.ids import id_of
from tests.build import Books
from tests.integrator import Integrator

DAY = "2026-03-15"


def doc(key: int) -> str:
    return id_of("document", key)


def line(b: Books, key: int, position: int = 1) -> str:
    return id_of("line", b.line(key, position))


def acme(b: Books) -> str:
    return id_of("customer", b.customer)


def received(b: Books, amount: str, **more: Any) -> dict[str, Any]:
    """The body of a receipt."""
    return {
        "customer": acme(b),
        "amount": amount,
        "date": DAY,
        "method": "transfer",
        "bank_account": "BANK",
        **more,
    }


def opens(answer: Any) -> list[str]:
    return [one["open_amount"] for one in answer["lines"]]


def read(api: Integrator, *keys: int) -> list[dict[str, Any]]:
    """The documents as their own address answers them."""
    found = []
    for key in keys:
        kind = api.books.document(key).kind
        answer = api.get(f"/{kind}s/{doc(key)}")
        assert answer.status == 200, answer.text
        found.append(answer.body)
    return found


def available(api: Integrator, **filters: str) -> list[tuple[str, str, str]]:
    """(kind, available, reserved) of the customer's credits."""
    query = "&".join(f"{name}={value}" for name, value in {"customer": acme(api.books), **filters}.items())
    answer = api.get(f"/credits?{query}")
    assert answer.status == 200, answer.text
    return [(one["kind"], one["available"], one["reserved"]) for one in answer["results"]]
