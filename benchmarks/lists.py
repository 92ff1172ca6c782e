"""DESIGN 6, row "lists": pages of 50 rows over a million lines, against the page's own SQL alone.

Beside the time a clock shows stands the work done, in CPU milliseconds of the page and of its database session: it
says the same on a machine that others use too.
"""

from __future__ import annotations

import html
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arledger.companies.services import add_member, add_user
from arledger.core.scope import company_scope
from benchmarks.generator import World

LIMIT_MS = 60
LIMIT_QUERIES = 10
REPEATS = 9
NEXT = re.compile(r'id="page-next" rel="next" href="[^"?]*[?]([^"]*)"')
PAGES = {
    "invoices": (
        "",
        "tab=drafts",
        "tab=open",
        "tab=overdue",
        "tab=overdue&sort=due",
        "tab=paid",
        "settlement=open",
        "settlement=partially_paid",
        "settlement=paid",
        "settlement=available",
        "mark=none",
        "mark=partial",
        "mark=complete",
        "mark=complete_future",
        "customer=C00042",
        "due_from=2025-03-01&due_to=2025-03-31",
        "due_from=2025-03-01&due_to=2025-03-31&sort=-total",
        "date_from=2025-03-01&date_to=2025-03-31",
        "sort=due",
        "sort=-total",
        "sort=number",
        "match_code=a",
        "q=INV-01234",
        "q=INV-",
        "q=PO 777",
        "q=Customer 00042",
        "q=nothing like it",
        "tab=overdue&q=INV-0",
    ),
    "payments": (
        "",
        "tab=unapplied",
        "tab=post-dated",
        "tab=reversed",
        "method=transfer",
        "method=cash",
        "account=undeposited",
        "amount=540.17",
        "customer=C00042",
        "customer=Customer",
        "mark=none",
        "sort=-amount",
        "q=PAY-0123",
        "q=nothing like it",
    ),
    "customers": ("", "tab=open", "tab=inactive", "q=00042", "sort=-code"),
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
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def page(world: World, client: Client, path: str, query: str, label: str = "") -> bool:
    """One address: the median server time, its work, its queries, and the same SQL sent alone."""
    address = f"{path}?{query}" if query else path
    # What a process learns of a list, it learns with the first page.
    answered(client, address)
    with CaptureQueriesContext(connection) as captured:
        answered(client, address)
    asked = list(captured.captured_queries)
    session = backend()
    ours, theirs = time.process_time(), cpu_seconds(session)
    took = timed(lambda: client.get(address))
    ours, theirs = time.process_time() - ours, cpu_seconds(session) - theirs
    alone = timed(lambda: replay(world, asked))
    count = sum(1 for one in asked if is_page_query(one["sql"]))
    good = took <= LIMIT_MS and count <= LIMIT_QUERIES
    print(
        f"  {label or address[len(world.company.code) + 3 :]:<62} {took:7.1f} ms"
        f"   work {1000 * ours / REPEATS:5.1f} + {1000 * theirs / REPEATS:5.1f} ms   SQL alone {alone:6.1f} ms"
        f"   {count:2d} queries   {'met' if good else 'MISSED'}"
    )
    return good


def answered(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")


def backend() -> int:
    """The process of the database session that pages use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def cpu_seconds(process: int) -> float:
    used = psutil.Process(process).cpu_times()
    return float(used.user + used.system)


def is_page_query(sql: str) -> bool:
    """Whether a statement is the page's own: settings of the connection are not."""
    return (
        not sql.lstrip("( \n")
        .upper()
        .startswith(("SELECT SET_CONFIG", "SELECT CURRENT_SETTING", "SAVEPOINT"))
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
            if is_page_query(one["sql"]) and one["sql"].lstrip("( \n").upper().startswith(("SELECT", "WITH")):
                cursor.execute(one["sql"].replace("%", "%%"), [])
                cursor.fetchall()


def last_page(world: World, client: Client) -> bool:
    """The page in the middle of the list, reached by its cursors, costs what the first does."""
    path = f"/c/{world.company.code}/invoices/"
    query = ""
    for _ in range(30):
        found = NEXT.search(client.get(f"{path}?{query}").content.decode())
        if found is None:
            break
        query = html.unescape(found[1])
    return page(world, client, path, query, label="invoices, 30 pages on")
