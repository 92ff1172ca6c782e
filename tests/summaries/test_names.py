"""A summary named by a title that several have: refused over the API and in files, never one of them at random."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from arledger.core.scope import company_scope
from ledger.models import Document
from tests.build import books
from tests.clerk import at_the_time_of_the_books
from tests.imports.uploads import Desk
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
INVOICE = {
    "customer": "C00001",
    "date": "2026-03-15",
    "lines": [{"description": "Work", "account": "706000", "amount": "10.00"}],
}


def batch(api: Integrator, type: str, title: str = "March") -> str:
    made = api.post("/summaries", {"type": type, "title": title, "gl_date": "2026-03-31"})
    assert made.status == 201, made.text
    return str(made["id"])


def by_users(*types: str) -> dict[str, Any]:
    return {"summary_frequency": dict.fromkeys(types, "user")}


def test_a_title_of_several_open_summaries_is_refused_an_id_or_the_only_open_one_is_not() -> None:
    with books() as b:
        b.configure(**by_users("invoices", "payments"))
        api = Integrator(b)
    first, second = batch(api, "invoices"), batch(api, "invoices")
    other = batch(api, "payments")
    refused = api.post("/invoices", INVOICE | {"summary": "March"})
    assert (refused.status, refused.codes, refused.places) == (409, ["summary_ambiguous"], ["/summary"])
    assert api.post("/invoices", INVOICE | {"summary": second})["summary"] == second
    # Of another type there is only one of that title.
    money = {
        "customer": "C00001",
        "date": "2026-03-15",
        "amount": "5.00",
        "method": "card",
        "undeposited": True,
    }
    assert api.post("/payments", money | {"summary": "March"})["summary"] == other
    assert api.post(f"/summaries/{second}/close").status == 200
    assert api.post("/invoices", INVOICE | {"summary": "March"})["summary"] == first
    assert api.post(f"/summaries/{first}/close").status == 200
    assert api.post("/invoices", INVOICE | {"summary": "March"}).codes == ["summary_ambiguous"]
    assert api.post("/invoices", INVOICE | {"summary": second}).codes == ["summary_closed"]
    assert api.post("/invoices", INVOICE | {"summary": "April"}).codes == ["not_found"]
    bulk = api.post("/invoices/bulk", {"mode": "each", "items": [INVOICE | {"summary": "March"}]})
    assert "summary_ambiguous" in bulk.text


def test_a_file_that_names_such_a_title_is_refused_at_its_cell() -> None:
    with books() as b:
        b.configure(**by_users("invoices"))
        b.add_customer("Acme Ltd", code="ACME")
        api = Integrator(b)
    keys = [batch(api, "invoices"), batch(api, "invoices")]
    text = "number,customer,date,due_date,amount,summary\nI1,ACME,2026-03-10,2026-04-10,10,March\n"
    with company_scope(b.company.pk):
        desk = Desk(b)
        row = desk.upload("invoices", text)
        assert desk.places(row) == [(2, "summary", "summary_ambiguous")]
    assert api.post(f"/summaries/{keys[0]}/close").status == 200
    with company_scope(b.company.pk):
        row = desk.upload("invoices", text.replace("I1", "I2"))
        assert desk.faults(row) == []
        assert desk.commit(row).state == "committed"
        document = Document.objects.get(company=b.company, number="I2")
        assert (f"sum_{document.summary_id}", document.gl_date) == (keys[1], date(2026, 3, 31))
