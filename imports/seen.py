"""Which numbers, keys and codes a file uses, and where: exact, in little memory however long the file is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import TracebackType

#: So many are kept in memory; from then on a temporary file of SQLite's own holds them.
IN_MEMORY = 50_000
BEGIN = "INSERT OR IGNORE INTO seen VALUES (?, ?, 0)"
NOTE = """
INSERT INTO seen VALUES (?1, ?2, 0) ON CONFLICT (name) DO UPDATE SET again = ?3 WHERE again = 0 AND first <> ?2
"""


class Seen:
    """Remembers which document has each name, by its first row, and where another one names it again.

    Used as a context, which throws the file away.
    """

    def __init__(self) -> None:
        self._few: dict[str, tuple[int, int]] = {}
        self._many: sqlite3.Connection | None = None

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._many is not None:
            self._many.close()

    def owner(self, column: str, text: str, row: int) -> int:
        """The first row of the document that has ``text``: ``row``, which is noted then, where none has it yet."""
        name = f"{column}\0{text}"
        if self._many is None:
            if name in self._few:
                return self._few[name][0]
        elif self._many.execute(BEGIN, (name.encode(), row)).rowcount == 0:
            return self.where(column, text)[0]
        else:
            return row
        self.note(column, text, row, row)
        return row

    def note(self, column: str, text: str, document: int, row: int) -> None:
        """``row`` names ``text``; it belongs to the document that begins in row ``document``."""
        name = f"{column}\0{text}"
        if self._many is not None:
            self._many.execute(NOTE, (name.encode(), document, row))
            return
        first, again = self._few.get(name, (document, 0))
        self._few[name] = (first, again or (row if document != first else 0))
        if len(self._few) >= IN_MEMORY:
            self._many = _moved(self._few)
            self._few = {}

    def where(self, column: str, text: str) -> tuple[int, int]:
        """The first row of the document that has ``text`` (0: none), and where another names it (0: nowhere)."""
        name = f"{column}\0{text}"
        if self._many is None:
            return self._few.get(name, (0, 0))
        with closing(
            self._many.execute("SELECT first, again FROM seen WHERE name = ?", [name.encode()])
        ) as found:
            first, again = found.fetchone() or (0, 0)
        return int(first), int(again)


def _moved(few: dict[str, tuple[int, int]]) -> sqlite3.Connection:
    # Without a name: a temporary file, gone when it is closed; nothing of it needs to outlive a crash.
    many = sqlite3.connect("", isolation_level=None)
    many.execute("PRAGMA journal_mode = OFF")
    many.execute("PRAGMA synchronous = OFF")
    many.execute("CREATE TABLE seen (name BLOB PRIMARY KEY, first INTEGER, again INTEGER) WITHOUT ROWID")
    many.execute("BEGIN")
    rows = ((name.encode(), first, again) for name, (first, again) in few.items())
    many.executemany("INSERT INTO seen VALUES (?, ?, ?)", rows)
    return many
