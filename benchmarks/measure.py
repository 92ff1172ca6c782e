"""Timing: medians of repeats, with SQL statements and CPU milliseconds per operation."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from benchmarks.runtime import postgres_cpu


@dataclass(frozen=True)
class Result:
    """One side of a comparison; ``seconds`` is the median of a repeat's time per operation."""

    name: str
    seconds: float
    best: float
    worst: float
    statements: float
    cpu_ms: float

    @property
    def rate(self) -> float:
        return 1 / self.seconds


class Counter:
    """Counts the statements of Django's connection; floors count their own."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def measure(name: str, operation: Callable[[], int | None], *, operations: int, repeats: int = 3) -> Result:
    """Run ``operation`` ``operations`` times per repeat, after one warm-up.

    It may return how many statements it ran; Django's are counted here (BEGIN and COMMIT included).
    """
    counter = Counter()
    times: list[float] = []
    statements = 0
    with connection.execute_wrapper(counter):
        operation()
        counter.count = 0
        cpu = time.process_time() + postgres_cpu()
        for _ in range(repeats):
            started = time.perf_counter()
            for _ in range(operations):
                statements += operation() or 0
            times.append((time.perf_counter() - started) / operations)
        cpu = time.process_time() + postgres_cpu() - cpu
    done = operations * repeats
    counted = statements / done if statements else counter.count / done + 2
    return Result(
        name, statistics.median(times), min(times), max(times), round(counted, 1), 1000 * cpu / done
    )


def report(
    title: str, ours: Result, floor: Result, *, target: float, per: int = 1, absolute: float = 0
) -> bool:
    """Print both sides and the ratio against the target; ``per`` is how many documents an operation makes."""
    ratio = floor.seconds / ours.seconds
    good = ratio >= target and ours.rate * per >= absolute
    print(f"\n{title}")
    for side in (ours, floor):
        print(
            f"  {side.name:<28} {side.rate * per:>10,.1f}/s   "
            f"(median {side.seconds * 1000:,.2f} ms, {side.best * 1000:,.2f} to {side.worst * 1000:,.2f})   "
            f"{side.statements:g} statements   {side.cpu_ms:,.2f} ms CPU"
        )
    wanted = f"target {target:.2f}" + (f" and {absolute:,.0f}/s" if absolute else "")
    print(f"  ratio {ratio:.2f} of the floor ({wanted}): {'met' if good else 'MISSED'}")
    return good
