"""Lists of documents over the API: filters, order, pages and chosen fields (SPEC 15, 15.2)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Entity, Location
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from reconciliation import api_lists
from reconciliation.selectors import States
from tests.build import TODAY, Books, books
from tests.integrator import Integrator

pytestmark = pytest.mark.usefixtures("at_the_time_of_the_books")


@pytest.fixture
def b(db: None) -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def everything(api: Integrator, path: str, limit: int = 200) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    address: str | None = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    while address:
        answer = api.get(address)
        assert answer.status == 200, answer.text
        rows += answer["results"]
        address = answer["next"]
    return rows


def mixture(b: Books, seed: int = 7, count: int = 45) -> None:
    """Invoices in every state there is, of several customers, entities, locations and currencies."""
    chance = random.Random(seed)
    places = [
        Location.objects.create(company=b.company, code=f"L{place}", name=f"Place {place}").pk
        for place in range(2)
    ]
    entity = Entity.objects.create(company=b.company, code="NORTH", name="North").pk
    customers = [b.customer, b.add_customer("Zoé Müller", code="ZOE")]
    for index in range(count):
        customer = chance.choice(customers)
        on = TODAY - timedelta(days=chance.randrange(60))
        dollars = chance.random() < 0.2
        lines = [
            LineInput(amount=Decimal(chance.randrange(10, 500)), location_id=chance.choice([None, *places]))
        ]
        lines += [LineInput(amount=Decimal(-5))] if chance.random() < 0.3 else []
        entered = DocumentInput(
            customer_id=customer,
            date=on,
            due_date=on + timedelta(days=chance.randrange(40)),
            currency="USD" if dollars else "",
            entity_id=chance.choice([None, entity]),
            reference=chance.choice(["", f"PO {index}"]),
            description=chance.choice(["", "Spring cleaning"]),
            lines=lines,
        )
        key = invoices.enter(actor=b.actor, invoices=[entered], post=chance.random() < 0.85)[0]
        found = b.document(key)
        if found.state == "draft":
            continue
        paying: dict[str, Any] = {
            "customer": customer,
            **({"currency": "USD", "exchange_rate": Decimal(1)} if dollars else {}),
        }
        paying |= {"bank_account_id": None} if dollars else {}
        match chance.randrange(6):
            case 0:
                b.receipt(9, [key], **paying)
            case 1:
                b.receipt(found.total, [key], **paying)
            case 2:
                b.receipt(found.total, [key], on=TODAY + timedelta(days=9), **paying)
            case 3:
                b.receipt(3, [key], post=False, **paying)
            case 4:
                b.reverse(key, on=TODAY)


def says(name: str, word: str) -> Callable[[dict[str, Any]], bool]:
    return lambda d: d[name] == word


TESTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "customer=ZOE": lambda d: d["customer_code"] == "ZOE",
    "state=draft": lambda d: d["state"] == "draft",
    "state=posted": lambda d: d["state"] == "posted",
    "state=reversed": lambda d: d["state"] == "reversed",
    "state=reversal": lambda d: d["state"] == "reversal",
    "state=voided": lambda d: False,
    **{
        f"settlement={word}": says("settlement", word)
        for word in ("open", "selected", "partially_paid", "paid", "available", "applied")
    },
    **{f"mark={word}": says("mark", word) for word in ("none", "partial", "complete", "complete_future")},
    "date_from=2026-02-20": lambda d: d["date"] >= "2026-02-20",
    "date_to=2026-02-20": lambda d: d["date"] <= "2026-02-20",
    "date_from=2026-02-20&date_to=2026-03-01": lambda d: "2026-02-20" <= d["date"] <= "2026-03-01",
    "due_from=2026-03-01": lambda d: d["due_date"] >= "2026-03-01",
    "due_to=2026-03-01": lambda d: d["due_date"] <= "2026-03-01",
    "due_from=2026-02-20&due_to=2026-03-10&date_from=2026-02-15": lambda d: (
        "2026-02-20" <= d["due_date"] <= "2026-03-10" and d["date"] >= "2026-02-15"
    ),
    "entity=NORTH": lambda d: d["entity_code"] == "NORTH",
    "location=L1": lambda d: any(line["location_code"] == "L1" for line in d["lines"]),
    "currency=USD": lambda d: d["currency"] == "USD",
    "number=INV-00003": lambda d: d["number"] == "INV-00003",
    "match_code=A": lambda d: d["match_code"].lower() == "a",
    "q=zoe": lambda d: d["customer_code"] == "ZOE",
    "q=INV-0000": lambda d: (d["number"] or "").startswith("INV-0000"),
    "q=cleaning": lambda d: "cleaning" in d["description"],
    "settlement=open&currency=EUR&entity=NORTH&date_from=2026-01-20": lambda d: (
        d["settlement"] == "open"
        and d["currency"] == "EUR"
        and d["entity_code"] == "NORTH"
        and d["date"] >= "2026-01-20"
    ),
    "state=posted&mark=none&q=cleaning": lambda d: (
        d["state"] == "posted" and d["mark"] == "none" and "cleaning" in d["description"]
    ),
}
ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "date": lambda d: (d["date"], int(d["id"][4:])),
    "due_date": lambda d: (d["due_date"], int(d["id"][4:])),
    "number": lambda d: (d["number"] or "", int(d["id"][4:])),
    "total": lambda d: (float(d["total"]), int(d["id"][4:])),
}


@pytest.mark.parametrize("few", [1_000, 0], ids=["by keys", "row by row"])
def test_filters_say_the_same_as_plain_filtering(
    b: Books, api: Integrator, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixture(b)
    monkeypatch.setattr(States, "FEW", few)
    monkeypatch.setattr(api_lists, "FEW", few)
    rows = everything(api, "/invoices")
    assert {row["state"] for row in rows} == {"draft", "posted", "reversed", "reversal"}
    assert {row["mark"] for row in rows} == {"none", "partial", "complete", "complete_future"}
    for parameters, fits in TESTS.items():
        expected = [row for row in rows if fits(row)]
        assert everything(api, f"/invoices?{parameters}") == expected, parameters
        turned = sorted(expected, key=ORDERS["total"])
        assert everything(api, f"/invoices?{parameters}&ordering=total", limit=7) == turned, parameters


def test_orders_both_ways(b: Books, api: Integrator) -> None:
    mixture(b)
    rows = everything(api, "/invoices")
    for name, key in ORDERS.items():
        assert everything(api, f"/invoices?ordering={name}", limit=9) == sorted(rows, key=key), name
        down = sorted(rows, key=key, reverse=True)
        assert everything(api, f"/invoices?ordering=-{name}", limit=9) == down, name
    assert rows == sorted(rows, key=ORDERS["date"], reverse=True)


def test_many_days_out_of_order_are_looked_through(
    b: Books, api: Integrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixture(b, count=20)
    monkeypatch.setattr(api_lists, "MOST_CROSSING", 3)
    rows = everything(api, "/invoices")
    found = everything(api, "/invoices?date_from=2026-01-20&due_to=2026-03-20&ordering=-number", limit=3)
    fitting = [row for row in rows if row["date"] >= "2026-01-20" and row["due_date"] <= "2026-03-20"]
    assert found == sorted(fitting, key=ORDERS["number"], reverse=True)


def test_every_document_comes_once_and_back_again(b: Books, api: Integrator) -> None:
    bodies = [
        {
            "customer": f"cus_{b.customer}",
            "date": (date(2026, 1, 1) + timedelta(days=index % 40)).isoformat(),
            "lines": [{"amount": "1.00"}],
        }
        for index in range(500)
    ]
    assert api.post("/invoices/bulk", {"items": bodies}).status == 200
    seen: list[str] = []
    answer = api.get("/invoices?limit=60&fields=id")
    assert answer["previous"] is None
    pages = [answer]
    while answer["next"]:
        answer = api.get(answer["next"])
        pages.append(answer)
    seen = [row["id"] for page in pages for row in page["results"]]
    assert (len(seen), len(set(seen)), len(pages)) == (500, 500, 9)
    back = api.get(pages[-1]["previous"])
    assert back["results"] == pages[-2]["results"]


def test_the_statements_do_not_grow(b: Books, api: Integrator) -> None:
    mixture(b, count=6)
    b.receipt(1, [b.invoice(10, -1)])
    api.get("/invoices")
    addresses = (
        "/invoices",
        "/invoices?settlement=open&location=L1",
        "/invoices?q=zoe&state=posted&fields=id",
    )
    counts: dict[str, list[int]] = {}
    for more in (0, 20):
        for _ in range(more):
            b.receipt(1, [b.invoice(10, -1)])
        for address in addresses:
            with CaptureQueriesContext(connection) as statements:
                assert api.get(address).status == 200
            counts.setdefault(address, []).append(len(statements))
    assert all(few == many <= 18 for few, many in counts.values()), counts


def test_fields(b: Books, api: Integrator) -> None:
    b.invoice(10, -2)
    rows = api.get("/invoices?fields=number,open_amount")["results"]
    assert rows == [{"number": "INV-00001", "open_amount": "8.00"}]
    assert api.get("/invoices?fields=lines")["results"][0]["lines"][0]["open_amount"] == "8.00"
    answer = api.get("/invoices?fields=number,colour")
    assert (answer.status, answer.codes, answer.places) == (400, ["field_unknown"], ["fields"])


@pytest.mark.parametrize(
    ("parameters", "status", "code", "place"),
    [
        ("colour=red", 400, "parameter_unknown", "colour"),
        ("settlement=fine", 400, "choice_unknown", "settlement"),
        ("date_from=2026-2-1", 400, "date_invalid", "date_from"),
        ("currency=XYZ", 400, "currency_unknown", "currency"),
        ("customer=NOBODY", 404, "not_found", "customer"),
        ("entity=ent_1", 404, "not_found", "entity"),
        ("ordering=colour", 400, "sort_unknown", "ordering"),
        ("cursor=abc", 400, "cursor_invalid", "cursor"),
        ("limit=201", 400, "number_out_of_range", "limit"),
        ("q=%00", 400, "text_unstorable", "q"),
        ("q=%20", 400, "required", "q"),
        ("number=%20", 400, "required", "number"),
        ("q=a&q=b", 400, "parameter_repeated", "q"),
    ],
)
def test_parameters_are_strict(
    b: Books, api: Integrator, parameters: str, status: int, code: str, place: str
) -> None:
    answer = api.get(f"/invoices?{parameters}")
    assert (answer.status, answer.codes, answer.places) == (status, [code], [place])


def test_other_kinds_have_the_same_filters(b: Books, api: Integrator) -> None:
    memo, advance = b.adjustment(-50), b.advance(80)
    b.use([memo], [b.invoice(20)])
    assert [row["id"] for row in api.get("/adjustments?settlement=partially_applied")["results"]] == [
        f"doc_{memo}"
    ]
    assert [row["id"] for row in api.get("/advances?mark=none&ordering=-total")["results"]] == [
        f"doc_{advance}"
    ]
    assert api.get("/advances?settlement=applied")["results"] == []
    assert api.get("/advances?ordering=due_date").status == 400
