"""The figures under the filter *entity*: those of two entities and the top level add up to the whole (SPEC 12)."""

from __future__ import annotations

import csv
import io
from collections import Counter
from decimal import Decimal
from typing import Any

import pypdf
import pytest

from arledger.companies.entity_forms import NONE
from arledger.core.export_services import table_of
from arledger.core.export_sources import Asked, sources
from arledger.core.tables import Table
from tests.build import Books
from tests.clerk import Clerk, at_the_time_of_the_books
from tests.integrator import Integrator
from tests.scenarios.entities import World, world

__all__ = ["at_the_time_of_the_books", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def rows(b: Books, name: str, **choices: object) -> list[dict[str, Any]]:
    """A file of a source as its rows by column."""
    query = "&".join(f"{key}={value}" for key, value in choices.items())
    asked = Asked(
        actor=b.actor, company=b.company, features=frozenset(["refunds"]), query=query, format="csv"
    )
    table: Table = table_of(sources()[name], asked)
    return [dict(zip([one.name for one in table.columns], row, strict=True)) for row in table.rows()]


def total(found: list[dict[str, Any]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in found if row[column]), Decimal(0))


# What each list adds up to for Lyon, times 10 for Nice and times 100 for the top level.
SUMS = {
    "invoices": ("total", 107),
    "payments": ("amount", 74),
    "adjustments": ("total", -3),
    "advances": ("amount", 2),
    "refunds": ("amount", 1),
    "deposits": ("amount", 9),
    "unreconciled": ("amount", 5 + 9 + 3 + 2),
    "payments-by-item": ("received", 60 + 5 + 9 + 2),
    "tax-receipts": ("paid", 60),
}
OPEN = {"invoices": "open_amount", "advances": "available"}


@pytest.mark.parametrize("name", SUMS)
def test_a_list_of_an_entity_adds_up_to_what_is_its_own(world: World, name: str) -> None:
    column, lyon = SUMS[name]
    found = [total(rows(world.b, name, entity=key), column) for key in world.parts]
    if name == "payments-by-item":
        # 4 of Nice's advance were received for an item of Lyon.
        assert found == [lyon + 4, lyon * 10 - 4, lyon * 100]
    else:
        assert found == [lyon, lyon * 10, lyon * 100]
    assert total(rows(world.b, name), column) == lyon * 111


LISTED = [
    "customers",
    "credits",
    "summaries",
    *(name for name in SUMS if name != "payments-by-item"),
    "ageing-detail",
]


@pytest.mark.parametrize("name", LISTED)
def test_the_rows_of_the_parts_are_those_of_the_whole(world: World, name: str) -> None:
    def counted(**choices: object) -> Counter[str]:
        return Counter(
            str(sorted((key, str(value)) for key, value in row.items()))
            for row in rows(world.b, name, **choices)
        )

    parts = [counted(entity=key) for key in world.parts]
    assert all(parts)
    assert sum(parts, Counter()) == counted()


@pytest.mark.parametrize("name", ["ageing", "ledger", "reconciliation"])
def test_a_report_of_an_entity_is_what_is_open_of_its_documents(world: World, name: str) -> None:
    """29 of each, but that 4 of Nice's advance settled an invoice of Lyon."""

    def closing(**choices: object) -> Decimal:
        found = rows(world.b, name, **choices)
        if name == "reconciliation":
            return total(found, "charges") - total(found, "payments")
        return total(found, "total" if name == "ageing" else "closing")

    assert [closing(entity=key) for key in world.parts] == [29 - 4, 290 + 4, 2900]
    assert closing() == 29 * 111


def test_needs_matching_counts_what_is_of_the_entity(world: World) -> None:
    clerk = Clerk(world.b)
    page = clerk.open(f"/matching/queue/?entity={world.lyon}")
    # Charges 40 + 7 − 4; credits 5 + 9 + (3 − 1) + 2.
    assert "43.00" in page.text
    assert "18.00" in page.text
    assert "443" not in page.text


def test_a_statement_of_an_entity(world: World) -> None:
    clerk = Clerk(world.b)
    for way in ("open", "forward"):
        path = f"/reports/statements/{world.b.customer}/statement.pdf?way={way}&entity={world.lyon}"
        answer = clerk.client.get(clerk.root + path)
        assert answer.status_code == 200
        text = printed(answer.content)
        assert "LYON" in text
        assert "25.00 EUR" in text, way
    whole = clerk.client.get(f"{clerk.root}/reports/statements/{world.b.customer}/statement.pdf")
    assert "3,219.00 EUR" in printed(whole.content)


def printed(content: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


# The API ------------------------------------------------------------------------------------------------------

DOCUMENTS = {
    "invoices": ("total", 107),
    "adjustments": ("total", -3),
    "advances": ("amount", 2),
    "payments": ("amount", 74),
    "refunds": ("amount", 1),
    "deposits": ("amount", 9),
    "credits": ("available", 5 + 9 + 2 + 2),
}


def test_the_lists_of_the_api(world: World) -> None:
    api = Integrator(world.b)
    for name, (column, lyon) in DOCUMENTS.items():
        found = [
            sum(Decimal(row[column]) for row in api.get(f"/{name}?entity={text}")["results"])
            for text in ("LYON", "NICE", NONE)
        ]
        of_nice = lyon * 10 - (4 if name == "credits" else 0)
        assert found == [lyon, of_nice, lyon * 100], name
    for name in ("customers", "summaries", "applications"):
        whole = [row["id"] for row in api.get(f"/{name}?limit=200")["results"]]
        parts = [
            row["id"]
            for text in ("LYON", "NICE", NONE)
            for row in api.get(f"/{name}?limit=200&entity={text}")["results"]
        ]
        assert sorted(parts) == sorted(whole), name
        refused = api.get(f"/{name}?entity=NOWHERE")
        assert (refused.status, refused.places) == (404, ["entity"]), name


def test_the_reports_of_the_api(world: World) -> None:
    api = Integrator(world.b)
    expected = ["25.00", "294.00", "2900.00"]
    names = ("LYON", "NICE", NONE)
    assert [api.get(f"/reports/ageing?entity={text}")["totals"]["total"] for text in names] == expected
    assert [api.get(f"/reports/ledger?entity={text}")["totals"]["closing"] for text in names] == expected
    for way in ("open_items", "balance_forward"):
        customer = api.get("/customers?q=Acme")["results"][0]["code"]
        path = f"/reports/statement?customer={customer}&type={way}&entity="
        assert [api.get(path + text)["totals"]["balance"] for text in names] == expected, way
    items = [api.get(f"/reports/payments-by-item?entity={text}")["totals"]["received"] for text in names]
    assert items[2] == "7600.00"
    for report in ("reconciliation", "ledger", "ageing", "payments-by-item"):
        assert api.get(f"/reports/{report}?entity=NOWHERE").status == 404


def test_a_file_asked_for_by_a_program_names_the_entity_as_the_calls_do(world: World) -> None:
    b = world.b
    by_code = rows(b, "invoices", entity="NICE")
    assert total(by_code, "total") == 1070
    assert total(rows(b, "invoices", entity=NONE), "total") == 10700
    assert total(rows(b, "ageing", entity="LYON"), "total") == 25


def test_a_saved_view_keeps_it(world: World) -> None:
    clerk = Clerk(world.b)
    query = f"entity={world.lyon}&sort=number"
    fields = {"place": "invoices:list", "query": query, "name": "Lyon"}
    answer = clerk.client.post(f"{clerk.root}/views/save/", fields)
    assert answer.status_code == 303, answer.content
    assert answer["Location"].endswith(f"?{query}")


def test_the_file_of_a_page_holds_what_the_page_shows(world: World) -> None:
    clerk = Clerk(world.b)
    answer: Any = clerk.client.get(f"{clerk.root}/invoices/export.csv?entity={world.nice}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert sum(Decimal(row["total"]) for row in found) == 1070
