"""Applications and available credits over the API (SPEC 7, 10, 15.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from arledger.companies.models import Entity, Membership, MembershipEntity
from tests.api.helping import acme, available, doc, line, opens, read, received
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


def apply(api: Integrator, *wanted: tuple[str, str, str], **more: Any) -> Answer:
    named = [{"charge": charge, "credit": credit, "amount": amount} for charge, credit, amount in wanted]
    return api.post("/applications", {"applications": named, **more})


def test_a_document_is_matched_line_after_line(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100, 50, 60), b.adjustment(-80, -40)
    answer = apply(api, (doc(invoice), doc(memo), "110.00"), date="2026-03-15", reason="agreed")
    assert answer.status == 201, answer.text
    assert (answer["kind"], answer["state"]) == ("matching", "posted")
    assert [one["amount"] for one in answer["applications"]] == ["80.00", "20.00", "10.00"]
    assert [opens(one) for one in read(api, invoice, memo)] == [
        ["0.00", "40.00", "60.00"],
        ["0.00", "-10.00"],
    ]
    assert {one["reason"] for one in answer["applications"]} == {"agreed"}


def test_lines_documents_and_numbers_name_what_is_matched(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100, 50), b.adjustment(-80, -40)
    number = b.document(invoice).number
    answer = apply(api, (line(b, invoice, 2), line(b, memo, 2), "30"), (str(number), doc(memo), "90"))
    assert answer.status == 201, answer.text
    assert [opens(one) for one in read(api, invoice, memo)] == [["10.00", "20.00"], ["0.00", "0.00"]]


def test_more_than_is_left_is_refused_with_what_is_left(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100), b.adjustment(-80)
    answer = apply(api, (doc(invoice), doc(memo), "80.01"))
    assert (answer.status, answer["code"]) == (409, "not_enough_left")
    error = answer["errors"][0]
    assert error["pointer"] == "/applications/0/amount"
    assert (error["values"]["available"], error["values"]["amount"]) == ("80.00", "80.01")
    two = apply(api, (doc(invoice), doc(memo), "50"), (doc(invoice), doc(memo), "50"))
    assert (two.status, two["errors"][0]["pointer"]) == (409, "/applications/1/amount")
    assert opens(read(api, memo)[0]) == ["-80.00"]


@pytest.mark.parametrize(
    ("charge", "credit", "code", "pointer"),
    [
        ("memo", "invoice", "not_a_charge", "/applications/0/charge"),
        ("invoice", "other", "not_a_credit", "/applications/0/credit"),
        ("invoice", "draft", "document_is_draft", "/applications/0/credit"),
        ("invoice", "nobody", "other_customer", "/applications/0/credit"),
        ("invoice", "doc_999999999", "not_found", "/applications/0/credit"),
        ("lin_999999999", "memo", "not_found", "/applications/0/charge"),
        ("no such number", "memo", "not_found", "/applications/0/charge"),
    ],
)
def test_what_cannot_be_matched_says_why(
    b: Books, api: Integrator, charge: str, credit: str, code: str, pointer: str
) -> None:
    nobody = b.add_customer("Nobody")
    named = {
        "invoice": doc(b.invoice(100)),
        "memo": doc(b.adjustment(-80)),
        "other": doc(b.invoice(50)),
        "draft": doc(b.adjustment(-80, post=False)),
        "nobody": doc(b.adjustment(-80, customer=nobody)),
    }
    answer = apply(api, (named.get(charge, charge), named.get(credit, credit), "10"))
    assert (answer["code"], answer.places) == (code, [pointer]), answer.text


def test_a_foreign_company_s_document_does_not_exist(b: Books, api: Integrator) -> None:
    memo = doc(b.adjustment(-80))
    with books() as other:
        invoice = doc(other.invoice(100))
        application = other.receipt(100, [other.invoice(100)])
        key = other.applications(application)[0]
    assert apply(api, (invoice, memo, "10")).status == 404
    assert api.get(f"/applications/app_{key}").status == 404
    assert api.post(f"/applications/app_{key}/unapply", {"reason": "x"}).status == 404


def test_w9_undo_one_of_two(b: Books, api: Integrator) -> None:
    first, second = b.invoice(100), b.invoice(100)
    receipt = b.receipt(200, [first, second])
    applications = read(api, first)[0]["applications"]
    answer = api.post(f"/applications/{applications[0]['id']}/unapply", {"reason": "wrong one"})
    assert answer.status == 201, answer.text
    assert [(one["application"], one["amount"]) for one in answer["undone"]] == [
        (applications[0]["id"], "100.00")
    ]
    one, two = read(api, first, second)
    assert (one["open_amount"], one["match_code"], one["mark"]) == ("100.00", "", "none")
    assert (two["open_amount"], two["match_code"], two["mark"]) == ("0.00", "B", "complete")
    assert available(api) == [("overpayment", "100.00", "0.00")]
    assert read(api, receipt)[0]["overpayment"] == "100.00"


def test_w10_undo_one_of_four(b: Books, api: Integrator) -> None:
    first, second = b.invoice(100), b.invoice(100)
    b.receipt(100, per_document={first: 50, second: 50})
    receipt = b.receipt(100, per_document={first: 50, second: 50})
    found = api.get(f"/applications?charge={doc(first)}&credit={doc(receipt)}")
    assert [one["amount"] for one in found["results"]] == ["50.00"]
    key = found["results"][0]["id"]
    assert api.post(f"/applications/{key}/unapply", {"reason": "wrong"}).status == 201
    assert [one["open_amount"] for one in read(api, first, second)] == ["50.00", "0.00"]
    assert available(api) == [("overpayment", "50.00", "0.00")]


def test_a_part_is_undone_and_the_rest_stays_in_force(b: Books, api: Integrator) -> None:
    invoice = b.invoice(100)
    b.receipt(100, [invoice])
    key = read(api, invoice)[0]["applications"][0]["id"]
    assert api.post(f"/applications/{key}/unapply", {"amount": "30", "reason": "x"}).status == 201
    found = api.get(f"/applications/{key}")
    assert (found["amount"], found["applied_amount"]) == ("70.00", "100.00")
    much = api.post(f"/applications/{key}/unapply", {"amount": "70.01", "reason": "x"})
    assert (much.status, much["code"]) == (409, "unapply_too_much")
    assert much["errors"][0]["values"] == {"in_force": "70.00", "amount": "70.01"}
    early = api.post(f"/applications/{key}/unapply", {"date": "2026-03-14", "reason": "x"})
    assert (early["code"], early["errors"][0]["values"]["earliest"]) == (
        "application_too_early",
        "2026-03-15",
    )
    assert api.post(f"/applications/{key}/unapply", {"amount": "1"})["code"] == "required"
    assert api.post(f"/applications/{key}/unapply", {"reason": "x"}).status == 201
    assert [one["id"] for one in api.get(f"/applications?document={doc(invoice)}")["results"]] == []
    undone = api.get(f"/applications?document={doc(invoice)}&in_force=false")["results"]
    assert [(one["id"], one["amount"]) for one in undone] == [(key, "0.00")]


def test_w11_oldest_first(b: Books, api: Integrator) -> None:
    """Credits 100 (d2), 700 (d4), 500 (d5) on invoices 600 (d1) and 700 (d3)."""
    first, third = b.invoice(600, on=date(2026, 3, 1)), b.invoice(700, on=date(2026, 3, 3))
    b.adjustment(-100, on=date(2026, 3, 2))
    b.adjustment(-700, on=date(2026, 3, 4))
    b.adjustment(-500, on=date(2026, 3, 5))
    answer = api.post("/matching/oldest-first", {"customer": acme(b), "date": "2026-03-10"})
    assert answer.status == 201, answer.text
    matching = answer["results"][0]
    assert [(one["charge_document"], one["amount"]) for one in matching["applications"]] == [
        (doc(first), "100.00"),
        (doc(first), "500.00"),
        (doc(third), "200.00"),
        (doc(third), "500.00"),
    ]
    assert {one["date"] for one in matching["applications"]} == {"2026-03-10"}
    assert [one["open_amount"] for one in read(api, first, third)] == ["0.00", "0.00"]
    assert available(api) == []
    again = api.post("/matching/oldest-first", {"customer": acme(b), "date": "2026-03-10"})
    assert (again.status, again["code"]) == (409, "nothing_to_match")


def test_an_earlier_day_is_refused_with_the_earliest(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100, on=date(2026, 3, 10)), b.adjustment(-80)
    answer = apply(api, (doc(invoice), doc(memo), "80"), date="2026-03-14")
    assert (answer.status, answer["code"]) == (422, "application_too_early")
    assert answer["errors"][0]["values"]["earliest"] == "2026-03-15"


def test_a_rehearsal_writes_nothing_and_draws_no_code(b: Books, api: Integrator) -> None:
    invoice, memo = b.invoice(100), b.adjustment(-80)
    named = {"charge": doc(invoice), "credit": doc(memo), "amount": "80"}
    answer = api.post("/applications?validate_only=true", {"applications": [named]})
    assert (answer.status, answer["validate_only"]) == (200, True)
    assert [one["codes"] for one in answer["applications"]] == [["a", "B"]]
    assert [one["open_amount"] for one in read(api, invoice, memo)] == ["100.00", "-80.00"]
    assert apply(api, (doc(invoice), doc(memo), "80"))["applications"][0]["codes"] == ["a", "B"]


def test_credits_are_listed_with_what_can_be_refunded(b: Books, api: Integrator) -> None:
    b.configure(auto_apply_inline_credits=False)
    inline = b.invoice(100, -30)
    b.invoice(-80)
    b.adjustment(-50, -20)
    b.advance(200)
    b.receipt(25, leave=True)
    found = api.get(f"/credits?customer={acme(b)}")["results"]
    shown = [
        (one["kind"], one["amount"], one["available"], one["refundable"], one["reason"]) for one in found
    ]
    assert shown == [
        ("inline", "30.00", "30.00", False, "has_charges"),
        ("negative_invoice", "80.00", "80.00", True, None),
        ("adjustment", "70.00", "70.00", True, None),
        ("advance", "200.00", "200.00", True, None),
        ("overpayment", "25.00", "25.00", True, None),
    ]
    assert found[0]["credit"] == doc(inline)
    assert [one["credit"] for one in found[0]["lines"]] == [line(b, inline, 2)]
    refundable = api.get(f"/credits?customer={acme(b)}&refundable=false")["results"]
    assert [one["kind"] for one in refundable] == ["inline"]
    assert [kind for kind, _a, _r in available(api, refundable="true", kind="advance")] == ["advance"]
    assert available(api, currency="USD") == []
    assert api.get("/credits?customer=nobody").status == 404
    assert api.get("/credits?customers=x").places == ["customers"]


def test_a_draft_reserves_and_a_line_in_use_is_less_available(b: Books, api: Integrator) -> None:
    memo = b.adjustment(-100)
    b.configure(refunds_enabled=True)
    b.refund({memo: 30}, post=False)
    assert available(api) == [("adjustment", "70.00", "30.00")]
    answer = apply(api, (doc(b.invoice(100)), doc(memo), "80"))
    assert (answer["code"], answer["errors"][0]["values"]["available"]) == ("not_enough_left", "70.00")


def test_suggestions_can_be_sent_to_be_applied(b: Books, api: Integrator) -> None:
    first, second = b.invoice(70, 30), b.invoice(40)
    receipt = b.receipt(100, leave=True)
    b.receipt(60, leave=True)
    found = api.post("/matching/suggest", {"customer": acme(b)})
    assert found.status == 200, found.text
    best = found["results"][0]
    assert (best["why"], best["amount"], best["exact"]) == ("exact", "100.00", True)
    assert [one["document"] for one in best["charges"]] == [doc(first)]
    assert [one["amount"] for one in best["applications"]] == ["70.00", "30.00"]
    assert read(api, first)[0]["open_amount"] == "100.00"
    assert api.post("/applications", {"applications": best["applications"]}).status == 201
    assert [one["open_amount"] for one in read(api, first, second, receipt)] == ["0.00", "40.00", "0.00"]


def test_suggestions_for_one_charge_or_credit(b: Books, api: Integrator) -> None:
    first, second = b.invoice(100), b.invoice(40)
    memo = b.adjustment(-40)
    b.receipt(100, leave=True)
    for_credit = api.post("/matching/suggest", {"credit": doc(memo)})["results"]
    assert [[part["document"] for part in one["charges"]] for one in for_credit] == [[doc(second)]]
    for_charge = api.post("/matching/suggest", {"charge": doc(first)})["results"]
    assert [one["amount"] for one in for_charge] == ["100.00"]
    assert api.post("/matching/suggest", {}).places == ["/customer"]
    assert api.post("/matching/suggest", {"charge": "doc_99999999"}).status == 404
    assert api.post("/matching/suggest?validate_only=true", {"customer": acme(b)}).status == 400


def test_who_is_limited_to_entities_finds_nothing_of_others(b: Books) -> None:
    north, south = (
        Entity.objects.create(company=b.company, code=code, name=code) for code in ("NORTH", "SOUTH")
    )
    own, other = (b.adjustment(-10, entity_id=entity.pk) for entity in (north, south))
    charge, theirs = b.invoice(30), b.invoice(30, entity_id=south.pk)
    b.match((b.line(theirs), b.line(other), 4))
    api = Integrator(b)
    membership = Membership.objects.get(company=b.company, user=api.user)
    MembershipEntity.objects.create(company=b.company, membership=membership, entity=north)
    listed = api.get("/credits")["results"]
    assert [one["credit"] for one in listed] == [doc(own)]
    assert api.get("/applications")["results"] == []
    for wanted in ((doc(charge), doc(other), "1"), (line(b, theirs), doc(own), "1")):
        assert apply(api, wanted).status == 404
    assert api.post("/matching/suggest", {"credit": doc(other)}).status == 404
    found = api.post("/payments", received(b, "5", documents=[doc(theirs)]))
    assert (found.status, found.places) == (404, ["/documents/0"])
    assert apply(api, (doc(charge), doc(own), "10")).status == 201
