"""Summaries and their frequencies over the API (SPEC 13, 15)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.build import books
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def invoice(customer: str, **more: Any) -> dict[str, Any]:
    return {
        "customer": customer,
        "date": "2026-03-15",
        "due_date": "2026-04-15",
        "lines": [{"amount": "100.00"}],
        **more,
    }


def test_a_summary_from_opening_to_deleting() -> None:
    with books() as b:
        api = Integrator(b)
    customer = api.get("/customers")["results"][0]["id"]
    body = {"type": "invoices", "title": "March", "gl_date": "2026-03-31", "control_total": "200.00"}
    refused = api.post("/summaries", body)
    assert (refused.status, refused.codes) == (422, ["summaries_not_by_users"])
    changed = api.patch("/configuration", {"summary_frequency": {"invoices": "user"}})
    assert changed.status == 200, changed.text
    assert changed["summary_frequency"]["invoices"] == "user"
    assert changed["summary_frequency"]["payments"] == "daily"
    made = api.post("/summaries", body)
    assert made.status == 201, made.text
    assert (made["count"], made["total"], made["state"]) == (0, "0.00", "open")
    missing = api.post("/invoices", invoice(customer))
    assert (missing.status, missing.codes) == (422, ["summary_missing"])
    posted = api.post("/invoices", invoice(customer, summary=made["id"]))
    assert posted.status == 201, posted.text
    assert (posted["summary"], posted["gl_date"]) == (made["id"], "2026-03-31")
    listed = api.get(f"/invoices?summary={made['id']}")["results"]
    assert [row["id"] for row in listed] == [posted["id"]]
    draft = api.post("/invoices", invoice(customer, summary=made["id"], action="draft"))
    assert api.get(f"/summaries/{made['id']}")["drafts"] == 1
    assert api.delete(f"/summaries/{made['id']}").codes == ["summary_not_empty"]
    assert api.patch(f"/summaries/{made['id']}", {"gl_date": "2026-03-30"}).codes == [
        "summary_holds_documents"
    ]
    closed = api.post(f"/summaries/{made['id']}/close")
    assert (closed.status, closed["state"], closed["total"]) == (200, "closed", "100.00")
    assert api.post(f"/invoices/{draft['id']}/post").codes == ["summary_closed"]
    assert api.delete(f"/invoices/{draft['id']}").codes == ["summary_closed"]
    assert api.post(f"/summaries/{made['id']}/open")["state"] == "open"
    empty = api.post("/summaries", body | {"title": "Empty"})
    assert api.patch(f"/summaries/{empty['id']}", {"title": "None"}, if_match=9).status == 412
    assert api.patch(f"/summaries/{empty['id']}", {"title": "None"})["title"] == "None"
    assert api.delete(f"/summaries/{empty['id']}").status == 200
    assert api.get(f"/summaries/{empty['id']}").status == 404


def test_automatic_ones_are_listed_and_edited_by_nobody() -> None:
    with books() as b:
        api = Integrator(b)
    rows = api.get("/summaries?type=invoices")["results"]
    assert [row["title"] for row in rows] == ["Invoices 2026-03-15 00:00:00"]
    assert (rows[0]["slot_start"], rows[0]["frequency"]) == ("2026-03-14T23:00:00.000000Z", "daily")
    key = rows[0]["id"]
    assert api.patch(f"/summaries/{key}", {"title": "Mine"}).codes == ["summary_automatic"]
    assert api.delete(f"/summaries/{key}").codes == ["summary_automatic"]
    assert api.patch("/configuration", {"summary_frequency": {"invoices": "each"}}).status == 400
    assert api.get("/summaries?type=nothing").status == 400
    assert api.get("/invoices?summary=sum_999999999").status == 404


def test_a_billing_clerk_enters_invoices_and_opens_and_closes_nothing() -> None:
    with books() as b:
        b.configure(summary_frequency={"invoices": "user"})
        lead, clerk = Integrator(b), Integrator(b, "billing-clerk")
    customer = lead.get("/customers")["results"][0]["id"]
    made = lead.post("/summaries", {"type": "invoices", "title": "March", "gl_date": "2026-03-31"})
    assert clerk.post("/invoices", invoice(customer, summary=made["id"])).status == 201
    assert clerk.get(f"/summaries/{made['id']}")["count"] == 1
    for verb in ("close", "open"):
        assert clerk.post(f"/summaries/{made['id']}/{verb}").status == 403
    assert clerk.post("/summaries", {"type": "invoices", "title": "X", "gl_date": "2026-03-31"}).status == 403


def test_closing_the_books_over_the_api_closes_the_summaries_of_the_period() -> None:
    with books() as b:
        b.configure(summary_frequency={"invoices": "user"})
        api = Integrator(b)
    made = api.post("/summaries", {"type": "invoices", "title": "January", "gl_date": "2026-01-31"})
    assert api.patch("/configuration", {"closed_through": "2026-01-31"}).status == 200
    assert api.get(f"/summaries/{made['id']}")["state"] == "closed"
    assert api.post(f"/summaries/{made['id']}/open").codes == ["period_closed"]


def test_another_companys_summary_does_not_exist() -> None:
    with books() as theirs:
        foreign = Integrator(theirs).get("/summaries")["results"][0]["id"]
    with books() as b:
        api = Integrator(b)
    customer = api.get("/customers")["results"][0]["id"]
    assert api.get(f"/summaries/{foreign}").status == 404
    assert api.post(f"/summaries/{foreign}/close").status == 404
    assert api.post("/invoices", invoice(customer, summary=foreign)).status in (404, 422, 400)
