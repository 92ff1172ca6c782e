"""Whom the embedded servers run as: PostgreSQL refuses to be root, so for root somebody else."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Identity:
    """A user to become; ``user`` None means: stay who we are."""

    user: pwd.struct_passwd | None = None

    def popen_arguments(self) -> dict[str, Any]:
        """Keyword arguments for subprocess that make the child this user."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def can_run(self, program: Path) -> bool:
        """Whether the program starts as this user, below whatever folders it lies in."""
        try:
            done = subprocess.run(
                [program, "--version"], capture_output=True, check=False, **self.popen_arguments()
            )
        except OSError:
            return False
        return done.returncode == 0

    def can_write(self, folder: Path) -> bool:
        """Whether this user reaches the folder through its parents and may write there."""
        try:
            done = subprocess.run(["test", "-w", folder], check=False, **self.popen_arguments())
        except OSError:
            return False
        return done.returncode == 0


def server_identity(data_dir: Path) -> Identity:
    """Ourselves, or for root the owner of the data, the person behind sudo, or nobody."""
    if os.geteuid() != 0:
        return Identity()
    candidates: list[int] = []
    if (data_dir / "servers").exists():
        candidates.append((data_dir / "servers").stat().st_uid)
    candidates.append(int(os.environ.get("SUDO_UID", "0")))
    for uid in candidates:
        if uid != 0:
            try:
                return Identity(pwd.getpwuid(uid))
            except KeyError:
                continue
    return Identity(pwd.getpwnam(UNPRIVILEGED))
