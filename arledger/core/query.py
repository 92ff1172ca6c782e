"""Conditions of queries that Django cannot say as PostgreSQL reads them best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BooleanField, F, Func, Value


class KeyIn(Func):
    """The row's key is one of ``keys``: one array instead of thousands of parameters."""

    output_field = BooleanField()

    def __init__(self, keys: Iterable[int], field: str = "pk") -> None:
        super().__init__(F(field))
        self.keys = list(keys)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = compiler.compile(self.source_expressions[0])
        return f"({sql} = ANY(%s::bigint[]))", (*parameters, self.keys)


class KeyOf(Func):
    """The row's key is the one that ``name`` gives, a column of the statement around this query."""

    output_field = BooleanField()

    def __init__(self, name: str, field: str = "pk") -> None:
        super().__init__(F(field))
        self.name = name

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = compiler.compile(self.source_expressions[0])
        return f"({sql} = {self.name})", tuple(parameters)


class RowIs(Func):
    """``(a, b) < (x, y)`` as one range of an index; Django's own Q would compare column by column."""

    output_field = BooleanField()

    def __init__(self, operator: str, names: Sequence[str], values: Sequence[Any]) -> None:
        if operator not in ("<", ">"):
            raise ValueError(operator)
        super().__init__(*(F(name) for name in names), *(Value(value) for value in values))
        self.operator = operator

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **options: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        parameters = tuple(value for _, values in parts for value in values)
        return f"(({left}) {self.operator} ({right}))", parameters
