"""The worked examples of SPEC 18 as a program sees them: through the client, from a served application."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from arledger_client.shapes import AllocationBody, CheckoutPaymentBody, Invoice

from tests.client.desk import DAY, Desk


def dec(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def part(document: Invoice, amount: str) -> AllocationBody:
    return {"charge": document["id"], "amount": Decimal(amount)}


def day(number: int) -> date:
    return date(2026, 3, number)


def test_w1_inline_credits_on_and_off(desk: Desk) -> None:
    on = desk.invoice("300", "100", "-20")
    assert [on["total"], on["open_amount"]] == [380, 380]
    assert [line["open_amount"] for line in on["lines"]] == dec("280", "100", "0")
    before = desk.configuration.show()
    off = desk.configuration.change(auto_apply_inline_credits=False, if_match=before["version"])
    assert (off["auto_apply_inline_credits"], off["version"]) == (False, before["version"] + 1)
    plain = desk.invoice("300", "100", "-20")
    assert desk.lines(plain) == dec("300", "100", "-20")
    assert desk.available() == {plain["id"]: 20}


def test_w2_one_receipt_over_three_invoices_then_the_rest_then_a_cent(desk: Desk) -> None:
    invoices = [desk.invoice("300"), desk.invoice("160"), desk.invoice("300", "100", "-20")]
    desk.receipt("500", *invoices)
    assert desk.opens(*invoices) == [0, 0, 340]
    assert desk.lines(invoices[2]) == dec("240", "100", "0")
    assert desk.codes(*invoices) == ["A", "B", "c"]
    desk.receipt("340", invoices[2])
    assert desk.codes(*invoices) == ["A", "B", "C"]
    cent = desk.receipt("0.01")
    assert (cent["overpayment"], desk.available()) == (Decimal("0.01"), {cent["id"]: Decimal("0.01")})
    assert desk.opens(*invoices) == [0, 0, 0]


def test_w3_a_later_receipt_resumes_at_the_first_open_line(desk: Desk) -> None:
    invoice = desk.invoice("100", "50", "60")
    desk.receipt("120", invoice)
    assert desk.lines(invoice) == [0, 30, 60]
    desk.receipt("90", invoice)
    assert desk.lines(invoice) == [0, 0, 0]


def test_w4_a_credit_memo_and_cash_in_one_step(desk: Desk) -> None:
    invoices = [desk.invoice("300"), desk.invoice("400"), desk.invoice("500")]
    memo = desk.memo("1000")
    paid = desk.receipt("200", *invoices, credits=[memo["id"]])
    keys = [one["id"] for one in invoices]
    made = {(one["charge_document"], one["credit_document"]): one["amount"] for one in paid["applications"]}
    used = desk.applications.list(document=paid["id"], customer=desk.customer)
    made |= {(one["charge_document"], one["credit_document"]): one["amount"] for one in used}
    assert made == {
        (keys[0], memo["id"]): 300,
        (keys[1], memo["id"]): 400,
        (keys[2], memo["id"]): 300,
        (keys[2], paid["id"]): 200,
    }
    assert desk.opens(*invoices) == [0, 0, 0]
    assert desk.available() == {}


def test_w5_an_advance_and_cash(desk: Desk) -> None:
    invoices = [desk.invoice("150"), desk.invoice("175")]
    advance = desk.advance("200")
    paid = desk.receipt("125", *invoices, credits=[advance["id"]])
    assert desk.opens(*invoices) == [0, 0]
    assert paid["overpayment"] == 0
    assert desk.available() == {}
    assert [one["amount"] for one in desk.advances.show(advance["id"])["applications"]] == [150, 50]


def test_w6_the_rest_of_an_inline_credit_is_used_and_never_refunded(desk: Desk) -> None:
    credit = desk.invoice("10", "-25", "40", "-5", "-30")
    assert credit["total"] == -10
    assert credit["settlement"] == "available"
    assert desk.lines(credit) == dec("0", "0", "0", "0", "-10")
    later = desk.invoice("4")
    desk.applications.create(
        applications=[{"charge": later["id"], "credit": credit["id"], "amount": Decimal(4)}]
    )
    assert desk.opens(later, credit) == [0, -6]
    (left,) = desk.credits.list(customer=desk.customer)
    assert left["available"] == 6
    assert left["refundable"] is False


def test_w7_nothing_is_left_of_what_settles_itself(desk: Desk) -> None:
    invoice = desk.invoice("-100", "100")
    assert invoice["open_amount"] == 0
    assert invoice["settlement"] == "paid"
    assert desk.available() == {}


def test_w8_a_refund_takes_and_a_void_gives_back(desk: Desk) -> None:
    desk.configuration.change(refunds_enabled=True)
    advance = desk.advance("200")
    refund = desk.refunds.create(
        customer=desk.customer,
        date=DAY,
        bank_account="BANK",
        credits=[{"credit": advance["id"], "amount": Decimal(80)}],
    )
    assert desk.available() == {advance["id"]: 120}
    assert desk.advances.show(advance["id"])["match_code"] == "a"
    voided = desk.refunds.void(refund["id"], date=DAY, reason="sent back")
    assert voided["state"] == "voided"
    assert desk.available() == {advance["id"]: 200}
    assert desk.advances.show(advance["id"])["match_code"] == ""


def test_w9_and_w10_matches_are_taken_back(desk: Desk) -> None:
    first, second = desk.invoice("100"), desk.invoice("100")
    paid = desk.receipt("200", first, second)
    (match,) = (one for one in paid["applications"] if one["charge_document"] == first["id"])
    desk.applications.unapply(match["id"], reason="wrong invoice")
    assert desk.opens(first, second) == [100, 0]
    assert desk.available() == {paid["id"]: 100}
    assert desk.codes(first, second) == ["", "B"]
    third, fourth = desk.invoice("100"), desk.invoice("100")
    halves = [part(third, "50"), part(fourth, "50")]
    desk.receipt("100", allocations=halves)
    last = desk.receipt("100", allocations=halves)
    (match,) = (one for one in last["applications"] if one["charge_document"] == third["id"])
    desk.applications.unapply(match["id"], reason="theirs")
    assert desk.opens(third, fourth) == [50, 0]
    assert desk.available()[last["id"]] == 50


def test_w11_oldest_first(desk: Desk) -> None:
    first, second = desk.invoice("600", on=day(1)), desk.invoice("700", on=day(3))
    credits = [desk.memo("100", on=day(2))["id"], desk.receipt("700", on=day(4))["id"]]
    credits.append(desk.advance("500", on=day(5))["id"])
    (matching,) = desk.matching.oldest_first(customer=desk.customer, date=DAY)["results"]
    made = [
        (one["charge_document"], one["credit_document"], str(one["amount"]))
        for one in matching["applications"]
    ]
    assert made == [
        (first["id"], credits[0], "100.00"),
        (first["id"], credits[1], "500.00"),
        (second["id"], credits[1], "200.00"),
        (second["id"], credits[2], "500.00"),
    ]
    assert desk.opens(first, second) == [0, 0]
    assert desk.available() == {}


def test_w12_and_w13_as_of_a_day(desk: Desk) -> None:
    invoice = desk.invoice("10000", on=date(2026, 1, 31), due=date(2026, 2, 28))
    for amount in ("1500", "1000", "2000"):
        desk.receipt(amount, invoice)
    (row,) = desk.reports.ageing(as_of=date(2026, 4, 4), customer=desk.customer)["rows"]
    assert [row["31-60"], row["total"], row["current"]] == [5500, 5500, 0]
    wide = desk.reports.ageing(as_of=date(2026, 4, 4), customer=desk.customer, buckets="40,80")["rows"][0]
    assert {name: value for name, value in wide.items() if name[0].isdigit()} == {
        "1-40": 5500,
        "41-80": 0,
        "81+": 0,
    }, "buckets of one's own are amounts too"
    other = desk.customers.create(name="Year end", code="YE", term="NET30")
    desk.customer = other["id"]
    late = desk.invoice("100", on=date(2025, 12, 30))
    desk.receipt("100", late, on=date(2026, 1, 1))
    totals = [
        sum(row["total"] for row in desk.reports.ageing(as_of=as_of, customer=other["code"])["rows"])
        for as_of in (date(2025, 12, 31), date(2026, 1, 1))
    ]
    assert totals == [100, 0]
    report = desk.reports.reconciliation(from_=date(2025, 12, 1), to=date(2025, 12, 31), customer="YE")
    assert [row["balance"] for row in report["rows"]][-1] == 100
    assert (report["from"], report["as_at"]) == (date(2025, 12, 1), date(2025, 12, 31))


def test_w14_what_has_a_positive_line_is_not_refundable(desk: Desk) -> None:
    desk.configuration.change(refunds_enabled=True)
    negative, mixed = desk.invoice("-80"), desk.invoice("-100", "20")
    desk.refunds.create(
        customer=desk.customer,
        date=DAY,
        bank_account="BANK",
        credits=[{"credit": negative["id"], "amount": Decimal(30)}],
    )
    found = {one["credit"]: one for one in desk.credits.list(customer=desk.customer)}
    assert {one["available"]: one["refundable"] for one in found.values()} == {50: True, 80: False}
    assert found[mixed["id"]]["reason"]


@pytest.mark.parametrize(("instalments", "mark"), [(3, "complete_future"), (2, "partial")])
def test_w15_a_checkout_by_instalments(desk: Desk, instalments: int, mark: str) -> None:
    days = [DAY, date(2026, 4, 15), date(2026, 5, 15)]
    assert all(one < other for one, other in pairwise(days))
    payments: list[CheckoutPaymentBody] = [
        {"amount": Decimal(40), "date": on, "method": "card", "bank_account": "BANK"}
        for on in days[:instalments]
    ]
    made = desk.invoices.checkout(
        invoice={"customer": desk.customer, "date": DAY, "lines": [{"amount": Decimal(120)}]},
        payments=payments,
    )
    assert made["invoice"]["mark"] == mark
    assert made["invoice"]["open_amount"] == 80
    assert [one["amount"] for one in made["payments"]] == [40] * instalments
