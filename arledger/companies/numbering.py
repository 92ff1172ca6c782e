"""Numbers without gaps: drawn late, from a locked counter row, inside the posting's transaction (SPEC 5)."""

from __future__ import annotations

from dataclasses import dataclass

from arledger.core.errors import NotFound
from arledger.core.sql import fetch_all


@dataclass(frozen=True, slots=True)
class Drawn:
    """Consecutive values of one sequence and how to write them."""

    sequence_id: int
    values: range
    prefix: str
    suffix: str
    width: int
    max_length: int

    def text(self, value: int) -> str:
        """The number people see, such as INV-00042."""
        return f"{self.prefix}{value:0{self.width}d}{self.suffix}"

    @property
    def texts(self) -> list[str]:
        return [self.text(value) for value in self.values]


def draw(*, company_id: int, sequence_id: int, count: int) -> Drawn:
    """Draw ``count`` consecutive values; the counter stays locked until the transaction ends.

    Raises NotFound for a sequence the company does not have.
    """
    rows = fetch_all(
        "UPDATE companies_numbersequence SET last_value = last_value + %s WHERE company_id = %s AND id = %s"
        " RETURNING last_value, prefix, suffix, width, max_length",
        [count, company_id, sequence_id],
    )
    if not rows:
        raise NotFound()
    last, prefix, suffix, width, limit = rows[0]
    return Drawn(sequence_id, range(last - count + 1, last + 1), prefix, suffix, width, limit)
