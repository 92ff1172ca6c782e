"""Why is this open? The arithmetic ends at what is open, step by step, with everything that happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from reconciliation.why import Side, sides
from tests.build import TODAY, Books, books, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def side(b: Books, key: int, day: date = TODAY, *, charge: bool = True) -> Side:
    return next(one for one in sides(document=b.document(key), day=day) if one.charge == charge)


def changes(found: Side) -> list[tuple[int, int]]:
    return [(int(step.change), int(step.left)) for step in found.steps]


def test_every_step_from_the_amount_to_what_is_open(b: Books) -> None:
    invoice = b.invoice(300, 100, -20)
    b.receipt(150, [invoice])
    b.unapply(b.applications(invoice)[-1], amount=50)
    found = side(b, invoice)
    assert found.amount == 400
    assert found.open == b.open(invoice)
    assert changes(found) == [(-20, 380), (-150, 230), (50, 280)]
    assert [step.inline for step in found.steps] == [True, False, False]
    assert found.steps[-1].undone
    assert found.steps[-1].reason == "by mistake"
    assert side(b, invoice, charge=False).open == 0


def test_later_steps_and_drafts_stand_apart(b: Books) -> None:
    invoice = b.invoice(100)
    b.receipt(30, [invoice], on=TODAY + timedelta(days=5))
    b.receipt(20, [invoice], post=False)
    found = side(b, invoice)
    assert found.open == 100
    assert [(step.change, step.left) for step in found.later] == [(Decimal(-30), Decimal(70))]
    assert [held.amount for held in found.held] == [20]
    assert found.available == 50


def test_the_page_names_people_and_links(client: Client, b: Books) -> None:
    invoice = b.invoice(100)
    payment = b.receipt(40, [invoice])
    root = f"/c/{b.company.code}"
    client.force_login(person(b))
    page = client.get(f"{root}/matching/why/{invoice}/").content.decode()
    for shown in ("INV-00001", "PAY-00001", f"{root}/payments/{payment}/", "60.00"):
        assert shown in page
    assert f"{root}/matching/why/{invoice}/" in client.get(f"{root}/invoices/{invoice}/").content.decode()
    assert client.get(f"{root}/matching/why/999999/").status_code == 404
    draft = b.invoice(5, post=False)
    assert client.get(f"{root}/matching/why/{draft}/").status_code == 404
    client.force_login(person(b, "billing-clerk"))
    assert client.get(f"{root}/matching/why/{invoice}/").status_code == 200
    assert client.get(f"{root}/matching/why/{payment}/").status_code == 403
