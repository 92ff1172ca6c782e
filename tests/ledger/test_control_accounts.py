"""No line books against a control account, whatever door it comes through: the journal ties to the subledger (SPEC 16).

Files are looked at in ``tests/imports/test_kinds.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from arledger.companies.models import Account
from ledger.models import Document
from tests.api.billed import body
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

CONTROL = ("receivable", "advances", "overpayments")


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


@pytest.fixture(params=CONTROL)
def control(request: pytest.FixtureRequest, b: Books) -> Account:
    """One that the configuration does not name counts as well: it may have been the company's before."""
    assert Account.objects.filter(company=b.company, kind=request.param).exists()
    return Account.objects.create(company=b.company, code="OLD-CONTROL", name="Another", kind=request.param)


def against(b: Books, account: Account, *, at: int = 1) -> dict[str, Any]:
    found = body(b, "10", "20", "-5")
    found["lines"][at]["account"] = account.code
    return found


def test_the_api_refuses_it_at_the_line(b: Books, control: Account) -> None:
    api = Integrator(b)
    sent = against(b, control)
    for address in ("/invoices", "/adjustments", "/invoices?validate_only=true"):
        for action in ("draft", "post"):
            answer = api.post(address, sent | {"action": action})
            assert (answer.status, answer.codes) == (400, ["account_is_control"])
            assert answer.places == ["/lines/1/account"]
    assert "Account OLD-CONTROL" in answer.text
    paid = {
        "amount": "25",
        "date": "2026-03-15",
        "method": "transfer",
        "bank_account": "BANK",
    }
    answer = api.post("/invoices/checkout", {"invoice": sent, "payments": [paid]})
    assert (answer.codes, answer.places) == (["account_is_control"], ["/invoice/lines/1/account"])
    answer = api.post("/invoices/bulk", {"mode": "each", "items": [body(b, "1"), against(b, control, at=0)]})
    assert [one["status"] for one in answer["results"]] == [201, 400]
    assert answer["results"][1]["error"]["errors"][0]["pointer"] == "/lines/0/account"
    draft = api.post("/invoices", body(b, "1", action="draft"))
    answer = api.patch(f"/invoices/{draft['id']}", {"lines": sent["lines"]})
    assert (answer.codes, answer.places) == (["account_is_control"], ["/lines/1/account"])
    assert Document.objects.filter(company=b.company).count() == 2


def test_a_page_neither_offers_nor_takes_it(b: Books, control: Account) -> None:
    clerk = Clerk(b)
    for address in ("/invoices/new/", "/credits/adjustments/new/"):
        page = clerk.open(address)
        assert control.code not in page.text
        fields = next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)
        line = {"lines-0-amount": "10", "lines-0-account": str(control.pk)}
        clerk.send(address, fields | line | {"customer": "C00001", "reason": "x", "post": "1"})
    assert not Document.objects.filter(company=b.company).exists()


def test_other_accounts_stay_free(b: Books) -> None:
    api = Integrator(b)
    for account in Account.objects.filter(company=b.company).exclude(kind__in=CONTROL):
        answer = api.post("/adjustments", against(b, account))
        assert answer.status == 201, (account.kind, answer.text)
