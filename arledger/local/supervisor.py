"""One foreground process that starts everything, keeps it running and stops it in order."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

from arledger.local import addresses, child
from arledger.local.application import HOST, ROOT, application_programs, choose_port, environment
from arledger.local.child import Program
from arledger.local.errors import LocalError
from arledger.local.prepare import compile_messages
from arledger.local.secrets import keep_secrets
from arledger.local.servers import own_servers

CHILDREN = "children.json"
LOOK_SECONDS = 0.25
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30
# A child that ran this long is healthy again: its next restart is immediate.
HEALTHY_SECONDS = 60
LOG_LIMIT_BYTES = 20_000_000
STOP_ORDER = ["beat", "worker", "web", "valkey", "postgres"]


class StopRequested(BaseException):
    """The person pressed Ctrl-C, or the system asks us to end."""


@dataclass
class Running:
    """One child as it is now. ``process`` is None while a restart waits for ``retry_at`` (monotonic)."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    pause: float = 0
    retry_at: float = 0


@dataclass
class Supervisor:
    """Runs an installation on ``data_dir`` until told to stop; ``say`` speaks to the person."""

    data_dir: Path
    say: Callable[[str], None]
    children: dict[str, Running] = field(default_factory=dict)

    def run(self) -> None:
        """Start, serve and, on a signal, stop. Raises LocalError when something cannot start."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        logs = self.data_dir / "log"
        logs.mkdir(exist_ok=True)
        with held_lock(self.data_dir), stop_signals():
            try:
                stop_orphans(self.data_dir)
                shorten(logs)
                self.start_all(logs)
                self.watch()
            except StopRequested:
                self.say("Stopping …")
            finally:
                ignore_signals()
                self.stop_all()

    def start_all(self, logs: Path) -> None:
        begun = time.monotonic()
        self.say("Starting the servers …")
        found: dict[str, str] = {
            "ARLEDGER_SECRET_KEY": keep_secrets(self.data_dir).django,
            "ARLEDGER_HTTPS": "0",
        }
        for server in own_servers(self.data_dir, logs):
            if not server.place.home.is_relative_to(self.data_dir):
                self.say(f"{server.program.name} keeps its data in {server.place.home}")
            self.start(server.program, wait=True)
            server.after_start()
            found |= server.addresses
        values = environment(self.data_dir, found)
        addresses.publish(
            self.data_dir, {name: values[name] for name in (*found, "DATABASE_URL", "REDIS_URL")}
        )
        compile_messages(ROOT / "locale")
        sign_in = self.prepare(values)
        port = choose_port()
        programs = application_programs(self.data_dir, logs, values, port)
        for program in programs:
            self.start(program, wait=False)
        for program in programs:
            self.wait(program)
        self.say(
            f"Arledger runs at http://{HOST}:{port} (ready after {time.monotonic() - begun:.0f} s)\n{sign_in}"
            f"Logs: {logs}   Stop: Ctrl-C"
        )

    def prepare(self, values: dict[str, str]) -> str:
        """Tables, static files, at first start the demo company; returns how to sign in to it."""
        digest = hashlib.sha256(values["DATABASE_URL"].encode()).hexdigest()[:12]
        kept = self.data_dir / f"sign-in-{digest}"
        wanted = values.get("ARLEDGER_DEMO", "1") != "0"
        demo = wanted and not kept.exists()
        self.say("Preparing the database and the demo company …" if demo else "Preparing the database …")
        command = [sys.executable, "-m", "arledger.local.prepare", *(["--demo"] if demo else [])]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=values,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise LocalError(f"The database cannot be prepared:\n{done.stdout}{done.stderr}")
        if demo:
            addresses.write_private(kept, done.stdout)
        return kept.read_text() if kept.exists() else ""

    def start(self, program: Program, *, wait: bool) -> None:
        running = self.children.setdefault(program.name, Running(program))
        running.process = child.start(program)
        running.started_at = time.monotonic()
        remember(self.data_dir, self.children)
        if wait:
            self.wait(program)

    def wait(self, program: Program) -> None:
        process = self.children[program.name].process
        if process is not None:
            child.wait_until_ready(program, process)

    def watch(self) -> NoReturn:
        """Start again whatever ends, at once at first, with growing pauses when it keeps ending."""
        while True:
            for running in self.children.values():
                if running.process is not None and running.process.poll() is not None:
                    self.note_end(running, running.process)
                if running.process is None and time.monotonic() >= running.retry_at:
                    self.restart(running)
            time.sleep(LOOK_SECONDS)

    def note_end(self, running: Running, process: subprocess.Popen[bytes]) -> None:
        child.kill_session(process.pid)
        if time.monotonic() - running.started_at > HEALTHY_SECONDS:
            running.pause = 0
        running.process = None
        running.retry_at = time.monotonic() + running.pause
        running.pause = min(max(running.pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self.say(f"{running.program.name} ended ({process.returncode}); starting it again.")

    def restart(self, running: Running) -> None:
        try:
            self.start(running.program, wait=False)
        except LocalError as error:
            running.retry_at = time.monotonic() + running.pause
            running.pause = min(max(running.pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self.say(str(error))

    def stop_all(self) -> None:
        for name in STOP_ORDER:
            running = self.children.get(name)
            if running is not None and running.process is not None:
                child.stop(running.program, running.process)
        (self.data_dir / CHILDREN).unlink(missing_ok=True)
        (self.data_dir / addresses.ADDRESSES).unlink(missing_ok=True)
        if self.children:
            self.say("Stopped.")


@contextmanager
def held_lock(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one supervisor. Raises LocalError when another one lives."""
    with (data_dir / addresses.LOCK).open("a") as lock:
        for attempt in range(20):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                # A command that only looks whether we live holds it for an instant.
                if attempt == 19:
                    raise LocalError(f"Arledger already runs on {data_dir}; see its terminal.") from None
                time.sleep(child.POLL_SECONDS)
        yield


@contextmanager
def stop_signals() -> Iterator[None]:
    def handle(number: int, frame: FrameType | None) -> None:
        ignore_signals()
        raise StopRequested

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)
    yield


def ignore_signals() -> None:
    """An impatient second Ctrl-C must not leave servers behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def remember(data_dir: Path, children: dict[str, Running]) -> None:
    """Write down who our children are, for the successor of a killed supervisor."""
    found = {}
    for name, running in children.items():
        if running.process is not None and (process := child.living(running.process.pid)) is not None:
            with contextlib.suppress(psutil.Error):
                found[name] = {
                    "pid": process.pid,
                    "created": process.create_time(),
                    "program": running.program.command[:3],
                    "signal": int(running.program.orphan),
                    "seconds": running.program.stop_seconds,
                }
    addresses.write_private(data_dir / CHILDREN, json.dumps(found))


def stop_orphans(data_dir: Path) -> None:
    """Stop what a killed supervisor left, after making sure that a number still means the same process."""
    try:
        found = json.loads((data_dir / CHILDREN).read_text())
    except (OSError, ValueError):
        return
    for name in STOP_ORDER:
        left = found.get(name)
        process = child.living(int(left["pid"])) if left else None
        if process is not None and is_ours(process, left["created"], left["program"]):
            child.end_process(process, signal.Signals(left["signal"]), left["seconds"])
    (data_dir / CHILDREN).unlink(missing_ok=True)


def is_ours(process: psutil.Process, created: float, program: list[str]) -> bool:
    try:
        same_birth = abs(process.create_time() - created) < 1
        line = process.cmdline()
    except psutil.Error:
        return False
    # Servers rewrite their own titles, so one of the words of the command is enough beside the birth.
    return same_birth and any(word in " ".join(line) for word in (Path(program[0]).name, *program[1:]))


def shorten(logs: Path) -> None:
    """Keep one older generation of a log that has grown large."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT_BYTES:
            os.replace(log, log.with_suffix(".old"))
