"""The embedded PostgreSQL: made once, started as a direct child, reached through a private socket only."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from arledger.local.child import POLL_SECONDS, Program, living
from arledger.local.errors import LocalError
from arledger.local.place import Place
from arledger.local.secrets import Secrets

BOOTSTRAP = "arledger_bootstrap"
DATABASE = "arledger"
LEFTOVER_SECONDS = 10
# Durable, one machine, small: everything else is PostgreSQL's default.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
# For tests: what is lost with the machine is made again (PITFALLS 23).
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "on"}


def database_url(place: Place, user: str, password: str, database: str = DATABASE) -> str:
    """A libpq URL through the server's socket folder."""
    return f"postgresql://{user}:{quote(password)}@/{database}?host={quote(str(place.sockets), safe='')}"


def initialise(place: Place, secrets: Secrets) -> bool:
    """Make the cluster unless it exists, complete or not at all; whether it was made. Raises LocalError."""
    if place.postgres.exists():
        return False
    fresh = place.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place.sockets) as folder:
        password = Path(folder) / "password"
        password.write_text(secrets.bootstrap)
        place.identity.own(Path(folder))
        place.identity.own(password)
        done = subprocess.run(
            [
                place.binaries.program("initdb"),
                f"--pgdata={fresh}",
                f"--username={BOOTSTRAP}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--no-locale",
                "--no-instructions",
            ],
            cwd=place.home,
            env=server_environment(),
            capture_output=True,
            check=False,
            text=True,
            **place.identity.popen_arguments(),
        )
    if done.returncode != 0:
        raise LocalError(f"PostgreSQL's files cannot be made: {done.stderr}")
    fresh.rename(place.postgres)
    return True


def program(place: Place, secrets: Secrets, log: Path, settings: dict[str, str] | None = None) -> Program:
    """How to run the server. SIGINT is its fast stop: connections are closed, data is written."""
    chosen = SERVER_SETTINGS | {"unix_socket_directories": str(place.sockets)} | (settings or {})
    return Program(
        name="postgres",
        command=[
            str(place.binaries.program("postgres")),
            f"-D{place.postgres}",
            *(f"-c{name}={value}" for name, value in chosen.items()),
        ],
        environment=server_environment(),
        folder=place.home,
        log=log,
        identity=place.identity,
        stop=signal.SIGINT,
        orphan=signal.SIGINT,
        before=lambda: clear_leftovers(place.postgres),
        ready=lambda: answers(database_url(place, BOOTSTRAP, secrets.bootstrap, "postgres")),
        stop_seconds=20,
    )


def server_environment() -> dict[str, str]:
    """Only what a server needs: none of our secrets, and no PG* variable of the person who started us."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def make_roles(place: Place, secrets: Secrets) -> None:
    """Bring the roles, their passwords and the database to what roles.sql says. Raises LocalError."""
    done = subprocess.run(
        [
            place.binaries.program("psql"),
            "--no-psqlrc",
            "--quiet",
            f"--file={Path(__file__).with_name('roles.sql')}",
            database_url(place, BOOTSTRAP, "", "postgres"),
        ],
        env=server_environment()
        | {
            "PGPASSWORD": secrets.bootstrap,
            "ARLEDGER_OWNER_PASSWORD": secrets.owner,
            "ARLEDGER_WEB_PASSWORD": secrets.web,
        },
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        raise LocalError(f"The database roles cannot be made: {done.stderr}")


def clear_leftovers(folder: Path) -> None:
    """Make room after a kill -9: wait for orphaned backends, end them, drop the pid file of a dead server.

    PostgreSQL itself takes a zombie, or a stranger that got the old number, for a living server (PITFALLS 4).
    """
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while processes_in(folder):
        if time.monotonic() > deadline:
            for process in processes_in(folder):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGQUIT)
            deadline += LEFTOVER_SECONDS
        time.sleep(POLL_SECONDS)
    pid_file.unlink(missing_ok=True)


def processes_in(folder: Path) -> list[psutil.Process]:
    """The living server processes of a cluster: each of them works in its data folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == "postgres" and process.cwd() == str(folder) and living(process.pid):
                found.append(process)
    return found
