"""Real web processes for the rows that go through the door: gunicorn as the product starts it, one process or more.

``ours`` is the product's application, ``plain`` the floor of the API (``benchmarks.plain``); both say in a header how
many SQL statements a call ran.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psutil
from django.core.wsgi import get_wsgi_application
from django.db import connection

from arledger.local import child, processes
from arledger.local.application import HOST, serves
from arledger.local.child import Program
from benchmarks.measure import Counter
from benchmarks.runtime import DATA, ROOT

STATEMENTS = "X-Statements"
# The server hangs up a little later than this.
IDLE_SECONDS = 1.0
Start = Callable[..., Any]


def counted(
    application: Callable[[dict[str, Any], Start], Iterable[bytes]],
) -> Callable[..., Iterable[bytes]]:
    """The same application; each answer says how many statements it took (BEGIN and COMMIT are not among them)."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        counter = Counter()

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start(status, [*headers, (STATEMENTS, str(counter.count))], *more)

        with connection.execute_wrapper(counter):
            return application(environ, started)

    return answer


def application() -> Callable[..., Iterable[bytes]]:
    return counted(get_wsgi_application())


@dataclass
class Web:
    """A running gunicorn: where it listens, and what it has used."""

    port: int
    process: psutil.Process
    peaks: dict[int, int] = field(default_factory=dict)

    def cpu(self) -> float:
        """CPU seconds used so far by its processes."""
        used = [one.cpu_times() for one in self._family()]
        return float(sum(one.user + one.system for one in used))

    def memory(self) -> float:
        """MB that its processes hold beside each other now."""
        return sum(one.memory_info().rss for one in self._family()) / 1_000_000

    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def gunicorn(*, port: int, workers: int, settings: str = "arledger.settings") -> Iterator[Web]:
    """The web processes of the product with ``settings``, on ``port``; no limit of calls comes in the way."""
    arguments = [one for one in processes.web(f"{HOST}:{port}") if "wsgi" not in one]
    program = Program(
        name=f"web-{port}",
        command=[sys.executable, "-m", *arguments, "benchmarks.web:application()"],
        environment=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": settings,
            "ARLEDGER_POOL": "1",
            "WEB_CONCURRENCY": str(workers),
            "ARLEDGER_API_CALLS_PER_MINUTE": "100000000",
        },
        folder=ROOT,
        log=DATA / f"web-{port}.log",
        orphan=signal.SIGQUIT,
        ready=lambda: serves(port),
    )
    process = child.start(program)
    try:
        child.wait_until_ready(program, process)
        yield Web(port, psutil.Process(process.pid))
    finally:
        child.stop(program, process)


@dataclass(frozen=True)
class Answer:
    """What came back, and the milliseconds until it was read."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    milliseconds: float

    @property
    def statements(self) -> int:
        return int(self.headers.get(STATEMENTS, "0"))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Caller:
    """One connection kept open while it is used, as programs and browsers keep theirs."""

    def __init__(self, web: Web, headers: Mapping[str, str]) -> None:
        self.connection = http.client.HTTPConnection(HOST, web.port, timeout=120)
        self.headers = dict(headers)
        self.used = 0.0

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        started = time.perf_counter()
        if started - self.used > IDLE_SECONDS:
            self.connection.close()
        self.connection.request(method, path, body, self.headers | headers)
        found = self.connection.getresponse()
        content = found.read()
        self.used = time.perf_counter()
        return Answer(found.status, content, dict(found.headers), 1_000 * (self.used - started))

    def submit(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.call("POST", path, urlencode(fields).encode(), **kind)
