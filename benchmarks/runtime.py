"""A PostgreSQL of its own for benchmarks, durable like the product's, with a freshly migrated database."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from arledger.local import child
from arledger.local.servers import own_servers

ROOT = Path(__file__).resolve().parent.parent
# One per run: two runs at the same time leave each other alone.
DATA = ROOT / "var" / f"bench-{os.getpid()}"


@contextmanager
def database() -> Iterator[None]:
    """Start the servers, migrate, and point the environment at them; everything is removed afterwards."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True)
    running = []
    try:
        for server in own_servers(DATA, DATA):
            process = child.start(server.program)
            running.append((server.program, process))
            child.wait_until_ready(server.program, process)
            server.after_start()
            os.environ.update(server.addresses)
        os.environ |= {
            "ARLEDGER_SECRET_KEY": "benchmarks only",
            "ARLEDGER_DATA": str(DATA),
            "ARLEDGER_HTTPS": "0",
            "DJANGO_SETTINGS_MODULE": "arledger.settings",
        }
        migrate = [
            sys.executable,
            "manage.py",
            "migrate",
            "--database=owner",
            "--verbosity=0",
            "--skip-checks",
        ]
        subprocess.run(migrate, cwd=ROOT, check=True)
        yield
    finally:
        for program, process in reversed(running):
            child.stop(program, process)
        shutil.rmtree(DATA, ignore_errors=True)


def postgres_cpu() -> float:
    """CPU seconds used so far by the benchmark's PostgreSQL: living processes and their ended children."""
    total = 0.0
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or []
        if process.info["name"] == "postgres" and any(str(DATA) in part for part in command):
            family = [process, *process.children(recursive=True)]
            used = [member.cpu_times() for member in family if member.is_running()]
            total += sum(u.user + u.system for u in used)
            ended = process.cpu_times()
            total += ended.children_user + ended.children_system
    return total
