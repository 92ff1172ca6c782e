"""How a payment spreads over open charges: the same functions for the live preview and for posting (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from payments.errors import AppliedOverReceived, NotAnOpenCharge
from payments.inputs import PartInput
from reconciliation.open_items import OpenItem, payable
from reconciliation.waterfall import Spread, spread_document_amounts, waterfall


def distribute(part: PartInput, items: Sequence[OpenItem]) -> Spread:
    """Spread a part over the customer's open charges: typed amounts first, the rest by waterfall if asked.

    ``items`` come by due date and number. Raises NotAnOpenCharge, AppliedOverReceived, or the waterfall's
    refusals when a typed amount exceeds what is open.
    """
    lines = payable(items)
    documents = {line.document for line in lines}
    chosen = {*part.documents, *(d for d, amount in part.per_document.items() if amount)}
    typed = {line for line, amount in part.lines.items() if amount}
    if not chosen <= documents or not typed <= {line.line for line in lines}:
        raise NotAnOpenCharge(field="allocations")
    pins = spread_document_amounts(
        lines,
        {key: amount for key, amount in part.per_document.items() if key in documents},
        pinned={key: amount for key, amount in part.lines.items() if any(key == x.line for x in lines)},
    )
    total = sum(pins.values(), Decimal(0))
    if total > part.amount:
        raise AppliedOverReceived(
            field="amount", applied=total, received=part.amount, difference=total - part.amount
        )
    if part.auto:
        flowing = lines
    else:
        place = {document: index for index, document in enumerate(part.documents)}
        flowing = [line for line in lines if line.document in place or line.line in pins]
        flowing.sort(key=lambda line: place.get(line.document, len(place)))
        pins = {line.line: Decimal(0) for line in flowing if line.document not in place} | pins
    return waterfall(part.amount, flowing, pinned=pins)


def less(items: Iterable[OpenItem], spread: Spread) -> list[OpenItem]:
    """The items after a spread took its part, for the next receipt of the same call."""
    taken = {allocation.line: allocation.amount for allocation in spread.allocations}
    return [
        replace(item, open=item.open - taken[item.line]) if item.line in taken else item for item in items
    ]
