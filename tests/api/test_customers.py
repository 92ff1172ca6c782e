"""Customers over the API (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity
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


def test_adding_reading_and_changing(b: Books, api: Integrator) -> None:
    sent = {"code": "ZOE", "name": "Zoé Müller", "term": "NET30", "email": "zoe@example.com", "country": "FR"}
    made = api.post("/customers", sent)
    assert (made.status, made["code"], made["currency"], made["term_code"], made["version"]) == (
        201,
        "ZOE",
        "EUR",
        "NET30",
        1,
    )
    path = f"/customers/{made['id']}"
    assert api.get(path).body == made.body
    changed = api.patch(path, {"name": "Zoé", "parent": f"cus_{b.customer}", "term": None}, if_match=1)
    assert (changed.status, changed["name"], changed["parent"], changed["term"], changed["email"]) == (
        200,
        "Zoé",
        f"cus_{b.customer}",
        None,
        "zoe@example.com",
    )
    assert (changed["version"], changed.headers["ETag"]) == (2, '"2"')
    assert api.patch(path, {"name": "Zoe"}, if_match=1).status == 412
    assert api.patch(f"/customers/cus_{b.customer}", {"parent": "ZOE"}).codes == ["customer_own_parent"]
    assert api.patch(path, {"active": False})["active"] is False
    bill: dict[str, Any] = {
        "customer": "ZOE",
        "date": "2026-03-15",
        "due_date": "2026-03-31",
        "lines": [{"amount": "1"}],
    }
    late = api.post("/invoices", bill)
    assert (late.codes, late.places) == (["customer_inactive"], ["/customer"])


def test_a_code_is_drawn_where_none_is_given(b: Books, api: Integrator) -> None:
    first, second = (api.post("/customers", {"name": f"New {n}"})["code"] for n in (1, 2))
    assert first != second
    assert first


@pytest.mark.parametrize(
    ("changes", "status", "code", "place"),
    [
        ({"name": ""}, 400, "required", "/name"),
        ({"name": None}, 400, "required", "/name"),
        ({"name": "x" * 151}, 400, "text_too_long", "/name"),
        ({"name": "a\u0000b"}, 400, "text_unstorable", "/name"),
        ({"code": 17}, 400, "type_wrong", "/code"),
        ({"currency": "XYZ"}, 400, "currency_unknown", "/currency"),
        ({"email": "nobody"}, 400, "email_invalid", "/email"),
        ({"term": "NEVER"}, 404, "not_found", "/term"),
        ({"parent": "cus_0"}, 404, "not_found", "/parent"),
        ({"colour": "red"}, 400, "member_unknown", "/colour"),
    ],
)
def test_what_is_refused(
    b: Books, api: Integrator, changes: dict[str, Any], status: int, code: str, place: str
) -> None:
    answer = api.post("/customers", {"name": "Acme"} | changes)
    assert (answer.status, answer.codes, answer.places) == (status, [code], [place])


def test_a_code_is_unique(b: Books, api: Integrator) -> None:
    api.post("/customers", {"name": "One", "code": "SAME"})
    again = api.post("/customers", {"name": "Two", "code": "SAME"})
    assert (again.status, again.codes, again.places) == (409, ["customer_code_taken"], ["/code"])


def test_deleting(b: Books, api: Integrator) -> None:
    made = api.post("/customers", {"name": "Short-lived"})
    path = f"/customers/{made['id']}"
    assert api.delete(path, if_match=2).status == 412
    assert (api.delete(path).body, api.get(path).status) == ({"id": made["id"], "deleted": True}, 404)
    b.invoice(10)
    kept = api.delete(f"/customers/cus_{b.customer}")
    assert (kept.status, kept.codes) == (409, ["customer_has_documents"])


@pytest.mark.parametrize("code", ["4711", "A/B 1", "Ünï", "cus_1x", "100%", "a?b#c"])
def test_an_address_names_a_customer_by_code_too(b: Books, api: Integrator, code: str) -> None:
    made = api.post("/customers", {"name": "Coded", "code": code})
    path = f"/customers/{quote(code, safe='')}"
    assert api.get(path)["id"] == made["id"]
    assert api.patch(path, {"name": "Renamed"})["name"] == "Renamed"
    assert api.get("/customers/NOBODY").status == 404
    assert api.delete(path).body == {"id": made["id"], "deleted": True}


def test_of_an_id_and_a_code_spelled_like_it_the_id_counts(b: Books, api: Integrator) -> None:
    other = api.post("/customers", {"name": "Sly", "code": f"cus_{b.customer}"})
    assert api.get(f"/customers/cus_{b.customer}")["id"] == f"cus_{b.customer}" != other["id"]


def test_listing(b: Books, api: Integrator) -> None:
    Entity.objects.create(company=b.company, code="NORTH", name="North")
    for code, name, more in (
        ("C1", "Zoé Müller", {"parent": f"cus_{b.customer}"}),
        ("C2", "Ángel", {"currency": "USD", "entity": "NORTH"}),
        ("C3", "Bob Müller", {"active": False}),
    ):
        assert api.post("/customers", {"code": code, "name": name} | more).status == 201

    def codes(parameters: str) -> list[str]:
        answer = api.get(f"/customers?{parameters}")
        assert answer.status == 200, answer.text
        return [row["code"] for row in answer["results"] if row["id"] != f"cus_{b.customer}"]

    assert codes("") == ["C1", "C2", "C3"]
    assert codes("ordering=name") == ["C2", "C3", "C1"]
    assert codes("ordering=-code") == ["C3", "C2", "C1"]
    assert codes("q=muller") == ["C1", "C3"]
    assert codes("q=muller&active=true") == ["C1"]
    assert codes("currency=USD") == codes("entity=NORTH") == codes("code=C2") == ["C2"]
    assert codes(f"parent=cus_{b.customer}") == ["C1"]
    first = api.get("/customers?limit=2&fields=code")
    rest = api.get(first["next"])
    assert len(first["results"]) == len(rest["results"]) == 2
    assert api.get("/customers?active=yes").codes == ["choice_unknown"]


def test_the_statements_do_not_grow(b: Books, api: Integrator) -> None:
    api.get("/customers")
    counts = []
    # One alone is told of in the audit trail with the code of its term: a statement more.
    for more in (2, 30):
        items = [{"name": f"Customer {more} {n}", "term": "NET30"} for n in range(more)]
        with CaptureQueriesContext(connection) as entering:
            assert api.post("/customers/bulk", {"items": items}).status == 200
        with CaptureQueriesContext(connection) as listing:
            assert api.get("/customers?q=customer").status == 200
        counts.append((len(entering), len(listing)))
    assert counts[0] == counts[1]


def test_whose_customers(b: Books, api: Integrator) -> None:
    with books() as other:
        stranger = Integrator(other)
        path = f"/customers/cus_{b.customer}"
        answers = [stranger.get(path), stranger.patch(path, {"name": "x"}), stranger.delete(path)]
        assert {answer.status for answer in answers} == {404}
        assert stranger.post("/customers", {"name": "x", "parent": f"cus_{b.customer}"}).status == 404
    reader = Integrator(b, "auditor")
    assert reader.get(path).status == 200
    assert {reader.patch(path, {"name": "x"}).status, reader.post("/customers", {"name": "x"}).status} == {
        403
    }
