"""Where the embedded servers keep their files and sockets.

Normally all of it lies in the data folder (``./var``). Two things can forbid that: below a folder that only
root may enter, root's unprivileged servers cannot reach it (PITFALLS 2); and a socket's path may not exceed
about a hundred bytes (PITFALLS 3).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from arledger.local.binaries import Binaries, copy_binaries
from arledger.local.errors import LocalError
from arledger.local.identity import Identity

SOCKET_PATH_LIMIT = 100
SOCKET_NAME = ".s.PGSQL.5432"
SYSTEM_STATE = Path("/var/lib")


@dataclass(frozen=True)
class Place:
    """Folders and programs that the servers' user can use."""

    home: Path
    sockets: Path
    binaries: Binaries
    identity: Identity

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def valkey(self) -> Path:
        return self.home / "valkey"


def find_place(data_dir: Path, binaries: Binaries, identity: Identity) -> Place:
    """Make the folders, elsewhere than in ``data_dir`` where it must be. Raises LocalError."""
    data_dir.mkdir(parents=True, exist_ok=True)
    home = data_dir / "servers"
    home.mkdir(exist_ok=True)
    identity.own(home)
    if not identity.can_write(home):
        if identity.user is None:
            raise LocalError(f"{home} belongs to somebody else: run as that user, or set ARLEDGER_DATA.")
        home = _outside(data_dir, identity)
    if not (identity.can_run(binaries.program("postgres")) and identity.can_run(binaries.valkey)):
        shared = _outside(data_dir, identity)
        binaries = copy_binaries(binaries, shared / "programs")
        if not identity.can_run(binaries.program("postgres")):
            raise LocalError(
                f"PostgreSQL cannot be run from {shared}. Clone to a folder that every user may enter, "
                "or run as an ordinary user."
            )
    home.chmod(0o700)
    return Place(home, _socket_folder(home, identity), binaries, identity)


def _outside(data_dir: Path, identity: Identity) -> Path:
    """A folder of root's outside the closed one, named after the data folder, which keeps a link to it."""
    home = SYSTEM_STATE / f"arledger-{_digest(data_dir)}"
    home.mkdir(exist_ok=True)
    identity.own(home)
    if not identity.can_write(home):
        raise LocalError(
            f"The servers' user can use neither {data_dir} nor {home}. "
            "Clone to a folder that every user may enter, or run as an ordinary user."
        )
    link = data_dir / "servers-are-in"
    link.unlink(missing_ok=True)
    link.symlink_to(home)
    return home


def _socket_folder(home: Path, identity: Identity) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_LIMIT:
        folder = Path(tempfile.gettempdir()) / f"arledger-{os.geteuid()}-{_digest(home)}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), _uid(identity)}:
        raise LocalError(f"{folder} belongs to somebody else. Remove it.")
    identity.own(folder)
    folder.chmod(0o700)
    return folder


def _uid(identity: Identity) -> int:
    return identity.user.pw_uid if identity.user else os.geteuid()


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
