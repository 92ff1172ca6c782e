"""DESIGN 6, rows "report" and "ageing": first screens against their own SQL, the file against COPY TO.

The proof is timed beside them: seconds, and none of its figures may differ.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg import ClientCursor

from arledger.core import pdf
from arledger.core.scope import company_scope
from arledger.core.tablefiles import write_table
from benchmarks.generator import DAYS, FIRST_DAY, World
from benchmarks.lists import answered, backend, cpu_seconds, is_page_query, replay, signed_in, timed
from reconciliation.entries_tables import entries_table
from reconciliation.proof import Query as ProofQuery
from reconciliation.proof import proof
from reconciliation.report import Query
from reconciliation.report_rows import Scope
from reconciliation.report_sql import STATEMENT

MONTH = (date(2025, 3, 1), date(2025, 3, 31))
LAST_DAY = date.fromordinal(FIRST_DAY.toordinal() + DAYS)
SCREENS = (
    ("report, one month", f"reports/reconciliation/?start={MONTH[0]}&end={MONTH[1]}", 1.5),
    (
        "report, by match code",
        f"reports/reconciliation/?start={MONTH[0]}&end={MONTH[1]}&sort=match_code",
        1.5,
    ),
    ("ageing, today", "reports/ageing/", 1.3),
    ("ageing, as of a year back", f"reports/ageing/?as_of={MONTH[1]}", 1.3),
    ("payments by item, one month", f"reports/payments-by-item/?start={MONTH[0]}&end={MONTH[1]}", 1.5),
)
SHEET = pdf.Report(language="en", paper="a4", company="", title="", choices="", footer="")


def run(world: World, lines: int) -> bool:
    """Time every screen, the file and the proof; True when each is within its target."""
    client = signed_in(world)
    print(f"\nreport and ageing over {lines:,} lines")
    met = [screen(world, client, *one) for one in SCREENS]
    return all([*met, file(world), proved(world)])


def screen(world: World, client: Client, label: str, path: str, target: float) -> bool:
    """One address: its server time beside the same SQL sent alone."""
    address = f"/c/{world.company.code}/{path}"
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
    good = took <= target * alone
    print(
        f"  {label:<30} {took:8.1f} ms   SQL alone {alone:8.1f} ms   ratio {took / alone:5.2f} (limit {target})"
        f"   CPU {ours:.1f} + {theirs:.1f} s   {count} queries   {'met' if good else 'MISSED'}"
    )
    return good


def file(world: World) -> bool:
    """The month's rows as a CSV file, beside COPY TO of the same rows in one statement. At least 0.3 of its speed."""
    start, end = MONTH
    scope = Scope(company_id=world.company.pk, start=start, end=end, as_at=end)
    table = entries_table(actor=world.actor, query=Query(scope=scope), company="bench", choices="")
    with TemporaryDirectory() as folder, company_scope(world.company.pk):
        path = Path(folder) / "rows.csv"
        rows = 0

        def ours() -> None:
            nonlocal rows
            rows = write_table(table, path, format="csv", sheet=SHEET, at=world.actor.at)

        took, floor = once(ours), once(lambda: copied(world, scope))
    good = floor / took >= 0.3
    print(
        f"  file of {rows:,} rows{'':<15} {took:8.2f} s    COPY TO {floor:8.2f} s    ratio {floor / took:5.2f}"
        f" (at least 0.3)   {'met' if good else 'MISSED'}"
    )
    return good


def copied(world: World, scope: Scope) -> None:
    """COPY of the report's rows of every customer, sorted, without openings and balances."""
    statement = (
        f"{STATEMENT} SELECT customer_id, number, date, amount, code FROM shown ORDER BY customer_id, date"
    )
    parameters = {
        **scope.parameters,
        "code": None,
        "matches": None,
        "customers": world.customers,
        "shared": None,
    }
    connection.ensure_connection()
    text = ClientCursor(connection.connection).mogrify(statement, parameters)
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
        for _ in copy:
            pass


def proved(world: World) -> bool:
    """The proof as of a day in the middle: it agrees, within seconds."""
    with company_scope(world.company.pk):
        started = time.perf_counter()
        found = proof(actor=world.actor, query=ProofQuery(day=MONTH[1]))
        took = time.perf_counter() - started
    good = found.agrees and took < 30
    said = "all agree" if found.agrees else "DIFFERS"
    print(f"  proof of {len(found.rows):,} balances{'':<13} {took:8.2f} s    {said}")
    return good


def once(work: Callable[[], None]) -> float:
    """Seconds of the better of two runs."""
    times = []
    for _ in range(2):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
