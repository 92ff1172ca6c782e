"""Set-based writing: one statement for one row or for a hundred thousand (DESIGN 4, batch first)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection


def fetch_all(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """Run a statement and return the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


# From so many rows on, sending them by COPY costs less than the table that it needs (row security forbids COPY
# into ours, PITFALLS 13a); a tenth of it when there are thousands.
COPY_FROM = 300


def insert_rows(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows`` in one statement; ``columns`` maps each column to its PostgreSQL type."""
    if not rows:
        return
    if len(rows) >= COPY_FROM and connection.in_atomic_block:
        _copy_rows(table, columns, rows)
        return
    names = ", ".join(columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    execute(
        f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _copy_rows(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """The same by way of a temporary table."""
    names = ", ".join(columns)
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied ({definition}) ON COMMIT DROP")
        with cursor.cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM copied")
        cursor.execute("DROP TABLE copied")


def next_ids(wanted: Mapping[str, int]) -> dict[str, list[int]]:
    """Draw primary keys for several tables in one statement: {table: how many} -> {table: keys}."""
    parts, parameters = [], []
    for table, count in wanted.items():
        parts.append(
            f"SELECT '{table}', nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, %s)"
        )
        parameters.append(count)
    keys: dict[str, list[int]] = {table: [] for table in wanted}
    for table, key in fetch_all(" UNION ALL ".join(parts), parameters):
        keys[table].append(key)
    return keys


def analyze(*tables: str) -> None:
    """Tell the planner what the tables hold now, during and after loads so large that its plans no longer fit.

    A table that somebody else is just looking after is left to him.
    """
    execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")
