"""Set-based writing: one statement for one row or for a hundred thousand (DESIGN 4, batch first)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.base import ModelState

Loaded = TypeVar("Loaded", bound=models.Model)

# PostgreSQL keeps the plan of a prepared statement only when it looks no dearer than one for the values at hand, and
# counts the keys of an array to tell. Out of a sub-select it cannot count them: the statement is planned once.
ANY_KEY = "ANY ((SELECT %s::bigint[])::bigint[])"


def fetch_all(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Read everything in the block as of one instant, whatever others commit meanwhile.

    In a transaction of its own; inside another one, which has read already, it changes nothing.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def fetch_planned(
    statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[tuple[Any, ...]]:
    """``fetch_all`` by a plan for these very values, never one kept for any.

    For reports: of a period and customers it does not know, PostgreSQL expects a handful of rows and then goes through
    thousands of them once for each.
    """
    connection.ensure_connection()
    session = connection.connection
    kept, session.prepare_threshold = session.prepare_threshold, None
    try:
        return fetch_all(statement, parameters)
    finally:
        session.prepare_threshold = kept


@contextmanager
def tables_joined_whole() -> Iterator[None]:
    """Have the statements of the block join tables as wholes, not by looking up row by row; in a transaction.

    For what reads most of a company's books: of one younger than the last ANALYZE the planner believes that its tables
    are empty, and would go through them once per row.
    """
    with transaction.atomic(savepoint=False):
        execute("SET LOCAL enable_nestloop = off")
        yield
        execute("SET LOCAL enable_nestloop TO DEFAULT")


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """Run a statement and return the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount


# From so many rows on, sending them by COPY costs less than the table that it needs (row security forbids COPY
# into ours, PITFALLS 13a); a tenth of it when there are thousands.
COPY_FROM = 300


# So many rows travel as plain parameters: as arrays they cost more to write down, to read and to plan.
AS_VALUES = 4


def given_rows(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """``rows`` as an item of FROM (it needs an alias) and its parameters; ``columns``: PostgreSQL type by name."""
    if len(rows) <= AS_VALUES:
        row = "(" + ", ".join([f"%s::{kind}" for kind in columns.values()]) + ")"
        return f"(VALUES {', '.join([row] * len(rows))})", [value for row in rows for value in row]
    arrays = ", ".join([f"%s::{kind}[]" for kind in columns.values()])
    return f"unnest({arrays})", [list(column) for column in zip(*rows, strict=True)]


def insert_rows(
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    *,
    same: Mapping[str, tuple[str, Any]] | None = None,
) -> None:
    """Insert ``rows`` in one statement; ``columns`` maps each column to its PostgreSQL type.

    ``same`` are further columns with the type and the value they have in every row: sent once.
    """
    if not rows:
        return
    shared = same or {}
    names = ", ".join([*shared, *columns])
    values = "".join([f"%s::{kind}, " for kind, _ in shared.values()])
    insert = f"INSERT INTO {table} ({names}) SELECT {values}given.* FROM"
    parameters = [value for _, value in shared.values()]
    if len(rows) >= COPY_FROM and connection.in_atomic_block:
        with _copied(columns, rows) as copied:
            execute(f"{insert} {copied} AS given", parameters)
        return
    given, more = given_rows(columns, rows)
    execute(f"{insert} {given} AS given", [*parameters, *more])


@contextmanager
def _copied(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """A temporary table that holds ``rows``."""
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied ({definition}) ON COMMIT DROP")
        with cursor.cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        yield "copied"
        cursor.execute("DROP TABLE copied")


def next_ids(wanted: Mapping[str, int]) -> dict[str, list[int]]:
    """Draw primary keys for several tables in one statement: {table: how many} -> {table: keys}."""
    parts = [
        f"ARRAY(SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence('{table}', 'id')::regclass OFFSET 0)"
        " AS s (name), generate_series(1, (SELECT %s::int)))"
        for table in wanted
    ]
    drawn = fetch_all("SELECT " + ", ".join(parts), list(wanted.values()))[0]
    return dict(zip(wanted, drawn, strict=True))


@cache
def columns_of(model: type[models.Model], alias: str) -> str:
    """The columns of a model's table, for a statement that ``loaded`` turns into instances."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


@cache
def _attributes(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def loaded(model: type[Loaded], values: Sequence[Any]) -> Loaded:
    """An instance from the values of ``columns_of``, as a queryset would give it."""
    return restored(model, dict(zip(_attributes(model), values, strict=True)))


def restored(model: type[Loaded], values: dict[str, Any]) -> Loaded:
    """An instance with these of its fields, as a queryset would give it.

    Put together as unpickling does it: a model's initializer takes five times as long.
    """
    instance = model.__new__(model)
    instance.__dict__ = values
    state = instance._state = ModelState()
    state.adding, state.db = False, connection.alias
    return instance


def analyze(*tables: str) -> None:
    """Tell the planner what the tables hold now, during and after loads so large that its plans no longer fit.

    A table that somebody else is just looking after is left to him.
    """
    execute(f"ANALYZE (SKIP_LOCKED) {', '.join(tables)}")
