"""Statements that a transaction of several verbs sends at its end, so that it takes the company's audit lock last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from arledger.core.sql import execute

Statement = tuple[str, Sequence[object]]

# What waits in the context that holds it.
_held: ContextVar[list[Statement] | None] = ContextVar("held", default=None)


@contextmanager
def held() -> Iterator[list[Statement]]:
    """Keep audit and outbox events back until the block ends; they follow in the order they happened.

    A verb takes locks in one order: customers, summary, number, audit head (DESIGN 2). The next verb of the same
    transaction begins anew, and would deadlock with a third party if the first had taken the audit head already. Use
    it inside that transaction; inside another block it hands over to that one. What ends in an exception is
    forgotten; clear the list it gives when the work is taken back without one.
    """
    statements: list[Statement] = []
    token = _held.set(statements)
    try:
        yield statements
    finally:
        _held.reset(token)
    for statement in statements:
        send(*statement)


def send(sql: str, parameters: Sequence[object]) -> None:
    """Execute a statement now, or when the block that holds it ends."""
    waiting = _held.get()
    if waiting is None:
        execute(sql, parameters)
    else:
        waiting.append((sql, parameters))
