"""Company scope: which company's rows the database shows and accepts on this connection (DESIGN 2).

Row security reads ``arledger.company``; outside a scope it is empty and no company's row is visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus


@contextmanager
def company_scope(company_id: int, user_id: int | None = None) -> Iterator[None]:
    """Show exactly the rows of ``company_id`` until the block ends; then what was shown before.

    ``user_id`` additionally shows that person's own memberships in every company (choice of company).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('arledger.company', true), current_setting('arledger.user', true),"
            " set_config('arledger.company', %s, false), set_config('arledger.user', %s, false)",
            [str(company_id), str(user_id or "")],
        )
        company_before, user_before = cursor.fetchone()[:2]
    try:
        yield
    finally:
        restore(company_before or "", user_before or "")


@contextmanager
def user_scope(user_id: int) -> Iterator[None]:
    """Show one person's own memberships and nothing of any company; then what was shown before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('arledger.company', true), current_setting('arledger.user', true),"
            " set_config('arledger.company', '', false), set_config('arledger.user', %s, false)",
            [str(user_id)],
        )
        company_before, user_before = cursor.fetchone()[:2]
    try:
        yield
    finally:
        restore(company_before or "", user_before or "")


def restore(company: str, user: str) -> None:
    """Show again what was shown before; empty texts: nothing."""
    raw = connection.connection
    if raw is None or raw.closed or raw.info.transaction_status == TransactionStatus.INERROR:
        return  # the rollback that must follow takes the setting back with it
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('arledger.company', %s, false), set_config('arledger.user', %s, false)",
            [company, user],
        )
