"""Exports over the API (SPEC 15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from arledger.core import jobs
from arledger.core.clock import now
from arledger.core.models import Export
from tests.build import Books, books
from tests.clerk import Clerk
from tests.exports.reading import body, csv_rows
from tests.integrator import Integrator


@pytest.fixture
def b(committed: None) -> Iterator[Books]:
    with books() as made:
        yield made


def test_a_file_is_asked_for_made_and_fetched(b: Books) -> None:
    b.receipt(500, [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)])
    api = Integrator(b)
    choices = {"from": "2026-01-01", "to": "2026-12-31", "matches": ["partial"]}
    wanted = {"source": "reconciliation", "format": "csv", "parameters": choices}
    rehearsed = api.post("/exports?validate_only=true", wanted)
    assert rehearsed.status == 200
    assert not Export.objects.filter(company_id=b.company.pk).exists()
    asked = api.post("/exports", wanted)
    assert (asked.status, asked["state"], asked["size"]) == (202, "queued", None)
    path = f"/exports/{asked['id']}"
    assert api.get(f"{path}/file").status == 404
    row = Export.objects.get(company_id=b.company.pk)
    assert jobs.run(row.job, clock=now)
    done = api.get(path)
    assert (done["state"], done["problem"]) == ("done", "")
    answer = api.client.get(
        f"/api/v1{path}/file", HTTP_AUTHORIZATION=f"Bearer {api.token}", HTTP_ACCEPT="*/*"
    )
    content = body(answer)
    assert len(content) == done["size"]
    page = Clerk(b)
    direct = page.client.get(
        f"{page.root}/reports/reconciliation.csv?start=2026-01-01&end=2026-12-31&matches=partial"
    )
    assert csv_rows(content) == csv_rows(body(direct))
    assert [one["id"] for one in api.get("/exports")["results"]] == [asked["id"]]
    stranger = Integrator(b)
    assert stranger.get(path).status == 404
    assert stranger.get(f"{path}/file").status == 404
    assert stranger.get("/exports")["results"] == []


def test_what_cannot_be_exported_is_refused_with_a_pointer(b: Books) -> None:
    api = Integrator(b)

    def post(source: str, format: str = "csv", **parameters: object) -> tuple[int, list[str], list[str]]:
        found = api.post("/exports", {"source": source, "format": format, "parameters": parameters})
        return found.status, found.codes, found.places

    assert post("nothing")[:2] == (400, ["export_source_unknown"])
    assert post("invoices", "pdf")[:2] == (400, ["export_format_unknown"])
    assert post("invoices", customr="x") == (400, ["member_unknown"], ["/parameters/customr"])
    assert post("invoices", customer=5) == (400, ["type_wrong"], ["/parameters/customer"])
    assert post("invoices", tab="bogus")[:2] == (400, ["export_choices_invalid"])
    assert post("ageing", as_of="2026-02-30")[:2] == (400, ["export_choices_invalid"])
    assert (
        Integrator(b, "billing-clerk").post("/exports", {"source": "payments", "format": "csv"}).status == 403
    )
    assert not Export.objects.filter(company_id=b.company.pk).exists()


def test_cancelled_over_the_api(b: Books) -> None:
    api = Integrator(b)
    asked = api.post("/exports", {"source": "customers", "format": "xlsx"})
    assert asked.status == 202, asked.text
    assert api.post(f"/exports/{asked['id']}/cancel")["state"] == "cancelled"
    assert api.get(f"/exports/{asked['id']}/file").status == 404
