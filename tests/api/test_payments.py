"""Payments over the API (SPEC 8, 15.1; W2, W4, W5, W12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.core.api.ids import id_of
from ledger.models import Document
from tests.api.helping import DAY, acme, available, doc, line, opens, read, received
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


def receive(b: Books, api: Integrator, amount: str, **more: Any) -> Answer:
    answer = api.post("/payments", received(b, amount, **more))
    assert answer.status == 201, answer.text
    return answer


def test_w2_the_waterfall_goes_in_the_order_of_the_documents(b: Books, api: Integrator) -> None:
    first, second, third = b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)
    number = b.document(second).number
    answer = receive(b, api, "500", documents=[doc(first), number, doc(third)])
    assert (answer["amount"], answer["applied"], answer["overpayment"]) == ("500.00", "500.00", "0.00")
    assert [one["amount"] for one in answer["lines"]] == ["-300.00", "-160.00", "-40.00"]
    shown = read(api, first, second, third)
    assert [(one["open_amount"], one["match_code"]) for one in shown] == [
        ("0.00", "A"),
        ("0.00", "B"),
        ("340.00", "c"),
    ]
    assert opens(shown[2]) == ["240.00", "100.00", "0.00"]
    receive(b, api, "340", documents=[doc(third)])
    assert [one["match_code"] for one in read(api, first, second, third)] == ["A", "B", "C"]
    last = receive(b, api, "0.01")
    assert (last["overpayment"], last["settlement"]) == ("0.01", "available")
    assert available(api) == [("overpayment", "0.01", "0.00")]


def test_w4_a_credit_and_cash_in_one_step(b: Books, api: Integrator) -> None:
    charges = [b.invoice(300), b.invoice(400), b.invoice(500)]
    memo = b.adjustment(-1000)
    answer = receive(b, api, "200", documents=[doc(key) for key in charges], credits=[{"credit": doc(memo)}])
    made = [(one["charge_document"], one["credit_document"], one["amount"]) for one in answer["applications"]]
    assert sorted(made) == sorted(
        [
            (doc(charges[0]), doc(memo), "300.00"),
            (doc(charges[1]), doc(memo), "400.00"),
            (doc(charges[2]), doc(memo), "300.00"),
            (doc(charges[2]), answer["id"], "200.00"),
        ]
    )
    assert [one["open_amount"] for one in read(api, *charges, memo)] == ["0.00"] * 4


def test_w5_an_advance_and_a_receipt(b: Books, api: Integrator) -> None:
    first, second, advance = b.invoice(150), b.invoice(175), b.advance(200)
    answer = receive(b, api, "125", auto=True, credits=[{"credit": doc(advance), "amount": "200"}])
    assert answer["applied"] == "125.00"
    assert [one["open_amount"] for one in read(api, first, second, advance)] == ["0.00"] * 3
    assert [one["amount"] for one in read(api, advance)[0]["applications"]] == ["150.00", "50.00"]


def test_w12_instalments_and_ageing(b: Books, api: Integrator) -> None:
    invoice = b.invoice(10_000, on=date(2026, 1, 15), due=date(2026, 2, 28))
    for amount in ("1500", "1000", "2000"):
        receive(b, api, amount, documents=[doc(invoice)])
    assert read(api, invoice)[0]["open_amount"] == "5500.00"


def test_amounts_are_given_to_documents_and_lines(b: Books, api: Integrator) -> None:
    first, second = b.invoice(100, 50), b.invoice(80)
    named = [{"charge": line(b, first, 2), "amount": "20"}, {"charge": doc(second), "amount": "70.50"}]
    answer = receive(b, api, "100", allocations=named)
    assert answer["overpayment"] == "9.50"
    assert [opens(one) for one in read(api, first, second)] == [["100.00", "30.00"], ["9.50"]]


def test_nothing_named_settles_exactly_the_balance_or_is_an_overpayment(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    assert receive(b, api, "60")["overpayment"] == "60.00"
    assert receive(b, api, "40")["applied"] == "40.00"
    assert read(api, invoice)[0]["mark"] == "complete"
    assert available(api) == []


def test_credits_alone_pay_without_cash(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100), b.adjustment(-80)
    body = received(b, "0", documents=[doc(invoice)], credits=[{"credit": line(b, memo)}])
    answer = api.post("/payments", {name: value for name, value in body.items() if name != "bank_account"})
    assert answer.status == 201, answer.text
    assert read(api, invoice)[0]["open_amount"] == "20.00"


def test_the_list_finds_a_receipt_by_each_customer_it_has_a_part_of(b: Books, api: Integrator) -> None:
    other, third = b.add_customer("Other"), b.add_customer("Third")
    theirs = b.invoice(70, customer=other)
    matched = {"customer": id_of("customer", other), "amount": "70", "documents": [doc(theirs)]}
    unused = {"customer": id_of("customer", third), "amount": "20"}
    both, alone = receive(b, api, "100", parts=[matched, unused]), receive(b, api, "1")
    draft = receive(b, api, "9", action="draft", parts=[{"customer": unused["customer"], "amount": "4"}])
    taken_back = api.post(f"/payments/{both['id']}/reverse", {"date": DAY, "reason": "Bounced"})
    mirror = taken_back["reversal"]

    def found(customer: str) -> list[str]:
        answer = api.get(f"/payments?customer={customer}&ordering=date")
        return [one["id"] for one in answer["results"]]

    assert found(acme(b)) == [both["id"], alone["id"], draft["id"], mirror]
    assert found(id_of("customer", other)) == [both["id"], mirror]
    assert found(id_of("customer", third)) == [both["id"], draft["id"], mirror]
    only_drafts = api.get(f"/payments?customer={unused['customer']}&state=draft")
    assert [one["id"] for one in only_drafts["results"]] == [draft["id"]]


def test_a_payer_and_several_customers(b: Books, api: Integrator) -> None:
    other = b.add_customer("Other")
    mine, theirs = b.invoice(100), b.invoice(70, customer=other)
    part = {"customer": id_of("customer", other), "amount": "70", "documents": [doc(theirs)]}
    answer = receive(b, api, "175", auto=True, parts=[part])
    assert [(one["customer"], one["amount"], one["overpayment"]) for one in answer["parts"]] == [
        (acme(b), "105.00", "5.00"),
        (id_of("customer", other), "70.00", "0.00"),
    ]
    assert [one["open_amount"] for one in read(api, mine, theirs)] == ["0.00", "0.00"]
    much = api.post("/payments", received(b, "60", parts=[part]))
    assert (much.status, much["code"], much.places) == (400, "parts_over_received", ["/amount"])
    both = [part, {"customer": acme(b), "amount": "5"}]
    differ = api.post("/payments", received(b, "80", parts=both))
    assert (differ["code"], differ["errors"][0]["values"]) == (
        "parts_differ",
        {"total": "75", "amount": "80"},
    )


def test_the_amount_may_be_what_the_parts_make_up(b: Books, api: Integrator) -> None:
    other = b.add_customer("Other")
    parts = [{"customer": id_of("customer", key), "amount": "30"} for key in (other, b.customer)]
    body = {"date": DAY, "method": "check", "undeposited": True, "parts": parts}
    answer = api.post("/payments", body)
    assert (answer.status, answer["amount"], answer["undeposited"]) == (201, "60.00", True)
    assert answer["customer"] == id_of("customer", other)


def test_a_post_dated_receipt_counts_from_its_day(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    answer = receive(b, api, "100", date="2026-04-15", documents=[doc(invoice)])
    assert answer["applications"][0]["date"] == "2026-04-15"
    shown = read(api, invoice)[0]
    assert (shown["open_amount"], shown["mark"], shown["match_code"]) == ("100.00", "complete_future", "a")
    more = api.post("/payments", received(b, "10", allocations=[{"charge": doc(invoice), "amount": "10"}]))
    assert more.status == 409


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"documents": ["one"], "auto": True}, "spread_unclear", "/documents"),
    ({"bank_account": None}, "bank_account_unclear", "/bank_account"),
    ({"undeposited": True}, "bank_account_unclear", "/bank_account"),
    ({"bank_account": "NOPE"}, "not_found", "/bank_account"),
    ({"customer": "NOPE"}, "not_found", "/customer"),
    ({"customer": None}, "required", "/customer"),
    ({"amount": None}, "required", "/amount"),
    ({"amount": "-5"}, "amount_negative", "/amount"),
    ({"amount": "5.001"}, "amount_decimals", "/amount"),
    ({"amount": 5}, "amount_is_number", "/amount"),
    ({"amount": "0"}, "nothing_received", "/amount"),
    ({"method": "gold"}, "choice_unknown", "/method"),
    ({"date": "2026-02-30"}, "date_no_such_day", "/date"),
    ({"documents": ["no such"]}, "not_found", "/documents/0"),
    ({"documents": ["doc_999999999"]}, "not_found", "/documents/0"),
    ({"allocations": [{"charge": "lin_99999999", "amount": "1"}]}, "not_found", "/allocations/0/charge"),
    ({"credits": [{"credit": "doc_99999999"}]}, "not_found", "/credits/0/credit"),
    ({"amounts": "5"}, "member_unknown", "/amounts"),
]


def test_what_is_wrong_is_said_at_its_place(b: Books, api: Integrator) -> None:
    for more, code, place in WRONG:
        answer = api.post("/payments", received(b, "5") | more)
        assert (answer.codes, answer.places) == ([code], [place]), (more, answer.text)
    assert not Document.objects.filter(company=b.company, kind="payment").exists()


def test_more_than_a_charge_or_a_credit_has_left_is_refused_at_its_amount(b: Books, api: Integrator) -> None:
    first, second, memo = b.invoice(100), b.invoice(50, 60), b.adjustment(-30)
    named = [{"charge": doc(first), "amount": "100"}, {"charge": line(b, second, 2), "amount": "60.01"}]
    answer = api.post("/payments", received(b, "500", allocations=named))
    assert (answer.status, answer["code"]) == (409, "charge_has_less_left")
    error = answer["errors"][0]
    assert error["pointer"] == "/allocations/1/amount"
    assert (error["values"]["open"], error["values"]["amount"]) == ("60.00", "60.01")
    assert error["values"]["line"] == line(b, second, 2)
    credits = [{"credit": doc(memo), "amount": "30.01"}]
    answer = api.post("/payments", received(b, "5", auto=True, credits=credits))
    assert (answer["errors"][0]["pointer"], answer["errors"][0]["values"]["open"]) == (
        "/credits/0/amount",
        "30.00",
    )
    over = api.post("/payments", received(b, "99.99", allocations=named[:1]))
    assert (over["code"], over["errors"][0]["values"]["received"]) == ("applied_over_received", "99.99")


def test_a_draft_reserves_is_changed_posted_and_deleted(b: Books, api: Integrator) -> None:
    invoice, other = b.invoice(100), b.invoice(50)
    draft = receive(b, api, "60", documents=[doc(invoice)], action="draft")
    assert (draft["state"], draft["number"], draft["reservations"][0]["amount"]) == ("draft", None, "60.00")
    assert read(api, invoice)[0]["settlement"] == "selected"
    path = f"/payments/{draft['id']}"
    assert api.patch(path, {"amount": "70"}, if_match=draft["version"] + 1).status == 412
    changed = api.patch(path, {"amount": "70", "reference": "new"}, if_match=draft["version"])
    assert changed.status == 200, changed.text
    assert (changed["amount"], changed["applied"], changed["reference"]) == ("70.00", "60.00", "new")
    changed = api.patch(path, {"documents": [doc(other), doc(invoice)]})
    assert [(one["document"], one["amount"]) for one in changed["reservations"]] == [
        (doc(invoice), "20.00"),
        (doc(other), "50.00"),
    ]
    posted = api.post(f"{path}/post")
    assert (posted.status, posted["state"]) == (200, "posted")
    assert [one["open_amount"] for one in read(api, invoice, other)] == ["80.00", "0.00"]
    assert api.patch(path, {"amount": "1"})["code"] == "not_a_draft"
    assert api.delete(path)["code"] == "not_a_draft"
    second = receive(b, api, "10", documents=[doc(invoice)], action="draft")
    gone = api.delete(f"/payments/{second['id']}", if_match=second["version"])
    assert (gone.status, gone["deleted"]) == (200, True)
    assert api.get(f"/payments/{second['id']}").status == 404
    assert read(api, invoice)[0]["settlement"] == "partially_paid"


@pytest.mark.parametrize("name", ["amount", "customer", "bank_account"])
def test_what_a_draft_needs_is_not_emptied(b: Books, api: Integrator, name: str) -> None:
    invoice = b.invoice(100)
    draft = receive(b, api, "60", documents=[doc(invoice)], action="draft")
    path = f"/payments/{draft['id']}"
    answer = api.patch(path, {name: None})
    assert (answer.status, answer.places) == (400, [f"/{name}"])
    assert api.get(path)["version"] == draft["version"]


def test_parts_that_come_anew_make_up_the_amount_unless_it_is_said(b: Books, api: Integrator) -> None:
    draft = receive(b, api, "60", action="draft")
    part = {"customer": f"cus_{b.customer}", "amount": "45"}
    changed = api.patch(f"/payments/{draft['id']}", {"amount": None, "parts": [part]})
    assert (changed.status, changed["amount"]) == (200, "45.00"), changed.text


def test_reversing_gives_everything_back(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100), b.adjustment(-30)
    paid = receive(b, api, "70", documents=[doc(invoice)], credits=[{"credit": doc(memo)}])
    path = f"/payments/{paid['id']}/reverse"
    assert api.post(path, {"date": DAY}).places == ["/reason"]
    answer = api.post(path, {"date": DAY, "reason": "bounced"})
    assert (answer.status, answer["state"]) == (200, "reversed"), answer.text
    mirror = api.get(f"/payments/{answer['reversal']}")
    assert (mirror["state"], mirror["reverses"]) == ("reversal", paid["id"])
    assert [one["open_amount"] for one in read(api, invoice, memo)] == ["100.00", "-30.00"]
    assert api.post(path, {"date": DAY, "reason": "again"})["code"] == "already_reversed"


def test_whoever_may_not_post_is_left_a_draft_and_told(b: Books) -> None:
    clerk = Integrator(b, scopes=["payments.add", "payments.view"])
    answer = clerk.post("/payments", received(b, "60"))
    assert (answer.status, answer["state"]) == (201, "draft")
    assert [one["code"] for one in answer["notices"]] == ["left_as_draft"]
    assert clerk.post(f"/payments/{answer['id']}/post").status == 403
    assert "notices" not in clerk.post("/payments", received(b, "60", action="draft")).body


def test_the_same_key_has_one_effect(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    body = received(b, "40", documents=[doc(invoice)])
    first = api.post("/payments", body, key="k-1")
    again = api.post("/payments", body, key="k-1")
    assert (first.status, again.status, first.text == again.text) == (201, 201, True)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert api.post("/payments", {**body, "amount": "41"}, key="k-1").status == 422
    assert read(api, invoice)[0]["open_amount"] == "60.00"


def test_a_rehearsal_shows_the_effects_and_writes_nothing(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    body = received(b, "40", documents=[doc(invoice)])
    answer = api.post("/payments?validate_only=true", body)
    assert (answer.status, answer["validate_only"], answer["applied"]) == (200, True, "40.00")
    assert read(api, invoice)[0]["open_amount"] == "100.00"
    assert not Document.objects.filter(company=b.company, kind="payment").exists()


def test_bulk_is_all_or_nothing_or_each_by_itself(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    good = received(b, "60", documents=[doc(invoice)])
    items = [good, received(b, "x"), {**good, "action": "draft"}, received(b, "10", customer="NOPE")]
    answer = api.post("/payments/bulk", {"mode": "atomic", "items": items})
    assert (answer.codes, answer.places) == (
        ["amount_character", "not_found"],
        ["/items/1/amount", "/items/3/customer"],
    )
    assert not Document.objects.filter(company=b.company, kind="payment").exists()
    answer = api.post("/payments/bulk", {"mode": "each", "items": items})
    assert answer.status == 200, answer.text
    assert [one["status"] for one in answer["results"]] == [201, 400, 201, 404]
    assert [one["document"]["state"] for one in answer["results"] if "document" in one] == ["posted", "draft"]
    drafts = answer["results"][2]["document"]["reservations"]
    assert [one["amount"] for one in drafts] == ["40.00"]
    over = [{**good, "allocations": [{"charge": doc(invoice), "amount": "41"}], "documents": None}]
    answer = api.post("/payments/bulk", {"items": [received(b, "1"), *over]})
    assert (answer.status, answer.places) == (409, ["/items/1/allocations/0/amount"])


def test_a_bulk_call_costs_the_same_statements_however_many_payments(b: Books, api: Integrator) -> None:
    def cost(count: int) -> int:
        charges, memo = [b.invoice(100, 50) for _ in range(count)], b.adjustment(-count)
        items = [
            received(b, "120", documents=[doc(key)], credits=[{"credit": doc(memo), "amount": "1"}])
            for key in charges
        ]
        with CaptureQueriesContext(connection) as found:
            answer = api.post("/payments/bulk", {"items": items})
        assert [one["status"] for one in answer["results"]] == [201] * count, answer.text
        return len(found)

    api.get("/payments")
    assert cost(2) == cost(9)


def test_the_list_knows_its_filters(b: Books, api: Integrator) -> None:
    other = b.add_customer("Other")
    mine = receive(b, api, "10", reference="ABC")
    receive(b, api, "20", customer=id_of("customer", other), date="2026-03-01")
    found = api.get(f"/payments?customer={acme(b)}")["results"]
    assert [one["id"] for one in found] == [mine["id"]]
    assert [one["amount"] for one in api.get("/payments?date_to=2026-03-02")["results"]] == ["20.00"]
    assert [one["amount"] for one in api.get("/payments?ordering=date&limit=1")["results"]] == ["20.00"]
    assert api.get("/payments?colour=red").places == ["colour"]
    assert api.get("/payments?fields=id,amount&q=ABC")["results"] == [{"id": mine["id"], "amount": "10.00"}]


def test_foreign_payments_do_not_exist(b: Books, api: Integrator) -> None:
    with books() as other:
        foreign, charge = doc(other.receipt(100)), doc(other.invoice(50))
    for answer in (
        api.get(f"/payments/{foreign}"),
        api.patch(f"/payments/{foreign}", {"amount": "1"}),
        api.delete(f"/payments/{foreign}"),
        api.post(f"/payments/{foreign}/post"),
        api.post(f"/payments/{foreign}/reverse", {"date": DAY, "reason": "x"}),
        api.post("/payments", received(b, "5", documents=[charge])),
        api.get(f"/payments/{doc(b.invoice(5))}"),
        api.get("/payments/12"),
    ):
        assert (answer.status, answer["code"]) == (404, "not_found"), answer.text
