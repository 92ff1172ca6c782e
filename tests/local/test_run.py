"""The one command, for real: it starts, is killed in every way, recovers, and stops."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import structlog

from arledger.core.tasks import run_job
from arledger.local.valkey import free_port
from tests.servers import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.long]

PATIENCE_SECONDS = 300
NAMES = ["postgres", "valkey", "web", "worker", "beat"]


class Runtime:
    """``python -m arledger.local run`` on a folder of its own."""

    def __init__(self, data: Path, extra: dict[str, str]) -> None:
        self.data = data
        self.port = free_port()
        own = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ARLEDGER_SECRET_KEY"}
        inherited = {name: value for name, value in os.environ.items() if name not in own}
        self.environment = inherited | {
            "ARLEDGER_DATA": str(data),
            "ARLEDGER_PORT": str(self.port),
            "ARLEDGER_DEMO": "0",
            "WEB_CONCURRENCY": "1",
        }
        self.command_environment = self.environment | extra
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        with (self.data / "said").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "arledger.local", "run"],
                cwd=ROOT,
                env=self.command_environment,
                stdout=said,
                stderr=said,
                text=True,
            )
        wait_for(lambda: "Arledger runs at" in self.said() or self.ended())
        assert not self.ended(), self.said()

    def said(self) -> str:
        return (self.data / "said").read_text()

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def children(self) -> dict[str, int]:
        kept = json.loads((self.data / "children.json").read_text())
        return {name: child["pid"] for name, child in kept.items()}

    def ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(PATIENCE_SECONDS)

    def left_over(self) -> list[str]:
        """Living processes that work on this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and str(self.data) in " ".join(
                    [*process.cmdline(), process.environ().get("ARLEDGER_DATA", "")]
                ):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def start_runtime(open_folder: Path) -> Iterator[Callable[..., Runtime]]:
    made: list[Runtime] = []

    def make(**extra: str) -> Runtime:
        runtime = Runtime(open_folder, extra)
        made.append(runtime)
        runtime.start()
        return runtime

    yield make
    for runtime in made:
        if not runtime.ended():
            runtime.signal(signal.SIGTERM)


class Poster:
    """A process that posts without a break; what it wrote down was acknowledged."""

    def __init__(self, runtime: Runtime) -> None:
        self.file = runtime.data / "acknowledged"
        with self.file.open("w") as acknowledged:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.local.poster", "killed"],
                cwd=ROOT,
                env=runtime.environment,
                stdout=acknowledged,
            )

    def numbers(self) -> list[list[str]]:
        return [
            line.split() for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")
        ]

    def wait_for_more(self) -> None:
        target = len(self.numbers()) + 10
        wait_for(lambda: len(self.numbers()) >= target or self.process.poll() is not None)
        assert self.process.poll() is None

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def books_of(data: Path, statement: str) -> list[tuple[object, ...]]:
    """What the books of the poster's company say, read as the application."""
    url = json.loads((data / "addresses.json").read_text())["DATABASE_URL"]
    with psycopg.connect(url, options="-c role=arledger_app") as connection:
        ((company,),) = connection.execute(
            "SELECT id FROM companies_company WHERE code = 'killed'"
        ).fetchall()
        connection.execute("SELECT set_config('arledger.company', %s, false)", [str(company)])
        return connection.execute(statement).fetchall()


def assert_nothing_is_lost(data: Path, acknowledged: list[list[str]]) -> None:
    posted = books_of(data, "SELECT kind, number FROM ledger_document WHERE state <> 'draft'")
    for position, kind in enumerate(("invoice", "payment")):
        numbers = {number for found, number in posted if found == kind}
        assert {pair[position] for pair in acknowledged} <= numbers
        # Gap-free: what was drawn and not committed was given back.
        assert sorted(int(re.sub(r"\D", "", str(number))) for number in numbers) == list(
            range(1, len(numbers) + 1)
        )


def test_it_survives_every_kill_and_stops_cleanly(start_runtime: Callable[..., Runtime]) -> None:
    runtime = start_runtime()
    assert runtime.ready()
    assert f"http://127.0.0.1:{runtime.port}" in runtime.said()

    poster = Poster(runtime)
    poster.wait_for_more()
    before = runtime.children()
    assert sorted(before) == sorted(NAMES)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not set(before.values()) & set(runtime.children().values()))
    wait_for(lambda: len(runtime.children()) == len(NAMES) and runtime.ready())
    poster.wait_for_more()
    assert_nothing_is_lost(runtime.data, poster.numbers())

    # A command in a second terminal finds the servers by itself.
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--database=owner", "--check"],
        cwd=ROOT,
        env=runtime.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr

    poster.wait_for_more()
    runtime.signal(signal.SIGKILL)
    poster.stop()
    runtime.start()
    wait_for(runtime.ready)
    assert_nothing_is_lost(runtime.data, poster.numbers())
    assert not set(before.values()) & set(runtime.children().values())

    runtime.signal(signal.SIGINT)
    assert runtime.process is not None
    assert runtime.process.returncode == 0
    assert runtime.said().rstrip().endswith("Stopped.")
    assert runtime.left_over() == []
    assert not (runtime.data / "addresses.json").exists()


def test_with_servers_named_it_starts_none(
    start_runtime: Callable[..., Runtime], committed_environment: dict[str, str]
) -> None:
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    runtime = start_runtime(**{name: committed_environment[name] for name in names})
    assert runtime.ready()
    assert sorted(runtime.children()) == ["beat", "web", "worker"]
    assert not (runtime.data / "servers").exists()

    # The worker takes tasks, and its log lines carry the id of the request that caused them.
    with structlog.contextvars.bound_contextvars(request_id="request-18"):
        run_job.apply_async(args=(0,))
    wait_for(lambda: "request-18" in (runtime.data / "log" / "worker.log").read_text())

    runtime.signal(signal.SIGTERM)
    assert runtime.left_over() == []
