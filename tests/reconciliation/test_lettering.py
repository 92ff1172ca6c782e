"""Letter the past: codes for what was matched before reconciliation was on, in the order of first matches (SPEC 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from arledger.core.errors import Forbidden
from arledger.core.models import AuditEvent
from arledger.core.sql import execute, fetch_all
from ledger.checks import check
from reconciliation.codes import CodesExhausted
from reconciliation.lettering_services import (
    Lettered,
    NothingToLetter,
    NotReconciling,
    ReasonMissing,
    letter_the_past,
    preview_lettering,
)
from reconciliation.report_rows import Filter, Scope, rows
from tests.build import AT, TODAY, Books, books, match_sequence
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = pytest.mark.django_db
BEFORE, SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def past() -> Iterator[Books]:
    """Books whose past (``names``) was matched before reconciliation was switched on."""
    with books(reconciliation=False) as b:
        then = b.at(BEFORE)
        one, two, three = then.invoice(100), then.invoice(60), then.invoice(500)
        b.names |= {"one": one, "two": two, "three": three}
        b.names["first"] = then.receipt(130, [one, two])
        b.names["credit"] = then.adjustment(-50)
        then.match((then.line(three), then.line(b.names["credit"]), 20))
        b.at(SINCE).configure(reconciliation_enabled=True)
        yield b


def test_groups_get_codes_in_the_order_of_their_first_match(past: Books) -> None:
    names = past.names
    assert preview_lettering(actor=past.actor) == Lettered(3, 4, "a", "d")
    assert [past.code(names[name]) for name in ("one", "two", "three", "credit")] == [""] * 4
    assert letter_the_past(actor=past.actor, reason="An auditor asks") == Lettered(3, 4, "a", "d")
    assert [past.code(names[name]) for name in ("one", "two", "three", "credit")] == ["A", "b", "c", "d"]
    assert past.line_codes(names["first"]) == ["A", "b"]
    past.receipt(30, [names["two"]])
    assert past.code(names["two"]) == "B", "what comes later joins the group"
    fresh = past.invoice(5)
    past.receipt(5, [fresh])
    assert past.code(fresh) == "E"
    assert check(past.company.pk) == []


def test_it_is_audited_and_done_once(past: Books) -> None:
    letter_the_past(actor=past.actor, reason="An auditor asks")
    event = AuditEvent.objects.filter(company_id=past.company.pk, action="letter_the_past").get()
    assert event.after == {
        "reason": "An auditor asks",
        "matches": 3,
        "groups": 4,
        "first": "a",
        "last": "d",
    }
    with pytest.raises(NothingToLetter):
        letter_the_past(actor=past.actor, reason="Again")
    with pytest.raises(NothingToLetter):
        preview_lettering(actor=past.actor)


def test_a_group_that_has_a_code_since_keeps_it(past: Books) -> None:
    names = past.names
    past.receipt(30, [names["two"]])
    assert past.code(names["two"]) == "A"
    assert past.line_codes(names["first"]) == ["", ""]
    assert preview_lettering(actor=past.actor) == Lettered(3, 3, "b", "d")
    letter_the_past(actor=past.actor, reason="One day")
    assert past.code(names["two"]) == "A"
    assert past.line_codes(names["first"]) == ["B", "A"]
    assert check(past.company.pk) == []


def test_inline_and_undone_matches_get_none(past: Books) -> None:
    b = past
    with books(reconciliation=False) as other:
        then = other.at(BEFORE)
        then.invoice(100, -20)
        undone = then.invoice(10)
        then.receipt(10, [undone])
        then.unapply(*then.applications(undone))
        other.at(SINCE).configure(reconciliation_enabled=True)
        with pytest.raises(NothingToLetter):
            preview_lettering(actor=other.actor)
    assert b.company.pk


def test_reversed_documents_and_their_mirrors_share_one(past: Books) -> None:
    with books(reconciliation=False) as b:
        then = b.at(BEFORE)
        invoice = then.invoice(40)
        mirror = then.reverse(invoice)
        receipt = then.receipt(9)
        then.reverse(receipt)
        b.at(SINCE).configure(reconciliation_enabled=True)
        assert letter_the_past(actor=b.actor, reason="x") == Lettered(2, 2, "a", "b")
        assert [b.code(invoice), b.code(mirror)] == ["A", "A"]
        assert b.line_codes(receipt) == ["B"]
        assert check(b.company.pk) == []
    assert past.company.pk


def test_as_known_before_the_lettering_there_is_no_letter(past: Books) -> None:
    letter_the_past(actor=past.actor, reason="An auditor asks")

    def codes(known: datetime | None) -> list[str]:
        scope = Scope(company_id=past.company.pk, start=TODAY, end=TODAY, as_at=TODAY, known_on=known)
        found = rows(scope=scope, customers=[past.customer], chosen=Filter())
        return sorted({row.code for row in found} - {""})

    assert codes(None) == ["A", "b", "c", "d"]
    assert codes(AT) == ["A", "b", "c", "d"]
    assert codes(datetime(2026, 3, 12, tzinfo=UTC)) == []


def test_refusals(past: Books) -> None:
    with pytest.raises(ReasonMissing):
        letter_the_past(actor=past.actor, reason=" ")
    with pytest.raises(Forbidden):
        letter_the_past(actor=past.limited_to({"matching.apply"}).actor, reason="x")
    with books(reconciliation=False) as off, pytest.raises(NotReconciling):
        preview_lettering(actor=off.actor)


def test_beyond_the_longest_code_nothing_is_lettered(past: Books) -> None:
    sequence = match_sequence(past)
    sequence.max_length, sequence.last_value = 1, 24
    sequence.save()
    with pytest.raises(CodesExhausted):
        preview_lettering(actor=past.actor)
    with pytest.raises(CodesExhausted):
        letter_the_past(actor=past.actor, reason="x")
    sequence.refresh_from_db()
    assert sequence.last_value == 24
    assert past.code(past.names["one"]) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_application SET charge_code = 'zz' WHERE company_id = {company}",
        "UPDATE ledger_lettering SET charge_code = 'zz' WHERE company_id = {company}",
        "DELETE FROM ledger_lettering WHERE company_id = {company}",
        # a code for a match that has one, a second lettering, none at all
        "INSERT INTO ledger_lettering (company_id, application_id, charge_code, recorded_at)"
        " SELECT company_id, id, 'zz', '2026-03-15 12:00Z' FROM ledger_application WHERE company_id = {company}",
        "INSERT INTO ledger_lettering (company_id, application_id, recorded_at)"
        " SELECT company_id, id, '2026-03-15 12:00Z' FROM ledger_application WHERE company_id = {company}",
    ],
)
def test_nobody_letters_by_other_ways(past: Books, statement: str) -> None:
    letter_the_past(actor=past.actor, reason="x")
    with pytest.raises((DatabaseError, psycopg.Error)), transaction.atomic():
        execute(statement.format(company=past.company.pk))


def test_a_match_made_since_is_never_lettered(past: Books) -> None:
    since = past.invoice(100, -40)
    statement = (
        "INSERT INTO ledger_lettering (company_id, application_id, charge_code, recorded_at)"
        " SELECT company_id, id, 'zz', '2026-03-15 12:00Z' FROM ledger_application WHERE charge_document_id = %s"
    )
    assert fetch_all("SELECT count(*) FROM ledger_application WHERE charge_document_id = %s", [since]) == [
        (1,)
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(statement, [since])


def test_the_command(past: Books, capsys: Any) -> None:
    call_command("letter_the_past", company=past.company.code, reason="An auditor asks", dry_run=True)
    assert "3 matches in 4 groups would get codes, a to d" in capsys.readouterr().out
    assert past.code(past.names["one"]) == ""
    call_command("letter_the_past", company=past.company.code, reason="An auditor asks")
    assert "3 matches in 4 groups got codes, a to d" in capsys.readouterr().out
    assert past.code(past.names["one"]) == "A"
    with pytest.raises(CommandError, match="nothing to letter"):
        call_command("letter_the_past", company=past.company.code, reason="Again")
    with pytest.raises(CommandError, match="no company"):
        call_command("letter_the_past", company="nobody", reason="x")


@pytest.mark.usefixtures("at_the_time_of_the_books")
def test_the_page_shows_what_it_does_and_asks_why(past: Books) -> None:
    clerk = Clerk(past)
    page = clerk.open("/settings/letter-the-past/")
    assert "3 matches get a match code" in page.text
    assert "from a to d" in page.text
    missing = page.press("Letter the past", form="confirm", reason="")
    assert missing.status == 422
    done = missing.press("Letter the past", form="confirm", reason="An auditor asks")
    assert "3 matches have their match codes" in done.text
    assert past.code(past.names["one"]) == "A"
    again = clerk.open("/settings/letter-the-past/")
    assert "There is nothing to letter" in again.text
    assert Clerk(past, "ar-clerk").open("/settings/letter-the-past/").status == 403


def test_nobody_changes_the_settings_meanwhile(past: Books) -> None:
    """As every verb that matches: the settings are held before any customer is locked."""
    with CaptureQueriesContext(connection) as captured:
        letter_the_past(actor=past.actor, reason="Switched on")
    locks = [
        query["sql"] for query in captured if "FOR SHARE" in query["sql"] or "FOR NO KEY" in query["sql"]
    ]
    assert "companies_configuration" in locks[0]
    assert "FOR SHARE" in locks[0]
    assert any("customers_customer" in sql for sql in locks[1:])
