"""What a program sends as an advance, and the input of the service that it means (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from arledger.core.actor import Actor
from arledger.core.api.batches import MODES, MOST_ITEMS
from arledger.core.api.fields import FlagField, Input, MoneyField, OneOf, ReferenceField, TextField
from arledger.core.errors import Refusal
from credits.inputs import AdvanceInput, AdvanceLine
from ledger.entering import DocumentInput
from ledger.errors import MoneyPlaceUnclear
from ledger.models import Method
from reconciliation.api_inputs import ACTIONS, MOST_LINES, Entered, HeaderBody, Named
from reconciliation.api_verbs import each
from summaries.models import Type


class AdvanceLineBody(Input):
    """A part of the money received."""

    amount = MoneyField(help_text="Positive.")
    description = TextField(max_length=500, required=False)
    location = ReferenceField(required=False)


class AdvanceDraftBody(HeaderBody):
    """The members of an advance: ``amount``, or ``lines`` that make it up."""

    method = OneOf(Method.values)
    bank_account = ReferenceField(required=False)
    undeposited = FlagField(required=False, help_text="Held in undeposited funds, instead of a bank account.")
    amount = MoneyField(zero=False, required=False, help_text="Positive.")
    lines = AdvanceLineBody(many=True, most=MOST_LINES, required=False)


class AdvanceBody(AdvanceDraftBody):
    """An advance as it is sent."""

    action = OneOf(ACTIONS, default="post")


class AdvanceBulkBody(Input):
    """Many advances at once."""

    mode = OneOf(MODES, default="atomic")
    items = AdvanceBody(many=True, least=1, most=MOST_ITEMS)


def read_advances(actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
    """The advances that bodies mean, or what is wrong with each; four statements at most."""
    named = Named(actor, [body for body in bodies if not isinstance(body, Refusal)], Type.ADVANCES)
    may_post = actor.may("advances.post")
    found: list[Entered | Refusal] = []
    for body in bodies:
        try:
            found.append(body if isinstance(body, Refusal) else _entered(named, body, may_post))
        except Refusal as refusal:
            found.append(refusal)
    return found


def _entered(named: Named, body: Mapping[str, Any], may_post: bool) -> Entered:
    asked = body["action"] == "post"
    advance = AdvanceInput(
        **named.header(body),
        amount=body.get("amount"),
        lines=_lines(named, body),
        bank_account_id=_place(named, body),
    )
    return Entered(advance, asked and may_post, asked)


def change_advance(actor: Actor, body: Mapping[str, Any], draft: DocumentInput) -> AdvanceInput:
    """A draft with the members of ``body`` changed. Raises what in the body names nothing."""
    named = Named(actor, [body], Type.ADVANCES)
    advance = _advance(draft)
    changes = named.header(body)
    if "lines" in body or "amount" in body:
        changes |= {"lines": _lines(named, body), "amount": body.get("amount")}
    if "bank_account" in body or "undeposited" in body:
        changes["bank_account_id"] = _place(named, body)
    return replace(advance, **changes)


def _lines(named: Named, body: Mapping[str, Any]) -> list[AdvanceLine]:
    return [
        AdvanceLine(amount=line.amount, description=line.description, location_id=line.location_id)
        for line in named.lines(body.get("lines") or ())
    ]


def _place(named: Named, body: Mapping[str, Any]) -> int | None:
    """Where the money is: None for undeposited funds. Raises MoneyPlaceUnclear unless exactly one is said."""
    bank = named.bank_account.optional(body.get("bank_account"), "/bank_account")
    if (bank is not None) is bool(body.get("undeposited")):
        raise MoneyPlaceUnclear(field="/bank_account")
    return bank


def _advance(draft: DocumentInput) -> AdvanceInput:
    """A draft as a person would enter it again."""
    return AdvanceInput(
        customer_id=draft.customer_id,
        date=draft.date,
        gl_date=draft.gl_date,
        currency=draft.currency,
        exchange_rate=draft.exchange_rate,
        entity_id=draft.entity_id,
        reference=draft.reference,
        description=draft.description,
        method=draft.method,
        bank_account_id=draft.bank_account_id,
        summary_id=draft.summary_id,
        lines=[
            AdvanceLine(amount=-line.amount, description=line.description, location_id=line.location_id)
            for line in draft.lines
        ],
    )


@contextmanager
def of_amounts(advances: Sequence[AdvanceInput]) -> Iterator[None]:
    """Point at ``amount`` where the refused line stands for it."""
    try:
        yield
    except Refusal as refusal:
        for error in each(refusal):
            if error.field == "lines.0.amount" and advances[error.row or 0].amount is not None:
                error.field = "amount"
        raise
