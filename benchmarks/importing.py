"""DESIGN 6, row "import": a CSV of invoices uploaded, checked and committed by a real worker, against COPY.

The floor COPYs the same rows into temporary tables and INSERTs from them into ours. Beside the import somebody reads
pages of the same company: what he waits for is compared with what he waited for before.
"""

from __future__ import annotations

import csv
import os
import random
import signal
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import psutil
from django.conf import settings
from redis import Redis

from arledger.core.scope import company_scope
from arledger.local import child, processes
from arledger.local.application import choose_port
from arledger.local.child import Program
from benchmarks.clerk import browser, styles
from benchmarks.floor import APPLICATION, DOCUMENT, LINE, Floor
from benchmarks.generator import World, analyze, fill, make_company
from benchmarks.post import AMOUNTS, DAY, rows_of
from benchmarks.runtime import DATA, ROOT, postgres_cpu
from benchmarks.web import Caller, gunicorn, percentile
from benchmarks.worker import COUNT
from customers.models import Customer
from imports import upload_services
from imports.models import Import
from imports.services import ANALYZE_GROWTH

CHUNK = 5_000
TARGET, MEMORY_LIMIT_MB, SLOWER = 0.4, 300, 2.0
# The reader asks for a page, thinks so long, and asks for the next.
THINKS = 0.3
READ_BEFORE = 60


@dataclass
class Imported:
    """What the check and the commit took, and what the worker used meanwhile."""

    check: float
    commit: float
    memory: float
    worker: float
    postgres: float
    statements: int

    @property
    def seconds(self) -> float:
        return self.check + self.commit


def run(invoices: int) -> bool:
    """Import ``invoices`` of three lines each; print seconds, memory, work, and what a reader beside waited for."""
    world = make_company("import", customers=500)
    fill(world, 5_000)
    file = write_file(world, invoices)
    analyze()
    styles()
    with gunicorn(port=choose_port(), workers=1) as web:
        reader = Reader(Caller(web, browser(world)), world)
        before = reader.alone(READ_BEFORE)
        with reader.beside():
            ours = imported(world, file)
    floor, work = copied(make_company("importfloor", customers=500), invoices)
    return told(invoices, ours, floor, work, before, reader.beside_it)


def told(
    invoices: int, ours: Imported, floor: float, work: float, before: list[float], beside: list[float]
) -> bool:
    ratio = floor / ours.seconds
    quiet, busy = percentile(before, 0.95), percentile(beside, 0.95)
    good = ratio >= TARGET and ours.memory <= MEMORY_LIMIT_MB and busy <= SLOWER * quiet
    mine = ours.worker + ours.postgres
    print(f"\nimport: {invoices:,} invoices, {3 * invoices:,} lines, checked and committed by a worker")
    print(
        f"  import          {ours.seconds:8.1f} s (check {ours.check:.1f}, commit {ours.commit:.1f})"
        f"   {ours.statements:,} statements   CPU {ours.worker:.1f} + {ours.postgres:.1f} s,"
        f" {1_000 * mine / invoices:.2f} ms an invoice   {ours.memory:,.0f} MB at most"
    )
    print(f"  COPY, same rows {floor:8.1f} s   CPU {work:.1f} s, {1_000 * work / invoices:.2f} ms an invoice")
    print(
        f"  a reader beside: p50 {statistics.median(before):,.0f} ms before, {statistics.median(beside):,.0f}"
        f" during ({len(beside)} pages); p95 {quiet:,.0f} and {busy:,.0f} ms, {busy / quiet:.1f} times"
        f" (at most {SLOWER:.0f})"
    )
    print(
        f"  ratio {ratio:.2f} of the floor by the clock, {work / mine:.2f} by CPU (target {TARGET},"
        f" {MEMORY_LIMIT_MB} MB): {'met' if good else 'MISSED'}"
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


# The worker ----------------------------------------------------------------------------------------------------


def imported(world: World, file: Path) -> Imported:
    """Upload, have it checked, commit: as the pages and the API do, by the product's jobs. Raises RuntimeError."""
    redis = Redis.from_url(settings.REDIS_URL)
    with worker() as process, company_scope(world.company.pk):
        watch = Watch(process)
        redis.delete(COUNT)
        theirs, started = postgres_cpu(), time.perf_counter()
        with file.open("rb") as stream:
            pieces = iter(lambda: stream.read(1 << 20), b"")
            row = upload_services.upload(
                actor=world.actor, type="invoices", name=file.name, content=pieces, start=True
            )
        watch.until(row, Import.State.CHECKED)
        checked = time.perf_counter()
        upload_services.commit(actor=world.actor, key=row.pk)
        watch.until(row, Import.State.COMMITTED)
        ended = time.perf_counter()
        return Imported(
            check=checked - started,
            commit=ended - checked,
            memory=watch.peak / 1_000_000,
            worker=watch.cpu(),
            postgres=postgres_cpu() - theirs,
            statements=int(redis.get(COUNT) or 0),
        )


@contextmanager
def worker() -> Iterator[psutil.Process]:
    """One process of the product's worker beside its parent."""
    life = DATA / "worker.life"
    arguments = ["--app=benchmarks.worker" if "--app" in one else one for one in processes.WORKER]
    program = Program(
        name="worker",
        command=[sys.executable, "-m", *arguments, "--concurrency=1"],
        environment=os.environ | {"ARLEDGER_LIFE_FILE": str(life)},
        folder=ROOT,
        log=DATA / "worker.log",
        orphan=signal.SIGQUIT,
        before=lambda: life.unlink(missing_ok=True),
        ready=life.exists,
    )
    process = child.start(program)
    try:
        child.wait_until_ready(program, process)
        yield psutil.Process(process.pid)
    finally:
        child.stop(program, process)


class Watch:
    """Waits for an import, and looks how much memory the largest process of the worker takes meanwhile."""

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self.before = self._used()
        self.peak = 0

    def until(self, row: Import, state: str) -> None:
        """Raises RuntimeError when the import ends otherwise."""
        while row.state != state:
            if row.state == Import.State.FAILED:
                raise RuntimeError(f"the import failed: {row.reason}")
            time.sleep(0.1)
            self.peak = max([self.peak, *(one.memory_info().rss for one in self._family())])
            row.refresh_from_db(fields=["state", "reason"])

    def cpu(self) -> float:
        return self._used() - self.before

    def _used(self) -> float:
        used = [one.cpu_times() for one in self._family()]
        return float(sum(one.user + one.system for one in used))

    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


# Somebody who reads --------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """One person who goes from page to page of the company."""

    caller: Caller
    world: World
    beside_it: list[float] = field(default_factory=list)

    def page(self, turn: int) -> float:
        """Milliseconds until it came. Raises RuntimeError when it did not."""
        paths = ("invoices/", "payments/", "customers/", "invoices/?tab=open")
        path = f"/c/{self.world.company.code}/{paths[turn % len(paths)]}"
        answer = self.caller.call("GET", path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
        time.sleep(THINKS)
        return answer.milliseconds

    def alone(self, pages: int) -> list[float]:
        for turn in range(8):
            self.page(turn)
        return [self.page(turn) for turn in range(pages)]

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Read on until the block ends."""
        over = threading.Event()

        def read() -> None:
            turn = 0
            while not over.is_set():
                self.beside_it.append(self.page(turn))
                turn += 1

        reading = threading.Thread(target=read, daemon=True)
        reading.start()
        try:
            yield
        finally:
            over.set()
            reading.join()


# The floor -----------------------------------------------------------------------------------------------------


def copied(world: World, invoices: int) -> tuple[float, float]:
    """Seconds and CPU seconds to COPY the same rows chunk by chunk into temporary tables, insert from them, post.

    Statistics are taken as the import takes them, whenever there is four times as much: without them the guards go
    through whole tables for each row.
    """
    floor = Floor(world)
    chance = random.Random(8)
    own, theirs, started = time.process_time(), postgres_cpu(), time.perf_counter()
    floor.begin(world.customers)
    done = known = 0
    for count in chunks(invoices):
        customers = [chance.choice(world.customers) for _ in range(count)]
        keys = floor.keys(count, 3 * count)
        documents, lines, applications = rows_of(floor, customers, AMOUNTS, keys)
        floor.copy("ledger_document", DOCUMENT, documents)
        floor.copy("ledger_line", LINE, lines)
        floor.post(floor.invoices, keys[0], DAY)
        floor.copy("ledger_application", APPLICATION, applications)
        done += count
        if done > known * ANALYZE_GROWTH:
            floor.run("ANALYZE (SKIP_LOCKED) ledger_document, ledger_line, ledger_application")
            known = done
    floor.finish("invoice.posted", [])
    took = time.perf_counter() - started
    return took, time.process_time() - own + postgres_cpu() - theirs


def chunks(total: int) -> Iterator[int]:
    while total > 0:
        yield min(CHUNK, total)
        total -= CHUNK
