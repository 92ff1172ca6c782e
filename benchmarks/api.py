"""DESIGN 6, rows "API" and "bulk": through a real gunicorn with a token and idempotency keys, one caller at a time.

The floor of one call is a plain view (``benchmarks.plain``) in a gunicorn of its own, called in turn with ours; the
floor of a bulk call is the service's, "post 1,000 in one call".
"""

from __future__ import annotations

import json
import random
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection

from arledger.api.services import create
from arledger.companies.services import add_member, add_user
from arledger.core.actor import Actor
from arledger.core.scope import company_scope
from arledger.local.application import choose_port
from benchmarks.generator import World, codes_by_key, invoice
from benchmarks.measure import Counter
from benchmarks.post import DAY
from benchmarks.runtime import postgres_cpu
from benchmarks.web import Answer, Caller, Web, gunicorn, percentile
from invoices.services import enter

TARGET, TAIL, BULK_TARGET = 0.7, 5, 0.6
# Spells of calls to ours and to the floor in turn: what a neighbour takes, he takes from both.
SPELLS = 8
BULK = 1_000


@dataclass
class Calls:
    """What the calls to one of the two took. ``cpu``: seconds of its web process and of PostgreSQL."""

    name: str
    milliseconds: list[float] = field(default_factory=list)
    spells: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    web: float = 0
    postgres: float = 0

    @property
    def seconds(self) -> float:
        """Of a call, in the middle spell."""
        return statistics.median(self.spells)

    @property
    def tail(self) -> float:
        return percentile(self.milliseconds, 0.99) / statistics.median(self.milliseconds)

    @property
    def cpu_ms(self) -> float:
        return 1_000 * (self.web + self.postgres) / len(self.milliseconds)

    def told(self, per: int = 1) -> str:
        count = len(self.milliseconds)
        return (
            f"  {self.name:<28} {per / self.seconds:>9,.1f}/s   p50 {statistics.median(self.milliseconds):,.1f} ms"
            f"   p99 {percentile(self.milliseconds, 0.99):,.1f} ms   {max(self.statements)} statements"
            f"   CPU {1_000 * self.web / count:,.1f} + {1_000 * self.postgres / count:,.1f} ms"
        )


def token_of(world: World) -> str:
    """The text of a token of a new member with every right."""
    with company_scope(world.company.pk):
        user = add_user(email=f"{world.company.code}-api@example.com", password="a-long-secret", name="Bot")
        member = add_member(actor=world.actor, user=user, role_code="administrator")
        rights = frozenset(member.role.rights)
        actor = Actor(
            company_id=world.company.pk,
            user_id=user.pk,
            name="Bot",
            at=world.actor.at,
            time_zone=world.company.time_zone,
            rights=rights,
        )
        return create(actor=actor, name="Benchmark").text


def body(chance: random.Random, codes: list[str]) -> dict[str, object]:
    """An invoice of three lines, one of them an inline credit, as a program sends it."""
    entered = invoice(chance, 0, day=DAY)
    return {
        "customer": chance.choice(codes),
        "date": DAY.isoformat(),
        "reference": entered.reference,
        "lines": [
            {"amount": f"{line.amount:.2f}", "description": line.description} for line in entered.lines
        ],
    }


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def posted(caller: Caller, path: str, content: object) -> Answer:
    """POST it with a key of its own. Raises RuntimeError unless it was done."""
    answer = caller.call("POST", path, json.dumps(content).encode(), **{"Idempotency-Key": uuid.uuid4().hex})
    if answer.status not in (200, 201):
        raise RuntimeError(f"{path} answers {answer.status}: {answer.body[:500]!r}")
    return answer


def spell(calls: Calls, web: Web, times: int, call: Callable[[], Answer]) -> None:
    web_before, postgres_before = web.cpu(), postgres_cpu()
    answers = [call() for _ in range(times)]
    calls.milliseconds += [one.milliseconds for one in answers]
    calls.statements += [one.statements for one in answers]
    calls.spells.append(sum(one.milliseconds for one in answers) / times / 1_000)
    calls.web += web.cpu() - web_before
    calls.postgres += postgres_cpu() - postgres_before


def single(world: World, token: str, *, operations: int) -> bool:
    """Create and post an invoice by one call, against the plain view."""
    chance, codes = random.Random(5), list(codes_by_key(world).values())
    ours, floor = Calls("POST /api/v1/invoices"), Calls("plain view, same rows")
    first = choose_port()
    with (
        gunicorn(port=first, workers=1) as our_web,
        gunicorn(port=first + 1, workers=1, settings="benchmarks.plain_settings") as plain_web,
    ):
        sides = [(ours, our_web), (floor, plain_web)]
        callers = {calls.name: Caller(web, headers(token)) for calls, web in sides}

        def one(name: str) -> Answer:
            return posted(callers[name], "/api/v1/invoices", body(chance, codes))

        for calls, _web in sides:
            for _ in range(50):
                one(calls.name)
        for _ in range(SPELLS):
            for calls, web in sides:
                spell(calls, web, operations // SPELLS, lambda name=calls.name: one(name))  # type: ignore[misc]
    return compared("API: create and post one invoice of 3 lines", ours, floor)


def compared(title: str, ours: Calls, floor: Calls) -> bool:
    ratio, work = floor.seconds / ours.seconds, floor.cpu_ms / ours.cpu_ms
    good = ratio >= TARGET and ours.tail <= TAIL
    print(f"\n{title}")
    print(ours.told())
    print(floor.told())
    print(
        f"  ratio {ratio:.2f} of the floor by the clock, {work:.2f} by CPU (target {TARGET}); p99 is"
        f" {ours.tail:.1f} times p50 (at most {TAIL}, the floor's {floor.tail:.1f}): {'met' if good else 'MISSED'}"
    )
    return good


def bulk(world: World, token: str, *, repeats: int = 5) -> bool:
    """1,000 invoices in one call, against the service called with as many."""
    chance, codes = random.Random(6), list(codes_by_key(world).values())
    ours, floor = Calls("POST /api/v1/invoices/bulk"), Calls("service, 1,000 in one call")
    with gunicorn(port=choose_port(), workers=1) as web, company_scope(world.company.pk):
        caller = Caller(web, headers(token))

        def call() -> Answer:
            items = [body(chance, codes) for _ in range(BULK)]
            return posted(caller, "/api/v1/invoices/bulk", {"mode": "atomic", "items": items})

        call()
        by_service(Calls(""), world, chance)
        for _ in range(repeats):
            spell(ours, web, 1, call)
            by_service(floor, world, chance)
    ratio, work = floor.seconds / ours.seconds, floor.cpu_ms / ours.cpu_ms
    good = ratio >= BULK_TARGET
    print(f"\nbulk: {BULK:,} invoices of 3 lines a call")
    print(ours.told(BULK))
    print(floor.told(BULK))
    print(
        f"  ratio {ratio:.2f} of the service by the clock, {work:.2f} by CPU (target {BULK_TARGET}):"
        f" {'met' if good else 'MISSED'}"
    )
    return good


def by_service(calls: Calls, world: World, chance: random.Random) -> None:
    batch = [invoice(chance, chance.choice(world.customers), day=DAY) for _ in range(BULK)]
    counter = Counter()
    own, theirs, started = time.process_time(), postgres_cpu(), time.perf_counter()
    with connection.execute_wrapper(counter):
        enter(actor=world.actor, invoices=batch, post=True)
    took = time.perf_counter() - started
    calls.milliseconds.append(1_000 * took)
    calls.spells.append(took)
    calls.statements.append(counter.count)
    calls.web += time.process_time() - own
    calls.postgres += postgres_cpu() - theirs
