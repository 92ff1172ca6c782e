"""The company itself: its name, language, time zone and base currency on the page and over the API (SPEC 3)."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from arledger.companies import company_services as companies
from arledger.companies.models import Company
from arledger.companies.selectors import settings_of
from arledger.core.errors import Refusal
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from arledger.core.sql import fetch_all
from ledger.models import Document
from summaries.models import Summary
from tests.build import AT, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.concurrency.racing import patient
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]


def version(b: Books) -> int:
    return settings_of(b.company.pk).row.version


def move(b: Books, **changes: str) -> Company:
    return companies.change_company(actor=b.actor, changes=changes, version=version(b))


def fields(page: Page) -> dict[str, str]:
    return next(form.fields for form in page.forms if "company_name" in form.fields)


def overlaps(b: Books) -> list[Any]:
    return fetch_all(
        "SELECT a.title, z.title FROM summaries_summary a JOIN summaries_summary z ON z.company_id = a.company_id"
        " AND z.id > a.id AND z.type = a.type AND z.entity_id IS NOT DISTINCT FROM a.entity_id"
        " AND z.bank_account_id IS NOT DISTINCT FROM a.bank_account_id"
        " AND z.slot_start < a.slot_end AND a.slot_start < z.slot_end WHERE a.company_id = %s",
        [b.company.pk],
    )


def slot_of(b: Books, key: int) -> tuple[datetime, datetime, str]:
    document = Document.objects.select_related("summary").get(company=b.company, pk=key)
    summary, posted = document.summary, document.posted_at
    assert summary is not None
    assert summary.slot_start is not None
    assert summary.slot_end is not None
    assert posted is not None
    assert summary.slot_start <= posted < summary.slot_end
    return summary.slot_start, summary.slot_end, summary.time_zone


@pytest.mark.django_db
def test_a_time_zone_moved_at_noon_leaves_each_document_in_the_slot_of_its_instant() -> None:
    with books(time_zone="Europe/Paris") as b:
        first = b.invoice(100)
        b.actor = replace(b.actor, at=AT + timedelta(minutes=1))
        move(b, time_zone="Pacific/Auckland")
        b.actor = replace(b.actor, at=AT + timedelta(minutes=2))
        second = b.invoice(50)
        assert slot_of(b, first)[1:] == (AT + timedelta(minutes=1), "Europe/Paris")
        # Midnight in Auckland of March is 11:00 UTC, before noon: the new slot begins where the old one ended.
        assert slot_of(b, second) == (
            AT + timedelta(minutes=1),
            datetime(2026, 3, 16, 11, tzinfo=UTC),
            "Pacific/Auckland",
        )
        assert overlaps(b) == []
        b.actor = replace(b.actor, at=AT + timedelta(minutes=3))
        move(b, time_zone="America/Toronto")
        b.actor = replace(b.actor, at=AT + timedelta(minutes=4))
        assert slot_of(b, b.invoice(25))[2] == "America/Toronto"
        assert overlaps(b) == []
        told = AuditEvent.objects.filter(
            company_id=b.company.pk, action="configure", after__has_key="time_zone"
        )
        assert [(event.before, event.after) for event in told.order_by("sequence")] == [
            ({"time_zone": "Europe/Paris"}, {"time_zone": "Pacific/Auckland"}),
            ({"time_zone": "Pacific/Auckland"}, {"time_zone": "America/Toronto"}),
        ]


@pytest.mark.usefixtures("committed")
def test_whoever_waits_for_the_change_posts_in_the_new_time_zone() -> None:
    with books(time_zone="Europe/Paris") as b:
        b.invoice(10)
        b.actor = replace(b.actor, at=AT + timedelta(minutes=1))
        posted: list[int] = []

        def post() -> None:
            later = replace(b, actor=replace(b.actor, at=AT + timedelta(minutes=2)))
            with company_scope(b.company.pk):
                posted.append(later.invoice(20))
            connections.close_all()

        clerk = threading.Thread(target=post)
        with patient(), transaction.atomic():
            move(b, time_zone="Asia/Tokyo")
            clerk.start()
            waiting = (
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            for _ in range(100):
                if fetch_all(waiting, [])[0][0]:
                    break
                time.sleep(0.1)
            assert not posted
        clerk.join(timeout=120)
        assert slot_of(b, posted[0])[2] == "Asia/Tokyo"
        assert overlaps(b) == []
        assert set(
            Summary.objects.filter(company=b.company, slot_end__gt=AT + timedelta(minutes=1)).values_list(
                "time_zone", flat=True
            )
        ) == {"Asia/Tokyo"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"company_name": " "}, "required", "company_name"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone_unknown", "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone_unknown", "time_zone"),
        ({"language": "de"}, "language_unknown", "language"),
        ({"base_currency": "XYZ"}, "currency_unknown", "base_currency"),
    ],
)
def test_what_is_refused(changes: dict[str, str], code: str, field: str) -> None:
    with books() as b:
        with pytest.raises(Refusal) as raised:
            move(b, **changes)
        assert (raised.value.code, raised.value.field) == (code, field)
        with pytest.raises(Refusal) as raised:
            companies.change_company(actor=b.actor, changes={}, version=version(b) + 1)
        assert raised.value.code == "stale"


@pytest.mark.django_db
def test_the_base_currency_stays_from_the_first_document_on() -> None:
    with books("EUR") as b:
        assert move(b, base_currency="JPY").base_currency == "JPY"
        move(b, base_currency="EUR")
        b.invoice(10, post=False)
        with pytest.raises(Refusal) as raised:
            move(b, base_currency="USD", company_name="Other")
        assert raised.value.code == "base_currency_stays"
        assert Company.objects.get(pk=b.company.pk).name == b.company.name


@pytest.mark.django_db
def test_nobody_changes_another_company_even_in_the_database(
    app_cursor: psycopg.Cursor[Any],
) -> None:
    app_cursor.execute(
        "INSERT INTO companies_company (code, name, base_currency, time_zone, language, created_at)"
        " VALUES ('other', 'Other', 'EUR', 'UTC', 'en', now())"
    )
    app_cursor.execute("SAVEPOINT made")
    for change in ("name = 'x'", "code = 'x'", "created_at = now()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_cursor.execute(f"UPDATE companies_company SET {change}")
        app_cursor.execute("ROLLBACK TO SAVEPOINT made")


@pytest.mark.django_db
@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_the_page_renames_at_once_and_asks_before_it_moves_the_time_zone() -> None:
    with books() as b:
        clerk, reader = Clerk(b), Clerk(b, "auditor")
    page = clerk.open("/settings/company/")
    assert b.company.code in page.text
    saved = clerk.send(page.address, fields(page) | {"company_name": "Better Name"})
    assert "The company is saved." in saved.text
    page = clerk.open("/settings/company/")
    asked = clerk.send(page.address, fields(page) | {"time_zone": "America/Toronto"})
    assert "13:00 in Europe/Paris and" in asked.text
    assert "08:00 in America/Toronto." in asked.text
    assert Company.objects.get(pk=b.company.pk).time_zone == "Europe/Paris"
    clerk.send(asked.address, fields(asked))
    company = Company.objects.get(pk=b.company.pk)
    assert (company.name, company.time_zone) == ("Better Name", "America/Toronto")
    page = reader.open("/settings/company/")
    assert "Better Name" in page.text
    assert not any("company_name" in form.fields for form in page.forms)


@pytest.mark.django_db
@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_programs_change_it_by_name_with_the_settings() -> None:
    with books() as b:
        api = Integrator(b)
    shown = api.get("/configuration").body
    names = ("company_name", "language", "time_zone", "base_currency")
    assert [shown[name] for name in names] == [b.company.name, "en", "Europe/Paris", "EUR"]
    body = {"time_zone": "America/Toronto", "company_name": "Named", "refunds_enabled": True}
    changed = api.patch("/configuration", body, if_match=shown["version"])
    assert changed.status == 200, changed.text
    assert changed.body == shown | body | {"version": shown["version"] + 2}
    for wrong, status, code, place in (
        ({"time_zone": "Mars/Base"}, 400, "time_zone_unknown", "/time_zone"),
        ({"company_name": None}, 400, "required", "/company_name"),
        ({"company_name": "x", "write_off_limit": "1.001"}, 400, "amount_decimals", "/write_off_limit"),
    ):
        refused = api.patch("/configuration", wrong)
        assert (refused.status, refused.codes, refused.places) == (status, [code], [place]), refused.text
    assert api.get("/configuration").body == changed.body
