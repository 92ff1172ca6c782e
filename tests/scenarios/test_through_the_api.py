"""Worked examples of SPEC 18 by nothing but calls, to the end: what the tests of each resource leave out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.build import books
from tests.clerk import at_the_time_of_the_books
from tests.integrator import Answer, Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def api() -> Iterator[Integrator]:
    with books() as b:
        found = Integrator(b)
        assert found.post("/customers", {"code": "ACME", "name": "Acme Ltd"}).status == 201
        made(found.patch("/configuration", {"refunds_enabled": True}, if_match=version(found)))
        yield found


def version(api: Integrator) -> int:
    return int(api.get("/configuration").headers["ETag"].strip('W/"'))


def made(answer: Answer) -> Answer:
    assert answer.status in (200, 201), answer.text
    return answer


def invoice(api: Integrator, *amounts: str, **more: Any) -> str:
    body = {"customer": "ACME", "date": "2026-03-01", "due_date": "2026-03-31", **more}
    return str(made(api.post("/invoices", body | {"lines": [{"amount": one} for one in amounts]}))["id"])


def receipt(api: Integrator, amount: str, **more: Any) -> Answer:
    body = {
        "customer": "ACME",
        "date": "2026-03-10",
        "amount": amount,
        "method": "transfer",
        "bank_account": "BANK",
    }
    return api.post("/payments", body | more)


def refund(api: Integrator, credit: str, amount: str) -> Answer:
    body = {"customer": "ACME", "date": "2026-03-12", "bank_account": "BANK", "method": "record_transfer"}
    return api.post("/refunds", body | {"credits": [{"credit": credit, "amount": amount}]})


def state(api: Integrator, key: str, kind: str = "invoices") -> tuple[str, str, str]:
    found = api.get(f"/{kind}/{key}")
    return found["open_amount"], found["mark"], found["match_code"]


def available(api: Integrator) -> list[tuple[str, str, bool]]:
    found = api.get("/credits?customer=ACME")["results"]
    return [(one["kind"], one["available"], one["refundable"]) for one in found]


def test_w1_off(api: Integrator) -> None:
    made(api.patch("/configuration", {"auto_apply_inline_credits": False}, if_match=version(api)))
    found = api.get(f"/invoices/{invoice(api, '300', '100', '-20')}")
    assert [one["open_amount"] for one in found["lines"]] == ["300.00", "100.00", "-20.00"]
    assert [amount for _kind, amount, _refundable in available(api)] == ["20.00"]


def test_w2_to_the_last_cent(api: Integrator) -> None:
    keys = [invoice(api, "300"), invoice(api, "160"), invoice(api, "300", "100", "-20")]
    made(receipt(api, "500", documents=keys))
    assert [state(api, key) for key in keys] == [
        ("0.00", "complete", "A"),
        ("0.00", "complete", "B"),
        ("340.00", "partial", "c"),
    ]
    made(receipt(api, "340", auto=True))
    assert state(api, keys[2]) == ("0.00", "complete", "C")
    last = made(receipt(api, "0.01", auto=True))
    assert (last["overpayment"], last["applications"]) == ("0.01", [])


def test_w4_and_w5_in_one_call(api: Integrator) -> None:
    three = [invoice(api, one) for one in ("300", "400", "500")]
    memo = {"customer": "ACME", "date": "2026-03-02", "lines": [{"amount": "-1000"}]}
    credit = made(api.post("/adjustments", memo))["id"]
    made(receipt(api, "200", documents=three, credits=[{"credit": credit}]))
    assert [state(api, key)[0] for key in three] == ["0.00"] * 3
    found = api.get(f"/adjustments/{credit}")
    assert [one["amount"] for one in found["applications"]] == ["300.00", "400.00", "300.00"]
    two = [invoice(api, one) for one in ("150", "175")]
    body = {
        "customer": "ACME",
        "date": "2026-03-02",
        "method": "transfer",
        "bank_account": "BANK",
        "amount": "200",
    }
    advance = made(api.post("/advances", body))["id"]
    made(receipt(api, "125", documents=two, credits=[{"credit": advance}]))
    assert [state(api, key)[0] for key in two] == ["0.00"] * 2
    assert available(api) == []


def test_w6_used_for_a_later_invoice_and_never_refunded(api: Integrator) -> None:
    net = invoice(api, "10", "-25", "40", "-5", "-30")
    later = invoice(api, "4")
    body = {"date": "2026-03-12", "applications": [{"charge": later, "credit": net, "amount": "4"}]}
    made(api.post("/applications", body))
    assert (state(api, later)[:2], state(api, net)[:2]) == (("0.00", "complete"), ("-6.00", "partial"))
    assert available(api) == [("inline", "6.00", False)]
    assert (refund(api, net, "6").status, refund(api, net, "6")["code"]) == (422, "refund_beside_charges")


def test_w7_not_payable_and_not_refundable(api: Integrator) -> None:
    key = invoice(api, "-100", "100")
    assert state(api, key) == ("0.00", "complete", "")
    assert receipt(api, "10", allocations=[{"charge": key, "amount": "10"}]).status in (409, 422)
    assert refund(api, key, "10").status in (409, 422)
    assert available(api) == []


def test_w8_an_advance_refunded_and_the_refund_voided(api: Integrator) -> None:
    body = {
        "customer": "ACME",
        "date": "2026-03-02",
        "method": "transfer",
        "bank_account": "BANK",
        "amount": "200",
    }
    advance = made(api.post("/advances", body))["id"]
    given = made(refund(api, advance, "80"))
    assert state(api, advance, "advances") == ("-120.00", "partial", "a")
    made(api.post(f"/refunds/{given['id']}/void", {"date": "2026-03-14", "reason": "wrong"}))
    assert state(api, advance, "advances") == ("-200.00", "none", "")
    assert available(api) == [("advance", "200.00", True)]


def test_w9_and_w10_by_calls_alone(api: Integrator) -> None:
    pair = [invoice(api, "100"), invoice(api, "100")]
    paid = made(receipt(api, "200", documents=pair))
    key = api.get(f"/invoices/{pair[0]}")["applications"][0]["id"]
    made(api.post(f"/applications/{key}/unapply", {"reason": "wrong"}))
    assert [state(api, one) for one in pair] == [("100.00", "none", ""), ("0.00", "complete", "B")]
    assert available(api) == [("overpayment", "100.00", True)]
    made(api.post(f"/payments/{paid['id']}/reverse", {"date": "2026-03-15", "reason": "clean"}))
    halves = [{"charge": one, "amount": "50"} for one in pair]
    first = made(receipt(api, "100", allocations=halves))
    second = made(receipt(api, "100", allocations=halves))
    assert first["id"] != second["id"]
    key = next(one["id"] for one in second["applications"] if one["charge_document"] == pair[0])
    made(api.post(f"/applications/{key}/unapply", {"reason": "wrong"}))
    assert [state(api, one)[0] for one in pair] == ["50.00", "0.00"]
    assert available(api) == [("overpayment", "50.00", True)]


def test_w12_ageing(api: Integrator) -> None:
    key = invoice(api, "10000", date="2026-01-29", due_date="2026-02-28")
    for amount, day in (("1500", "2026-02-10"), ("1000", "2026-03-05"), ("2000", "2026-04-01")):
        made(receipt(api, amount, date=day, documents=[key]))
    aged = api.get("/reports/ageing?as_of=2026-04-04&basis=due")["rows"]
    assert [(row["31-60"], row["total"]) for row in aged] == [("5500.00", "5500.00")]


def test_w13_as_of_the_year_end(api: Integrator) -> None:
    key = invoice(api, "100", date="2025-12-30", due_date="2026-01-29")
    made(receipt(api, "100", date="2026-01-01", documents=[key]))
    totals = [
        [row["total"] for row in api.get(f"/reports/ageing?as_of={day}")["rows"]]
        for day in ("2025-12-31", "2026-01-01")
    ]
    assert totals == [["100.00"], []]


def test_w14_and_w15_by_calls_alone(api: Integrator) -> None:
    negative, mixed = invoice(api, "-80"), invoice(api, "-100", "20")
    made(refund(api, negative, "30"))
    assert state(api, negative)[0] == "-50.00"
    assert refund(api, mixed, "10")["code"] == "refund_beside_charges"
    for days, mark in ((("03-15", "04-15", "05-15"), "complete_future"), (("03-15", "04-15"), "partial")):
        receipts = [
            {"amount": "40", "date": f"2026-{day}", "method": "card", "bank_account": "BANK"} for day in days
        ]
        head = {
            "customer": "ACME",
            "date": "2026-03-15",
            "due_date": "2026-05-15",
            "lines": [{"amount": "120"}],
        }
        sold = made(api.post("/invoices/checkout", {"invoice": head, "payments": receipts}))["invoice"]
        assert (sold["open_amount"], sold["mark"]) == ("80.00", mark)
