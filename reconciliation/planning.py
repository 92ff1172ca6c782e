"""How statements that read most of a company's books are planned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from arledger.core.sql import fetch_all, tables_joined_whole

# Reading so many documents as wholes takes a tenth of a second; statistics know of any company that has more.
FEW = 20_000
COUNT = "SELECT count(*) FROM (SELECT FROM ledger_document WHERE company_id = (SELECT %s) LIMIT %s) d"


@contextmanager
def planned_for(company_id: int) -> Iterator[None]:
    """Have a young company's tables joined as wholes: what PostgreSQL knows of others says that it has no rows."""
    if fetch_all(COUNT, [company_id, FEW])[0][0] < FEW:
        with tables_joined_whole():
            yield
    else:
        yield
