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


def insert_rows(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows`` in one statement; ``columns`` maps each column to its PostgreSQL type."""
    if not rows:
        return
    names = ", ".join(columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    execute(
        f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})",
        [list(column) for column in zip(*rows, strict=True)],
    )


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
    """Tell the planner what the tables hold now; after a load so large that its plans no longer fit."""
    execute(f"ANALYZE {', '.join(tables)}")
