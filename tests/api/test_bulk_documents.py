"""Many documents in one call: atomic, or each by itself (SPEC 15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Document
from tests.api.billed import body
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = pytest.mark.usefixtures("at_the_time_of_the_books")


@pytest.fixture
def b(db: None) -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def test_a_thousand_cost_the_statements_of_few(b: Books, api: Integrator) -> None:
    counts = []
    for count in (1, 310, 1_000):
        items = [body(b, "10.00", "5.00", "-1.00", reference=f"B{index}") for index in range(count)]
        with CaptureQueriesContext(connection) as statements:
            answer = api.post("/invoices/bulk", {"items": items})
        counts.append(len(statements))
        assert answer.status == 200, answer.text
        assert [one["document"]["reference"] for one in answer["results"]] == [f"B{n}" for n in range(count)]
        assert {one["document"]["open_amount"] for one in answer["results"]} == {"14.00"}
    assert counts[1] == counts[2]


def test_atomic_is_all_or_nothing(b: Books, api: Integrator) -> None:
    items = [
        body(b, "10"),
        body(b, "0.001"),
        body(b, "10", due_date="2026-01-01"),
        body(b, "7", customer="NOBODY"),
    ]
    answer = api.post("/invoices/bulk", {"mode": "atomic", "items": items})
    assert (answer.status, answer.places) == (404, ["/items/3/customer"])
    answer = api.post("/invoices/bulk", {"items": items[:3]})
    assert (answer.status, set(answer.places)) == (400, {"/items/1/lines/0/amount", "/items/2/due_date"})
    answer = api.post("/invoices/bulk", {"items": [items[0], {"lines": 3}]})
    assert set(answer.places) == {"/items/1/customer", "/items/1/date", "/items/1/lines"}
    assert not Document.objects.filter(company=b.company, kind="invoice").exists()


def test_each_keeps_the_good_ones(b: Books, api: Integrator) -> None:
    items = [
        body(b, "10"),
        body(b, "0.001"),
        body(b, "20", action="draft"),
        body(b, "30", customer="NOBODY"),
        body(b, "40", colour="red"),
        body(b, "50"),
    ]
    answer = api.post("/invoices/bulk", {"mode": "each", "items": items})
    assert [one["status"] for one in answer["results"]] == [201, 400, 201, 404, 400, 201]
    assert [one["index"] for one in answer["results"]] == [0, 1, 2, 3, 4, 5]
    errors = {one["index"]: one["error"]["errors"][0] for one in answer["results"] if "error" in one}
    assert {index: error["pointer"] for index, error in errors.items()} == {
        1: "/lines/0/amount",
        3: "/customer",
        4: "/colour",
    }
    documents = [one["document"] for one in answer["results"] if "document" in one]
    assert [(one["total"], one["state"]) for one in documents] == [
        ("10.00", "posted"),
        ("20.00", "draft"),
        ("50.00", "posted"),
    ]
    assert [one["number"] for one in documents] == ["INV-00001", None, "INV-00002"]


def test_the_whole_batch_is_replayed_and_rehearsed(b: Books, api: Integrator) -> None:
    sent = {"items": [body(b, "1"), body(b, "2")]}
    rehearsed = api.post("/invoices/bulk?validate_only=true", sent)
    assert (rehearsed["validate_only"], len(rehearsed["results"])) == (True, 2)
    assert not Document.objects.filter(company=b.company, kind="invoice").exists()
    first, again = (api.post("/invoices/bulk", sent, key="batch") for _ in range(2))
    assert (first.body, again.headers["Idempotent-Replayed"]) == (again.body, "true")
    assert Document.objects.filter(company=b.company, kind="invoice").count() == 2


def test_what_is_around_the_items_is_strict(b: Books, api: Integrator) -> None:
    one = body(b, "1")
    assert api.post("/invoices/bulk", {"items": []}).places == ["/items"]
    assert api.post("/invoices/bulk", {"items": [one] * 1_001}).codes == ["list_length"]
    assert api.post("/invoices/bulk", {"mode": "some", "items": [one]}).places == ["/mode"]
    assert api.post("/invoices/bulk", {"items": [one], "post": True}).codes == ["member_unknown"]
    assert api.post("/invoices/bulk", [one]).codes == ["type_wrong"]


def test_customers_adjustments_and_advances(b: Books, api: Integrator) -> None:
    customers = [{"name": f"Customer {index}", "code": f"B{index:03}"} for index in range(300)]
    answer = api.post("/customers/bulk", {"items": customers})
    assert [one["document"]["code"] for one in answer["results"]] == [one["code"] for one in customers]
    taken = api.post(
        "/customers/bulk", {"mode": "each", "items": [{"name": "x", "code": "B001"}, {"name": "y"}]}
    )
    assert [one["status"] for one in taken["results"]] == [409, 201]
    memos = api.post("/adjustments/bulk", {"items": [body(b, "-5", reason="Goodwill"), body(b, "5")]})
    assert [one["document"]["settlement"] for one in memos["results"]] == ["available", "open"]
    advance = {"customer": f"cus_{b.customer}", "date": "2026-03-15", "method": "cash", "undeposited": True}
    advances = api.post(
        "/advances/bulk",
        {"mode": "each", "items": [advance | {"amount": "5.001"}, advance | {"amount": "7"}]},
    )
    assert [one["status"] for one in advances["results"]] == [400, 201]
    assert advances["results"][0]["error"]["errors"][0]["pointer"] == "/amount"
