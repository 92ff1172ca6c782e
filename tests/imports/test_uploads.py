"""Upload, check, commit: what a file goes through, whoever sends it (SPEC 14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Membership, NumberJump
from arledger.core.errors import Forbidden, NotFound
from arledger.core.models import AuditEvent, Job
from imports import selectors, upload_services
from imports.errors import (
    DateFormatUnclear,
    FileGone,
    HasFaults,
    MissingColumns,
    NothingGood,
    NotNow,
    OldWorkbook,
    SameFile,
    UnknownColumns,
)
from imports.models import Import, ImportEntry, ImportPart
from imports.upload_services import Format, upload
from ledger.checks import check
from ledger.models import Document
from tests.build import AT, Books, books, person
from tests.imports.uploads import Desk, keep_autovacuum_out, work, workbook

pytestmark = pytest.mark.django_db

HEAD = "number,customer,date,due_date,amount,line_description\n"
GOOD = (
    HEAD
    + "007,ACME,2026-01-10,2026-02-10,300.00,first\n007,,,,-20.00,second\n008,ACME,2026-01-11,2026-02-11,160,only\n"
)
MIXED = GOOD + "009,NOBODY,2026-01-11,2026-02-11,1e3,=1+1\n009,,,,5,\n"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with books() as made:
        made.names["ACME"] = made.add_customer("Acme Ltd", code="ACME")
        yield Desk(made)


def numbers(made: Books, kind: str = "invoice", state: str = "posted") -> list[str | None]:
    found = Document.objects.filter(company=made.company, kind=kind, state=state).order_by("number")
    return list(found.values_list("number", flat=True))


def test_a_check_writes_nothing_and_a_commit_everything(desk: Desk) -> None:
    row = desk.upload("invoices", GOOD)
    assert (row.state, row.rows_total, row.rows_ok, row.rows_failed) == ("checked", 3, 3, 0)
    assert (row.entries_ok, row.encoding, row.delimiter, row.dates, row.decimal_mark) == (
        2,
        "utf-8",
        ",",
        "YYYY-MM-DD",
        ".",
    )
    assert Document.objects.filter(company=desk.made.company).count() == 0
    row = desk.commit(row)
    assert (row.state, row.rows_total, row.rows_ok, row.rows_failed) == ("committed", 3, 3, 0)
    assert numbers(desk.made) == ["007", "008"]
    entries = ImportEntry.objects.filter(company=desk.made.company, owner=row.pk).order_by("first_row")
    assert list(entries.values_list("first_row", "last_row", "rows")) == [(2, 3, 2), (4, 4, 1)]
    assert {entry.written for entry in entries} == set(
        Document.objects.filter(company=desk.made.company).values_list("pk", flat=True)
    )
    events = AuditEvent.objects.filter(company_id=desk.made.company.pk, object_kind="import").order_by(
        "sequence"
    )
    assert [event.action for event in events] == ["upload", "commit", "import"]
    assert check(desk.made.company.pk) == []


def test_all_or_nothing_is_not_committed_with_a_refused_row(desk: Desk) -> None:
    row = desk.upload("invoices", MIXED)
    assert (row.rows_ok, row.rows_failed, row.entries_failed) == (3, 2, 1)
    assert desk.places(row) == [
        (5, "customer", "import_code_unknown"),
        (5, "amount", "amount_exponent"),
    ]
    with pytest.raises(HasFaults) as refused:
        upload_services.commit(actor=desk.made.actor, key=row.pk)
    assert refused.value.values["count"] == 2
    assert numbers(desk.made) == []


def test_good_ones_only_and_the_failed_rows_come_back_corrected(desk: Desk) -> None:
    row = desk.load("invoices", MIXED, mode="good")
    assert (row.state, row.rows_ok, row.rows_failed) == ("committed", 3, 2)
    failed = desk.failed(row)
    lines = failed.splitlines()
    assert lines[0] == "number,customer,date,due_date,amount,line_description,import_error"
    assert lines[1].startswith("009,NOBODY,2026-01-11,2026-02-11,1e3,'=1+1,")
    assert lines[2].startswith("009,,,,5,,")
    assert "row 5" in lines[2]
    corrected = failed.replace("NOBODY", "ACME").replace("1e3", "1000")
    again = desk.load("invoices", corrected)
    assert (again.state, again.rows_ok, again.rows_failed) == ("committed", 2, 0)
    line = Document.objects.get(company=desk.made.company, number="009").lines.get(position=1)
    assert (line.description, line.amount) == ("=1+1", 1000), "what was guarded comes back as it was"


def test_faults_are_told_in_both_languages(desk: Desk) -> None:
    row = desk.upload("invoices", MIXED)
    english, french = desk.faults(row, "en"), desk.faults(row, "fr")
    assert len(english) == len(french) == 2
    assert "exponent" in english[1][3]
    assert "exposant" in french[1][3]


def test_without_the_right_to_post_drafts_are_left(desk: Desk) -> None:
    desk.made = desk.made.limited_to(desk.made.actor.rights - {"invoices.post"})
    row = desk.load("invoices", GOOD)
    assert (row.state, row.drafts) == ("committed", 2)
    assert (numbers(desk.made), numbers(desk.made, state="draft")) == ([], ["007", "008"])


def test_drafts_are_left_when_asked_or_where_a_row_says_so(desk: Desk) -> None:
    text = "number,customer,date,due_date,amount,action\n" + "".join(
        f"{number},ACME,2026-01-10,2026-02-10,1,{action}\n"
        for number, action in (("A", "post"), ("B", ""), ("C", "maybe"))
    )
    row = desk.load("invoices", text, action="draft", mode="good")
    assert (numbers(desk.made), numbers(desk.made, state="draft"), row.drafts) == (["A"], ["B"], 1)
    assert desk.places(row) == [(4, "action", "import_action_invalid")]


def test_the_numbers_of_drafts_take_the_sequence_along_too(desk: Desk) -> None:
    text = HEAD + "INV-00003,ACME,2026-01-10,2026-02-10,1,\n"
    row = desk.upload("invoices", text, action="draft")
    assert "INV-00003" in row.notes[0]["en"]
    assert not NumberJump.objects.filter(company=desk.made.company).exists(), "a check moves nothing"
    desk.commit(row)
    assert desk.made.document(desk.made.invoice(5)).number == "INV-00004"


def test_the_same_file_twice_is_refused_unless_insisted_on(desk: Desk) -> None:
    first = desk.upload("invoices", GOOD)
    with pytest.raises(SameFile) as refused:
        desk.upload("invoices", GOOD)
    assert refused.value.values["earlier"] == first.pk
    assert Import.objects.filter(company=desk.made.company).count() == 1
    assert desk.upload("invoices", GOOD, insist=True).state == "checked"
    upload_services.cancel(actor=desk.made.actor, key=first.pk)
    assert desk.upload("invoices", GOOD).state == "checked", "what was cancelled does not count"


def test_cancelled_before_the_commit_nothing_can_be_committed(desk: Desk) -> None:
    row = desk.upload("invoices", GOOD)
    upload_services.cancel(actor=desk.made.actor, key=row.pk)
    with pytest.raises(NotNow):
        upload_services.commit(actor=desk.made.actor, key=row.pk)
    with pytest.raises(NotNow):
        upload_services.cancel(actor=desk.made.actor, key=row.pk)
    done = desk.load("invoices", GOOD)
    with pytest.raises(NotNow):
        upload_services.cancel(actor=desk.made.actor, key=done.pk)


def test_a_check_that_is_cancelled_meanwhile_ends(desk: Desk) -> None:
    row = upload(actor=desk.made.actor, type="invoices", name="a.csv", content=[GOOD.encode()], start=True)
    upload_services.cancel(actor=desk.made.actor, key=row.pk)
    assert work() == ["done"]
    assert desk.again(row).state == "cancelled"


def test_nothing_good_is_not_committed(desk: Desk) -> None:
    row = desk.upload("invoices", HEAD + "1,NOBODY,2026-01-10,2026-02-10,1,\n", mode="good")
    with pytest.raises(NothingGood):
        upload_services.commit(actor=desk.made.actor, key=row.pk)


def test_what_changed_after_the_check_takes_all_of_it_back(desk: Desk) -> None:
    row = desk.upload("invoices", GOOD)
    desk.made.invoice(1, number="008")
    row = desk.commit(row)
    assert (row.state, row.rows_ok, row.rows_failed) == ("failed", 0, 1)
    assert desk.failed(row).splitlines()[1].startswith("008,ACME,")
    assert "changed after the check" in row.reason["en"]
    assert desk.places(row) == [(4, "number", "number_taken")]
    assert numbers(desk.made) == ["008"], "nothing of the file"
    row = upload_services.start_check(actor=desk.made.actor, key=row.pk)
    work()
    assert (desk.again(row).state, desk.again(row).rows_failed) == ("checked", 1)


def test_rights_that_were_lost_meanwhile_stop_it(desk: Desk) -> None:
    user = person(desk.made, "ar-clerk")
    actor = replace(desk.made.actor, user_id=user.pk, name="Clerk")
    row = upload(actor=actor, type="invoices", name="a.csv", content=[GOOD.encode()], start=True)
    Membership.objects.filter(company=desk.made.company, user=user).update(active=False)
    work()
    row = desk.again(row)
    assert (row.state, row.reason["en"][:5]) == ("failed", "Clerk")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"number,customer,date,amont\n", UnknownColumns),
        (b"number,customer,amount\n", MissingColumns),
        (b"\xd0\xcf\x11\xe0 an old one", OldWorkbook),
        (b"number,customer,date,amount\n1,ACME,01/02/2026,5\n", DateFormatUnclear),
    ],
)
def test_what_is_wrong_with_the_file_itself_is_told_at_once(
    desk: Desk, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        desk.upload("invoices", content)
    assert not Import.objects.filter(company=desk.made.company).exists()


@pytest.mark.parametrize(
    ("day", "pattern"), [("1/1/2026", "DD.MM.YYYY"), ("01.01.2026", "DD.MM.YYYY"), ("1.1.2026", "D.M.YYYY")]
)
def test_the_format_is_detected(desk: Desk, day: str, pattern: str) -> None:
    text = (
        "customer;date;due_date;amount\nACME;31.12.2025;15.01.2026;1234,50\n"
        f"ACME;01.02.2026;05.02.2026;3\nGebühr;{day};;\n"
    )
    row = upload(actor=desk.made.actor, type="invoices", name="a.csv", content=[text.encode("cp1252")])
    assert (row.state, row.encoding, row.delimiter, row.dates, row.decimal_mark) == (
        "uploaded",
        "windows-1252",
        ";",
        pattern,
        ",",
    )
    with selectors.stored(row) as table:
        assert upload_services.proposals(row, table) == ()


def test_days_without_leading_zeros_are_read(desk: Desk) -> None:
    row = desk.upload("invoices", "customer;date;due_date;amount\nACME;5.1.2026;12.3.2026;5\n")
    work()
    desk.commit(desk.again(row))
    document = Document.objects.get(company=desk.made.company)
    assert (document.date, document.due_date) == (date(2026, 1, 5), date(2026, 3, 12))


def test_day_and_month_that_can_be_swapped_are_asked_for(desk: Desk) -> None:
    text = "customer,date,due_date,amount\nACME,01/02/2026,03/04/2026,5\n"
    row = upload(actor=desk.made.actor, type="invoices", name="a.csv", content=[text.encode()])
    with selectors.stored(row) as table:
        others = list(upload_services.proposals(row, table))
    assert (row.dates, others) == ("DD/MM/YYYY", ["MM/DD/YYYY", "M/D/YYYY"])
    chosen = Format(dates="MM/DD/YYYY", decimal_mark=".")
    upload_services.start_check(actor=desk.made.actor, key=row.pk, format=chosen)
    work()
    desk.commit(desk.again(row))
    assert Document.objects.get(company=desk.made.company).date == date(2026, 1, 2)


def test_files_are_forgotten_after_their_time(desk: Desk) -> None:
    row = desk.load("invoices", MIXED, mode="good")
    later = AT + upload_services.KEPT_FOR + timedelta(days=1)
    assert upload_services.expire(company_id=desk.made.company.pk, at=AT) == 0
    assert upload_services.expire(company_id=desk.made.company.pk, at=later) == 1
    assert not ImportPart.objects.filter(company=desk.made.company).exists()
    with pytest.raises(FileGone):
        desk.failed(row)


def test_another_companys_import_does_not_exist(desk: Desk) -> None:
    row = desk.upload("invoices", GOOD)
    with books() as other:
        for verb in (upload_services.commit, upload_services.cancel, upload_services.start_check):
            with pytest.raises(NotFound):
                verb(actor=other.actor, key=row.pk)
        assert not selectors.visible(other.actor).exists()
        assert not ImportEntry.objects.filter(owner=row.pk).exists()
        # The same bytes are another company's own file.
        assert Desk(other).upload("invoices", GOOD).rows_failed == 3


def test_importing_needs_the_rights_of_the_page(desk: Desk) -> None:
    for right in ("imports.run", "invoices.add"):
        with pytest.raises(Forbidden):
            Desk(desk.made.limited_to(desk.made.actor.rights - {right})).upload("invoices", GOOD)


def test_a_file_that_cannot_be_read_to_its_end_fails_with_its_row(desk: Desk) -> None:
    row = desk.upload("invoices", GOOD + '009,ACME,2026-01-12,2026-02-12,5,"open\n')
    assert row.state == "failed"
    assert desk.places(row) == [(5, "", "csv_quote_unclosed")]
    with pytest.raises(NotNow):
        upload_services.commit(actor=desk.made.actor, key=row.pk)


def test_a_workbook_is_read_exactly(desk: Desk) -> None:
    rows: list[list[Any]] = [
        ["number", "customer", "date", "due_date", "amount", "line_description"],
        [7, "ACME", date(2026, 1, 10), date(2026, 2, 10), 1234.56, 0.1],
        ["", "", "", "", "", ""],
        ["008", "ACME", "11/01/2026", date(2026, 2, 11), -20, "text"],
        [9, "ACME", date(2026, 1, 10), date(2026, 2, 10), "#DIV/0!", ""],
        [10, "ACME", date(2026, 1, 10), date(2026, 2, 10), 12345678901234.56, ""],
        [11, "ACME", date(2026, 1, 10), date(2026, 2, 10), 1.005, ""],
    ]
    content = workbook(rows, first_row=2, first_column=1)
    row = desk.upload("invoices", content, name="a.xlsx", mode="good", dates="DD/MM/YYYY", decimal_mark=",")
    assert row.is_workbook
    assert desk.places(row) == [
        (7, "amount", "xlsx_cell_error"),
        (8, "amount", "xlsx_number_inexact"),
        (9, "amount", "amount_decimals"),
    ]
    row = desk.commit(row)
    assert (row.rows_total, row.rows_ok, row.rows_blank) == (5, 2, 1)
    first = Document.objects.get(company=desk.made.company, number="7")
    assert (first.total, first.lines.get().description) == (Decimal("1234.56"), "0,1")
    assert Document.objects.get(company=desk.made.company, number="008").date == date(2026, 1, 11)
    assert desk.failed(row).splitlines()[3].startswith("11,ACME,10/01/2026,10/02/2026,")


@pytest.mark.parametrize("kind", ["invoices", "opening_balances"])
def test_the_number_of_statements_of_a_chunk_is_constant(desk: Desk, kind: str) -> None:
    def rows(count: int, start: int) -> str:
        return "number,customer,date,due_date,amount\n" + "".join(
            f"N{n},ACME,2026-01-10,2026-02-10,{n}\n" for n in range(start, start + count)
        )

    keep_autovacuum_out()
    desk.load(kind, rows(310, 10))
    counts = []
    for count, start in ((310, 1_000), (990, 2_000)):
        row = desk.upload(kind, rows(count, start))
        upload_services.commit(actor=desk.made.actor, key=row.pk)
        with CaptureQueriesContext(connection) as queries:
            work()
        assert desk.again(row).state == "committed"
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_check_of_the_books_follows(desk: Desk) -> None:
    asked = Job.objects.filter(kind="ledger.check", company_id=desk.made.company.pk)
    row = desk.upload("invoices", GOOD)
    assert not asked.exists()
    desk.commit(row)
    assert asked.count() == 1
