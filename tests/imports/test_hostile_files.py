"""Files as people really make them: what can be read is read exactly, the rest is refused with its place (SPEC 14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from arledger.core.csvfile import HeaderDuplicate, HeaderEmpty
from arledger.core.errors import Refusal
from imports.errors import DateFormatUnclear, UnknownColumns
from ledger.models import Document
from tests.build import books
from tests.imports.uploads import Desk, workbook

pytestmark = pytest.mark.django_db
HEAD = "number,customer,date,due_date,amount\n"
SEMICOLONS = HEAD.replace(",", ";")


@pytest.fixture
def desk() -> Iterator[Desk]:
    with books() as made:
        made.customer = made.add_customer("Acme Ltd", code="ACME")
        yield Desk(made)


def told(desk: Desk, text: str | bytes, **more: Any) -> tuple[list[tuple[int, str, str]], list[Any]]:
    """The faults of a file of invoices; number, day and lines of what was imported of it."""
    row = desk.upload("invoices", text, mode="good", **more)
    assert row.rows_total == row.rows_ok + row.rows_failed
    faults = desk.places(row)
    if row.entries_ok:
        assert desk.commit(row).state == "committed"
    found = Document.objects.filter(company=desk.made.company, kind="invoice").order_by("pk")
    return faults, [
        (one.number, one.date, list(one.lines.order_by("position").values_list("amount", flat=True)))
        for one in found
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1,ACME,01/02/2026,13/04/2026,5\n", date(2026, 2, 1)),
        ("1,ACME,01/02/2026,02/13/2026,5\n", date(2026, 1, 2)),
        ("1,ACME,1/2/2026,2/13/2026,5\n", date(2026, 1, 2)),
        ("1,ACME,01.02.2026,02.03.2026,5\n", date(2026, 2, 1)),
        ("1,ACME,20260201,20260301,5\n", date(2026, 2, 1)),
    ],
)
def test_days_that_can_be_told(desk: Desk, text: str, day: date) -> None:
    assert told(desk, HEAD + text) == ([], [("1", day, [5])])


@pytest.mark.parametrize(
    "text",
    [
        "1,ACME,01/02/2026,03/04/2026,5\n",
        # Some rows speak for the one, some for the other.
        "1,ACME,01/02/2026,13/04/2026,5\n2,ACME,02/13/2026,03/04/2026,5\n",
    ],
)
def test_days_that_cannot_be_told_are_asked_for(desk: Desk, text: str) -> None:
    with pytest.raises(DateFormatUnclear):
        desk.upload("invoices", HEAD + text)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1.234", "amount_decimals"),
        ('"1,234"', "amount_decimals"),
        ('"1,234.56"', "amount_character"),
        ('"1.234,56"', "amount_character"),
        ("1 234.56", "amount_character"),
        ("€5", "amount_character"),
        ("5-", "amount_invalid"),
        ("(5)", "amount_character"),
        ("5,", ""),
    ],
)
def test_an_amount_is_never_guessed(desk: Desk, amount: str, code: str) -> None:
    faults, found = told(desk, HEAD + f"1,ACME,2026-01-10,2026-02-10,{amount}\n")
    assert found == []
    assert len(faults) == 1
    assert faults[0][0] == 2
    assert not code or faults[0][1] == "amount"


def test_a_decimal_comma_is_seen_and_a_point_beside_it_refused(desk: Desk) -> None:
    rows = "1;ACME;2026-01-10;2026-02-10;1234,50\n2;ACME;2026-01-10;2026-02-10;7\n3;ACME;2026-01-10;2026-02-10;1.50\n"
    faults, found = told(desk, SEMICOLONS + rows + "4;ACME;2026-01-10;2026-02-10;1,5\n")
    assert [fault[:2] for fault in faults] == [(4, "amount")]
    assert [amounts for _number, _day, amounts in found] == [[Decimal("1234.5")], [7], [Decimal("1.5")]]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("numéro;client;date;échéance;montent\n1;ACME;2026-01-01;2026-02-01;5\n", UnknownColumns),
        ("number,customer,date,,due_date,amount\n1,ACME,2026-01-01,,2026-02-01,5\n", HeaderEmpty),
        ("sep=|\n" + SEMICOLONS, Refusal),
        ("number,customer,date,due_date,Due date,amount\n1,ACME,2026-01-01,2026-02-01,,5\n", HeaderDuplicate),
        ('"number,customer,date,amount"\n', UnknownColumns),
    ],
)
def test_headers_that_are_not_ours(desk: Desk, text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        desk.upload("invoices", text)


def test_no_document_is_imported_without_its_later_rows(desk: Desk) -> None:
    rows = (
        "1,ACME,2026-01-01,2026-02-01,5\n2,ACME,2026-01-01,2026-02-01,7\n1,,,,6\n"
        "3,ACME,2026-01-01,2026-02-01,8\n3,ACME,2026-01-01,2026-02-01,9\n1,,,,4\n"
    )
    faults, found = told(desk, HEAD + rows)
    assert faults == []
    assert [(number, amounts) for number, _day, amounts in found] == [
        ("2", [7]),
        ("3", [8, 9]),
        ("1", [5, 6, 4]),
    ]


def test_rows_apart_are_refused_together_and_come_back(desk: Desk) -> None:
    rows = (
        "1,ACME,2026-01-01,2026-02-01,5\n2,ACME,2026-01-01,2026-02-01,7\n1,,,,6\n1,,,,1e3\n"
        "3,ACME,2026-01-01,2026-02-01,8\n1,,,,4\n"
    )
    row = desk.upload("invoices", HEAD + rows, mode="good")
    assert desk.places(row) == [
        (2, "", "import_refused_with"),
        (5, "amount", "amount_exponent"),
        (7, "", "import_refused_with"),
    ]
    assert (row.rows_ok, row.rows_failed, row.entries_ok, row.entries_failed) == (2, 4, 2, 1)
    row = desk.commit(row)
    assert (row.rows_ok, row.rows_failed, row.entries_ok, row.entries_failed) == (2, 4, 2, 1)
    failed = desk.failed(row)
    assert [line.split(",")[4] for line in failed.splitlines()[1:]] == ["5", "6", "1e3", "4"]
    again = failed.replace("1e3", "1000")
    assert desk.commit(desk.upload("invoices", again)).rows_ok == 4
    written = Document.objects.get(company=desk.made.company, kind="invoice", number="1")
    assert [line.amount for line in written.lines.order_by("position")] == [5, 6, 1000, 4]


def test_rows_of_blanks_are_left_out_or_told(desk: Desk) -> None:
    rows = "\n1,ACME,2026-01-01,2026-02-01,5\n,,,,\n1,,,,6\n   , ,,,\n2,ACME,2026-01-01,2026-02-01,5,\n"
    faults, found = told(desk, HEAD + rows)
    assert {row for row, _column, _code in faults} == {6, 7}
    assert found == [("1", date(2026, 1, 1), [5, 6])], "an empty row does not part a document"


def test_rows_that_contradict_their_document(desk: Desk) -> None:
    rows = "1,ACME,2026-01-01,2026-02-01,5\n1,OTHER,2026-01-02,,6\n"
    rows += "2,ACME,2026-01-01,2026-02-01,5\n2,ACME,2026-01-01,,0\n"
    faults, found = told(desk, HEAD + rows)
    assert faults == [(3, "customer", "import_rows_differ"), (3, "date", "import_rows_differ")]
    assert found == [("2", date(2026, 1, 1), [5, 0])]


def test_native_cells_of_a_workbook(desk: Desk) -> None:
    day, due = date(2026, 1, 2), date(2026, 2, 3)
    rows: list[list[Any]] = [
        HEAD.strip().split(","),
        [1, "ACME", day, due, 1e13],
        [2, "ACME", datetime(2026, 1, 2, 13, 5), due, 5],  # noqa: DTZ001
        [3, "ACME", 46024, due, 5],
        [4, "ACME", day, due, True],
        [1e21, "ACME", day, due, 5],
        ["005", "ACME", "2026-01-02", due, "5.50"],
        [6, "ACME", day, due, 12345678901234.56],
    ]
    faults, found = told(desk, workbook(rows), name="a.xlsx")
    assert [fault[:2] for fault in faults] == [(3, "date"), (4, "date"), (5, "amount"), (8, "amount")]
    assert [(number, amounts) for number, _day, amounts in found] == [
        ("1", [10**13]),
        ("1000000000000000000000", [5]),
        ("005", [Decimal("5.5")]),
    ]
