"""Credits and entities (SPEC 3, 7): limited, they stay in theirs whatever uses them; else the same one comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from reconciliation.errors import CreditOfOtherEntity
from refunds.errors import CreditOfOtherEntity as RefundOfOther
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.integrator import Integrator
from tests.scenarios.test_entity_limit import entity

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
CODE = CreditOfOtherEntity.code


@dataclass
class Case:
    """An invoice of 100 of one entity, a memo of 40 of another, one account; credits stay in their entity."""

    b: Books
    own: int
    other: int
    invoice: int
    memo: int

    def untouched(self) -> bool:
        return self.b.open(self.invoice) == 100 and self.b.open(self.memo) == -40


@pytest.fixture
def case() -> Iterator[Case]:
    with books() as b:
        b.configure(limit_credits_to_entity=True, refunds_enabled=True)
        own, other = entity(b, "OWN"), entity(b, "OTHER")
        yield Case(b, own, other, b.invoice(100, entity_id=own), b.adjustment(-40, entity_id=other))


@pytest.fixture
def api(case: Case) -> Integrator:
    return Integrator(case.b)


def number(case: Case, key: int) -> str:
    return str(case.b.document(key).number)


def test_matching_over_the_api(case: Case, api: Integrator) -> None:
    pair = {"charge": number(case, case.invoice), "credit": number(case, case.memo), "amount": "10.00"}
    refused = api.post("/applications", {"applications": [pair]})
    assert (refused.status, refused.codes) == (422, [CODE]), refused.text
    assert case.untouched()


def test_money_received_with_the_credit(case: Case, api: Integrator) -> None:
    customer = api.get("/customers")["results"][0]["code"]
    body = {
        "customer": customer,
        "amount": "60.00",
        "date": TODAY.isoformat(),
        "method": "transfer",
        "bank_account": "BANK",
        "entity": "OWN",
        "documents": [number(case, case.invoice)],
        "credits": [{"credit": number(case, case.memo)}],
    }
    refused = api.post("/payments", body)
    assert (refused.status, refused.codes) == (422, [CODE]), refused.text
    assert case.untouched()
    with pytest.raises(CreditOfOtherEntity):
        case.b.receipt(60, [case.invoice], credits=[case.memo])


def test_a_credit_applied_from_its_own_page(case: Case) -> None:
    with pytest.raises(CreditOfOtherEntity):
        case.b.use([case.memo], [case.invoice])
    assert case.untouched()


def test_oldest_first_and_needs_matching(case: Case, api: Integrator) -> None:
    customer = api.get("/customers")["results"][0]["code"]
    answer = api.post("/matching/oldest-first", {"customer": customer, "date": TODAY.isoformat()})
    assert answer.status in (200, 201, 409, 422), answer.text
    assert case.untouched()
    text = Clerk(case.b).open("/matching/queue/?days=0").text
    assert "Could be settled 40.00" not in text


def test_suggestions(case: Case, api: Integrator) -> None:
    customer = api.get("/customers")["results"][0]["code"]
    exact = case.b.invoice(40, entity_id=case.own)
    assert api.post("/matching/suggest", {"customer": customer})["results"] == []
    case.b.configure(limit_credits_to_entity=False)
    found = api.post("/matching/suggest", {"customer": customer})["results"]
    assert found
    assert number(case, exact) in str(found)


def test_a_receipt_equal_to_the_balance(case: Case) -> None:
    receipt = case.b.receipt(60)
    assert case.b.open(receipt) == -60
    assert case.untouched()


def test_checkout_uses_no_credit_of_another(case: Case, api: Integrator) -> None:
    customer = api.get("/customers")["results"][0]["code"]
    day = TODAY.isoformat()
    body = {
        "invoice": {
            "customer": customer,
            "date": day,
            "term": "NET30",
            "entity": "OWN",
            "lines": [{"description": "Course", "account": "REV", "amount": "40.00"}],
        },
        "payments": [{"amount": "40.00", "date": day, "method": "transfer", "bank_account": "BANK"}],
    }
    account = api.get("/accounts?kind=revenue")["results"][0]["code"]
    body["invoice"]["lines"][0]["account"] = account  # type: ignore[index]
    made = api.post("/invoices/checkout", body)
    assert made.status == 201, made.text
    assert made["invoice"]["open_amount"] == "0.00"
    assert case.untouched()


def test_a_refund_clears_credits_of_its_own_entity(case: Case, api: Integrator) -> None:
    customer = api.get("/customers")["results"][0]["code"]
    body = {
        "customer": customer,
        "date": TODAY.isoformat(),
        "bank_account": "BANK",
        "method": "record_transfer",
        "credits": [{"credit": number(case, case.memo), "amount": "40.00"}],
    }
    for name in ("OWN", None):
        refused = api.post("/refunds", body | ({"entity": name} if name else {}))
        assert refused.codes == [RefundOfOther.code], refused.text
    assert case.untouched()
    assert api.post("/refunds", body | {"entity": "OTHER"}).status == 201


def test_the_workbench_and_the_page_of_the_credit_refuse_it_and_say_why(case: Case) -> None:
    clerk = Clerk(case.b)
    page = clerk.open("/matching/workbench/?customer=C00001")
    refused = page.press("Match", **{f"use_c{case.memo}": "40", f"use_d{case.invoice}": "40"})
    assert refused.status == 422
    assert "belong to different entities" in refused.text
    page = clerk.open(f"/credits/apply/{case.memo}/?customer={case.b.customer}")
    button = next(words for words in page.form().buttons if words.startswith("Apply"))
    refused = page.press(button, **{f"use_d{case.invoice}": "40"})
    assert refused.status == 422
    assert "belong to different entities" in refused.text
    assert case.untouched()


def test_without_the_limit_a_charge_takes_the_credits_of_its_entity_first() -> None:
    with books() as b:
        own, other = entity(b, "OWN"), entity(b, "OTHER")
        oldest = b.advance(30, entity_id=other)
        top = b.adjustment(-30)
        mine = b.adjustment(-30, entity_id=own)
        charge = b.invoice(50, entity_id=own)
        b.receipt(0, [charge], credits=[oldest, top, mine])
        # Its own 30 first, whatever its kind; then an advance goes before an adjustment.
        assert [b.open(one) for one in (mine, oldest, top)] == [0, -10, -30]
        assert b.open(charge) == Decimal(0)
