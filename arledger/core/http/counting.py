"""Counting that stays cheap: several sets in one statement, each only up to a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, transaction
from django.db.models import QuerySet, Value

from arledger.core.sql import execute, fetch_all

COUNT_LIMIT = 1_000
# Counts are an extra: a page does not wait longer for them.
COUNT_MILLISECONDS = 150
# Nor for totals, which look at every row of the list.
TOTAL_MILLISECONDS = 1_000
QUERY_CANCELED = "57014"

T = TypeVar("T")


IF_SHORT = "SELECT %s, CASE WHEN (SELECT rows FROM whole) <= {limit} THEN {counted} END"


def counts_if_short(whole: QuerySet[Any], sets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each set has if ``whole``, of which they are parts, has no more than ``COUNT_LIMIT``; else
    nothing, and nothing of them is read. One statement."""
    sql, parameters = _counted(whole)
    parts, values = [], [*parameters]
    for key, rows in sets.items():
        try:
            counted, own = _counted(rows)
        except EmptyResultSet:
            counted, own = "0", ()
        parts.append(IF_SHORT.format(limit=COUNT_LIMIT, counted=counted))
        values += [key, *own]
    found = fetch_all(f"WITH whole (rows) AS MATERIALIZED (SELECT {sql}) {' UNION ALL '.join(parts)}", values)
    return {key: count for key, count in found if count is not None}


def _counted(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    """A statement's part: how many rows there are, up to the limit. Raises EmptyResultSet."""
    sql, values = rows.values_list(Value(1))[: COUNT_LIMIT + 1].query.sql_with_params()
    return f"(SELECT count(*) FROM ({sql}) AS counted)", values  # noqa: S608  (Django's own SQL)


def capped_counts(sets: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each set has; ``COUNT_LIMIT + 1`` means "more": the database stops looking there.

    Rows are met in the order of the set: one in which many of them come early is counted early. Nothing when
    counting takes longer than ``COUNT_MILLISECONDS``.
    """
    counts = dict.fromkeys(sets, 0)
    parts: list[str] = []
    parameters: list[Any] = []
    for key, rows in sets.items():
        try:
            counted, values = _counted(rows)
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s, {counted}")
        parameters += [key, *values]
    if not parts:
        return counts
    found = in_time(COUNT_MILLISECONDS, lambda: fetch_all(" UNION ALL ".join(parts), parameters))
    return {} if found is None else counts | dict(found)


def in_time(milliseconds: int, read: Callable[[], T]) -> T | None:
    """What ``read`` reads, or None when one of its statements takes longer than that."""
    try:
        with transaction.atomic():
            execute(f"SET LOCAL statement_timeout = {milliseconds}")
            found = read()
            execute("RESET statement_timeout")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != QUERY_CANCELED:
            raise
        return None
    return found
