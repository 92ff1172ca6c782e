"""What every list does: cursors, orders, searches in pieces, capped counts, strict addresses, downloads."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from arledger.core.http import counting, keyset, list_tables
from arledger.core.http.counting import COUNT_LIMIT, capped_counts
from arledger.core.http.keyset import (
    Cursor,
    CursorInvalid,
    Page,
    Search,
    Sort,
    SortUnknown,
    page_of,
    parse_sort,
    read_cursor,
    write_cursor,
)
from arledger.core.sql import fetch_all
from customers.models import Customer
from customers.services import CustomerInput, enter
from reconciliation.account_pages import CustomerLister
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
BY_NAME = Sort("name", ("sort_key", "id"))


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def enter_many(made: Books, count: int, names: int = 7) -> None:
    """Customers of whom many share a name, so that only the key tells them apart."""
    rows = [CustomerInput(name=f"Same {number % names}", currency="EUR") for number in range(count)]
    enter(actor=made.actor, customers=rows)


def customers(made: Books) -> QuerySet[Customer]:
    return Customer.objects.filter(company=made.company)


def follow(
    rows: QuerySet[Any], sort: Sort, step: str = "next", text: str = "", search: Any = None
) -> list[Page]:
    """All pages from a cursor on, in one direction."""
    pages = []
    while True:
        cursor = read_cursor("t", sort, text)
        pages.append(page_of(rows, name="t", sort=sort, cursor=cursor, size=10, search=search))
        text = getattr(pages[-1], step)
        if not text:
            return pages


@pytest.mark.parametrize(
    "sort", [BY_NAME, Sort("name", ("sort_key", "id"), True), Sort("code", ("code", "id"))]
)
def test_pages_hold_every_row_once_in_order_forward_and_back(b: Books, sort: Sort) -> None:
    enter_many(b, 44)
    order = [f"-{name}" if sort.descending else name for name in sort.fields]
    expected = list(customers(b).order_by(*order).values_list("pk", flat=True))
    forward = follow(customers(b), sort)
    assert [row.pk for page in forward for row in page.rows] == expected
    assert [len(page.rows) for page in forward] == [10, 10, 10, 10, 5]
    assert (forward[0].previous, forward[-1].next) == ("", "")
    back = follow(customers(b), sort, "previous", forward[-1].previous)
    assert [[row.pk for row in page.rows] for page in back] == [
        [row.pk for row in page.rows] for page in reversed(forward[:-1])
    ]
    assert back[0].next, "the way on is kept when going back"


def test_a_search_in_pieces_finds_the_same_rows(b: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    enter_many(b, 60)
    monkeypatch.setattr(keyset, "WINDOW", 11)
    wanted = customers(b).filter(sort_key="same 3")
    search = Search(customers(b), customers(b), lambda keys: customers(b).filter(keys, sort_key="same 3"))
    expected = list(wanted.order_by("sort_key", "id").values_list("pk", flat=True))
    for sort, order in ((BY_NAME, expected), (Sort("name", ("sort_key", "id"), True), expected[::-1])):
        pages = follow(wanted, sort, search=search)
        assert [row.pk for page in pages for row in page.rows] == order
        assert pages[0].searched == 11, "the first page pauses at the end of the window"
        assert pages[-1].searched == 0
        back = follow(
            wanted,
            sort,
            "previous",
            write_cursor("t", sort, Cursor(("~", 0) if not sort.descending else ("", 0), True)),
            search,
        )
        assert [row.pk for page in back for row in reversed(page.rows)] == order[::-1]


def test_the_last_page_costs_what_the_first_does(b: Books) -> None:
    enter_many(b, 60)
    last = read_cursor("t", BY_NAME, follow(customers(b), BY_NAME)[-2].next)
    with CaptureQueriesContext(connection) as queries:
        page_of(customers(b), name="t", sort=BY_NAME, cursor=last, size=10)
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]
    assert '("customers_customer"."sort_key", "customers_customer"."id") > (' in queries[0]["sql"]


def test_a_cursor_is_only_what_was_given_out(b: Books) -> None:
    text = write_cursor("t", BY_NAME, Cursor(("acme", 7)))
    assert read_cursor("t", BY_NAME, text) == Cursor(("acme", 7))
    other = Sort("name", ("sort_key", "id"), True)
    for name, sort, wrong in [
        ("t", BY_NAME, text[:-1]),
        ("t", BY_NAME, "\0"),
        ("t", BY_NAME, "x" * 5000),
        ("other", BY_NAME, text),
        ("t", other, text),
        ("t", BY_NAME, signing.dumps(["t", "name", 0, ["acme", 7]], salt="another purpose")),
    ]:
        with pytest.raises(CursorInvalid):
            read_cursor(name, sort, wrong)


def test_cursors_keep_dates_amounts_and_numbers() -> None:
    sort = Sort("x", ("a", "b", "c"))
    from_values = (Decimal("1.5000"), "é", 2**60)
    assert read_cursor("t", sort, write_cursor("t", sort, Cursor(from_values, True))) == Cursor(
        from_values, True
    )


def test_an_unknown_order_is_refused() -> None:
    assert parse_sort("", [BY_NAME], "-name").descending
    assert parse_sort("-name", [BY_NAME], "name").parameter == "-name"
    for wrong in ("--name", "nam", "name ", "-", "\0"):
        with pytest.raises(SortUnknown):
            parse_sort(wrong, [BY_NAME], "name")


def test_counting_stops_at_the_limit_and_takes_one_statement(b: Books) -> None:
    enter_many(b, COUNT_LIMIT + 30)
    sets = {"all": customers(b), "some": customers(b).filter(sort_key="same 3"), "none": customers(b).none()}
    with CaptureQueriesContext(connection) as queries:
        counts = capped_counts(sets)
    assert counts == {
        "all": COUNT_LIMIT + 1,
        "some": customers(b).filter(sort_key="same 3").count(),
        "none": 0,
    }
    assert sum("UNION ALL" in query["sql"] for query in queries) == 1


def test_what_takes_too_long_is_not_counted(b: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    enter_many(b, 20)
    monkeypatch.setattr(counting, "COUNT_MILLISECONDS", 20)
    slow = customers(b).extra(where=["pg_sleep(0.01) IS NOT NULL"])
    assert capped_counts({"slow": slow}) == {}
    assert customers(b).count() == 21, "the connection goes on, without the time limit"
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] != "20ms"


def test_totals_that_take_too_long_are_left_out(b: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    b.invoice(100)
    clerk = Clerk(b)
    enter_many(b, 60)
    assert "100.00" in figures(clerk, "tab=")
    slow = CustomerLister.totals

    def sleeping(lister: CustomerLister, rows: QuerySet[Any]) -> Any:
        fetch_all("SELECT pg_sleep(0.2)")
        return slow(lister, rows)

    monkeypatch.setattr(CustomerLister, "totals", sleeping)
    monkeypatch.setattr(counting, "TOTAL_MILLISECONDS", 50)
    text = figures(clerk, "tab=")
    assert "100.00" not in text
    assert ">61</span>" in text, "the counts are there all the same"


def test_an_address_the_list_does_not_understand_is_answered_with_sentences(b: Books) -> None:
    clerk = Clerk(b)
    for query, words in [
        ("?sort=bogus", "cannot be sorted by “bogus”"),
        ("?sort=%00", "cannot be sorted"),
        ("?tab=nowhere", "no tab of that name"),
        ("?q=%00", "cannot be stored"),
        ("?q=" + "x" * 300, "at most 200 fit"),
        ("?cursor=zzz", "damaged"),
    ]:
        page = clerk.open(f"/customers/{query}")
        assert page.status == 400
        assert words in page.text
        assert "Acme" not in page.text
    assert clerk.open("/customers/?utm=1&q=&tab=&sort=&cursor=").status == 200


def figures(clerk: Clerk, query: str) -> str:
    """The answer to the second request of a list."""
    address = f"{clerk.root}/customers/?{query}&part=figures"
    return clerk.client.get(address, headers={"HX-Request": "true"}).content.decode()


def test_a_short_list_counts_its_tabs_at_once_a_long_one_afterwards(b: Books) -> None:
    clerk = Clerk(b)
    enter_many(b, 60)
    assert "All 61" in clerk.open("/customers/").text
    enter_many(b, COUNT_LIMIT)
    page = clerk.client.get(f"{clerk.root}/customers/").content.decode()
    assert "1,000+" not in page
    assert 'hx-get="' in page.split('id="list-figures"')[1][:20]
    assert ">1,000+</span>" in figures(clerk, "tab=")
    assert "1,000+ results" in figures(clerk, "tab=")
    assert "1,000+ results" in clerk.open("/customers/?part=figures").text, "without scripts"
    assert "1\u202f000+" in figures(Clerk(b, language="fr"), "tab=")


def test_counts_under_a_search_come_with_the_second_request(b: Books) -> None:
    clerk = Clerk(b)
    enter(actor=b.actor, customers=[CustomerInput(name="Zèbre", currency="EUR") for _ in range(60)])
    page = clerk.open("/customers/?q=zebre")
    assert "All 60" not in page.text
    text = figures(clerk, "q=zebre")
    assert 'id="count-all" hx-swap-oob' in text
    assert ">60</span>" in text
    assert "part=figures" not in text, "its links lead to the list itself"
    whole = clerk.open("/customers/?q=zebre&part=figures")
    assert "All 60" in whole.text, "without scripts the same address is the whole page"
    assert "Zèbre" in whole.text


def test_the_download_is_whole_and_safe_and_outlives_the_request(
    b: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_tables, "CHUNK", 10)
    enter_many(b, 34)
    enter(actor=b.actor, customers=[CustomerInput(name="=cmd|' /C calc'!A0", currency="EUR", code="@X")])
    clerk = Clerk(b, language="fr")
    answer = clerk.client.get(f"{clerk.root}/customers/export.csv?sort=-code")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["code"].lstrip("'") for row in rows] == list(
        customers(b).order_by("-code").values_list("code", flat=True)
    )
    assert rows[-1]["name"] == "'=cmd|' /C calc'!A0" or rows[0]["name"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["balance"] == "0.00", "files keep plain decimals whatever the language"
    assert clerk.client.get(f"{clerk.root}/customers/export.csv?sort=bogus").status_code == 400


def test_columns_are_chosen_in_the_address_and_the_first_always_shows(b: Books) -> None:
    """The rest of the address stays, and what no list has is ignored."""
    enter_many(b, 2)
    clerk = Clerk(b)

    def shown(query: str) -> str:
        return clerk.client.get(f"{clerk.root}/customers/{query}").content.decode()

    assert 'class="table table-cards"' in shown("?sort=-name")
    page = shown("?sort=-name&col=2&col=99&col=x")
    assert 'class="table table-cards without-2 without-4 without-5 without-6"' in page
    assert re.findall(r'name="col" value="(\d)" checked', page) == ["2"]
    form = page.partition('id="columns-form"')[2].partition("</form>")[0]
    assert re.findall(r'name="(\w+)" value="(.*?)"', form) == [("col", "0"), ("sort", "-name")]
