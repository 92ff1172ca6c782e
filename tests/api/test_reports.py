"""The reports over the API: the figures of the pages and files (SPEC 12, 15.1, 15.2; W12, W13)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from tests.api.helping import acme, doc
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


def report(api: Integrator, name: str, **query: Any) -> Answer:
    text = "&".join(f"{key}={value}" for key, value in query.items())
    answer = api.get(f"/reports/{name}?{text}")
    assert answer.status == 200, answer.text
    return answer


def history(b: Books) -> dict[str, int]:
    """An invoice of last month, one of this month paid in part with a memo, and money without a charge."""
    old = b.invoice(100, on=date(2026, 2, 10))
    new = b.invoice(300, 100, on=date(2026, 3, 2))
    memo = b.adjustment(-50, on=date(2026, 3, 3))
    b.match((b.line(new), b.line(memo), 50))
    receipt = b.receipt(120, [new], on=date(2026, 3, 5))
    loose = b.receipt(30, on=date(2026, 3, 6), leave=True)
    return {"old": old, "new": new, "memo": memo, "receipt": receipt, "loose": loose}


def test_the_entries_of_a_month_with_running_balances(b: Books, api: Integrator) -> None:
    made = history(b)
    found = report(api, "reconciliation", **{"from": "2026-03-01", "to": "2026-03-31"})
    shown = [(one["kind"], one["charges"], one["payments"], one["balance"]) for one in found["rows"]]
    assert shown == [
        ("opening", "0.00", "0.00", "100.00"),
        ("invoice", "400.00", "0.00", "500.00"),
        ("adjustment", "0.00", "50.00", "450.00"),
        ("invoice", "50.00", "0.00", "500.00"),
        ("adjustment", "0.00", "50.00", "450.00"),
        ("payment", "0.00", "120.00", "330.00"),
        ("payment", "0.00", "30.00", "300.00"),
    ]
    assert [one["contra"] for one in found["rows"]] == [False, False, False, True, True, False, False]
    first = found["rows"][1]
    assert (first["document"], first["customer"], first["amount"]) == (doc(made["new"]), acme(b), "400.00")
    assert {one["match_code"] for one in found["rows"]} == {"", "a", "B"}
    totals = found["totals"]
    assert (totals["opening"], totals["charges"], totals["payments"], totals["balance"]) == (
        "100.00",
        "450.00",
        "250.00",
        "300.00",
    )
    assert totals["customers"][0]["balance"] == "300.00"
    assert (found["as_at"], found["known_on"], found["next"]) == ("2026-03-31", None, None)


def test_filters_and_sorts(b: Books, api: Integrator) -> None:
    history(b)
    other = b.add_customer("Zeta")
    b.invoice(7, customer=other)
    code = Customer.objects.get(pk=b.customer, company=b.company).code
    whole = {"from": "2026-02-01", "to": "2026-03-31"}
    kinds = [one["kind"] for one in report(api, "reconciliation", **whole, matches="unmatched")["rows"]]
    assert kinds == ["opening", "invoice", "payment", "opening", "invoice"]
    coded = report(api, "reconciliation", **whole, match_code="B")["rows"]
    assert {one["match_code"] for one in coded if one["kind"] != "opening"} == {"B"}
    for bounds in (
        {"customer_from": code, "customer_to": code},
        {"customer_from": acme(b), "customer_to": acme(b)},
        {"customer": code},
        {"customer": acme(b)},
    ):
        found = report(api, "reconciliation", **whole, **bounds)
        assert {one["customer"] for one in found["rows"]} == {acme(b)}, bounds
        assert found["totals"]["customers"][0]["balance"] == "300.00"
    assert report(api, "reconciliation", **whole, sort="match_code")["rows"][1]["match_code"] == "a"
    assert report(api, "reconciliation", **whole, customer=acme(b))["totals"]["balance"] == "300.00"


def test_w13_what_was_true_on_a_day(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100, on=date(2025, 12, 30))
    b.receipt(100, [invoice], on=date(2026, 1, 1))
    then = report(api, "reconciliation", **{"from": "2025-12-01", "to": "2025-12-31"})
    assert (then["totals"]["balance"], then["rows"][1]["match_code"]) == ("100.00", "a")
    now = report(api, "reconciliation", **{"from": "2025-12-01", "to": "2026-01-31", "include_all": "true"})
    assert (now["totals"]["balance"], now["rows"][1]["match_code"]) == ("0.00", "A")
    before = report(
        api,
        "reconciliation",
        **{
            "from": "2025-12-01",
            "to": "2026-01-31",
            "known_on": "2026-03-15T11:59:59Z",
            "include_all": "true",
        },
    )
    assert [one["kind"] for one in before["rows"]] == ["opening"]


def test_a_long_report_goes_on_at_next(b: Books, api: Integrator) -> None:
    history(b)
    for name in ("Beta", "Gamma"):
        customer = b.add_customer(name)
        b.invoice(10, customer=customer)
        b.invoice(20, customer=customer)
    whole = report(api, "reconciliation", **{"from": "2026-02-01", "to": "2026-03-31"})
    rows: list[Any] = []
    address = "/api/v1/reports/reconciliation?from=2026-02-01&to=2026-03-31&limit=3"
    pages = 0
    while address:
        found = api.get(address.replace("http://testserver", ""))
        assert found.status == 200, found.text
        assert ("balance" in found["totals"]) == (pages == 0)
        rows += found["rows"]
        pages += 1
        address = found["next"] or ""
    assert rows == whole["rows"]
    assert pages > 3
    part = api.get("/reports/reconciliation?from=2026-02-01&to=2026-03-31&limit=3")["next"]
    cursor = part.split("cursor=")[1]
    assert api.get(f"/reports/reconciliation?from=2026-01-01&cursor={cursor}")["code"] == "cursor_invalid"


def test_w12_ageing_by_its_labels(b: Books, api: Integrator) -> None:
    invoice = b.invoice(10_000, on=date(2026, 1, 15), due=date(2026, 2, 28))
    for amount in (1500, 1000, 2000):
        b.receipt(amount, [invoice])
    b.adjustment(-5)
    found = report(api, "ageing", as_of="2026-04-04", customer=acme(b))
    row = found["rows"][0]
    assert (row["31-60"], row["1-30"], row["current"], row["121+"]) == ("5500.00", "0.00", "0.00", "0.00")
    assert (row["credits"], row["total"], row["overdue"]) == ("-5.00", "5495.00", "5500.00")
    assert (found["totals"]["31-60"], found["totals"]["currencies"][0]["total"]) == ("5500.00", "5495.00")
    assert found["buckets"] == ["current", "1-30", "31-60", "61-90", "91-120", "121+"]
    other = report(api, "ageing", as_of="2026-04-04", basis="document", buckets="45,90")
    assert (other["buckets"], other["rows"][0]["46-90"]) == (["current", "1-45", "46-90", "91+"], "5500.00")


def test_the_ledger_has_the_report_s_figures(b: Books, api: Integrator) -> None:
    history(b)
    b.invoice(7, customer=b.add_customer("Zeta"))
    choice = {"from": "2026-03-01", "to": "2026-03-31"}
    entries, ledger = report(api, "reconciliation", **choice), report(api, "ledger", **choice)
    assert ledger["rows"][0]["closing"] == "300.00"
    names = ("customer", "opening", "charges", "payments", "balance")
    assert [[one[name] for name in names] for one in ledger["rows"]] == [
        [one[name] for name in names] for one in entries["totals"]["customers"]
    ]
    assert ledger["totals"]["closing"] == "307.00"
    one = report(api, "ledger", **choice, customer=acme(b))
    assert one["totals"]["closing"] == "300.00"


def test_statements_of_open_items_and_balance_forward(b: Books, api: Integrator) -> None:
    made = history(b)
    found = report(api, "statement", customer=acme(b), to="2026-03-31")
    assert [(one["document"], one["open_amount"], one["balance"]) for one in found["rows"]] == [
        (doc(made["old"]), "100.00", "100.00"),
        (doc(made["new"]), "230.00", "330.00"),
        (doc(made["loose"]), "-30.00", "300.00"),
    ]
    assert found["totals"]["balance"] == "300.00"
    forward = report(
        api, "statement", **{"customer": acme(b), "type": "balance_forward", "from": "2026-03-01"}
    )
    assert [(one["kind"], one["amount"], one["balance"]) for one in forward["rows"]] == [
        ("opening", "0.00", "100.00"),
        ("invoice", "400.00", "500.00"),
        ("adjustment", "-50.00", "450.00"),
        ("payment", "-120.00", "330.00"),
        ("payment", "-30.00", "300.00"),
    ]
    assert api.get("/reports/statement").places == ["customer"]


def test_payments_by_item_and_the_proof(b: Books, api: Integrator) -> None:
    history(b)
    found = report(api, "payments-by-item", **{"from": "2026-03-01", "to": "2026-03-31"})
    assert [(one["position"], one["received"]) for one in found["rows"]] == [(1, "120.00")]
    assert [one["unmatched"] for one in found["unmatched"]] == ["30.00"]
    totals = found["totals"]
    assert (totals["received"], totals["assigned"], totals["unmatched"], totals["difference"]) == (
        "150.00",
        "120.00",
        "30.00",
        "0.00",
    )
    proved = report(api, "proof", as_of="2026-03-31")
    assert (proved["agrees"], proved["rows"][0]["journal"], proved["rows"][0]["documents"]) == (
        True,
        "300.00",
        "300.00",
    )


def test_the_page_s_file_says_the_same(b: Books, api: Integrator) -> None:
    history(b)
    client = Client()
    client.force_login(api.user)
    page: Any = client.get(f"/c/{b.company.code}/reports/reconciliation.csv?start=2026-03-01&end=2026-03-31")
    text = b"".join(page.streaming_content) if page.streaming else page.content
    lines = list(csv.DictReader(StringIO(text.decode("utf-8-sig"))))
    rows = report(api, "reconciliation", **{"from": "2026-03-01", "to": "2026-03-31"})["rows"]
    assert [(line["kind"], line["match_code"], line["balance"]) for line in lines] == [
        (row["kind"], row["match_code"], row["balance"]) for row in rows
    ]


def test_rows_come_as_csv_when_asked_for(b: Books, api: Integrator) -> None:
    history(b)
    answer = api.get("/reports/ageing?as_of=2026-03-31", headers={"Accept": "text/csv"})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    lines = list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff"))))
    assert [(line["customer"], line["total"]) for line in lines] == [(acme(b), "300.00")]
    assert api.get("/reports/ageing", headers={"Accept": "image/png"}).status == 406


WRONG = [
    ("reconciliation?from=2026-04-01&to=2026-03-01", "period_backwards", "from"),
    ("reconciliation?matches=some", "choice_unknown", "matches"),
    ("reconciliation?sort=size", "choice_unknown", "sort"),
    ("reconciliation?include_all=yes", "choice_unknown", "include_all"),
    ("reconciliation?known_on=2026-03-01", "instant_invalid", "known_on"),
    ("reconciliation?as_at=20260301", "date_invalid", "as_at"),
    ("reconciliation?entity=NOPE", "not_found", "entity"),
    ("reconciliation?currency=XXQ", "currency_unknown", "currency"),
    ("reconciliation?start=2026-03-01", "parameter_unknown", "start"),
    ("reconciliation?limit=0", "number_out_of_range", "limit"),
    ("ageing?buckets=30,20", "buckets_invalid", "buckets"),
    ("ageing?basis=gold", "choice_unknown", "basis"),
    ("ageing?customer=NOPE", "not_found", "customer"),
    ("proof?customer_from=cus_999999", "not_found", "customer_from"),
]


def test_parameters_are_strict(api: Integrator) -> None:
    for path, code, place in WRONG:
        answer = api.get(f"/reports/{path}")
        assert (answer.codes, answer.places) == ([code], [place]), (path, answer.text)


def test_each_report_needs_its_right(b: Books) -> None:
    nobody = Integrator(b, scopes=["customers.view"])
    for name in ("reconciliation", "ledger", "ageing", "statement", "payments-by-item", "proof"):
        assert nobody.get(f"/reports/{name}").status == 403, name
        assert nobody.post(f"/reports/{name}", {}).status == 405, name


def test_a_report_costs_the_same_statements_however_much_there_is(b: Books, api: Integrator) -> None:
    def cost(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert api.get(path).status == 200
        return len(found)

    paths = [
        f"/reports/{name}" for name in ("reconciliation", "ledger", "ageing", "payments-by-item", "proof")
    ]
    paths += [f"/reports/statement?customer={acme(b)}", "/credits", "/applications"]
    history(b)
    cost(paths[0])
    few = [cost(path) for path in paths]
    for name in ("Beta", "Gamma", "Delta"):
        b.customer = b.add_customer(name)
        for _ in range(3):
            history(b)
    assert [cost(path) for path in paths] == few


def test_the_total_is_a_decimal_of_the_currency(b: Books, api: Integrator) -> None:
    yen = b.add_customer("Yen", currency="JPY")
    b.invoice(500, customer=yen, exchange_rate=Decimal("0.006"))
    found = report(api, "ageing", as_of="2026-03-31")
    assert [(one["currency"], one["total"]) for one in found["totals"]["currencies"]] == [("JPY", "500")]
    assert report(api, "ageing", as_of="2026-01-01")["totals"]["total"] == "0.00"
