"""One child process: its own session, dying with its parent, found again after a crash."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from arledger.local.errors import LocalError
from arledger.local.identity import Identity

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def always_ready() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how to treat it.

    ``stop`` is the signal that ends it politely; ``orphan`` the one it gets when its parent dies. ``ready``
    tells whether it does its work; ``before`` clears what a killed predecessor left and runs ahead of every
    start.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    identity: Identity = field(default_factory=Identity)
    stop: signal.Signals = signal.SIGTERM
    orphan: signal.Signals = signal.SIGTERM
    ready: Callable[[], bool] = always_ready
    before: Callable[[], None] = lambda: None
    start_seconds: float = 60
    stop_seconds: float = 10


def start(program: Program) -> subprocess.Popen[bytes]:
    """Start it, its output appended to its log. Raises LocalError when it cannot be started at all."""
    program.before()
    parent = os.getpid()

    def in_child() -> None:
        # A shell that starts us in the background has these ignored, and that is inherited.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        # After the change of user, which would clear it again. The parent may have died in between.
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, program.orphan)
            if os.getppid() != parent:
                os._exit(1)

    try:
        with program.log.open("ab") as log:
            return subprocess.Popen(
                program.command,
                env=program.environment,
                cwd=program.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=in_child,
                **program.identity.popen_arguments(),
            )
    except OSError as error:
        raise LocalError(f"{program.name} cannot be started: {error}") from error


def wait_until_ready(program: Program, process: subprocess.Popen[bytes]) -> None:
    """Wait for its health gate. Raises LocalError with the end of its log when it ends or takes too long."""
    deadline = time.monotonic() + program.start_seconds
    while not program.ready():
        if process.poll() is not None:
            raise LocalError(f"{program.name} ended with {process.returncode}.\n{tail(program.log)}")
        if time.monotonic() > deadline:
            raise LocalError(
                f"{program.name} was not ready after {program.start_seconds:.0f} s.\n{tail(program.log)}"
            )
        time.sleep(POLL_SECONDS)


def stop(program: Program, process: subprocess.Popen[bytes]) -> None:
    """End it politely, with its whole session by force when that takes too long."""
    if process.poll() is None:
        process.send_signal(program.stop)
        try:
            process.wait(program.stop_seconds)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
            process.wait()
    else:
        kill_session(process.pid)


def kill_session(leader: int) -> None:
    """Kill what is left of a session: children of a killed worker must not work on beside the next one."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def living(pid: int) -> psutil.Process | None:
    """The process, unless it is gone or a zombie that nobody collects (PITFALLS 4)."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def end_process(process: psutil.Process, polite: signal.Signals, seconds: float) -> None:
    """End a process that is not our child, then whatever its session still holds."""
    try:
        process.send_signal(polite)
        gone = time.monotonic() + seconds
        while living(process.pid) is not None and time.monotonic() < gone:
            time.sleep(POLL_SECONDS)
    except psutil.NoSuchProcess:
        pass
    kill_session(process.pid)
