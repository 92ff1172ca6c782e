"""DESIGN 6, row "lists": pages of 50 rows over a million lines, against the page's own SQL alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arledger.companies.services import add_member, add_user
from arledger.core.scope import company_scope
from benchmarks.generator import World

LIMIT_MS = 60
LIMIT_QUERIES = 10
REPEATS = 5
PAGES = {
    "invoices": (
        "",
        "tab=drafts",
        "tab=open",
        "tab=overdue",
        "tab=paid",
        "settlement=partially_paid",
        "settlement=paid",
        "mark=complete",
        "mark=partial",
        "customer=C00042",
        "due_from=2025-03-01&due_to=2025-03-31",
        "date_from=2025-03-01&date_to=2025-03-31",
        "sort=due",
        "sort=-total",
        "sort=number",
        "q=INV-01234",
        "q=PO 777",
        "q=Customer 00042",
    ),
    "payments": ("", "tab=available", "tab=postdated", "method=transfer", "customer=C00042", "q=PAY-0123"),
    "customers": ("", "tab=balance", "q=00042"),
}


def run(world: World, lines: int) -> bool:
    """Time every page; True when each is within the limits of milliseconds and queries."""
    client = signed_in(world)
    print(f"\nlists: 50 rows of {lines:,} lines (limits {LIMIT_MS} ms and {LIMIT_QUERIES} queries)")
    met = True
    for name, queries in PAGES.items():
        for query in queries:
            met &= page(world, client, f"/c/{world.company.code}/{name}/", query)
    met &= last_page(world, client)
    return met


def signed_in(world: World) -> Client:
    with company_scope(world.company.pk):
        user = add_user(email=f"{world.company.code}@example.com", password="a-long-secret", name="Benchmark")
        add_member(actor=world.actor, user=user, role_code="administrator")
    client = Client()
    client.force_login(user)
    return client


def page(world: World, client: Client, path: str, query: str, label: str = "") -> bool:
    """One address: the median server time, its queries, and the same SQL sent alone."""
    address = f"{path}?{query}" if query else path
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    took = timed(lambda: client.get(address))
    alone = timed(lambda: replay(world, captured.captured_queries))
    count = sum(1 for one in captured.captured_queries if is_page_query(one["sql"]))
    good = took <= LIMIT_MS and count <= LIMIT_QUERIES
    print(
        f"  {label or address[len(world.company.code) + 3 :]:<52} {took:7.1f} ms   SQL alone {alone:7.1f} ms"
        f"   {count:2d} queries   {'met' if good else 'MISSED'}"
    )
    return good


def is_page_query(sql: str) -> bool:
    """Whether a statement is the page's own: settings of the connection are not."""
    return (
        not sql.lstrip("( ").upper().startswith(("SELECT SET_CONFIG", "SELECT CURRENT_SETTING", "SAVEPOINT"))
    )


def timed(work: Callable[[], Any]) -> float:
    """Median milliseconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def replay(world: World, captured: list[dict[str, str]]) -> None:
    with company_scope(world.company.pk), connection.cursor() as cursor:
        for one in captured:
            if is_page_query(one["sql"]) and one["sql"].lstrip("( ").upper().startswith(("SELECT", "WITH")):
                cursor.execute(one["sql"].replace("%", "%%"), [])
                cursor.fetchall()


def last_page(world: World, client: Client) -> bool:
    """The page in the middle of the list, reached by its cursors, costs what the first does."""
    path = f"/c/{world.company.code}/invoices/"
    cursor = ""
    for _ in range(30):
        answer = client.get(path, {"cursor": cursor} if cursor else {})
        cursor = answer.context["listing"].next
        if not cursor:
            break
    return page(world, client, path, f"cursor={cursor}", label="invoices, 30 pages on")
