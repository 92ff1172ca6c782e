"""Real input by three ways: through the pages, as files over the API, and document by document over the API.

The books are the same, table by table, and so is what they print. A part of IBM's sample by default; all of it with
ARLEDGER_WHOLE_SAMPLE=1.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from arledger.core.csvfile import read_table, write_csv
from ledger.checks import check
from ledger.models import Document
from reconciliation.fec import write_fec
from reconciliation.journal import Period
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.exports.reading import body
from tests.imports.same_books import books_of, differences, events_of
from tests.imports.test_real_data import FOUND, NAME
from tests.imports.uploads import work
from tests.integrator import Answer, Integrator
from tools.ibm_to_arledger import convert

__all__ = ["at_the_time_of_the_books"]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_the_time_of_the_books"),
    pytest.mark.skipif(FOUND is None, reason=f"{NAME} is in neither ARLEDGER_REAL_DATA nor shared/data"),
]
WHOLE = os.environ.get("ARLEDGER_WHOLE_SAMPLE") == "1"
CUSTOMERS = 100 if WHOLE else 8
YEARS = Period(start=date(2012, 1, 1), end=date(2014, 12, 31))
Files = dict[str, Path]


# The sample, as files ------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Customers, invoices with their own numbers, and receipts of the sample (or of its first customers)."""
    assert FOUND is not None
    found = convert(FOUND, tmp_path)
    codes = {row["code"] for row in rows_of(found["customers"])[:CUSTOMERS]}
    for kind, path in found.items():
        column = "code" if kind == "customers" else "customer"
        rewrite(path, [row for row in rows_of(path) if row[column] in codes])
    return found


def unnumbered(files: Files) -> Files:
    """The same without the invoices' own numbers, which documents over the API cannot bring (docs/adr/0009)."""
    invoices = rows_of(files["invoices"])
    drawn = {row["number"]: f"INV-{place:05d}" for place, row in enumerate(invoices, start=1)}
    rewrite(files["invoices"], [{"reference": row.pop("number")} | row for row in invoices])
    receipts = rows_of(files["payments"])
    rewrite(files["payments"], [row | {"invoice": drawn[row["invoice"]]} for row in receipts])
    return files


def rows_of(path: Path) -> list[dict[str, str]]:
    return [dict(row.values) for row in read_table(path)]


def rewrite(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        write_csv([list(rows[0]), *(list(row.values()) for row in rows)], stream)


# The three ways ------------------------------------------------------------------------------------------------


def through_the_pages(clerk: Clerk, files: Files) -> None:
    for kind, path in files.items():
        page = clerk.open("/imports/new/")
        form = next(form for form in page.forms if "idempotency_key" in form.fields)
        file = SimpleUploadedFile(path.name, path.read_bytes())
        answer = clerk.client.post(page.address, form.fields | {"type": kind, "file": file})
        assert answer.status_code == 303
        page = pressed(clerk.open(answer["Location"]), "Check every row")
        assert ", 0 are refused" in page.text or "0 refused" in page.text
        page = pressed(page, next(verb for form in page.forms for verb in form.buttons if "Import " in verb))
        assert "0 refused" in page.text


def pressed(page: Page, button: str) -> Page:
    """Press a button and look again when the worker is through."""
    form = next(form for form in page.forms if button in form.buttons)
    page.clerk.send(form.action, form.fields)
    assert work() == ["done"]
    return page.clerk.open(page.address)


def as_files_over_the_api(api: Integrator, files: Files) -> None:
    for kind, path in files.items():
        file = SimpleUploadedFile(path.name, path.read_bytes())
        sent = encode_multipart(BOUNDARY, {"type": kind, "file": file})
        begun = api.call("POST", "/imports", sent, headers={"Content-Type": MULTIPART_CONTENT}, key=kind)
        assert (begun.status, work()) == (202, ["done"])
        assert api.post(f"/imports/{begun['id']}/commit", key=f"{kind}-commit").status == 202
        assert work() == ["done"]
        done = api.get(f"/imports/{begun['id']}")
        assert (done["state"], done["rows_failed"]) == ("committed", 0)


def one_by_one_over_the_api(api: Integrator, files: Files) -> None:
    """In bulk calls; each document is an item of its own."""
    bulk(api, "customers", rows_of(files["customers"]))
    bulk(
        api,
        "invoices",
        [
            {name: row[name] for name in ("customer", "date", "due_date", "reference")}
            | {"lines": [{"amount": row["amount"]}]}
            for row in rows_of(files["invoices"])
        ],
    )
    receipts: dict[str, dict[str, Any]] = {}
    for row in rows_of(files["payments"]):
        one = receipts.setdefault(
            row["key"],
            {name: row[name] for name in ("customer", "date", "amount", "method")}
            | {"undeposited": True, "allocations": []},
        )
        one["allocations"].append({"charge": row["invoice"], "amount": row["applied"]})
    bulk(api, "payments", list(receipts.values()))


def bulk(api: Integrator, resource: str, items: Sequence[dict[str, Any]]) -> None:
    for place in range(0, len(items), 1_000):
        some = {"mode": "atomic", "items": items[place : place + 1_000]}
        answer: Answer = api.post(f"/{resource}/bulk", some, key=f"{resource}-{place}")
        assert answer.status == 200, answer.text
        assert {one["status"] for one in answer["results"]} == {201}


# What they print -----------------------------------------------------------------------------------------------

REPORTS = (
    "reconciliation.csv?start=2012-01-01&end=2014-12-31&customers=active",
    "reconciliation.csv?start=2012-06-01&end=2012-06-30&as_at=2012-06-30&customers=all&sort=match_code",
    "ageing.csv?as_of=2012-06-30",
    "ageing.csv?as_of=2013-06-30&detail=1&basis=document",
    "journal/?start=2012-01-01&end=2014-12-31&format=csv",
    "payments-by-item.csv?start=2012-01-01&end=2014-12-31",
    "proof.csv?as_of=2013-06-30",
)


def printed(made: Books, clerk: Clerk, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file that reports give, byte by byte; and the FEC of the years, which are closed for it."""
    for address in REPORTS:
        answer = clerk.client.get(f"{clerk.root}/reports/{address}")
        assert answer.status_code == 200, (address, answer.content[:300])
        yield address, body(answer)
    made.configure(closed_through=YEARS.end)
    path = folder / "fec.zip"
    write_fec(
        actor=made.actor, company="same", base_currency="EUR", period=YEARS, path=path, beat=lambda rows: None
    )
    with ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


Told = tuple[dict[str, Counter[str]], dict[str, int], dict[str, bytes]]


def told(made: Books, folder: Path) -> Told:
    """Everything of a company to compare; its books are sound and hold the sample."""
    assert check(made.company.pk) == []
    tables, events = books_of(made.company.pk), events_of(made.company.pk)
    found = dict(printed(made, Clerk(made, "auditor"), folder))
    invoices = Document.objects.filter(company=made.company, kind="invoice", state="posted")
    if WHOLE:
        assert (invoices.count(), sum(one.total for one in invoices)) == (2466, Decimal("147703.18"))
    assert [name for name, content in found.items() if len(content.splitlines()) < 2] == []
    return tables, events, found


def assert_same(one: Told, other: Told, *ways: str) -> None:
    found = differences(one[0], other[0], ways=ways)
    assert not found, "\n".join(
        f"{table}:\n{mine[0]}\n{others[0]}" for table, (mine, others) in found.items()
    )
    assert sum(map(len, one[0].values())) > 1_000, "there is something to compare"
    assert one[1] == other[1]
    assert one[1]["invoice.posted"] + one[1]["payment.posted"] == one[0]["ledger_document"].total()
    for name, content in one[2].items():
        assert other[2][name] == content, name


def test_files_through_pages_and_over_the_api_give_the_same_books(files: Files, tmp_path: Path) -> None:
    with books(code="by-pages") as b:
        through_the_pages(Clerk(b), files)
        one = told(b, tmp_path)
    with books(code="by-files") as b:
        as_files_over_the_api(Integrator(b), files)
        other = told(b, tmp_path)
    assert_same(one, other)


def test_documents_over_the_api_and_files_through_pages_give_the_same_books(
    files: Files, tmp_path: Path
) -> None:
    files = unnumbered(files)
    with books(code="by-pages") as b:
        through_the_pages(Clerk(b), files)
        one = told(b, tmp_path)
    with books(code="by-calls") as b:
        one_by_one_over_the_api(Integrator(b), files)
        other = told(b, tmp_path)
    assert_same(one, other, "imports_")


def test_the_comparison_sees_a_cent_a_reference_and_a_code(tmp_path: Path) -> None:
    """What it is worth: books that differ in one thing are told apart."""

    def made(code: str, cents: str = "100.00", number: str = "A", paid: bool = True) -> Any:
        with books(code=code) as b:
            first = b.invoice(cents, number="A")
            second = b.invoice(100, number="B")
            if paid:
                b.receipt(50, [first if number == "A" else second])
            return books_of(b.company.pk)

    same = made("one")
    assert differences(same, made("two")) == {}
    assert "ledger_line" in differences(same, made("three", cents="100.01"))
    assert "ledger_application" in differences(same, made("four", number="B"))
    assert "companies_numbersequence" in differences(same, made("five", paid=False))
