"""Deposits over the API (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.helping import DAY, acme, doc
from tests.build import Books, books
from tests.integrator import Answer, Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def deposit(api: Integrator, *receipts: str, **more: Any) -> Answer:
    return api.post("/deposits", {"bank_account": "BANK", "date": DAY, "receipts": list(receipts), **more})


def test_receipts_go_to_the_bank_together_and_back(b: Books, api: Integrator) -> None:
    first, second = b.cash(30), b.cash(20)
    made = deposit(api, doc(first), str(b.document(second).number))
    assert (made.status, made["state"], made["amount"]) == (201, "posted", "50.00"), made.text
    assert [(one["document"], one["amount"]) for one in made["receipts"]] == [
        (doc(first), "30.00"),
        (doc(second), "20.00"),
    ]
    again = deposit(api, doc(first))
    assert (again.status, again["code"], again.places) == (409, "already_deposited", ["/receipts"])
    back = api.post(f"/deposits/{made['id']}/reverse", {"date": DAY, "reason": "bounced"})
    assert (back.status, back["state"]) == (200, "reversed")
    assert deposit(api, doc(first)).status == 201


def test_drafts_are_changed_posted_and_deleted(b: Books, api: Integrator) -> None:
    first, second = b.cash(30), b.cash(20)
    draft = deposit(api, doc(first), action="draft")
    path = f"/deposits/{draft['id']}"
    assert api.patch(path, {"reference": "x"}, if_match=9).status == 412
    changed = api.patch(path, {"receipts": [doc(second)], "reference": "slip"}, if_match=draft["version"])
    assert (changed.status, changed["amount"], changed["reference"]) == (200, "20.00", "slip"), changed.text
    assert api.post(f"{path}/post")["state"] == "posted"
    assert api.delete(path)["code"] == "not_a_draft"
    other = deposit(api, doc(first), action="draft")
    assert api.delete(f"/deposits/{other['id']}")["deleted"] is True
    assert api.get(f"/deposits/{other['id']}").status == 404


def test_what_is_wrong_is_said_at_its_place(b: Books, api: Integrator) -> None:
    receipt = doc(b.cash(30))
    assert deposit(api).places == ["/receipts"]
    assert deposit(api, receipt, "doc_99999999").places == ["/receipts/1"]
    assert deposit(api, doc(b.receipt(5)))["code"] == "not_undeposited"
    assert deposit(api, doc(b.invoice(5))).status == 404
    early = deposit(api, receipt, date="2026-03-14")
    assert (early["code"], early["errors"][0]["values"]["earliest"]) == ("deposit_too_early", DAY)
    with books() as other:
        foreign, made = doc(other.cash(5)), doc(other.deposit(other.cash(7)))
    assert deposit(api, foreign).status == 404
    assert api.get(f"/deposits/{made}").status == 404
    assert api.post(f"/deposits/{made}/reverse", {"date": DAY, "reason": "x"}).status == 404


def test_the_list_and_bulk(b: Books, api: Integrator) -> None:
    items = [{"bank_account": "BANK", "date": DAY, "receipts": [doc(b.cash(amount))]} for amount in (10, 20)]
    found = api.post("/deposits/bulk", {"items": items})
    assert [one["document"]["amount"] for one in found["results"]] == ["10.00", "20.00"]
    listed = api.get("/deposits?ordering=number")
    assert [one["amount"] for one in listed["results"]] == ["10.00", "20.00"]
    assert api.get("/deposits?customer=x").places == ["customer"]
    other = api.post("/customers", {"name": "Nobody's receipts"})
    assert api.get(f"/deposits?customer={other['id']}")["results"] == []
    of_acme = api.get(f"/deposits?customer={acme(b)}&settlement=paid&mark=complete&ordering=number")
    assert of_acme["results"] == listed["results"]
    assert api.get("/deposits?settlement=open")["results"] == []
    assert api.get(f"/deposits?number={listed['results'][0]['number']}")["results"][0]["amount"] == "10.00"
