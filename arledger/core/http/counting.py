"""Counting that stays cheap: several sets in one statement, each only up to a limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, transaction
from django.db.models import QuerySet, Value

from arledger.core.sql import execute, fetch_all

COUNT_LIMIT = 1_000
# Counts are an extra: a page does not wait longer for them.
COUNT_MILLISECONDS = 150
QUERY_CANCELED = "57014"


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
            sql, values = rows.values_list(Value(1))[: COUNT_LIMIT + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s, (SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608  (Django's own SQL)
        parameters += [key, *values]
    if not parts:
        return counts
    try:
        with transaction.atomic():
            execute(f"SET LOCAL statement_timeout = {COUNT_MILLISECONDS}")
            counts |= dict(fetch_all(" UNION ALL ".join(parts), parameters))
            execute("RESET statement_timeout")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != QUERY_CANCELED:
            raise
        return {}
    return counts
