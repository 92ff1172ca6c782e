"""Folders for the file a program works on, and an end to those of programs that were killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

_PREFIX = "arledger-work-"


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder in the temporary directory, only for this program's user, gone at the end."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        yield Path(folder)


def remove_leftovers(before: datetime) -> int:
    """Remove the folders that nobody wrote to since ``before``; returns how many.

    Only a program killed by force leaves one behind. Those of another user of this machine stay.
    """
    gone = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if _is_left(folder, before):
            shutil.rmtree(folder, ignore_errors=True)
            gone += not folder.exists()
    return gone


def _is_left(folder: Path, before: datetime) -> bool:
    """A link is none, nor what another program has just taken away."""
    try:
        return (
            not folder.is_symlink()
            and folder.is_dir()
            and max(path.lstat().st_mtime for path in (folder, *folder.iterdir())) < before.timestamp()
        )
    except OSError:
        return False
