"""Numbers without gaps: drawn late, from a locked counter row, inside the posting's transaction (SPEC 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from arledger.core.errors import NotFound
from arledger.core.sql import execute, fetch_all

# A number of more digits is a number of its own kind: no counter follows it.
MOST_DIGITS = 15


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


def value_of(text: str, prefix: str, suffix: str, width: int) -> int | None:
    """The value that a sequence would write as ``text``; None when it would never write that."""
    if not (text.startswith(prefix) and text.endswith(suffix) and len(text) > len(prefix) + len(suffix)):
        return None
    digits = text[len(prefix) : len(text) - len(suffix)]
    if not (digits.isascii() and digits.isdigit()) or not width <= len(digits) <= MOST_DIGITS:
        return None
    if len(digits) > width and digits.startswith("0"):
        return None
    return int(digits) or None


def beyond(*, company_id: int, given: Mapping[int, Iterable[str]]) -> dict[int, tuple[int, str]]:
    """Per sequence the highest of the numbers given elsewhere that it has still to come to: {sequence: (value, text)}.

    One statement; none when nothing is given. What the sequences would never write is left out.
    """
    if not given:
        return {}
    rows = fetch_all(
        "SELECT id, prefix, suffix, width, last_value FROM companies_numbersequence"
        " WHERE company_id = %s AND id = ANY(%s) AND style = 'numeric'",
        [company_id, sorted(given)],
    )
    found: dict[int, tuple[int, str]] = {}
    for key, prefix, suffix, width, last in rows:
        values = ((value_of(text, prefix, suffix, width), text) for text in given[key])
        highest = max(((value, text) for value, text in values if value is not None), default=None)
        if highest is not None and highest[0] > last:
            found[key] = highest
    return found


def pass_over(*, company_id: int, sequence_id: int, value: int, number: str, at: datetime) -> None:
    """Let a sequence go on after ``value``, which a document with the number ``number`` brought from elsewhere.

    What was passed over is written down as a jump (docs/adr/0038). A sequence that is there already stays as it is.
    The counter stays locked until the transaction ends.
    """
    execute(
        "WITH held AS MATERIALIZED ("
        " SELECT company_id, id, last_value FROM companies_numbersequence"
        " WHERE company_id = (SELECT %(company)s) AND id = %(sequence)s FOR NO KEY UPDATE"
        "), moved AS ("
        " UPDATE companies_numbersequence s SET last_value = %(value)s FROM held"
        " WHERE s.company_id = held.company_id AND s.id = held.id AND held.last_value < %(value)s"
        " RETURNING s.company_id, s.id, held.last_value + 1 AS first"
        ") INSERT INTO companies_numberjump (company_id, sequence_id, first, last, number, at)"
        " SELECT company_id, id, first, %(value)s, %(number)s, %(at)s FROM moved",
        {"company": company_id, "sequence": sequence_id, "value": value, "number": number, "at": at},
    )
