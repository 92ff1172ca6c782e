"""DESIGN 6, row "8 clerks": people at the pages of a real gunicorn, as fast as it answers them.

Of a hundred requests 60 read (the form behind each write, lists, documents, accounts, what a write led to), 25 post a
receipt over an open invoice, 10 post an invoice and 5 open a report. Each clerk works on customers of his own.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from arledger.local.application import choose_port
from benchmarks.clerk import browser, fields_of, styles
from benchmarks.generator import World
from benchmarks.post import DAY
from benchmarks.runtime import postgres_cpu
from benchmarks.web import Answer, Caller, Web, gunicorn, percentile

CLERKS = 8
RATE, P95 = 60, 250
# Memory is flat when the last quarter needs at most so much more than the second.
GROWTH = 1.1
# So many of a hundred turns: writes are two requests, the form and its answer.
TURNS = {"apply": 25, "post": 10, "read": 25, "report": 5}
LISTS = ("invoices/", "invoices/?tab=open", "invoices/?tab=overdue", "payments/", "customers/")
REPORTS = ("reports/ageing/", "reports/reconciliation/?start=2025-03-01&end=2025-03-31")
PAID = "5.00"


@dataclass
class Asked:
    """One request: what for, milliseconds, statements."""

    what: str
    milliseconds: float
    statements: int


@dataclass
class Clerk:
    """One person: his customers, and the page that his last write led to."""

    caller: Caller
    root: str
    customers: list[int]
    codes: list[str]
    chance: random.Random
    asked: list[Asked] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    next: str = ""

    def work(self, until: float) -> None:
        while time.perf_counter() < until:
            turn = self.chance.choices(list(TURNS), list(TURNS.values()))[0]
            getattr(self, turn)()

    def apply(self) -> None:
        """Open the receipt of a customer, pay a little of his first open invoice, post it."""
        path = f"{self.root}payments/receive/?customer={self.chance.choice(self.customers)}"
        page = self.ask("read", path)
        fields = fields_of(page.body.decode(), "work")
        use = next((name for name in fields if name.startswith("use-d")), "")
        if use:
            self.ask("apply", path, fields | {"amount": PAID, use: PAID, "action": "post"})

    def post(self) -> None:
        path = f"{self.root}invoices/new/?customer={self.chance.choice(self.customers)}"
        fields = fields_of(self.ask("read", path).body.decode(), "lines-TOTAL_FORMS")
        typed = {
            "customer": self.chance.choice(self.codes),
            "date": DAY.isoformat(),
            "lines-0-description": "Workshop",
            "lines-0-amount": f"{self.chance.randint(1_000, 90_000) / 100:.2f}",
            "lines-1-description": "Travel",
            "lines-1-amount": "100.00",
            "lines-2-description": "Loyalty credit",
            "lines-2-amount": "-7.50",
        }
        self.ask("post", path, fields | typed | {"post": "1"})

    def read(self) -> None:
        """What the last write led to, a customer's account, or a list."""
        path, self.next = self.next, ""
        if not path and self.chance.random() < 0.4:
            path = f"{self.root}customers/{self.chance.choice(self.customers)}/"
        self.ask("read", path or self.root + self.chance.choice(LISTS))

    def report(self) -> None:
        self.ask("report", self.root + self.chance.choice(REPORTS))

    def ask(self, what: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        answer = self.caller.submit(path, fields) if fields is not None else self.caller.call("GET", path)
        self.asked.append(Asked(what, answer.milliseconds, answer.statements))
        if answer.status != (200 if fields is None else 303):
            self.errors.append(f"{what} {path} answers {answer.status}")
        if answer.status == 303:
            self.next = answer.headers.get("Location", "")
        return answer


def run(world: World, codes: dict[int, str], *, seconds: int, workers: int) -> bool:
    """Let the clerks work for so long; True when rate, waiting times, errors and memory are within the target."""
    styles()
    with gunicorn(port=choose_port(), workers=workers) as web:
        clerks = [clerk(world, web, codes, number) for number in range(CLERKS)]
        for one in clerks:
            # What a process learns of a page it learns with the first.
            one.work(time.perf_counter() + 2)
            one.asked.clear()
        theirs, ours, started = postgres_cpu(), web.cpu(), time.perf_counter()
        memory = list(watched(web, clerks, started + seconds))
        took = time.perf_counter() - started
        work = web.cpu() - ours, postgres_cpu() - theirs
    return told(clerks, took, work, memory)


def clerk(world: World, web: Web, codes: dict[int, str], number: int) -> Clerk:
    own = world.customers[number::CLERKS]
    return Clerk(
        Caller(web, browser(world, f"Clerk{number}")),
        f"/c/{world.company.code}/",
        own,
        [codes[key] for key in own],
        random.Random(number),
    )


def watched(web: Web, clerks: list[Clerk], until: float) -> Iterator[float]:
    """Memory in MB, every second, while the clerks work."""
    working = [threading.Thread(target=one.work, args=(until,), daemon=True) for one in clerks]
    for one in working:
        one.start()
    while time.perf_counter() < until:
        yield web.memory()
        time.sleep(1)
    for one in working:
        one.join()


def told(clerks: list[Clerk], took: float, work: tuple[float, float], memory: list[float]) -> bool:
    asked = [one for each in clerks for one in each.asked]
    errors = [one for each in clerks for one in each.errors]
    times = [one.milliseconds for one in asked]
    rate, p95 = len(asked) / took, percentile(times, 0.95)
    quarter = max(1, len(memory) // 4)
    early, late = max(memory[quarter : 2 * quarter] or memory), max(memory[-quarter:])
    good = rate >= RATE and p95 <= P95 and not errors and late <= GROWTH * early
    print(f"\nclerks: {CLERKS} for {took:,.0f} s")
    for what in ("read", "apply", "post", "report"):
        some = [one for one in asked if one.what == what]
        spent = [one.milliseconds for one in some] or [0.0]
        print(
            f"  {what:<8} {len(some):>7,} ({len(some) / len(asked):.0%})   p50 {statistics.median(spent):,.0f} ms"
            f"   p95 {percentile(spent, 0.95):,.0f} ms"
            f"   {statistics.fmean([one.statements for one in some] or [0]):.1f} statements"
        )
    print(
        f"  all      {len(asked):>7,}   {rate:,.1f} requests/s (at least {RATE})   p95 {p95:,.0f} ms (at most {P95})"
        f"   CPU {1_000 * work[0] / len(asked):,.1f} + {1_000 * work[1] / len(asked):,.1f} ms a request,"
        f" {sum(work) / took:.2f} cores"
    )
    print(f"  memory   {early:,.0f} MB in the second quarter, {late:,.0f} MB in the last")
    for error in errors[:5]:
        print(f"  error    {error}")
    print(f"  {len(errors)} errors: {'met' if good else 'MISSED'}")
    return good
