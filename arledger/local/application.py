"""The application's own processes: web, worker and beat, with their environment and health gates."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
from pathlib import Path

from arledger.local import processes
from arledger.local.child import Program
from arledger.local.errors import LocalError

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
PORTS_TRIED = 100


def choose_port() -> int:
    """ARLEDGER_PORT (8000), or the next port above it that nobody listens on. Raises LocalError."""
    try:
        wanted = int(os.environ.get("ARLEDGER_PORT") or "8000")
    except ValueError as error:
        raise LocalError("ARLEDGER_PORT must be a number.") from error
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise LocalError(f"No free port from {wanted} on. Set ARLEDGER_PORT to another one.")


def environment(data_dir: Path, addresses: dict[str, str]) -> dict[str, str]:
    """The environment of every Python process we start: ours, with what is missing filled in."""
    given = {name: value for name, value in os.environ.items() if value}
    values = addresses | {"DJANGO_SETTINGS_MODULE": "arledger.settings", "WEB_CONCURRENCY": "2"} | given
    values["ARLEDGER_DATA"] = str(data_dir)
    # Without bytecode the first start takes twice as long (PITFALLS 23).
    values.pop("PYTHONDONTWRITEBYTECODE", None)
    return values


def application_programs(data_dir: Path, logs: Path, values: dict[str, str], port: int) -> list[Program]:
    """Web, worker and beat, in the order they are started."""
    web = Program(
        name="web",
        command=[sys.executable, "-m", *processes.web(f"{HOST}:{port}")],
        environment=values | {"ARLEDGER_POOL": "1"},
        folder=ROOT,
        log=logs / "web.log",
        orphan=signal.SIGQUIT,
        ready=lambda: serves(port),
    )
    return [
        web,
        _celery("worker", processes.WORKER, signal.SIGQUIT, data_dir, logs, values),
        _celery("beat", processes.BEAT, signal.SIGTERM, data_dir, logs, values),
    ]


def serves(port: int) -> bool:
    """Whether the web process answers its health check."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _celery(
    name: str,
    arguments: list[str],
    orphan: signal.Signals,
    data_dir: Path,
    logs: Path,
    values: dict[str, str],
) -> Program:
    life = data_dir / f"{name}.life"
    return Program(
        name=name,
        command=[sys.executable, "-m", *arguments],
        environment=values | {"ARLEDGER_LIFE_FILE": str(life)},
        folder=ROOT,
        log=logs / f"{name}.log",
        orphan=orphan,
        before=lambda: life.unlink(missing_ok=True),
        ready=life.exists,
    )
