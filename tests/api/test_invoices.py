"""Invoices over the API: SPEC 6, 15, 15.1, 15.2; the worked examples W1, W3, W6, W7 and W13."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Account, Location
from tests.api.billed import body, doc, invoice, opens, state
from tests.build import Books, books
from tests.integrator import Integrator

pytestmark = pytest.mark.usefixtures("at_the_time_of_the_books")


@pytest.fixture
def b(db: None) -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture
def api(b: Books) -> Integrator:
    return Integrator(b)


# Worked examples -------------------------------------------------------------------------------------------------


def test_w1_inline_credits_on_and_off(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "300.00", "100.00", "-20.00")
    assert (found["total"], opens(found)) == ("380.00", ["280.00", "100.00", "0.00"])
    assert state(found) == ("380.00", "open", "none", "")
    b.configure(auto_apply_inline_credits=False)
    found = invoice(b, api, "300", "100", "-20")
    assert (found["open_amount"], opens(found)) == ("380.00", ["300.00", "100.00", "-20.00"])
    assert (found["open_charges"], found["open_credits"]) == ("400.00", "20.00")


def test_w3_a_later_receipt_resumes(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "100.00", "50.00", "60.00")
    key = int(found["id"].removeprefix("doc_"))
    b.receipt(120, [key])
    found = api.get(f"/invoices/{found['id']}")
    assert (opens(found), state(found)) == (
        ["0.00", "30.00", "60.00"],
        ("90.00", "partially_paid", "partial", "a"),
    )
    b.receipt(90, [key])
    found = api.get(f"/invoices/{found['id']}")
    assert (opens(found), state(found)) == (["0.00", "0.00", "0.00"], ("0.00", "paid", "complete", "A"))
    assert [one["amount"] for one in found["applications"]] == ["100.00", "20.00", "30.00", "60.00"]


def test_w6_a_net_negative_invoice_speaks_of_credit(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "10", "-25", "40", "-5", "-30")
    assert (found["total"], state(found)) == ("-10.00", ("-10.00", "available", "none", ""))
    assert opens(found) == ["0.00", "0.00", "0.00", "0.00", "-10.00"]
    later = invoice(b, api, "4.00")
    b.use([int(found["id"][4:])], [int(later["id"][4:])])
    assert state(api.get(f"/invoices/{found['id']}"))[:3] == ("-6.00", "partially_applied", "partial")


def test_w7_settled_by_its_own_lines(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "-100", "100")
    assert (found["total"], state(found)) == ("0.00", ("0.00", "paid", "complete", ""))


def test_w13_a_receipt_of_the_new_year(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "100", date="2025-12-30", due_date="2025-12-31")
    b.receipt(100, [int(found["id"][4:])], on=date(2026, 1, 1))
    found = api.get(f"/invoices/{found['id']}")
    assert found["applications"][0]["date"] == "2026-01-01"
    assert state(found) == ("0.00", "paid", "complete", "A")


# What is sent ----------------------------------------------------------------------------------------------------


def test_references_by_id_and_by_code(b: Books, api: Integrator) -> None:
    location = Location.objects.create(company=b.company, code="LYON", name="Lyon")
    account = Account.objects.filter(company=b.company, kind="revenue").first()
    assert account is not None
    code = api.get(f"/customers/cus_{b.customer}")["code"]
    line = {"amount": "10.00", "account": account.code, "location": "LYON"}
    sent = {"customer": code, "date": "2026-03-15", "term": "NET30", "lines": [line]}
    found = api.post("/invoices", sent)
    assert (found.status, found["customer"], found["customer_code"]) == (201, f"cus_{b.customer}", code)
    assert (found["due_date"], found["term_code"], found["currency"]) == ("2026-04-14", "NET30", "EUR")
    shown = found["lines"][0]
    assert (shown["account"], shown["account_code"]) == (f"acc_{account.pk}", account.code)
    assert (shown["location"], shown["location_code"]) == (f"loc_{location.pk}", "LYON")
    line = {"amount": "10.00", "account": shown["account"], "location": shown["location"]}
    again = api.post(
        "/invoices", sent | {"customer": found["customer"], "term": found["term"], "lines": [line]}
    )
    assert again["lines"][0]["location_code"] == "LYON"


def test_what_names_nothing_is_refused_at_its_place(b: Books, api: Integrator) -> None:
    sent = body(b, "10", "20", customer="NOBODY", term="trm_0")
    sent["lines"][1] |= {"account": "999999", "location": "loc_1"}
    answer = api.post("/invoices", sent)
    assert (answer.status, set(answer.codes)) == (404, {"not_found"})
    assert answer.places == ["/customer", "/term", "/lines/1/account", "/lines/1/location"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0.001", "amount_decimals"),
        ("NaN", "amount_not_finite"),
        ("1e3", "amount_exponent"),
        ("1_000", "amount_character"),
        ("-0", "amount_negative_zero"),
        ("１０", "amount_character"),
        ("", "required"),
        (" 1", "amount_character"),
        ("1,00", "amount_character"),
        ("100000000000000", "amount_too_large"),
        (100, "amount_is_number"),
        (100.5, "amount_is_number"),
        (None, "required"),
        (True, "type_wrong"),
    ],
)
def test_amounts_are_refused_not_rounded(b: Books, api: Integrator, amount: Any, code: str) -> None:
    sent = body(b, "10.00", "20.00")
    sent["lines"][1]["amount"] = amount
    answer = api.post("/invoices", sent)
    assert (answer.status, answer.codes, answer.places) == (400, [code], ["/lines/1/amount"])


def test_everything_wrong_is_said_at_once(b: Books, api: Integrator) -> None:
    answer = api.post(
        "/invoices", {"date": "2026-02-30", "lines": [{"amount": "x", "colour": "red"}], "post": True}
    )
    found = dict(zip(answer.places, answer.codes, strict=True))
    assert answer.status == 400
    assert found == {
        "/customer": "required",
        "/date": "date_no_such_day",
        "/lines/0/amount": "amount_character",
        "/lines/0/colour": "member_unknown",
        "/post": "member_unknown",
    }


def test_the_books_refuse_with_places_too(b: Books, api: Integrator) -> None:
    assert api.post("/invoices", body(b)).places == ["/lines"]
    late = api.post("/invoices", body(b, "10", due_date="2026-03-01"))
    assert (late.status, late.codes, late.places) == (400, ["due_before_date"], ["/due_date"])
    b.configure(closed_through=date(2026, 3, 31))
    closed = api.post("/invoices", body(b, "10"))
    assert (closed.status, closed.codes, closed.places) == (422, ["period_closed"], ["/date"])
    assert closed["errors"][0]["values"]["first_open"] == "2026-04-01"


def test_currencies(b: Books, api: Integrator) -> None:
    unknown = api.post("/invoices", body(b, "10", currency="eur"))
    assert (unknown.codes, unknown.places) == (["currency_unknown"], ["/currency"])
    for rate in ("0", "abc", "0.123456789", "1000000000"):
        wrong = api.post("/invoices", body(b, "10", currency="USD", exchange_rate=rate))
        assert (wrong.status, wrong.codes, wrong.places) == (
            400,
            ["exchange_rate_invalid"],
            ["/exchange_rate"],
        )
    yen = invoice(b, api, "10", currency="JPY", exchange_rate="0.00601234")
    assert (yen["total"], yen["exchange_rate"]) == ("10", "0.00601234")
    assert api.post("/invoices", body(b, "10.50", currency="JPY", exchange_rate="1")).codes == [
        "amount_decimals"
    ]


def test_null_is_as_good_as_nothing(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "10", due_date=None, term=None, reference=None, currency=None, entity=None)
    assert (found["due_date"], found["reference"], found["currency"]) == ("2026-04-14", "", "EUR")


# Drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_is_changed_posted_and_never_again(b: Books, api: Integrator) -> None:
    draft = invoice(b, api, "10.00", action="draft", reference="PO 1")
    assert (draft["state"], draft["number"], draft["version"], draft.headers["ETag"]) == (
        "draft",
        None,
        1,
        '"1"',
    )
    path = f"/invoices/{draft['id']}"
    lines = [{"amount": "20.00"}, {"amount": "5.00"}]
    changed = api.patch(path, {"lines": lines, "date": "2026-03-10"}, if_match=1)
    assert (changed.status, changed["total"], changed["version"]) == (200, "25.00", 2)
    assert (changed["reference"], changed["due_date"]) == ("PO 1", "2026-04-09")
    assert api.patch(path, {"reference": "PO 2"}, if_match=1).status == 412
    assert api.patch(path, {"number": "X"}).codes == ["member_unknown"]
    assert api.patch(path, {"lines": [{"amount": "0.001"}]}).places == ["/lines/0/amount"]
    refused = api.post(f"{path}/post", if_match=1)
    assert (refused.status, refused.codes, refused.places) == (412, ["version_mismatch"], ["If-Match"])
    posted = api.post(f"{path}/post", if_match=2)
    assert (posted.status, posted["state"], posted["open_amount"]) == (200, "posted", "25.00")
    assert (api.patch(path, {"reference": "PO 3"}).codes, api.delete(path).codes) == (["not_a_draft"],) * 2
    assert api.post(f"{path}/post").status == 409


def test_the_due_date_follows_the_term_unless_given(b: Books, api: Integrator) -> None:
    draft = invoice(b, api, "10.00", action="draft", due_date="2026-03-20")
    path = f"/invoices/{draft['id']}"
    assert (draft["term"], api.patch(path, {"date": "2026-03-14"})["due_date"]) == (None, "2026-03-20")
    assert api.patch(path, {"term": "NET30"})["due_date"] == "2026-04-13"
    assert api.patch(path, {"due_date": "2026-05-01"})["due_date"] == "2026-05-01"


def test_a_draft_is_deleted(b: Books, api: Integrator) -> None:
    draft = invoice(b, api, "10.00", action="draft")
    assert api.delete(f"/invoices/{draft['id']}", if_match=7).codes == ["version_mismatch"]
    gone = api.delete(f"/invoices/{draft['id']}", if_match=1)
    assert (gone.status, gone.body) == (200, {"id": draft["id"], "deleted": True})
    assert api.get(f"/invoices/{draft['id']}").status == 404


def test_without_the_right_to_post_a_draft_is_left(b: Books) -> None:
    scopes = {"invoices.add", "invoices.view"}
    api = Integrator(b, scopes=scopes)
    found = invoice(b, api, "10.00")
    assert (found["state"], found["notices"][0]["code"]) == ("draft", "left_as_draft")
    assert "notices" not in invoice(b, api, "10.00", action="draft").body
    assert api.post(f"/invoices/{found['id']}/post").status == 403
    bulk = api.post("/invoices/bulk", {"items": [body(b, "1"), body(b, "2", action="draft")]})
    assert ["notices" in one["document"] for one in bulk["results"]] == [True, False]


# Verbs -----------------------------------------------------------------------------------------------------------


def test_a_draft_in_the_way_of_a_reversal_is_named_by_its_id(b: Books, api: Integrator) -> None:
    key = b.invoice(100)
    draft = b.receipt(60, [key], post=False)
    answer = api.post(f"/invoices/{doc(key)}/reverse", {"date": "2026-03-15", "reason": "Entered twice"})
    assert (answer.status, answer.codes) == (409, ["still_reserved"])
    assert answer["errors"][0]["values"]["draft"] == doc(draft)


def test_reversing(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "300", "-20")
    path = f"/invoices/{found['id']}"
    assert api.post(f"{path}/reverse", {"date": "2026-03-20"}).places == ["/reason"]
    taken = api.post(f"{path}/reverse", {"date": "2026-03-15", "reason": "Entered twice"}, key="k1")
    assert (taken.status, taken["state"], taken["settlement"], taken["open_amount"]) == (
        200,
        "reversed",
        "paid",
        "0.00",
    )
    mirror = api.get(f"/invoices/{taken['reversal']}")
    assert (mirror["state"], mirror["total"], mirror["reverses"], mirror["reason"]) == (
        "reversal",
        "-280.00",
        found["id"],
        "Entered twice",
    )
    again = api.post(f"{path}/reverse", {"date": "2026-03-15", "reason": "Entered twice"}, key="k1")
    assert (again.headers["Idempotent-Replayed"], again.body) == ("true", taken.body)
    assert api.post(f"{path}/reverse", {"date": "2026-03-20", "reason": "x"}).codes == ["already_reversed"]
    early = invoice(b, api, "5")
    early = api.post(f"/invoices/{early['id']}/reverse", {"date": "2026-03-01", "reason": "x"})
    assert (early.codes, early.places) == (["reversal_too_early"], ["/date"])


def test_writing_off(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "100.00")
    path = f"/invoices/{found['id']}/write-off"
    sent = {"amount": "0.42", "date": "2026-03-15", "reason": "Bank charges"}
    after = api.post(path, sent)
    assert (after.status, after["open_amount"], after["settlement"]) == (200, "99.58", "partially_paid")
    memo = api.get(f"/adjustments/{after['write_off']}")
    assert (memo["total"], memo["kind"], memo["reason"]) == ("-0.42", "adjustment", "Bank charges")
    much = api.post(path, sent | {"amount": "200.00"})
    assert (much.status, much.places) == (409, ["/amount"])
    assert api.post(f"/adjustments/{found['id']}/write-off", sent).status == 404
    assert Integrator(b, "auditor").post(path, sent).status == 403


def test_duplicating(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "100.00", "-5", date="2026-01-10", reference="PO 9")
    copy = api.post(f"/invoices/{found['id']}/duplicate")
    assert (copy.status, copy["state"], copy["date"], copy["total"], copy["reference"]) == (
        201,
        "draft",
        "2026-03-15",
        "95.00",
        "PO 9",
    )


def test_rehearsing_writes_nothing(b: Books, api: Integrator) -> None:
    rehearsed = api.post("/invoices?validate_only=true", body(b, "300", "-20"))
    assert (rehearsed.status, rehearsed["validate_only"], rehearsed["open_amount"]) == (200, True, "280.00")
    assert api.get("/invoices")["results"] == []
    assert api.post("/invoices?validate_only=true", body(b, "0.001")).codes == ["amount_decimals"]


def test_the_same_key_enters_once(b: Books, api: Integrator) -> None:
    first = api.post("/invoices", body(b, "300"), key="once")
    again = api.post("/invoices", body(b, "300"), key="once")
    assert (first.body, again.status, again.headers["Idempotent-Replayed"]) == (again.body, 201, "true")
    assert api.post("/invoices", body(b, "301"), key="once").codes == ["idempotency_key_reused"]
    assert len(api.get("/invoices")["results"]) == 1


# Whose -----------------------------------------------------------------------------------------------------------


def test_foreign_documents_and_customers_do_not_exist(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "100")
    with books() as other:
        stranger = Integrator(other)
        path = f"/invoices/{found['id']}"
        reason = {"date": "2026-03-20", "reason": "x"}
        answers = [
            stranger.get(path),
            stranger.patch(path, {"reference": "x"}),
            stranger.delete(path),
            stranger.post(f"{path}/post"),
            stranger.post(f"{path}/reverse", reason),
            stranger.post(f"{path}/duplicate"),
            stranger.post(f"{path}/write-off", reason | {"amount": "1"}),
            stranger.post("/invoices", body(b, "1")),
            stranger.get(f"/invoices?customer=cus_{b.customer}"),
        ]
    assert {answer.status for answer in answers} == {404}
    assert answers[-2].places == ["/customer"]


def test_other_kinds_are_not_invoices(b: Books, api: Integrator) -> None:
    memo = b.adjustment(-5)
    assert api.get(f"/invoices/{doc(memo)}").status == 404
    assert api.get("/invoices/17").status == 404
    assert api.get(f"/invoices/lin_{b.line(memo)}").status == 404


def test_rights(b: Books, api: Integrator) -> None:
    found = invoice(b, api, "100", action="draft")
    reader = Integrator(b, "auditor")
    path = f"/invoices/{found['id']}"
    assert (reader.get(path).status, reader.get("/invoices").status) == (200, 200)
    for answer in (
        reader.post("/invoices", body(b, "1")),
        reader.post("/invoices/bulk", {"items": [body(b, "1")]}),
        reader.patch(path, {"reference": "x"}),
        reader.delete(path),
        reader.post(f"{path}/post"),
        reader.post(f"{path}/reverse", {"date": "2026-03-20", "reason": "x"}),
        reader.post(f"{path}/duplicate"),
    ):
        assert (answer.status, answer["code"]) == (403, "forbidden")


def test_entering_costs_the_same_statements_whatever_the_lines(b: Books, api: Integrator) -> None:
    counts = []
    for lines in (1, 3, 60):
        sent = body(b, *["10.00"] * lines, "-5.00", term="NET30")
        with CaptureQueriesContext(connection) as statements:
            assert api.post("/invoices", sent).status == 201
        counts.append(len(statements))
    assert counts[1] == counts[2]
