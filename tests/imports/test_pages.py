"""Imports at the pages: upload, look at the format, check, commit, fetch what was refused (SPEC 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Role
from imports.columns import COLUMNS
from imports.models import Import
from ledger.models import Document
from tests.build import books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.imports.uploads import work

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]

HEAD = "number;customer;date;due_date;amount\n"
GOOD = HEAD + "007;ACME;10/01/2026;10/02/2026;300,50\n007;;;;-20\n"
MIXED = GOOD + "008;NOBODY;31/01/2026;28/02/2026;1e3\n"


@pytest.fixture
def clerk() -> Iterator[Clerk]:
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")
        yield Clerk(made)


def send(clerk: Clerk, text: str, kind: str = "invoices", **more: str) -> Page:
    page = clerk.open("/imports/new/")
    form = next(form for form in page.forms if "idempotency_key" in form.fields)
    file = SimpleUploadedFile("invoices.csv", text.encode())
    fields = {**form.fields, "type": kind, **more}
    answer = clerk.client.post(page.address, {**fields, "file": file})
    if answer.status_code == 303:
        return clerk.open(answer["Location"])
    return Page(clerk, page.address, answer)


def press(page: Page, button: str, **typed: str) -> Page:
    form = next(form for form in page.forms if button in form.buttons)
    return page.clerk.send(form.action, form.fields | typed)


def test_from_the_file_to_the_books(clerk: Clerk) -> None:
    page = send(clerk, MIXED)
    form = next(form for form in page.forms if "Check every row" in form.buttons)
    assert {name: form.fields[name] for name in ("encoding", "delimiter", "dates", "decimal_mark")} == {
        "encoding": "utf-8",
        "delimiter": "semicolon",
        "dates": "DD/MM/YYYY",
        "decimal_mark": ",",
    }
    assert "The first rows, as they are read" in page.text
    page = press(page, "Check every row", mode="good")
    assert "Nothing is written" in page.text
    work()
    page = clerk.open(page.address)
    assert "3 rows: 2 can be imported, 1 are refused" in page.text
    assert "E4 amount 1e3" in page.text
    assert not Document.objects.filter(company=clerk.books.company).exists()
    page = press(page, "Import 1 document, leave out the refused ones")
    work()
    page = clerk.open(page.address)
    assert "3 rows: 2 imported, 1 refused" in page.text
    assert Document.objects.get(company=clerk.books.company).number == "007"
    failed = clerk.client.get(page.links["Refused rows (CSV)"])
    text = b"".join(failed).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("008;NOBODY;31/01/2026;28/02/2026;1e3;")
    assert "invoices.csv" in clerk.open("/imports/").text


def test_dates_that_can_be_read_in_two_ways_are_said_to(clerk: Clerk) -> None:
    said = "The dates can be read as DD/MM/YYYY or as MM/DD/YYYY, M/D/YYYY."
    page = send(clerk, "customer,date,due_date,amount\nACME,01/02/2026,03/04/2026,5\n")
    assert said in page.text
    page = press(page, "Check every row", dates="MM/DD/YYYY")
    work()
    assert "The dates can be read as" not in clerk.open(page.address).text, "it was said which"
    clear = send(clerk, "customer,date,due_date,amount\nACME,01/02/2026,13/04/2026,5\n")
    assert "The dates can be read as" not in clear.text


def test_all_or_nothing_offers_only_what_can_be_done(clerk: Clerk) -> None:
    page = press(send(clerk, GOOD), "Check every row")
    work()
    page = clerk.open(page.address)
    page = press(page, "Import 1 document")
    work()
    assert "2 rows: 2 imported, 0 refused" in clerk.open(page.address).text


def test_progress_ends_by_loading_the_page_anew(clerk: Clerk) -> None:
    page = press(send(clerk, GOOD), "Check every row")
    running = clerk.client.get(page.address + "?part=progress")
    assert "<progress" in running.content.decode()
    assert "HX-Refresh" not in running
    work()
    assert clerk.client.get(page.address + "?part=progress")["HX-Refresh"] == "true"


def test_the_same_file_is_refused_and_may_be_insisted_on(clerk: Clerk) -> None:
    send(clerk, GOOD)
    page = send(clerk, GOOD)
    assert (page.status, "This very file was uploaded" in page.text) == (422, True)
    assert "Open the earlier import of this file" in page.links
    assert send(clerk, GOOD, again="on").status == 200
    assert Import.objects.filter(company=clerk.books.company).count() == 2


def test_a_file_that_is_wrong_as_a_whole_is_told_beside_the_field(clerk: Clerk) -> None:
    for text, words in (("number;amont\n", "amont"), ("", "The file is empty")):
        page = send(clerk, text)
        assert (page.status, words in page.text) == (422, True)
    assert not Import.objects.filter(company=clerk.books.company).exists()


def test_cancelling_says_that_nothing_was_imported(clerk: Clerk) -> None:
    page = press(send(clerk, GOOD), "Cancel import")
    assert "Cancelled: nothing was imported." in page.text
    assert "Check every row" not in page.text


def test_a_changed_format_reads_the_file_anew(clerk: Clerk) -> None:
    page = press(send(clerk, GOOD), "Check every row", dates="MM/DD/YYYY")
    work()
    page = clerk.open(page.address)
    assert "2 rows: 2 can be imported" in page.text
    page = press(page, "Check again", dates="YYYYMMDD")
    work()
    assert "is not a date" in clerk.open(page.address).text


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_templates_are_downloaded_and_their_columns_explained(clerk: Clerk, kind: str) -> None:
    clerk.books.configure(refunds_enabled=True)
    page = clerk.open("/imports/new/")
    assert all(column.name in page.text for column in COLUMNS[kind])
    for ending, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = clerk.client.get(f"{clerk.root}/imports/templates/{kind}.{ending}")
        assert answer.content.startswith(start)
    answer = clerk.client.get(f"{clerk.root}/imports/templates/{kind}.xlsx")
    row = SimpleUploadedFile(f"{kind}.xlsx", answer.content)
    form = next(form for form in page.forms if "idempotency_key" in form.fields)
    sent = clerk.client.post(page.address, {**form.fields, "type": kind, "file": row})
    assert sent.status_code == 303, "a template can be uploaded as it is"


def test_whoever_may_not_import_sees_nothing_of_it(clerk: Clerk) -> None:
    key = re.findall(r"\d+", send(clerk, GOOD).address)[-1]
    company = clerk.books.company
    Role.objects.create(
        company=company, code="reader", name="Reader", rights=["customers.list", "invoices.add"]
    )
    reader = Clerk(clerk.books, "reader")
    assert "Imports" not in reader.open("/").links
    for path in ("", "new/", f"{key}/", f"{key}/errors/", f"{key}/failed/", "templates/invoices.csv"):
        assert reader.open(f"/imports/{path}").status == 403
    with books() as other:
        assert Clerk(other).open(f"/imports/{key}/").status == 404
    assert clerk.open("/imports/templates/elephants.csv").status == 404


def test_refunds_are_offered_where_they_are_on(clerk: Clerk) -> None:
    assert "Refunds" not in clerk.open("/imports/new/").text.split("Templates")[1]
    clerk.books.configure(refunds_enabled=True)
    assert "Refunds" in clerk.open("/imports/new/").text.split("Templates")[1]


def test_queries_of_the_page_do_not_grow_with_the_faults(clerk: Clerk) -> None:
    counts = []
    for faults in (3, 120):
        rows = "".join(f"{n};NOBODY;31/01/2026;28/02/2026;1\n" for n in range(faults))
        page = press(send(clerk, HEAD + rows), "Check every row")
        work()
        clerk.open(page.address)
        with CaptureQueriesContext(connection) as queries:
            clerk.open(page.address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    assert "Next" in clerk.open(page.address + "errors/").links


def test_the_history_comes_as_a_file(clerk: Clerk) -> None:
    send(clerk, GOOD)
    page = clerk.open("/imports/?tab=waiting")
    address = next(link.partition("?")[0] for link in page.links.values() if "/imports/export/" in link)
    told = b"".join(clerk.client.get(address)).decode("utf-8-sig").splitlines()
    assert told[0].startswith("file,type,uploaded_at,uploaded_by,state,rows,")
    assert told[1].startswith("invoices.csv,invoices,")
    assert ",uploaded,,,,," in told[1]
    assert len(told) == 2
    none = b"".join(clerk.client.get(address, {"tab": "done"})).decode().splitlines()
    assert len(none) == 1
    assert clerk.client.get(address, {"format": "xlsx"}).status_code == 200
