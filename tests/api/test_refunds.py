"""Customer refunds over the API (SPEC 9, 15.1; W8, W14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.models import Document
from tests.api.helping import DAY, acme, available, doc, line, read
from tests.build import Books, books
from tests.integrator import Answer, Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        made.configure(refunds_enabled=True)
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def body(b: Books, *credits: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    return {
        "customer": acme(b),
        "date": DAY,
        "bank_account": "BANK",
        "method": "record_transfer",
        "credits": [
            {"credit": credit} | ({} if amount is None else {"amount": amount}) for credit, amount in credits
        ],
        **more,
    }


def refund(b: Books, api: Integrator, *credits: tuple[str, str | None], **more: Any) -> Answer:
    answer = api.post("/refunds", body(b, *credits, **more))
    assert answer.status == 201, answer.text
    return answer


def test_w8_a_refund_and_its_void(b: Books, api: Integrator) -> None:
    advance = b.advance(200)
    assert available(api) == [("advance", "200.00", "0.00")]
    made = refund(b, api, (doc(advance), "80"), reference="T 1")
    assert (made["state"], made["settlement"], made["mark"], made["amount"]) == (
        "posted",
        "paid",
        "complete",
        "80.00",
    )
    assert [(one["credit"], one["amount"]) for one in made["credits"]] == [(doc(advance), "80.00")]
    assert available(api) == [("advance", "120.00", "0.00")]
    code = read(api, advance)[0]["match_code"]
    assert (code, made["lines"][0]["match_code"]) == ("a", "a")
    entry = api.post(f"/applications/{made['applications'][0]['id']}/unapply", {"reason": "x"})
    assert (entry.status, entry["code"]) == (409, "entry_of_refund")
    void = api.post(f"/refunds/{made['id']}/void", {"date": DAY, "reason": "sent back"})
    assert (void.status, void["state"]) == (200, "voided")
    assert api.get(f"/refunds/{void['reversal']}")["state"] == "reversal"
    assert available(api) == [("advance", "200.00", "0.00")]
    again = api.post(f"/refunds/{made['id']}/void", {"date": DAY, "reason": "again"})
    assert (again.status, again["code"]) == (409, "already_voided")


def test_w14_negative_invoices(b: Books, api: Integrator) -> None:
    negative, mixed = b.invoice(-80), b.invoice(-100, 20)
    refund(b, api, (doc(negative), "30"))
    assert read(api, negative)[0]["open_amount"] == "-50.00"
    refused = api.post("/refunds", body(b, (doc(mixed), "10")))
    assert (refused.status, refused["code"], refused.places) == (
        422,
        "refund_beside_charges",
        ["/credits/0/credit"],
    )


def test_more_than_is_available_is_refused_with_what_is(b: Books, api: Integrator) -> None:
    memo, advance = b.adjustment(-50, -20), b.advance(10)
    answer = api.post("/refunds", body(b, (doc(advance), "10"), (doc(memo), "70.01")))
    assert (answer.status, answer["code"], answer.places) == (
        409,
        "refund_not_enough_left",
        ["/credits/1/amount"],
    )
    values = answer["errors"][0]["values"]
    assert (values["available"], values["amount"]) == ("70.00", "70.01")
    assert not Document.objects.filter(company=b.company, kind="refund").exists()
    one_line = refund(b, api, (line(b, memo, 2), None))
    assert one_line["amount"] == "20.00"


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"method": "check"}, "refund_method", "/method"),
        ({"currency": "USD"}, "refund_currency", "/currency"),
        ({"bank_account": None}, "refund_bank_account_missing", "/bank_account"),
        ({"amount": "9"}, "refund_amounts_differ", "/amount"),
        ({"credits": []}, "refund_without_credits", "/credits"),
        ({"credits": [{"credit": "doc_99999999"}]}, "not_found", "/credits/0/credit"),
        ({"date": "2026-03-14"}, "refund_too_early", "/date"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    b: Books, api: Integrator, more: dict[str, Any], code: str, place: str
) -> None:
    answer = api.post("/refunds", body(b, (doc(b.advance(10)), "10")) | more)
    assert (answer.codes, answer.places) == ([code], [place]), answer.text


def test_a_draft_reserves_is_changed_posted_and_deleted(b: Books, api: Integrator) -> None:
    advance, memo = b.advance(100), b.adjustment(-40)
    draft = refund(b, api, (doc(advance), "60"), action="draft")
    assert (draft["state"], draft["number"]) == ("draft", None)
    assert available(api, kind="advance") == [("advance", "40.00", "60.00")]
    path = f"/refunds/{draft['id']}"
    changed = api.patch(path, {"credits": [{"credit": doc(memo)}], "pay_to": "Acme\nParis"}, if_match=1)
    assert (changed["amount"], changed["pay_to"]) == ("40.00", "Acme\nParis")
    assert api.patch(path, {"reference": "x"}, if_match=1).status == 412
    assert available(api) == [("advance", "100.00", "0.00"), ("adjustment", "0.00", "40.00")]
    assert api.post(f"{path}/post")["state"] == "posted"
    assert available(api) == [("advance", "100.00", "0.00")]
    assert api.delete(path)["code"] == "refund_not_a_draft"
    other = refund(b, api, (doc(advance), None), action="draft")
    assert api.delete(f"/refunds/{other['id']}").status == 200
    assert available(api) == [("advance", "100.00", "0.00")]


def test_a_clerk_leaves_a_draft(b: Books) -> None:
    clerk = Integrator(b, "ar-clerk")
    made = refund(b, clerk, (doc(b.advance(10)), "10"))
    assert (made["state"], [one["code"] for one in made["notices"]]) == ("draft", ["left_as_draft"])
    assert clerk.post(f"/refunds/{made['id']}/post")["code"] == "forbidden"


def test_while_refunds_are_off_everything_says_so(b: Books, api: Integrator) -> None:
    made = refund(b, api, (doc(b.advance(10)), "10"))
    b.configure(refunds_enabled=False)
    for answer in (
        api.get("/refunds"),
        api.get(f"/refunds/{made['id']}"),
        api.post("/refunds", body(b)),
        api.post("/refunds/bulk", {"items": [body(b)]}),
        api.post(f"/refunds/{made['id']}/void", {"date": DAY, "reason": "x"}),
    ):
        assert (answer.status, answer["code"]) == (404, "feature_off")


def test_bulk_and_list(b: Books, api: Integrator) -> None:
    advance = b.advance(100)
    items = [body(b, (doc(advance), amount)) for amount in ("60", "50", "40")]
    atomic = api.post("/refunds/bulk", {"items": items})
    assert (atomic.status, atomic.places) == (409, ["/items/1/credits/0/amount"])
    each = api.post("/refunds/bulk", {"mode": "each", "items": items})
    assert [one["status"] for one in each["results"]] == [201, 409, 201]
    assert each["results"][1]["error"]["errors"][0]["pointer"] == "/credits/0/amount"
    assert available(api) == []
    assert [one["amount"] for one in api.get("/refunds?ordering=number")["results"]] == ["60.00", "40.00"]
    assert api.get("/refunds?state=voided")["results"] == []
