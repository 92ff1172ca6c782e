"""Where a running local runtime can be reached, published for commands run beside it.

``make run`` writes the addresses and passwords it made to a file that only its owner may read, so that
``manage.py import_csv …`` in a second terminal needs no environment. The file counts while the supervisor
lives, which is told by the lock it holds. Imported by the settings: knows nothing of Django.
"""

from __future__ import annotations

import fcntl
import functools
import json
import os
from pathlib import Path

ADDRESSES = "addresses.json"
LOCK = "supervisor.lock"


@functools.cache
def published(data_dir: Path) -> dict[str, str]:
    """The environment of the local runtime that runs on ``data_dir``; empty when none does.

    Addresses of databases are left out when the environment names its own DATABASE_URL: a runtime login of
    one server and an owner login of another would migrate the wrong database.
    """
    values = read(data_dir)
    if os.environ.get("DATABASE_URL"):
        values = {name: value for name, value in values.items() if not name.startswith("DATABASE_")}
    return values


def read(data_dir: Path) -> dict[str, str]:
    """The published addresses as they are now, uncached; empty when no supervisor lives."""
    if not supervisor_lives(data_dir):
        return {}
    try:
        values = json.loads((data_dir / ADDRESSES).read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in values.items()}


def supervisor_lives(data_dir: Path) -> bool:
    """Whether a process holds the supervisor's lock, which the system frees however that process dies."""
    try:
        with (data_dir / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def publish(data_dir: Path, values: dict[str, str]) -> None:
    """Write the addresses for other commands of the same person to read."""
    write_private(data_dir / ADDRESSES, json.dumps(values, indent=1))


def write_private(path: Path, text: str) -> None:
    """Replace a file at once with text only its owner may read."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
