"""How cash and credits spread over open charges (SPEC 7, 8): one function for the live preview and for posting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from arledger.core.errors import Refusal, refuse
from ledger.errors import NamedTwice
from reconciliation.consuming import USUAL, Mix, Rules, Spendable, mix
from reconciliation.errors import (
    AmountBelowZero,
    AppliedOverFunds,
    AppliedOverReceived,
    ChargeGone,
    CreditGone,
    CreditNotNeeded,
    CreditOfOtherEntity,
    LinesOverDocument,
    NotAnOpenCharge,
    NotAnOpenCredit,
    NotThatMuchOpen,
    SelectedByDrafts,
)
from reconciliation.open_credits import CreditItem
from reconciliation.open_items import Item, OpenItem, payable
from reconciliation.plans import Plan
from reconciliation.waterfall import OpenLine, spread_document_amounts

ZERO = Decimal(0)


@dataclass(frozen=True)
class Typed:
    """The amounts typed for one side, by line and by document; ``field`` names the input they stand in."""

    field: str
    lines: Mapping[int, Decimal]
    per_document: Mapping[int, Decimal]
    missing: type[Refusal]
    gone: type[Refusal]


def distribute(
    plan: Plan, items: Sequence[OpenItem], credits: Sequence[CreditItem] = (), *, rules: Rules = USUAL
) -> Mix:
    """Spread cash and credits over the customer's open charges: typed amounts first, the rest by waterfall if asked.

    ``items`` come by due date and number, ``credits`` oldest first. Raises what ``faults`` finds (several as
    Refusals), AppliedOverReceived, AppliedOverFunds, CreditNotNeeded or CreditOfOtherEntity.
    """
    refuse(faults(plan, items, credits))
    mixed = _mixed(plan, items, credits, rules)
    refuse([*_unused(plan, mixed, items, credits, rules), *_of_others(plan, items, credits, rules)])
    if mixed.cash.remainder < 0:
        raise _over(plan, mixed)
    return mixed


def _mixed(plan: Plan, items: Sequence[OpenItem], credits: Sequence[CreditItem], rules: Rules) -> Mix:
    """What becomes of a plan without faults."""
    lines = payable(items)
    pins = _pins(plan.lines, plan.per_document, lines)
    if not plan.auto:
        place = {document: index for index, document in enumerate(plan.documents)}
        lines = [line for line in lines if line.document in place or line.line in pins]
        lines.sort(key=lambda line: place.get(line.document, len(place)))
        pins = {line.line: ZERO for line in lines if line.document not in place} | pins
    entities = {item.line: item.entity for item in items}
    return mix(plan.amount, _spendable(plan, credits), lines, entities, pinned=pins, rules=rules)


def _pins(
    typed: Mapping[int, Decimal], per_document: Mapping[int, Decimal], lines: Sequence[OpenLine]
) -> dict[int, Decimal]:
    """What was typed as amounts per line; a 0 typed for something that is not open any more says nothing."""
    keys, documents = {line.line for line in lines}, {line.document for line in lines}
    return spread_document_amounts(
        lines,
        {key: amount for key, amount in per_document.items() if key in documents},
        pinned={key: amount for key, amount in typed.items() if key in keys},
    )


def _spendable(plan: Plan, credits: Sequence[CreditItem]) -> list[Spendable]:
    """The credits of the plan, each line with what may be used of it."""
    typed = _typed_credits(plan)
    pins = _pins(typed.lines, typed.per_document, payable(credits))
    offered = {use.line or -use.document for use in plan.credits if use.amount is None}
    return [
        Spendable(
            line=item.line,
            amount=pins.get(item.line, item.available),
            entity=item.entity,
            rank=item.kind.rank,
            date=item.date,
            number=item.number or "",
            position=item.position,
            fixed=item.line in pins,
        )
        for item in credits
        if item.available > 0 and (item.line in pins or item.line in offered or -item.document in offered)
    ]


def _typed_credits(plan: Plan) -> Typed:
    """Raises NamedTwice when a document or a line is named again."""
    if len({(use.document, use.line) for use in plan.credits}) < len(plan.credits):
        raise NamedTwice()
    lines = {use.line: use.amount for use in plan.credits if use.line and use.amount is not None}
    documents = {use.document: use.amount for use in plan.credits if not use.line and use.amount is not None}
    return Typed("credits", lines, documents, NotAnOpenCredit, CreditGone)


def _over(plan: Plan, mixed: Mix) -> Refusal:
    """More was typed for charges than there is to pay them with."""
    lacking, applied = -mixed.cash.remainder, sum(mixed.charges.values(), ZERO)
    if not plan.credits:
        return AppliedOverReceived(field="amount", applied=applied, received=plan.amount, difference=lacking)
    return AppliedOverFunds(field="amount", applied=applied, funds=applied - lacking, difference=lacking)


def _unused(
    plan: Plan, mixed: Mix, items: Sequence[OpenItem], credits: Sequence[CreditItem], rules: Rules
) -> list[Refusal]:
    """What was typed for credits and no charge takes."""
    if not mixed.unused:
        return []
    chosen = [item for item in items if item.available and _is_chosen(plan, item)]
    found: list[Refusal] = []
    for credit in credits:
        if credit.line not in mixed.unused:
            continue
        place: dict[str, Any] = {"field": "credits", "document": credit.document, "line": None}
        if rules.own_entity_only and chosen and all(item.entity != credit.entity for item in chosen):
            found.append(CreditOfOtherEntity(credit=credit.name, charge=chosen[0].name, **place))
            continue
        used = mixed.used.get(credit.line, ZERO)
        amount = used + mixed.unused[credit.line]
        found.append(CreditNotNeeded(number=credit.name, used=used, amount=amount, **place))
    return found


def _of_others(
    plan: Plan, items: Sequence[OpenItem], credits: Sequence[CreditItem], rules: Rules
) -> list[Refusal]:
    """Credits named without an amount of which nothing can be used, because all charges named are of other entities.

    Where no charges are named, credits are offered for whatever they fit.
    """
    if plan.auto or not rules.own_entity_only:
        return []
    chosen = [item for item in items if item.available and _is_chosen(plan, item)]
    entities = {item.entity for item in chosen}
    if not chosen:
        return []
    offered = {use.line or -use.document for use in plan.credits if use.amount is None}
    found: dict[int, Refusal] = {}
    for credit in credits:
        named = credit.line in offered or -credit.document in offered
        if named and credit.available > 0 and credit.entity not in entities:
            found[credit.document] = CreditOfOtherEntity(
                credit=credit.name,
                charge=chosen[0].name,
                field="credits",
                document=credit.document,
                line=None,
            )
    return list(found.values())


def _is_chosen(plan: Plan, item: OpenItem) -> bool:
    named = item.document in plan.documents or plan.per_document.get(item.document)
    return bool(plan.auto or named or plan.lines.get(item.line))


def faults(plan: Plan, items: Sequence[OpenItem], credits: Sequence[CreditItem] = ()) -> list[Refusal]:
    """Why amounts cannot be used: a refusal for each, naming the document and what is left of it.

    ``document`` or ``line`` in a refusal's values is the key of what the amount was typed for, the other None;
    ``field`` says on which side: ``allocations`` or ``credits``.
    """
    documents = _by_document(items)
    found = _faults(
        Typed("allocations", plan.lines, plan.per_document, NotAnOpenCharge, ChargeGone), documents
    )
    found += [
        NotAnOpenCharge(field="allocations", document=key, line=None)
        for key in plan.documents
        if not any(item.available for item in documents.get(key, []))
    ]
    if not plan.credits:
        return found
    own = _by_document(credits)
    known = {item.line for item in credits}
    found += _faults(_typed_credits(plan), own)
    found += [
        NotAnOpenCredit(field="credits", document=use.document or None, line=use.line or None)
        for use in plan.credits
        if use.amount is None and (use.line not in known if use.line else use.document not in own)
    ]
    return found


def _by_document(items: Iterable[Item]) -> dict[int, list[Item]]:
    documents: dict[int, list[Item]] = {}
    for item in items:
        documents.setdefault(item.document, []).append(item)
    return documents


def _faults(typed: Typed, documents: Mapping[int, Sequence[Item]]) -> list[Refusal]:
    by_line = {item.line: item for own in documents.values() for item in own}
    found = [_line_fault(typed, key, by_line.get(key), documents) for key in typed.lines]
    found += [_document_fault(typed, key, documents.get(key, ())) for key in typed.per_document]
    return [fault for fault in found if fault]


def _line_fault(
    typed: Typed, key: int, item: Item | None, documents: Mapping[int, Sequence[Item]]
) -> Refusal | None:
    amount = typed.lines[key]
    place: dict[str, Any] = {"field": typed.field, "document": None, "line": key, "amount": amount}
    if amount < 0:
        return AmountBelowZero(**place)
    if item is None:
        return typed.missing(**place) if amount else None
    name = item.name
    if len(documents[item.document]) > 1:
        name = _("%(number)s, line %(position)s") % {"number": item.name, "position": item.position}
    return _too_much(typed, name, item.available, item.reserved, place)


def _document_fault(typed: Typed, key: int, items: Sequence[Item]) -> Refusal | None:
    amount = typed.per_document[key]
    place: dict[str, Any] = {"field": typed.field, "document": key, "line": None, "amount": amount}
    if amount < 0:
        return AmountBelowZero(**place)
    if not items:
        return typed.missing(**place) if amount else None
    own = {item.line: typed.lines[item.line] for item in items if item.line in typed.lines}
    total = sum(own.values(), ZERO)
    if total > amount:
        return LinesOverDocument(number=items[0].name, total=total, **place)
    reachable = sum((own.get(item.line, item.available) for item in items), ZERO)
    return _too_much(typed, items[0].name, reachable, sum((i.reserved for i in items), ZERO), place)


def _too_much(
    typed: Typed, name: str, left: Decimal, reserved: Decimal, place: Mapping[str, Any]
) -> Refusal | None:
    if place["amount"] <= left:
        return None
    if not left:
        gone = SelectedByDrafts if reserved else typed.gone
        return gone(number=name, reserved=reserved, **place)
    return NotThatMuchOpen(number=name, open=left, **place)


@dataclass(frozen=True)
class Preview:
    """A plan as a page shows it while it is typed: it may still be wrong.

    ``mix`` is what would be posted if ``faults`` is empty and the cash's remainder is not negative. Until then amounts
    that cannot be used count as far as they can (``plan``), and nothing flows around more than there is.
    """

    plan: Plan
    mix: Mix
    faults: tuple[Refusal, ...]


def preview(
    plan: Plan, items: Sequence[OpenItem], credits: Sequence[CreditItem] = (), *, rules: Rules = USUAL
) -> Preview:
    """Spread a plan as ``distribute`` does, without raising. What it names must be of the customer's account."""
    found = faults(plan, items, credits)
    usable = _usable(plan, items, credits, found) if found else plan
    mixed = _mixed(usable, items, credits, rules)
    unused = () if found else _unused(plan, mixed, items, credits, rules)
    return Preview(usable, mixed, (*found, *unused))


def room(
    shown: Preview, items: Sequence[OpenItem], credits: Sequence[CreditItem], rules: Rules
) -> dict[int | None, Decimal]:
    """How much more the chosen charges need of each entity's credits: what nothing pays yet, else what cash does."""
    if not credits:
        return {}
    enough = sum((item.available for item in items), ZERO)
    wanted = _mixed(replace(shown.plan, amount=enough, credits=()), items, (), USUAL).charges
    entities = {item.line: item.entity for item in items}
    by_credits: dict[int, Decimal] = {}
    for pair in shown.mix.pairs:
        by_credits[pair.charge] = by_credits.get(pair.charge, ZERO) + pair.amount
    short = max(-shown.mix.cash.remainder, ZERO)
    needed: dict[int | None, Decimal] = {}
    for entity in {credit.entity for credit in credits}:
        own = {k: v for k, v in wanted.items() if not rules.own_entity_only or entities[k] == entity}
        unpaid = sum((v - shown.mix.charges.get(k, ZERO) for k, v in own.items()), short if own else ZERO)
        needed[entity] = unpaid or sum((v - by_credits.get(k, ZERO) for k, v in own.items()), ZERO)
    return needed


def _usable(
    plan: Plan, items: Sequence[OpenItem], credits: Sequence[CreditItem], found: Sequence[Refusal]
) -> Plan:
    """The plan with each amount that cannot be used brought down to what is there."""
    wrong = {
        side: {f.values["line"] for f in found if f.field == side} for side in ("allocations", "credits")
    }
    lines, per_document = _lowered(plan.lines, plan.per_document, items, wrong["allocations"])
    typed = _typed_credits(plan)
    used, used_of = _lowered(typed.lines, typed.per_document, credits, wrong["credits"])
    uses = [
        replace(use, amount=used.get(use.line) if use.line else used_of.get(use.document))
        if use.amount is not None
        else use
        for use in plan.credits
    ]
    return replace(
        plan,
        lines=lines,
        per_document=per_document,
        documents=[key for key in plan.documents if any(i.document == key and i.available for i in items)],
        credits=[
            use
            for use, entered in zip(uses, plan.credits, strict=True)
            if use.amount is not None or entered.amount is None
        ],
    )


def _lowered(
    typed: Mapping[int, Decimal],
    per_document: Mapping[int, Decimal],
    items: Sequence[Item],
    wrong: Collection[int | None],
) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    left = {item.line: item.available for item in items}
    lines = {
        key: max(ZERO, min(amount, left[key])) if key in wrong else amount
        for key, amount in typed.items()
        if key in left
    }
    low: dict[int, Decimal] = {}
    high: dict[int, Decimal] = {}
    for item in items:
        low[item.document] = low.get(item.document, ZERO) + lines.get(item.line, ZERO)
        high[item.document] = high.get(item.document, ZERO) + lines.get(item.line, item.available)
    documents = {
        key: max(low[key], min(amount, high[key])) for key, amount in per_document.items() if key in low
    }
    return lines, documents


Open = TypeVar("Open", OpenItem, CreditItem)


def less(items: Iterable[Open], taken: Mapping[int, Decimal]) -> list[Open]:
    """The items after ``taken`` (amounts by line) was used of them, for what follows in the same call."""
    return [i.less(taken[i.line]) if i.line in taken else i for i in items]
