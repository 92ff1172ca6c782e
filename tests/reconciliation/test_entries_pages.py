"""The reconciliation report and the AR ledger as pages and files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.build import Books, books, person
from tests.long_accounts import alike

pytestmark = pytest.mark.django_db


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def get(
    client: Client, b: Books, path: str = "reconciliation/?start=2026-01-01&end=2026-12-31", **more: Any
) -> Any:
    return client.get(f"/c/{b.company.code}/reports/{path}", **more)


def text(answer: Any) -> str:
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode("utf-8-sig")


def w2(b: Books) -> None:
    b.receipt(500, [b.invoice(300), b.invoice(160), b.invoice(300, 100, -20)])


def test_the_report_shows_entries_codes_and_balances(client: Client, b: Books) -> None:
    w2(b)
    client.force_login(person(b))
    page = text(get(client, b))
    for shown in ("INV-00003", "PAY-00001", ">A<", ">c<", "340.00", "Opening balance"):
        assert shown in page
    filtered = text(get(client, b, "reconciliation/?start=2026-01-01&end=2026-12-31&match_code=c"))
    assert "INV-00003" in filtered
    assert "INV-00001" not in filtered
    assert "match code c" in filtered


def test_more_rows_come_as_a_fragment(client: Client, b: Books) -> None:
    invoices = alike(b, 75, 1)
    b.receipt(60, invoices)
    client.force_login(person(b))
    first = get(client, b)
    assert first.context["count"] == 100
    rest = get(
        client,
        b,
        f"reconciliation/?start=2026-01-01&end=2026-12-31&at={first.context['more']}",
        HTTP_HX_REQUEST="true",
    )
    assert rest.context["count"] == 135, "the footer tells all rows so far"
    assert rest.context["seconds"] > 0
    assert "135 entries in" in text(rest)
    assert rest.context["more"] == ""
    assert "<html" not in text(rest)
    assert get(client, b, "reconciliation/?at=!!").status_code == 200


def test_the_file_has_the_same_rows(client: Client, b: Books) -> None:
    w2(b)
    client.force_login(person(b))
    rows = list(
        csv.DictReader(
            io.StringIO(text(get(client, b, "reconciliation.csv?start=2026-01-01&end=2026-12-31")))
        )
    )
    assert [row["kind"] for row in rows] == ["opening", *["invoice"] * 3, *["payment"] * 3]
    assert [row["match_code"] for row in rows[1:]] == ["A", "B", "c", "A", "B", "c"]
    assert rows[-1]["balance"] == "340.00"
    assert (rows[3]["charges"], rows[3]["payments"]) == ("380.00", "0.00")


def test_the_ledger_and_the_totals(client: Client, b: Books) -> None:
    w2(b)
    client.force_login(person(b))
    assert "340.00" in text(get(client, b, "ledger/?start=2026-01-01&end=2026-12-31"))
    rows = list(
        csv.reader(io.StringIO(text(get(client, b, "ledger/?start=2026-01-01&end=2026-12-31&format=csv"))))
    )
    assert rows[1][3:] == ["0.00", "840.00", "500.00", "340.00"]
    assert "340.00" in text(get(client, b, "reconciliation/?start=2026-01-01&end=2026-12-31&part=totals"))


def test_bad_choices_are_refused_with_a_sentence(client: Client, b: Books) -> None:
    client.force_login(person(b))
    for wrong in (
        "start=2026-13-01",
        "start=2026-02-01&end=2026-01-01",
        "known_on=yesterday",
        "matches=no",
        "entity=7",
    ):
        answer = get(client, b, f"reconciliation/?{wrong}")
        assert answer.status_code == 400, wrong
        assert "errorlist" in text(answer)


def test_who_may_run_it(client: Client, b: Books) -> None:
    client.force_login(person(b, "billing-clerk"))
    assert get(client, b).status_code == 403
    client.force_login(person(b, "auditor"))
    assert get(client, b).status_code == 200
