"""Files as nobody should send them: refused with a sentence, or every row of them accounted for (SPEC 14)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arledger.core.errors import Refusal
from imports.models import Import
from ledger.models import Document
from tests.build import books
from tests.examples import examples
from tests.imports.uploads import Desk, workbook

pytestmark = pytest.mark.django_db
HEAD = "number,customer,date,due_date,amount,line_description\n"
ROW = "{n},ACME,2026-01-10,2026-02-10,{amount},{text}\n"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with books() as made:
        made.add_customer("Acme Ltd", code="ACME")
        yield Desk(made)


def attempt(desk: Desk, content: bytes, name: str = "f.csv") -> Import | Refusal:
    """Upload, check, and import what is good."""
    try:
        row = desk.upload(
            "invoices", content, name=name, mode="good", insist=True, dates="YYYY-MM-DD", decimal_mark="."
        )
    except Refusal as refusal:
        return refusal
    assert row.state in ("checked", "failed")
    if row.state == "checked" and row.entries_ok:
        row = desk.commit(row)
        assert row.state == "committed"
    if row.state != "failed":
        assert row.rows_total == row.rows_ok + row.rows_failed
        refused = len(desk.failed(row).splitlines()) - 1 if row.rows_failed else 0
        assert refused >= row.rows_failed, "each refused row comes back"
    return row


NASTY = {
    "nothing": b"",
    "only a header": HEAD.encode(),
    "utf-16": codecs.BOM_UTF16_LE + (HEAD + ROW).encode("utf-16-le"),
    "a byte order mark": codecs.BOM_UTF8 + (HEAD + ROW.format(n=1, amount=1, text="é")).encode(),
    "windows-1252": (HEAD + ROW.format(n=1, amount=1, text="é€")).encode("cp1252"),
    "a byte nobody knows": (HEAD + ROW.format(n=1, amount=1, text="")).encode()
    + b"2,ACME,2026-01-10,,1,\x81\x8d\xff\n",
    "a NUL": (HEAD + ROW.format(n=1, amount=1, text="a\0b")).encode(),
    "a quote that is not closed": (HEAD + ROW.format(n=1, amount=1, text='"x')).encode(),
    "a quote in the middle": (HEAD + ROW.format(n=1, amount=1, text='"a"b')).encode(),
    "two columns of one name": b"number,number,customer,date,amount\n",
    "no name": b"number,,customer,date,amount\n",
    "a cell of a megabyte": (HEAD + ROW.format(n=1, amount=1, text="x" * 1_100_000)).encode(),
    "a text of 600 characters": (HEAD + ROW.format(n=1, amount=1, text="x" * 600)).encode(),
    "carriage returns alone": (HEAD + ROW.format(n=1, amount=1, text="")).replace("\n", "\r").encode(),
    "formulas": (HEAD + ROW.format(n="=1+1", amount=1, text="@SUM(A1)")).encode(),
    "too few and too many cells": (HEAD + "1,ACME\n2,ACME,2026-01-10,2026-02-10,1,,,,,\n").encode(),
    "surrogates": HEAD.encode() + b"1,ACME,2026-01-10,2026-02-10,1,\xed\xa0\x80\n",
    "a million commas": b"," * 1_000_000,
    "binary": bytes(range(256)) * 50,
    "a broken workbook": b"PK\x03\x04" + bytes(range(256)) * 20,
}
AMOUNTS = [
    "1e3",
    "1_000",
    "-0",
    "NaN",
    "Infinity",
    "1.234,56",
    "1,5",
    "١٢",
    "1 000",
    "+5",
    "--5",
    "0.001",
    "9" * 20,
    "",
    " 5 ",
]


@pytest.mark.parametrize("name", list(NASTY))
def test_nasty_files(desk: Desk, name: str) -> None:
    attempt(desk, NASTY[name])


@pytest.mark.parametrize("amount", AMOUNTS)
def test_amounts_are_exact_or_refused(desk: Desk, amount: str) -> None:
    quoted = f'"{amount}"'
    row = attempt(desk, (HEAD + ROW.format(n=1, amount=quoted, text="")).encode())
    assert isinstance(row, Import)
    if amount == " 5 ":
        assert Document.objects.get(company=desk.made.company).total == 5
    else:
        assert (row.rows_ok, row.rows_failed) == (0, 1)
        assert desk.places(row)[0][:2] == (2, "amount")


def test_a_workbook_cut_or_bent_anywhere_is_refused_or_read(desk: Desk) -> None:
    whole = workbook([HEAD.strip().split(","), ["1", "ACME", "2026-01-10", "2026-02-10", 5, "x"]])
    for place in range(0, len(whole), max(1, len(whole) // 24)):
        attempt(desk, whole[:place] or b"x", name="a.xlsx")
        attempt(desk, whole[:place] + b"\xff\x00" + whole[place + 2 :], name="a.xlsx")


cells = st.one_of(
    st.sampled_from(
        ["ACME", "2026-01-10", "10.00", "-5", "", '"', '""', '"a\nb"', "=1", "\0", "é", "\t", ";", "NOBODY"]
    ),
    st.text(max_size=8),
)
texts = st.lists(st.lists(cells, max_size=8).map(",".join), max_size=6).map("\n".join)


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=texts, encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
def test_whatever_comes_is_accounted_for(desk: Desk, body: str, encoding: str) -> None:
    content = (HEAD + body).encode(encoding, "ignore")
    with transaction.atomic():
        attempt(desk, content)
        transaction.set_rollback(True)
