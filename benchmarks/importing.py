"""DESIGN 6, row "import": a CSV of invoices through ``manage.py import_csv``, against COPY of the same rows."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import psutil

from arledger.core.scope import company_scope
from benchmarks.floor import APPLICATION, DOCUMENT, LINE, Floor
from benchmarks.generator import World, analyze, make_company
from benchmarks.post import AMOUNTS, DAY, rows_of
from benchmarks.runtime import DATA, ROOT
from customers.models import Customer

CHUNK = 5_000
TARGET = 0.4
MEMORY_LIMIT_MB = 300


def run(invoices: int) -> bool:
    """Import ``invoices`` of three lines each; print seconds, rows per second and the process's peak memory."""
    world = make_company("import", customers=500)
    file = write_file(world, invoices)
    analyze()
    seconds, memory = imported(world, file)
    floor = copied(make_company("importfloor", customers=500), invoices)
    ratio = floor / seconds
    good = ratio >= TARGET and memory <= MEMORY_LIMIT_MB
    print(f"\nimport: {invoices:,} invoices, {3 * invoices:,} lines, checked and committed")
    print(
        f"  import_csv      {seconds:8.1f} s  {3 * invoices / seconds:10,.0f} rows/s  {memory:,.0f} MB at most"
    )
    print(f"  COPY, same rows {floor:8.1f} s  {3 * invoices / floor:10,.0f} rows/s")
    print(
        f"  ratio {ratio:.2f} of the floor (target {TARGET} and {MEMORY_LIMIT_MB} MB): "
        f"{'met' if good else 'MISSED'}"
    )
    return good


def write_file(world: World, invoices: int) -> Path:
    with company_scope(world.company.pk):
        codes = list(Customer.objects.filter(company=world.company).values_list("code", flat=True))
    chance = random.Random(7)
    path = DATA / "invoices.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["number", "customer", "date", "due_date", "reference", "line_description", "amount"])
        for n in range(invoices):
            day = date(2025, 1, 1) + timedelta(days=chance.randrange(300))
            for position, amount in enumerate(AMOUNTS, start=1):
                head = (
                    [chance.choice(codes), day, day + timedelta(days=30), f"PO {n}"]
                    if position == 1
                    else [""] * 4
                )
                writer.writerow([f"I{n:07d}", *head, f"Item {position}", amount])
    return path


def imported(world: World, file: Path) -> tuple[float, float]:
    """Seconds of the whole command, and its peak memory in MB."""
    command = [
        sys.executable,
        "manage.py",
        "import_csv",
        "invoices",
        str(file),
        "--company",
        world.company.code,
    ]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT)
    peak = 0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            peak = max(peak, psutil.Process(process.pid).memory_info().rss)
        time.sleep(0.05)
    if process.returncode:
        raise RuntimeError("the import failed")
    return time.perf_counter() - started, peak / 1_000_000


def copied(world: World, invoices: int) -> float:
    """Seconds to COPY the same rows into the same tables, chunk by chunk in one transaction, and post them."""
    floor = Floor(world)
    chance = random.Random(8)
    started = time.perf_counter()
    floor.begin(world.customers)
    for count in chunks(invoices):
        customers = [chance.choice(world.customers) for _ in range(count)]
        keys = floor.keys(count, 3 * count)
        documents, lines, applications = rows_of(floor, customers, AMOUNTS, keys)
        floor.copy("ledger_document", DOCUMENT, documents)
        floor.copy("ledger_line", LINE, lines)
        floor.post(floor.invoices, keys[0], DAY)
        floor.copy("ledger_application", APPLICATION, applications)
    floor.finish("invoice.posted", [])
    return time.perf_counter() - started


def chunks(total: int) -> Iterator[int]:
    while total > 0:
        yield min(CHUNK, total)
        total -= CHUNK
