"""Checkout and quick deposits over the API (SPEC 6, 8, 15.1; W15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from ledger.models import Document
from tests.api.helping import DAY, acme, available, opens
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def body(b: Books, lines: list[str], *payments: tuple[str, str], **more: Any) -> dict[str, Any]:
    invoice = {"customer": acme(b), "date": DAY, "lines": [{"amount": amount} for amount in lines]}
    receipts = [
        {"amount": amount, "date": day, "method": "card", "bank_account": "BANK"} for amount, day in payments
    ]
    return {"invoice": invoice, "payments": receipts, **more}


def test_w15_instalments_complete_the_invoice_in_the_future(b: Books, api: Integrator) -> None:
    sent = body(b, ["120"], ("40", DAY), ("40", "2026-04-15"), ("40", "2026-05-15"))
    answer = api.post("/invoices/checkout", sent)
    assert answer.status == 201, answer.text
    invoice = answer["invoice"]
    assert (invoice["mark"], invoice["open_amount"], invoice["settlement"]) == (
        "complete_future",
        "80.00",
        "partially_paid",
    )
    assert [one["applied"] for one in answer["payments"]] == ["40.00"] * 3
    assert b.open(int(invoice["id"][4:]), date(2026, 5, 15)) == 0
    missing = api.post("/invoices/checkout", body(b, ["120"], ("40", DAY), ("40", "2026-04-15")))
    assert (missing["invoice"]["mark"], missing["invoice"]["open_amount"]) == ("partial", "80.00")


def test_items_are_paid_one_by_one_or_as_said(b: Books, api: Integrator) -> None:
    answer = api.post("/invoices/checkout", body(b, ["70", "50"], ("50", DAY), ("70", "2026-04-15")))
    assert opens(answer["invoice"]) == ["70.00", "0.00"]
    sent = body(b, ["70", "50"], ("60", DAY))
    sent["payments"][0]["allocations"] = [
        {"charge": "2", "amount": "50"},
        {"charge": "1", "amount": "5"},
    ]
    answer = api.post("/invoices/checkout", sent)
    assert opens(answer["invoice"]) == ["60.00", "0.00"]
    assert answer["payments"][0]["overpayment"] == "0.00"


def test_what_is_more_than_the_invoice_is_an_overpayment(b: Books, api: Integrator) -> None:
    answer = api.post("/invoices/checkout", body(b, ["100"], ("100.01", DAY)))
    assert (answer["invoice"]["mark"], answer["payments"][0]["overpayment"]) == ("complete", "0.01")
    assert available(api) == [("overpayment", "0.01", "0.00")]


def test_what_is_wrong_is_said_at_its_place_and_nothing_is_written(b: Books, api: Integrator) -> None:
    sent = body(b, ["100"], ("100", DAY))
    sent["invoice"] |= {"term": "NOPE", "lines": [{"amount": "100", "account": "NOPE"}]}
    sent["payments"][0] |= {"bank_account": "NOPE"}
    answer = api.post("/invoices/checkout", sent)
    assert sorted(answer.places) == [
        "/invoice/lines/0/account",
        "/invoice/term",
        "/payments/0/bank_account",
    ]
    sent = body(b, ["100"], ("100", DAY))
    sent["payments"][0]["allocations"] = [{"charge": "2", "amount": "5"}]
    answer = api.post("/invoices/checkout", sent)
    assert (answer.codes, answer.places) == (["checkout_item_unknown"], ["/payments/0/allocations"]), (
        answer.text
    )
    assert api.post("/invoices/checkout", body(b, ["100.001"], ("1", DAY))).places == [
        "/invoice/lines/0/amount"
    ]
    assert api.post("/invoices/checkout", body(b, ["100"])).places == ["/payments"]
    b.configure(closed_through=date(2026, 3, 31))
    closed = api.post("/invoices/checkout", body(b, ["100"], ("100", DAY)))
    assert (closed["code"], closed.places) == ("period_closed", ["/invoice/date"])
    assert not Document.objects.filter(company=b.company).exists()


def test_the_same_key_sells_once(b: Books, api: Integrator) -> None:
    sent = body(b, ["100"], ("100", DAY))
    first = api.post("/invoices/checkout", sent, key="sale")
    again = api.post("/invoices/checkout", sent, key="sale")
    assert (first.text == again.text, again.headers["Idempotent-Replayed"]) == (True, "true")
    assert Document.objects.filter(company=b.company, kind="invoice").count() == 1


def test_whoever_may_not_post_receipts_may_not_check_out(b: Books) -> None:
    clerk = Integrator(b, scopes=["invoices.add", "invoices.post", "payments.add"])
    answer = clerk.post("/invoices/checkout", body(b, ["100"], ("100", DAY)))
    assert (answer.status, answer["code"]) == (403, "forbidden")


def test_a_quick_deposit_makes_an_invoice_and_its_receipt(b: Books, api: Integrator) -> None:
    sent = {
        "customer": acme(b),
        "date": DAY,
        "method": "check",
        "undeposited": True,
        "lines": [{"description": "Donation", "amount": "25"}, {"amount": "5"}],
    }
    answer = api.post("/deposits/quick", sent)
    assert answer.status == 201, answer.text
    assert (answer["invoice"]["total"], answer["invoice"]["mark"]) == ("30.00", "complete")
    assert (answer["payment"]["amount"], answer["payment"]["undeposited"]) == ("30.00", True)
    assert api.post("/deposits/quick", {**sent, "gl_date": DAY}).codes == ["member_unknown"]
    euro = {**sent, "currency": "EUR", "reference": "R", "entity": None}
    assert api.post("/deposits/quick", euro)["invoice"]["reference"] == "R"
    negative = {**sent, "lines": [{"amount": "-5"}]}
    assert api.post("/deposits/quick", negative)["code"] == "quick_amount_not_positive"
