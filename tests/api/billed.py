"""What the tests of invoices, adjustments and advances over the API share."""

from __future__ import annotations

from typing import Any

from tests.build import Books
from tests.integrator import Answer, Integrator


def doc(key: int) -> str:
    return f"doc_{key}"


def body(b: Books, *amounts: str, **more: Any) -> dict[str, Any]:
    """An invoice or an adjustment of the books' customer, dated on their today."""
    lines = [{"description": f"Item {place}", "amount": amount} for place, amount in enumerate(amounts, 1)]
    return {"customer": f"cus_{b.customer}", "date": "2026-03-15", "lines": lines, **more}


def invoice(b: Books, api: Integrator, *amounts: str, **more: Any) -> Answer:
    answer = api.post("/invoices", body(b, *amounts, **more))
    assert answer.status == 201, answer.text
    return answer


def opens(document: Any) -> list[str]:
    return [line["open_amount"] for line in document["lines"]]


def state(document: Any) -> tuple[str, str, str, str]:
    """(open amount, settlement, mark, match code)"""
    return document["open_amount"], document["settlement"], document["mark"], document["match_code"]
