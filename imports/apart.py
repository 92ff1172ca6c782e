"""Rows of one document that do not follow each other: kept until the last of them was read (SPEC 14, docs/adr/0069)."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Sequence
from types import TracebackType

from arledger.core.csvfile import Row

TABLES = """
CREATE TABLE ends (document INTEGER PRIMARY KEY, row INTEGER) WITHOUT ROWID;
CREATE TABLE waiting (document INTEGER, row INTEGER, held BLOB, PRIMARY KEY (document, row)) WITHOUT ROWID;
"""


class Apart:
    """Which documents have rows in several places, and those of their rows that were read already.

    A document is named by its first row. However many rows wait, memory does not: a temporary file holds them.
    Used as a context, which throws the file away.
    """

    def __init__(self, header: Sequence[str]) -> None:
        self._header = header
        self._file: sqlite3.Connection | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def note(self, document: int, last: int) -> None:
        """More rows of the document were found, up to row ``last``."""
        if self._file is None:
            self._file = _opened()
        self._file.execute("INSERT OR REPLACE INTO ends VALUES (?, ?)", [document, last])

    def last(self, document: int) -> int:
        """Where a document with rows in several places ends; 0 for one whose rows follow each other."""
        if self._file is None:
            return 0
        found = self._file.execute("SELECT row FROM ends WHERE document = ?", [document]).fetchone()
        return int(found[0]) if found else 0

    def wait(self, document: int, rows: Sequence[Row]) -> None:
        """Keep rows of a document that has more to come."""
        if self._file is not None:
            self._file.executemany(
                "INSERT INTO waiting VALUES (?, ?, ?)", ((document, row.number, _kept(row)) for row in rows)
            )

    def taken(self, document: int) -> list[Row]:
        """The rows of the document that waited, in their order; they are forgotten here."""
        if self._file is None:
            return []
        found = self._file.execute(
            "SELECT row, held FROM waiting WHERE document = ? ORDER BY row", [document]
        ).fetchall()
        self._file.execute("DELETE FROM waiting WHERE document = ?", [document])
        return [self._row(number, held) for number, held in found]

    def _row(self, number: int, held: bytes) -> Row:
        # Our own bytes, out of a file without a name that lived as long as this object.
        cells, fault = pickle.loads(held)
        if fault is None:
            return Row(number, cells, dict(zip(self._header, cells, strict=True)))
        kind, field, row, values = fault
        return Row(number, cells, {}, kind(field=field, row=row, **values))


def _kept(row: Row) -> bytes:
    fault = row.fault
    return pickle.dumps((row.cells, fault and (type(fault), fault.field, fault.row, fault.values)))


def _opened() -> sqlite3.Connection:
    # Without a name: gone when it is closed; nothing of it needs to outlive a crash.
    file = sqlite3.connect("", isolation_level=None)
    file.execute("PRAGMA journal_mode = OFF")
    file.execute("PRAGMA synchronous = OFF")
    file.executescript(TABLES)
    file.execute("BEGIN")
    return file
