"""Imports in the tray: what runs and what has just ended, for whoever may see it (SPEC 14, UX: frame)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Role
from arledger.core.models import Job
from imports import progress
from imports.models import Import
from tests.build import books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.imports.test_pages import GOOD, MIXED, press, send
from tests.imports.uploads import work

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


@pytest.fixture
def clerk() -> Iterator[Clerk]:
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")
        yield Clerk(made)


def tray(clerk: Clerk) -> Page:
    return clerk.open("/exports/tray/")


def test_a_running_import_shows_with_its_progress_and_its_page(clerk: Clerk) -> None:
    page = send(clerk, MIXED)
    assert "invoices.csv" not in tray(clerk).text, "nothing runs before somebody has it checked"
    press(page, "Check every row", mode="good")
    assert "arledger_tray" in clerk.client.cookies
    shown = tray(clerk)
    assert "invoices.csv Waiting" in shown.text
    assert page.address in shown.links["invoices.csv"]
    row = Import.objects.get(company=clerk.books.company)
    Job.objects.filter(pk=row.job or 0).update(state="running")
    Import.objects.filter(pk=row.pk).update(lines=8)
    progress.tell(row.company_id, row.pk, 2)
    shown = tray(clerk)
    assert "Running 25 % 2 of about 8 rows" in shown.text
    progress.forget(row.company_id, row.pk)
    Job.objects.filter(pk=row.job or 0).update(state="failed")
    assert "invoices.csv Failed" in tray(clerk).text


def test_what_has_just_ended_stays_for_a_while(clerk: Clerk) -> None:
    page = press(send(clerk, GOOD), "Check every row")
    work()
    assert "invoices.csv Ready checked" in tray(clerk).text
    press(clerk.open(page.address), "Import 1 document")
    work()
    assert "invoices.csv Ready imported" in tray(clerk).text
    past = {"checked_at": "2026-03-14T12:00:00Z", "finished_at": "2026-03-14T12:00:00Z"}
    Import.objects.filter(company=clerk.books.company).update(**past)
    assert "invoices.csv" not in tray(clerk).text


def test_only_of_the_company_and_only_for_whoever_may_see_imports(clerk: Clerk) -> None:
    press(send(clerk, GOOD), "Check every row")
    auditor = Clerk(clerk.books, "auditor")
    assert "invoices.csv" in tray(auditor).text
    Role.objects.filter(company=clerk.books.company, code="auditor").update(
        rights=["invoices.list", "invoices.view"]
    )
    assert "invoices.csv" not in tray(auditor).text
    with books() as other:
        assert "invoices.csv" not in tray(Clerk(other)).text


def test_the_tray_costs_the_same_for_few_and_many(clerk: Clerk) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            tray(clerk)
        return len(found)

    press(send(clerk, GOOD), "Check every row")
    cost()
    few = cost()
    for _more in range(3):
        press(send(clerk, GOOD, again="on"), "Check every row")
    assert cost() == few
