"""From which day a match may take effect: when its documents exist and its amounts are free (SPEC 15.2, Dates).

What was un-applied on a day was in use until then. A new match of it that took effect earlier would use the same
money twice on the days between, and the books would be wrong as of those days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from arledger.core.sql import fetch_all
from reconciliation.heads import Side

# What matches took of a line, day by day (an un-apply gives back); only lines with an un-apply need be asked.
MOVED = """
SELECT charge_line_id, date, sum(amount) FROM ledger_application
WHERE company_id = (SELECT %(company)s) AND charge_document_id = ANY(%(documents)s) AND charge_line_id = ANY(%(lines)s)
GROUP BY 1, 2
UNION ALL
SELECT credit_line_id, date, sum(amount) FROM ledger_application
WHERE company_id = (SELECT %(company)s) AND credit_document_id = ANY(%(documents)s) AND credit_line_id = ANY(%(lines)s)
GROUP BY 1, 2
"""


class Effect:
    """The days of matches that happen one after the other; read under the customers' locks."""

    def __init__(self, *, company_id: int, sides: Iterable[Side]) -> None:
        undone = {side.line: side for side in sides if side.undone}
        self._open = {key: side.open for key, side in undone.items()}
        self._moved: dict[int, dict[date, Decimal]] = {key: {} for key in undone}
        if undone:
            documents = sorted({side.document for side in undone.values()})
            parameters = {"company": company_id, "documents": documents, "lines": list(undone)}
            for line, day, amount in fetch_all(MOVED, parameters):
                self._moved[line][day] = amount

    def earliest(self, charge: Side, credit: Side, amount: Decimal) -> date:
        """The first day from which on both documents exist and ``amount`` of both lines is free every day."""
        return max(charge.date, credit.date, self._free(charge, amount), self._free(credit, amount))

    def take(self, charge: Side, credit: Side, amount: Decimal, day: date) -> None:
        """Let a match of ``amount`` happen on ``day``, for those that follow."""
        for line in (charge.line, credit.line):
            if line in self._open:
                self._open[line] -= amount
                self._moved[line][day] = self._moved[line].get(day, Decimal(0)) + amount

    def _free(self, side: Side, amount: Decimal) -> date:
        """Going back in time from what is open now, the day before which it was less than ``amount``."""
        before = self._open.get(side.line, side.open)
        for day, moved in sorted(self._moved.get(side.line, {}).items(), reverse=True):
            before += moved
            if before < amount:
                return day
        return side.date
