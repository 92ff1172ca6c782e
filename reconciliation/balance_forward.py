"""The rows of an account that moved its balance, as a statement brought forward lists them (SPEC 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciliation.report_rows import Row


def moving(rows: Sequence[Row]) -> list[Row]:
    """All but the pairs of contra entries, which cancel out.

    Of a match between two entities one of them is left where the rows are those of one entity: it moved the balance
    from one to the other.
    """
    contras = Counter(row.application for row in rows if row.contra)
    return [row for row in rows if not row.contra or contras[row.application] == 1]
