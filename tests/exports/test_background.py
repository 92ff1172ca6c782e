"""Files made by a job: their owner's only, whole or not at all, forgotten after some days (docs/adr/0041)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Membership
from arledger.core import export_services, jobs
from arledger.core.clock import now
from arledger.core.models import Export, ExportChunk, Job
from tests.build import Books, books
from tests.clerk import Clerk
from tests.exports.reading import body, csv_rows, pdf_text, same, xlsx_rows

FEW = override_settings(EXPORT_DIRECT_ROWS={"csv": 3, "xlsx": 3, "pdf": 3})


@pytest.fixture
def b(committed: None) -> Iterator[Books]:
    """Committed: the job reads one snapshot and says how far it is on a connection of its own."""
    with books() as made:
        yield made


def ask(clerk: Clerk, path: str = "invoices/export.csv?format=xlsx", **headers: str) -> Any:
    with FEW:
        return clerk.client.get(f"{clerk.root}/{path}", **headers)  # type: ignore[arg-type]


def newest() -> Export:
    found = Export.objects.order_by("-pk").first()
    assert found is not None
    return found


def run(row: Export) -> None:
    assert jobs.run(row.job, clock=now)


def fetch(clerk: Clerk, row: Export) -> Any:
    return clerk.client.get(f"{clerk.root}/exports/{row.pk}/file/")


def test_what_is_long_is_made_by_a_job_and_fetched_by_its_owner_only(b: Books) -> None:
    for amount in range(1, 6):
        b.invoice(amount)
    clerk = Clerk(b, "ar-clerk")
    list_url = f"http://testserver{clerk.root}/invoices/?tab=open"
    answer = ask(clerk, "invoices/export.csv?format=xlsx&tab=open&cursor=x", HTTP_REFERER=list_url)
    assert (answer.status_code, answer["Location"]) == (303, list_url)
    assert answer.cookies["arledger_tray"].value == "1"
    row = newest()
    assert (row.query, row.format, row.owner) == ("tab=open", "xlsx", clerk.user.pk)
    assert "is being made in the background" in clerk.open("/invoices/").text
    assert fetch(clerk, row).status_code == 404, "it is not there yet"
    ask(clerk, "invoices/export.csv?format=xlsx&tab=open")
    assert Export.objects.filter(company_id=b.company.pk).count() == 1, "asked twice, made once"

    run(row)
    answer = fetch(clerk, row)
    assert answer.status_code == 200
    content = body(answer)
    assert len(content) == int(answer["Content-Length"])
    assert "invoices-" in answer["Content-Disposition"]
    direct = clerk.client.get(f"{clerk.root}/invoices/export.csv?tab=open")
    assert xlsx_rows(content) == same(csv_rows(body(direct)))
    assert "Ready" in clerk.open("/exports/").text
    assert fetch(Clerk(b), row).status_code == 404, "a colleague"
    with books() as other:
        stranger = Clerk(other)
        assert fetch(stranger, row).status_code == 404
        assert "Ready" not in stranger.open("/exports/").text


def test_each_format_of_the_report_in_the_background(b: Books) -> None:
    b.receipt(500, [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)])
    clerk = Clerk(b)
    path = "reports/reconciliation.csv?start=2026-01-01&end=2026-12-31"
    direct = csv_rows(body(clerk.client.get(f"{clerk.root}/{path}")))
    found = {}
    for format in ("csv", "xlsx", "pdf"):
        assert ask(clerk, f"{path}&format={format}").status_code == 303
        row = newest()
        run(row)
        found[format] = body(fetch(clerk, row))
    assert csv_rows(found["csv"]) == direct
    assert xlsx_rows(found["xlsx"]) == same(direct)
    assert "340.00" in pdf_text(found["pdf"])
    row = newest()
    assert row.rows_done == len(direct) - 1
    assert row.rows_expected is not None


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_makes_it_whole(
    b: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    for amount in range(1, 6):
        b.invoice(amount)
    clerk = Clerk(b)
    ask(clerk)
    row = newest()

    class Killed(BaseException):
        """What a signal does: nothing of ours runs after it."""

    create = ExportChunk.objects.create

    def killed(**values: Any) -> Any:
        create(**values)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(ExportChunk.objects, "create", killed)
        with pytest.raises(Killed):
            jobs.run(row.job, clock=now)
    assert not ExportChunk.objects.filter(export_id=row.pk).exists()
    assert fetch(clerk, row).status_code == 404
    later = now() + jobs.LEASE + timedelta(seconds=1)
    assert row.job in jobs.sweep(later)
    assert jobs.run(row.job, clock=lambda: later)
    assert len(xlsx_rows(body(fetch(clerk, row)))) == 6
    assert not jobs.run(row.job, clock=lambda: later + jobs.LEASE * 2), "and only once"


def test_cancelled_it_stops_and_is_never_there(b: Books) -> None:
    for amount in range(1, 6):
        b.invoice(amount)
    clerk = Clerk(b)
    ask(clerk)
    row = newest()
    stop = f"{clerk.root}/exports/{row.pk}/stop/"
    assert Clerk(b).client.post(stop).status_code == 404
    assert clerk.client.post(stop).status_code == 303
    run(row)
    assert fetch(clerk, row).status_code == 404
    assert not ExportChunk.objects.filter(export_id=row.pk).exists()
    assert "Cancelled" in clerk.open("/exports/").text


def test_the_rights_of_the_moment_count(b: Books) -> None:
    for amount in range(1, 6):
        b.invoice(amount)
    clerk = Clerk(b)
    ask(clerk)
    row = newest()
    Membership.objects.filter(company=b.company, user=clerk.user).update(active=False)
    run(row)
    row.refresh_from_db()
    assert row.problem
    assert row.size is None


def test_files_go_after_their_days(b: Books) -> None:
    for amount in range(1, 6):
        b.invoice(amount)
    clerk = Clerk(b)
    ask(clerk)
    row = newest()
    run(row)
    before = row.expires_at - timedelta(seconds=1)
    assert export_services.expire(company_id=b.company.pk, before=before) == 0
    assert export_services.expire(company_id=b.company.pk, before=row.expires_at) == 1
    assert not ExportChunk.objects.filter(export_id=row.pk).exists()
    assert fetch(clerk, row).status_code == 404


def test_a_broken_job_is_told_as_failed(b: Books) -> None:
    for amount in range(1, 6):
        b.invoice(amount)
    clerk = Clerk(b)
    ask(clerk)
    Job.objects.filter(pk=newest().job).update(state="failed", error="boom")
    page = clerk.open("/exports/").text
    assert "Failed" in page
    assert "boom" not in page


def test_the_tray_and_its_pages_cost_the_same_for_few_and_many(b: Books) -> None:
    clerk = Clerk(b)

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert clerk.client.get(f"{clerk.root}{path}", HTTP_HX_REQUEST="true").status_code == 200
        return len(found)

    def enter(count: int) -> None:
        for _ in range(count):
            job = jobs.enqueue("test.none", company_id=b.company.pk, at=datetime.now(UTC))
            Export.objects.create(
                company_id=b.company.pk,
                owner=clerk.user.pk,
                source="invoices",
                format="csv",
                language="en",
                title="Invoices",
                job=job.pk,
                created_at=now(),
                expires_at=now() + timedelta(days=1),
            )

    enter(1)
    few = cost("/exports/tray/"), cost("/exports/")
    enter(20)
    assert (cost("/exports/tray/"), cost("/exports/")) == few
    shown = clerk.client.get(f"{clerk.root}/exports/tray/").content.decode()
    assert 'hx-trigger="every 2s"' in shown
    assert "Waiting" in shown
