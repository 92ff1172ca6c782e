"""What flows to the charges that a page does not draw: told in one sentence, posted exactly as it was told (ADR 0061).

The page carries a stamp of it. When the form is posted, what flows is worked out anew, and only counts when it has
the same stamp. Plain values in and out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b

from reconciliation.typed import Typed
from reconciliation.window import Documents

ZERO = Decimal(0)
STAMP = re.compile(r"([0-9]{1,18}):([0-9]{1,9}):([0-9]{1,15}(?:\.[0-9]{1,4})?):([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """The amounts of ``lines`` that the page of a ``customer`` does not draw, over so many ``documents``."""

    customer: int
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    documents: int = 0

    @cached_property
    def total(self) -> Decimal:
        return sum(self.lines.values(), ZERO)

    @cached_property
    def stamp(self) -> str:
        """Who gets how much over how many documents, and a digest of each line's amount; empty for nothing."""
        if not self.lines:
            return ""
        parts = ",".join(f"{line}={amount:.4f}" for line, amount in sorted(self.lines.items()))
        digest = blake2b(parts.encode(), digest_size=16).hexdigest()
        return f"{self.customer}:{self.documents}:{self.total:.4f}:{digest}"


def told(stamp: str, customer: int) -> Decimal:
    """What a page said that flows to charges of the customer that it did not draw; 0 when it said nothing."""
    found = STAMP.fullmatch(stamp)
    return Decimal(found[3]) if found and int(found[1]) == customer else ZERO


def beyond(
    customer: int,
    documents: Documents,
    drawn: Collection[int],
    typed: Typed,
    charges: Mapping[int, Decimal],
) -> Beyond:
    """What of ``charges`` (amounts by line) goes to documents that are not ``drawn`` without being fixed there."""
    lines: dict[int, Decimal] = {}
    count = 0
    for document, own in documents.items():
        if document in drawn or typed.fixed(f"d{document}"):
            continue
        found = {
            item.line: charges[item.line]
            for item in own
            if charges.get(item.line) and not typed.fixed(f"l{item.line}")
        }
        lines |= found
        count += bool(found)
    return Beyond(customer=customer, lines=lines, documents=count)
