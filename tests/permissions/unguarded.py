"""The product with its own company filters switched off: row security is the only guard that is left (SPEC 4).

Every condition ``company_id = <a parameter>`` of every statement is made true on its way to the database, whoever wrote
it: the ORM, SQL by hand, a report. Joins between tables stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

ONE = r"(?:%\(\w+\)s|%s)"
GUARD = re.compile(
    rf'(?:"?\w+"?\.)?"?\bcompany_id"? (?:=|IN) (?:{ONE}|\(SELECT {ONE}\)|\(%s(?:, %s)*\))(?:::\w+)?'
)
ANY_GUARD = re.compile(r'\bcompany_id"?\s*(?:=|IN|<>|!=)\s*(?:ANY\s*)?\(?\s*(?:SELECT )?[%0-9]')
READING = re.compile(r"\s*(SELECT|WITH)\b", re.I)
WRITING = re.compile(
    r"\b(INSERT INTO|UPDATE \w|DELETE FROM|set_config|nextval|pg_get_serial_sequence)\b", re.I
)


@dataclass
class Unguarded:
    """The statements that lost a guard, each once with the parameters of its first run, and how many guards.

    ``left`` are statements that read with a guard of a form that is not known here.
    """

    statements: dict[str, Any] = field(default_factory=dict)
    guards: int = 0
    left: set[str] = field(default_factory=set)

    def without(self, sql: str) -> str:
        """The statement with each guard in a condition made true; where a row is written its company stays."""

        def opened(found: re.Match[str]) -> str:
            if sql[: found.start()].rstrip().endswith(("SET", ",")):
                return found[0]
            self.guards += 1
            return f"({found[0]} OR TRUE)"

        return GUARD.sub(opened, sql)

    def run(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not isinstance(sql, str):
            return execute(sql, params, many, context)
        opened = self.without(sql)
        if READING.match(sql) and not WRITING.search(sql):
            if opened != sql:
                self.statements.setdefault(opened, params)
            if ANY_GUARD.search(GUARD.sub("", sql)):
                self.left.add(sql)
        return execute(opened, params, many, context)


@contextmanager
def unguarded() -> Iterator[Unguarded]:
    """Switch off the company filters of everything inside."""
    found = Unguarded()
    with connection.execute_wrapper(found.run):
        yield found
