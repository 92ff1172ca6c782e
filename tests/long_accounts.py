"""Accounts with more open charges than a page draws."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Line
from reconciliation import window
from tests.build import TODAY, Amount, Books, money

# A tenth of what a page draws: the same happens beyond it, and takes a tenth of the time.
LIMIT, MOST, MOST_FIXED = 20, 100, 50


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages draw no more than LIMIT charges at first, MOST on request, and MOST_FIXED beside them."""
    for name, value in {"LIMIT": LIMIT, "MOST": MOST, "MOST_FIXED": MOST_FIXED}.items():
        monkeypatch.setattr(window, name, value)


def many(b: Books, count: int, *amounts: Amount, customer: int = 0) -> list[int]:
    """So many posted invoices, each due a day after the one before, made in one step."""
    entered = [
        DocumentInput(
            customer_id=customer or b.customer,
            date=TODAY - timedelta(days=count),
            due_date=TODAY + timedelta(days=number - count),
            lines=[LineInput(amount=money(amount)) for amount in amounts],
        )
        for number in range(count)
    ]
    return invoices.enter(actor=b.actor, invoices=entered, post=True)


def alike(b: Books, count: int, *amounts: Amount) -> list[int]:
    """So many posted invoices of today, made in one step."""
    one = DocumentInput(
        customer_id=b.customer, date=TODAY, lines=[LineInput(amount=money(amount)) for amount in amounts]
    )
    return invoices.enter(actor=b.actor, invoices=[one] * count, post=True)


def opens(b: Books, documents: Iterable[int]) -> list[int]:
    """What is open on each document, in whole units."""
    found = dict.fromkeys(documents, 0)
    for line in Line.objects.filter(company=b.company, document__in=list(found)):
        found[line.document_id] += int(line.open_amount)
    return list(found.values())
