"""Which numbers, keys and codes of a file were used, and where: exact, in little memory however long the file is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import TracebackType

#: So many are kept in memory; from then on a temporary file of SQLite's own holds them.
IN_MEMORY = 50_000


class Seen:
    """Remembers the row in which each name was seen first. Used as a context, which throws the file away."""

    def __init__(self) -> None:
        self._few: dict[str, int] = {}
        self._many: sqlite3.Connection | None = None

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._many is not None:
            self._many.close()

    def first(self, column: str, text: str, row: int) -> int:
        """The row in which ``text`` was seen first in ``column``: ``row``, unless it was seen before."""
        name = f"{column}\0{text}"
        if self._many is None:
            found = self._few.setdefault(name, row)
            if len(self._few) >= IN_MEMORY:
                self._many = _moved(self._few)
                self._few = {}
            return found
        return _first(self._many, name, row)


def _first(many: sqlite3.Connection, name: str, row: int) -> int:
    key = name.encode()
    with closing(many.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, row))) as done:
        if done.rowcount == 1:
            return row
    with closing(many.execute("SELECT row FROM seen WHERE name = ?", (key,))) as found:
        return int(found.fetchone()[0])


def _moved(few: dict[str, int]) -> sqlite3.Connection:
    # Without a name: a temporary file, gone when it is closed; nothing of it needs to outlive a crash.
    many = sqlite3.connect("", isolation_level=None)
    many.execute("PRAGMA journal_mode = OFF")
    many.execute("PRAGMA synchronous = OFF")
    many.execute("CREATE TABLE seen (name BLOB PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID")
    many.execute("BEGIN")
    many.executemany("INSERT INTO seen VALUES (?, ?)", ((name.encode(), row) for name, row in few.items()))
    return many
