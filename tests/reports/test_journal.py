"""The journal, its files, and the FEC of closed books with its lettering columns (SPEC 16)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from arledger.core.errors import Refusal
from arledger.core.sql import fetch_all
from reconciliation.fec import COLUMNS, write_fec
from reconciliation.journal import Period, account_totals, journal_rows
from tests.build import TODAY, Books, books, person

pytestmark = pytest.mark.django_db
PERIOD = Period(start=TODAY - timedelta(days=400), end=TODAY + timedelta(days=40))


@pytest.fixture
def b() -> Iterator[Books]:
    """Invoices in two currencies, a receipt with an overpayment used later, an advance used, a reversal."""
    with books() as made:
        made.number_advances()
        made.configure(refunds_enabled=True)
        made.customer = made.add_customer(name="Bar | here")
        first, second = made.invoice(300, 100, -20), made.invoice(160)
        made.receipt(600, [first])
        advance = made.advance(50)
        made.match((made.line(second), made.line(advance), 50))
        foreign = made.add_customer(name="Abroad", currency="USD")
        sold = made.invoice(100, customer=foreign, currency="USD", exchange_rate=Decimal("0.9"))
        made.cash(40, [sold], customer=foreign, currency="USD", exchange_rate=Decimal("0.8"))
        made.reverse(made.invoice(7))
        yield made


def rows_of(b: Books, period: Period = PERIOD) -> list[Any]:
    return [row for rows in journal_rows(actor=b.actor, period=period) for row in rows]


def written(b: Books, path: Path, period: Period) -> tuple[str, list[dict[str, str]], str]:
    """The file's name, its rows by column, and the control report."""
    write_fec(
        actor=b.actor,
        company="ACME SA",
        base_currency="EUR",
        period=period,
        path=path,
        beat=lambda rows: None,
    )
    with ZipFile(path) as archive:
        name, control = archive.namelist()
        raw = archive.read(name)
        report = archive.read(control).decode()
    assert f"sha256: {hashlib.sha256(raw).hexdigest()}" in report
    text = raw.decode("utf-8")
    assert text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    cells = [line.split("\t") for line in lines]
    assert all(len(row) == 18 for row in cells)
    assert tuple(cells[0]) == COLUMNS
    return name, [dict(zip(COLUMNS, row, strict=True)) for row in cells[1:]], report


def test_every_entry_balances_and_the_accounts_agree_with_the_view(b: Books) -> None:
    rows = rows_of(b)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    accounts: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row.entry] += row.base
        accounts[row.account] += row.base
    assert set(sums.values()) == {Decimal(0)}
    assert sorted(sums) == list(range(1, len(sums) + 1)), "entries are counted without a gap"
    found = fetch_all(
        "SELECT a.code, sum(j.base_amount) FROM ledger_journal j JOIN companies_account a"
        " ON a.company_id = j.company_id AND a.id = j.account_id WHERE j.company_id = %s GROUP BY 1",
        [b.company.pk],
    )
    assert {code: amount for code, amount in found if amount} == {k: v for k, v in accounts.items() if v}
    totals = account_totals(actor=b.actor, period=PERIOD)
    assert {total.code: total.balance for total in totals if total.balance} == {
        k: v for k, v in accounts.items() if v
    }
    assert sum(total.rows for total in totals) == len(rows)


def test_complete_groups_are_lettered_with_their_day_and_open_ones_are_not(b: Books) -> None:
    letters = {
        (row.document, row.account): (row.letter, row.lettered_on) for row in rows_of(b) if row.customer
    }
    assert letters["INV-00001", "411000"][0] == letters["PAY-00001", "411000"][0] != ""
    assert letters["INV-00001", "411000"][1] == TODAY
    assert letters["INV-00002", "411000"] == ("", None), "110 of it are open"
    assert letters["ADV-00001", "419100"][0] != "", "the advance is used up"
    assert letters["PAY-00001", "419800"] == ("", None), "the overpayment is there still"
    assert letters["INV-00004", "411000"][0].isupper(), "reversed"


def test_the_file_is_split_on_tabs_without_any_quoting(b: Books, tmp_path: Path) -> None:
    b.configure(closed_through=PERIOD.end)
    name, rows, report = written(b, tmp_path / "fec.zip", PERIOD)
    assert name == f"ACMESAFEC{PERIOD.end:%Y%m%d}.txt"
    assert {row["CompAuxLib"] for row in rows} >= {"Bar here"}
    amounts = [row[side] for row in rows for side in ("Debit", "Credit")]
    assert all(re.fullmatch(r"[0-9]+,[0-9]{2}", amount) for amount in amounts)
    debit = sum(Decimal(row["Debit"].replace(",", ".")) for row in rows)
    credit = sum(Decimal(row["Credit"].replace(",", ".")) for row in rows)
    assert debit == credit > 0
    assert f"debit: {debit}" in report
    assert "difference: 0.00" in report
    assert "entries out of balance: none" in report
    assert f"rows: {len(rows)}" in report
    lettered = [row for row in rows if row["EcritureLet"]]
    assert all(row["EcritureLet"].isupper() and row["DateLet"] for row in lettered)
    assert all(not row["DateLet"] for row in rows if not row["EcritureLet"])
    assert {row["Idevise"] for row in rows} == {"", "USD"}
    assert {row["JournalCode"] for row in rows} == {"SAL", "BNK", "GEN"}
    assert all(re.fullmatch(r"[0-9]{8}", row["ValidDate"]) for row in rows)
    again = tmp_path / "again.zip"
    written(b, again, PERIOD)
    assert again.read_bytes() == (tmp_path / "fec.zip").read_bytes()


def test_open_books_have_no_file(b: Books, tmp_path: Path) -> None:
    def refused() -> str:
        with pytest.raises(Refusal) as raised:
            written(b, tmp_path / "fec.zip", PERIOD)
        return raised.value.code

    assert refused() == "fec_nothing_closed"
    b.configure(closed_through=PERIOD.end - timedelta(days=1))
    assert refused() == "fec_books_open"
    with pytest.raises(Refusal, match="ends before"):
        rows_of(b, Period(start=PERIOD.end, end=PERIOD.start))
    limited = b.limited_to(b.actor.rights)
    limited.actor = type(b.actor)(**{**vars(b.actor), "entities": frozenset({1})})
    with pytest.raises(Refusal, match="whole books"):
        rows_of(limited)


def test_the_page_shows_accounts_and_its_file_every_row(client: Client, b: Books) -> None:
    client.force_login(person(b))
    path = f"/c/{b.company.code}/reports/journal/"
    query = f"?start={PERIOD.start.isoformat()}&end={PERIOD.end.isoformat()}"
    page = client.get(path + query).content.decode()
    assert "411000" in page
    assert "none are closed" in page
    assert client.get(path + "fec/" + query).status_code == 422
    answer: Any = client.get(path + query + "&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    expected = rows_of(b)
    assert len(found) == len(expected)
    assert [Decimal(row["debit"]) - Decimal(row["credit"]) for row in found] == [row.base for row in expected]
    assert client.get(path + "?start=nonsense").status_code == 400
    client.force_login(person(b, role="billing-clerk"))
    assert client.get(path).status_code == 403


def test_a_constant_number_of_statements(b: Books, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(10) as few:
        rows_of(b)
    for _ in range(12):
        b.receipt(30, [b.invoice(30)])
    with django_assert_num_queries(len(few)):
        rows_of(b)


def test_a_day_outside_is_not_in_it(b: Books) -> None:
    assert rows_of(b, Period(start=date(1999, 1, 1), end=date(1999, 12, 31))) == []
