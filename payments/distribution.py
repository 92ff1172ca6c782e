"""How a payment spreads over open charges: the same functions for the live preview and for posting (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arledger.core.errors import Refusal, Refusals
from payments.errors import (
    AmountBelowZero,
    AppliedOverReceived,
    ChargeGone,
    LinesOverDocument,
    NotAnOpenCharge,
    NotThatMuchOpen,
    SelectedByDrafts,
)
from payments.inputs import PartInput
from reconciliation.open_items import OpenItem, payable
from reconciliation.waterfall import Spread, spread_document_amounts, waterfall

ZERO = Decimal(0)
Documents = Mapping[int, Sequence[OpenItem]]


def distribute(part: PartInput, items: Sequence[OpenItem]) -> Spread:
    """Spread a part over the customer's open charges: typed amounts first, the rest by waterfall if asked.

    ``items`` come by due date and number. Raises what ``faults`` finds (several as Refusals), or
    AppliedOverReceived.
    """
    found = faults(part, items)
    if found:
        raise found[0] if len(found) == 1 else Refusals(found)
    lines = payable(items)
    open_lines = {line.line for line in lines}
    open_documents = {line.document for line in lines}
    pins = spread_document_amounts(
        lines,
        {key: amount for key, amount in part.per_document.items() if key in open_documents},
        pinned={key: amount for key, amount in part.lines.items() if key in open_lines},
    )
    total = sum(pins.values(), ZERO)
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
        pins = {line.line: ZERO for line in flowing if line.document not in place} | pins
    return waterfall(part.amount, flowing, pinned=pins)


def faults(part: PartInput, items: Sequence[OpenItem]) -> list[Refusal]:
    """Why typed amounts cannot be used: a refusal for each, naming the document and what is left of it.

    ``document`` or ``line`` in a refusal's values is the key of what the amount was typed for, the other None.
    """
    by_line = {item.line: item for item in items}
    documents: dict[int, list[OpenItem]] = {}
    for item in items:
        documents.setdefault(item.document, []).append(item)
    found = [_line_fault(key, amount, by_line.get(key), documents) for key, amount in part.lines.items()]
    found += [_document_fault(key, part, documents.get(key, [])) for key in part.per_document]
    found += [
        NotAnOpenCharge(field="allocations", document=key, line=None)
        for key in part.documents
        if not any(item.available for item in documents.get(key, []))
    ]
    return [fault for fault in found if fault]


def _line_fault(key: int, amount: Decimal, item: OpenItem | None, documents: Documents) -> Refusal | None:
    place: dict[str, Any] = {"document": None, "line": key, "amount": amount}
    if amount < 0:
        return AmountBelowZero(field="allocations", **place)
    if item is None:
        return NotAnOpenCharge(field="allocations", **place) if amount else None
    name = item.number
    if len(documents[item.document]) > 1:
        name = _("%(number)s, line %(position)s") % {"number": item.number, "position": item.position}
    return _too_much(name, amount, item.available, item.reserved, place)


def _document_fault(key: int, part: PartInput, items: Sequence[OpenItem]) -> Refusal | None:
    amount = part.per_document[key]
    place: dict[str, Any] = {"document": key, "line": None, "amount": amount}
    if amount < 0:
        return AmountBelowZero(field="allocations", **place)
    if not items:
        return NotAnOpenCharge(field="allocations", **place) if amount else None
    typed = {item.line: part.lines[item.line] for item in items if item.line in part.lines}
    total = sum(typed.values(), ZERO)
    if total > amount:
        return LinesOverDocument(field="allocations", number=items[0].number, total=total, **place)
    reachable = sum((typed.get(item.line, item.available) for item in items), ZERO)
    return _too_much(items[0].number, amount, reachable, sum((i.reserved for i in items), ZERO), place)


def _too_much(
    name: str, amount: Decimal, left: Decimal, reserved: Decimal, place: Mapping[str, Any]
) -> Refusal | None:
    if amount <= left:
        return None
    if not left:
        gone = SelectedByDrafts if reserved else ChargeGone
        return gone(field="allocations", number=name, reserved=reserved, **place)
    return NotThatMuchOpen(field="allocations", number=name, open=left, **place)


@dataclass(frozen=True)
class Preview:
    """A part as a page shows it while it is typed: it may still be wrong.

    ``spread`` is what would be posted if ``faults`` is empty and ``spread.remainder`` is not negative. Until
    then amounts that cannot be used count as far as they can, and nothing flows around more than was received.
    """

    spread: Spread
    faults: tuple[Refusal, ...]


def preview(part: PartInput, items: Sequence[OpenItem]) -> Preview:
    """Spread a part as ``distribute`` does, without raising. ``part.documents`` must be open ones."""
    found = faults(part, items)
    usable = _usable(part, items, found) if found else part
    try:
        return Preview(distribute(usable, items), tuple(found))
    except AppliedOverReceived as over:
        fixed = replace(usable, amount=over.values["applied"], documents=(), auto=False)
        allocations = distribute(fixed, items).allocations
        return Preview(Spread(allocations, part.amount - over.values["applied"]), tuple(found))


def _usable(part: PartInput, items: Sequence[OpenItem], found: Sequence[Refusal]) -> PartInput:
    """The part with each amount that cannot be used brought down to what is there."""
    wrong = {fault.values["line"] for fault in found}
    left = {item.line: item.available for item in items}
    lines = {
        key: max(ZERO, min(amount, left[key])) if key in wrong else amount
        for key, amount in part.lines.items()
        if key in left
    }
    low: dict[int, Decimal] = {}
    high: dict[int, Decimal] = {}
    for item in items:
        low[item.document] = low.get(item.document, ZERO) + lines.get(item.line, ZERO)
        high[item.document] = high.get(item.document, ZERO) + lines.get(item.line, item.available)
    per_document = {
        key: max(low[key], min(amount, high[key])) for key, amount in part.per_document.items() if key in low
    }
    return replace(part, lines=lines, per_document=per_document)


def less(items: Iterable[OpenItem], spread: Spread) -> list[OpenItem]:
    """The items after a spread took its part, for the next receipt of the same call."""
    taken = {allocation.line: allocation.amount for allocation in spread.allocations}
    return [
        replace(item, open=item.open - taken[item.line]) if item.line in taken else item for item in items
    ]
