"""The answer of documents of every kind (SPEC 15.1, 15.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Document
from reconciliation.document_answers import document_answers
from tests.build import TODAY, Books, books


@pytest.fixture
def b(db: None) -> Iterator[Books]:
    with books() as made:
        yield made


def doc(key: int) -> str:
    return f"doc_{key}"


def answer(b: Books, key: int) -> dict[str, Any]:
    return document_answers(b.actor, [key])[0]


def test_an_open_invoice_with_an_inline_credit(b: Books) -> None:
    found = answer(b, b.invoice(300, 100, -20))
    assert (found["kind"], found["state"], found["settlement"], found["mark"]) == (
        "invoice",
        "posted",
        "open",
        "none",
    )
    assert (found["total"], found["open_amount"], found["open_charges"], found["open_credits"]) == (
        "380.00",
        "380.00",
        "380.00",
        "0.00",
    )
    assert [(line["amount"], line["open_amount"], line["match_code"]) for line in found["lines"]] == [
        ("300.00", "280.00", ""),
        ("100.00", "100.00", ""),
        ("-20.00", "0.00", ""),
    ]
    inline = found["applications"][0]
    assert (inline["amount"], inline["codes"], inline["charge_document"]) == ("20.00", [], found["id"])
    assert (found["customer"], found["date"], found["due_date"]) == (
        f"cus_{b.customer}",
        "2026-03-15",
        "2026-04-14",
    )
    assert (found["version"], found["gl_date"]) == (2, "2026-03-15")
    assert found["summary"] == f"sum_{b.document(int(found['id'][4:])).summary_id}"
    assert found["summary_title"] == "Invoices 2026-03-15 00:00:00"


def test_a_draft_has_no_effect_on_balances(b: Books) -> None:
    found = answer(b, b.invoice(300, post=False))
    assert (found["state"], found["settlement"], found["mark"], found["number"]) == (
        "draft",
        None,
        "none",
        None,
    )
    assert (found["total"], found["open_amount"], found["lines"][0]["open_amount"]) == (
        "300.00",
        "0.00",
        "0.00",
    )
    assert (found["version"], found["gl_date"]) == (1, None)


def test_w2_codes_of_a_payment_and_its_invoices(b: Books) -> None:
    invoices = [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)]
    payment = b.receipt(500, invoices)
    shown = document_answers(b.actor, [payment, *invoices])
    paid = shown[0]
    assert [one["match_code"] for one in shown] == ["", "A", "B", "c"]
    assert [one["open_amount"] for one in shown] == ["0.00", "0.00", "0.00", "340.00"]
    assert [one["settlement"] for one in shown] == ["applied", "paid", "paid", "partially_paid"]
    assert [line["match_code"] for line in paid["lines"]] == ["A", "B", "c"]
    assert [line["amount"] for line in paid["lines"]] == ["-300.00", "-160.00", "-40.00"]
    assert (paid["amount"], paid["total"], paid["applied"], paid["overpayment"]) == (
        "500.00",
        "-500.00",
        "500.00",
        "0.00",
    )
    assert [(one["amount"], one["codes"]) for one in paid["applications"]] == [
        ("300.00", ["A"]),
        ("160.00", ["B"]),
        ("40.00", ["c"]),
    ]
    assert [line["match_code"] for line in shown[3]["lines"]] == ["c", "c", "c"]
    assert paid["parts"] == [
        {"customer": f"cus_{b.customer}", "customer_code": paid["customer_code"]}
        | {"amount": "500.00", "overpayment": "0.00"}
    ]


def test_what_is_left_of_an_application_is_listed(b: Books) -> None:
    invoice = b.invoice(100)
    payment = b.receipt(100, [invoice])
    b.unapply(*b.applications(invoice), amount=30)
    found = answer(b, payment)
    assert [(one["amount"], one["charge_document"]) for one in found["applications"]] == [
        ("70.00", doc(invoice))
    ]
    assert (found["open_amount"], found["applied"], found["overpayment"]) == ("-30.00", "70.00", "30.00")
    b.unapply(*b.applications(invoice))
    assert answer(b, payment)["applications"] == []
    assert answer(b, invoice)["match_code"] == ""


def test_an_unapplied_part_used_again_is_a_head_of_its_own(b: Books) -> None:
    first, second = b.invoice(100), b.invoice(40)
    payment = b.receipt(100, [first])
    b.unapply(*b.applications(first), amount=50)
    matching = b.use([payment], [second])
    found = answer(b, payment)
    own = next(one for one in found["applications"] if one["charge_document"] == doc(second))
    assert [code.isupper() for code in own["codes"]] == [True, False]
    assert own["document"] == doc(matching)
    assert found["lines"][0]["match_code"] == f"a {own['codes'][1]}"


def test_a_draft_payment_says_what_it_selects(b: Books) -> None:
    invoice = b.invoice(100)
    draft = b.receipt(130, [invoice], post=False)
    found, charge = document_answers(b.actor, [draft, invoice])
    assert [(one["document"], one["amount"]) for one in found["reservations"]] == [(doc(invoice), "100.00")]
    assert (found["applied"], found["overpayment"]) == ("100.00", "30.00")
    assert (charge["settlement"], charge["reserved_amount"], charge["open_amount"]) == (
        "selected",
        "100.00",
        "100.00",
    )
    assert charge["lines"][0]["reserved_amount"] == "100.00"


def test_a_refund_its_credit_and_its_void(b: Books) -> None:
    b.configure(refunds_enabled=True)
    advance = b.advance(200)
    refund = b.refund({advance: 80})
    given, credit = document_answers(b.actor, [refund, advance])
    assert (given["settlement"], given["mark"], given["total"], given["amount"]) == (
        "paid",
        "complete",
        "80.00",
        "80.00",
    )
    assert (credit["settlement"], credit["open_amount"], credit["amount"], credit["match_code"]) == (
        "partially_applied",
        "-120.00",
        "200.00",
        "a",
    )
    assert [line["match_code"] for line in given["lines"]] == ["a"]
    assert [(one["credit"], one["amount"]) for one in given["credits"]] == [(doc(advance), "80.00")]
    mirror = b.reverse(refund)
    voided, taken, credit = document_answers(b.actor, [refund, mirror, advance])
    assert (voided["state"], voided["reversal"], taken["state"], taken["reverses"]) == (
        "voided",
        doc(mirror),
        "reversal",
        doc(refund),
    )
    assert voided["match_code"] == taken["match_code"] != ""
    assert [(one["credit"], one["amount"]) for one in voided["credits"]] == [(doc(advance), "80.00")]
    assert (credit["open_amount"], credit["match_code"], credit["settlement"]) == ("-200.00", "", "available")
    draft = answer(b, b.refund({advance: 50}, post=False))
    assert [(one["credit"], one["amount"]) for one in draft["credits"]] == [(doc(advance), "50.00")]
    assert answer(b, advance)["reserved_amount"] == "-50.00"


def test_a_reversed_invoice(b: Books) -> None:
    invoice = b.invoice(300, -20)
    mirror = b.reverse(invoice)
    found, taken = document_answers(b.actor, [invoice, mirror])
    assert (found["state"], found["settlement"], found["open_amount"], found["reversal"]) == (
        "reversed",
        "paid",
        "0.00",
        doc(mirror),
    )
    assert (taken["state"], taken["settlement"], taken["total"], taken["reverses"]) == (
        "reversal",
        "applied",
        "-280.00",
        doc(invoice),
    )
    assert found["match_code"] == taken["match_code"] == "A"


def test_a_post_dated_receipt_counts_from_its_day(b: Books) -> None:
    invoice = b.invoice(120)
    payment = b.receipt(120, [invoice], on=TODAY + timedelta(days=30))
    found, paid = document_answers(b.actor, [invoice, payment])
    assert (found["open_amount"], found["mark"], found["match_code"], found["settlement"]) == (
        "120.00",
        "complete_future",
        "a",
        "open",
    )
    assert found["applications"][0]["date"] == "2026-04-14"
    assert (paid["applied"], paid["overpayment"], paid["open_amount"]) == ("120.00", "0.00", "-120.00")


def test_matchings_and_deposits_say_what_they_did(b: Books) -> None:
    invoice, advance = b.invoice(100), b.advance(60)
    made = answer(b, b.match((b.line(invoice), b.line(advance), 60)))
    assert [(one["amount"], one["codes"]) for one in made["applications"]] == [("60.00", ["a", "B"])]
    taken = answer(b, b.unapply(*b.applications(invoice), amount=10))
    assert taken["undone"] == [
        {"application": made["applications"][0]["id"], "amount": "10.00", "date": TODAY.isoformat()}
    ]
    receipt = b.cash(40)
    deposit = answer(b, b.deposit(receipt))
    assert (deposit["customer"], deposit["amount"]) == (None, "40.00")
    assert [(one["document"], one["amount"]) for one in deposit["receipts"]] == [(doc(receipt), "40.00")]


def mixture(b: Books, times: int) -> list[int]:
    b.configure(refunds_enabled=True)
    for _ in range(times):
        invoices = [b.invoice(30, 10, -5, on=date(2026, 3, 1)), b.invoice(20)]
        b.receipt(20, invoices)
        advance = b.advance(100)
        b.refund({advance: 5})
        b.refund({advance: 5}, post=False)
        b.receipt(10, invoices[1:], post=False)
        b.match((b.line(invoices[1]), b.line(advance), 5))
        b.deposit(b.cash(7))
    return list(Document.objects.filter(company=b.company).values_list("pk", flat=True))


def test_the_statements_are_as_many_for_two_hundred_documents(b: Books) -> None:
    few = mixture(b, 1)
    with CaptureQueriesContext(connection) as once:
        document_answers(b.actor, few)
    many = mixture(b, 6)
    with CaptureQueriesContext(connection) as again:
        shown = document_answers(b.actor, many)
    assert len(again) == len(once) <= 6
    assert [one["id"] for one in shown] == [doc(key) for key in many]
    assert len(many) > 5 * len(few)


def test_only_some_fields(b: Books) -> None:
    key = b.invoice(30)
    with CaptureQueriesContext(connection) as statements:
        found = document_answers(b.actor, [key], fields={"id", "open_amount"})
    assert found == [{"id": doc(key), "open_amount": "30.00"}]
    assert len(statements) == 3


def test_yen_have_no_decimals(b: Books) -> None:
    customer = b.add_customer("Tokyo", "JPY")
    found = answer(b, b.invoice(300, customer=customer))
    assert (found["total"], found["lines"][0]["amount"]) == ("300", "300")
