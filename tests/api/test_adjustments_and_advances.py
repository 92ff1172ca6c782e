"""Adjustments and advances over the API (SPEC 7, 15.1, 15.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.billed import body, invoice, state
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = pytest.mark.usefixtures("at_the_time_of_the_books")
TAKE_BACK = {"date": "2026-03-15", "reason": "Wrong"}


@pytest.fixture
def b(db: None) -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


def advance(b: Books, **more: Any) -> dict[str, Any]:
    return {"customer": f"cus_{b.customer}", "date": "2026-03-15", "method": "transfer", **more}


def test_memos_speak_of_credits_and_of_charges(b: Books, api: Integrator) -> None:
    credit = api.post("/adjustments", body(b, "-50", "-30", reason="Returned"))
    assert (credit.status, credit["kind"], credit["reason"], credit["total"]) == (
        201,
        "adjustment",
        "Returned",
        "-80.00",
    )
    assert state(credit) == ("-80.00", "available", "none", "")
    debit = api.post("/adjustments", body(b, "40"))
    assert state(debit) == ("40.00", "open", "none", "")
    assert debit["due_date"] is not None
    b.use([int(credit["id"][4:])], [int(debit["id"][4:])])
    assert state(api.get(f"/adjustments/{debit['id']}")) == ("0.00", "paid", "complete", "A")
    after = api.get(f"/adjustments/{credit['id']}")
    assert state(after) == ("-40.00", "partially_applied", "partial", "b")
    assert [line["match_code"] for line in after["lines"]] == ["b", "b"]
    assert [one["codes"] for one in after["applications"]] == [["A", "b"]]


def test_the_life_of_an_adjustment(b: Books, api: Integrator) -> None:
    draft = api.post("/adjustments", body(b, "-50", action="draft"))
    path = f"/adjustments/{draft['id']}"
    changed = api.patch(path, {"reason": "Goodwill", "lines": [{"amount": "-60"}]}, if_match=draft["version"])
    assert (changed["reason"], changed["total"], changed["state"]) == ("Goodwill", "-60.00", "draft")
    assert api.post(f"{path}/post")["settlement"] == "available"
    copy = api.post(f"{path}/duplicate")
    assert (copy.status, copy["state"], copy["total"]) == (201, "draft", "-60.00")
    assert api.delete(f"/adjustments/{copy['id']}").status == 200
    taken = api.post(f"{path}/reverse", TAKE_BACK)
    assert (taken["state"], taken["settlement"], taken["match_code"]) == ("reversed", "applied", "A")
    mirror = api.get(f"/adjustments/{taken['reversal']}")
    assert (mirror["state"], mirror["total"], mirror["settlement"]) == ("reversal", "60.00", "paid")
    assert api.get(f"/invoices/{draft['id']}").status == 404


def test_an_adjustment_still_applied_is_not_reversed(b: Books, api: Integrator) -> None:
    memo, charge = b.adjustment(-20), b.invoice(20)
    b.use([memo], [charge])
    refused = api.post(f"/adjustments/doc_{memo}/reverse", TAKE_BACK)
    assert (refused.status, refused.codes) == (409, ["still_applied"])
    assert "others" in refused["errors"][0]["values"]


def test_an_advance_is_positive_where_it_is_sent_and_lowers_the_account(b: Books, api: Integrator) -> None:
    found = api.post("/advances", advance(b, bank_account="BANK", amount="200.00"))
    assert (found.status, found["amount"], found["total"], found["number"]) == (
        201,
        "200.00",
        "-200.00",
        None,
    )
    assert (found["bank_account"], found["bank_account_code"], found["undeposited"]) == (
        f"bnk_{b.bank}",
        "BANK",
        False,
    )
    assert (state(found), found["method"]) == (("-200.00", "available", "none", ""), "transfer")
    assert [line["amount"] for line in found["lines"]] == ["-200.00"]
    b.number_advances()
    lines = [{"amount": "150", "description": "First"}, {"amount": "50.50"}]
    held = api.post("/advances", advance(b, undeposited=True, lines=lines))
    assert (held["amount"], held["undeposited"], held["bank_account"]) == ("200.50", True, None)
    assert held["number"]
    assert [line["description"] for line in held["lines"]] == ["First", ""]


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"amount": "200.001"}, "amount_decimals", "/amount"),
        ({"amount": "-5"}, "amount_negative", "/amount"),
        ({"amount": "0"}, "amount_zero", "/amount"),
        ({"amount": 5}, "amount_is_number", "/amount"),
        (
            {"amount": None, "lines": [{"amount": "1"}, {"amount": "5.001"}]},
            "amount_decimals",
            "/lines/1/amount",
        ),
        ({"lines": [{"amount": "1"}]}, "advance_amount_or_lines", "/amount"),
        ({"method": "barter"}, "choice_unknown", "/method"),
        ({"bank_account": None}, "bank_account_unclear", "/bank_account"),
        ({"undeposited": True}, "bank_account_unclear", "/bank_account"),
        ({"bank_account": "NOWHERE"}, "not_found", "/bank_account"),
        ({"term": "NET30"}, "member_unknown", "/term"),
    ],
)
def test_what_advances_refuse(
    b: Books, api: Integrator, changes: dict[str, Any], code: str, place: str
) -> None:
    answer = api.post("/advances", advance(b, bank_account="BANK", amount="200") | changes)
    assert (answer.codes, answer.places) == ([code], [place])


def test_the_life_of_an_advance(b: Books, api: Integrator) -> None:
    draft = api.post("/advances", advance(b, bank_account="BANK", amount="200", action="draft"))
    path = f"/advances/{draft['id']}"
    assert (draft["state"], draft["open_amount"], draft["amount"]) == ("draft", "0.00", "200.00")
    changed = api.patch(path, {"amount": "120", "method": "check", "undeposited": True}, if_match=1)
    assert (changed["amount"], changed["method"], changed["undeposited"]) == ("120.00", "check", True)
    split = api.patch(path, {"lines": [{"amount": "70"}, {"amount": "50"}], "reference": "R"}, if_match=2)
    assert (split["amount"], len(split["lines"]), split["method"]) == ("120.00", 2, "check")
    assert api.patch(path, {"reference": "S"}, if_match=1).status == 412
    assert api.post(f"{path}/post", if_match=3)["state"] == "posted"
    charge = invoice(b, api, "50")
    b.use([int(draft["id"][4:])], [int(charge["id"][4:])])
    assert state(api.get(path)) == ("-70.00", "partially_applied", "partial", "b")
    assert api.post(f"{path}/reverse", TAKE_BACK).codes == ["still_applied"]
    assert api.delete(path).codes == ["not_a_draft"]
    second = api.post("/advances", advance(b, bank_account="BANK", amount="9"))
    taken = api.post(f"/advances/{second['id']}/reverse", TAKE_BACK)
    assert (taken["state"], taken["settlement"]) == ("reversed", "applied")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"amount": None}, "/lines"),
        ({"lines": None}, "/lines"),
        ({"lines": []}, "/lines"),
        ({"bank_account": None}, "/bank_account"),
        ({"undeposited": None}, "/bank_account"),
    ],
)
def test_what_an_advance_needs_is_not_emptied(
    b: Books, api: Integrator, changes: dict[str, Any], place: str
) -> None:
    draft = api.post("/advances", advance(b, bank_account="BANK", amount="200", action="draft"))
    path = f"/advances/{draft['id']}"
    answer = api.patch(path, changes)
    assert (answer.status, answer.places) == (400, [place])
    after = api.get(path)
    assert (after["version"], after["amount"], after["bank_account_code"]) == (1, "200.00", "BANK")


def test_rights(b: Books) -> None:
    reader = Integrator(b, "auditor")
    memo, money = b.adjustment(-5), b.advance(5)
    assert reader.get(f"/adjustments/doc_{memo}").status == reader.get(f"/advances/doc_{money}").status == 200
    for answer in (
        reader.post("/adjustments", body(b, "1")),
        reader.post("/advances", advance(b, undeposited=True, amount="1")),
        reader.post(f"/adjustments/doc_{memo}/reverse", TAKE_BACK),
        reader.post(f"/advances/doc_{money}/reverse", TAKE_BACK),
        reader.delete(f"/advances/doc_{money}"),
    ):
        assert (answer.status, answer["code"]) == (403, "forbidden")
    with books() as other:
        stranger = Integrator(other)
        assert stranger.get(f"/advances/doc_{money}").status == 404
        assert stranger.post(f"/adjustments/doc_{memo}/post").status == 404
