"""What a program sends as a deposit, and the input of the service that it means (SPEC 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.batches import MODES, MOST_ITEMS
from arledger.core.api.fields import DayField, Input, ListOf, OneOf, ReferenceField, TextField
from arledger.core.api.references import resolve
from arledger.core.api.special_fields import RateField
from arledger.core.errors import Refusal
from deposits.inputs import DepositInput
from deposits.selectors import RECEIPTS
from reconciliation.api_inputs import ACTIONS, Entered
from reconciliation.api_summaries import summaries_named
from reconciliation.naming import Names
from summaries.models import Type


class DepositDraftBody(Input):
    """The members of a deposit: receipts held in undeposited funds that go to a bank account together."""

    example = {"reference": "Slip 7"}

    bank_account = ReferenceField()
    date = DayField()
    receipts = ListOf(
        ReferenceField(), least=1, help_text="Ids or numbers of payments and advances; all of their cash."
    )
    gl_date = DayField(required=False)
    exchange_rate = RateField(required=False, help_text="The bank's, for another currency.")
    entity = ReferenceField(required=False, help_text="Left out: the bank account's.")
    summary = ReferenceField(
        required=False, help_text="An open summary, where users make those of this type (SPEC 13)."
    )
    reference = TextField(max_length=100, required=False)
    description = TextField(max_length=500, required=False)


class DepositBody(DepositDraftBody):
    """A deposit as it is sent."""

    action = OneOf(ACTIONS, default="post")


class DepositBulkBody(Input):
    """Many deposits at once."""

    mode = OneOf(MODES, default="atomic")
    items = DepositBody(many=True, least=1, most=MOST_ITEMS)


def read(actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
    """The deposits that bodies (of ``DepositBody``) mean, or what is wrong with each; four statements at most."""
    known = Known(actor, [body for body in bodies if not isinstance(body, Refusal)])
    found: list[Entered | Refusal] = []
    for body in bodies:
        try:
            found.append(body if isinstance(body, Refusal) else known.entered(body))
        except Refusal as refusal:
            found.append(refusal)
    return found


def read_change(actor: Actor, body: dict[str, Any], draft: DepositInput) -> DepositInput:
    """A draft with the members of ``body`` changed. Raises what is wrong with them."""
    return replace(draft, **Known(actor, [body]).members(body))


class Known:
    """What the bodies name: bank accounts, entities and receipts, each read once."""

    def __init__(self, actor: Actor, bodies: Sequence[Mapping[str, Any]]) -> None:
        self.actor = actor
        banks, entities = (within_reach(actor, model) for model in (BankAccount, Entity))
        self.banks = resolve("bank_account", banks, (one.get("bank_account") for one in bodies))
        self.summaries = summaries_named(actor, bodies, Type.DEPOSITS)
        self.entities = resolve("entity", entities, (one.get("entity") for one in bodies))
        self.receipts = Names(actor, [text for one in bodies for text in one.get("receipts") or ()], RECEIPTS)

    def entered(self, body: Mapping[str, Any]) -> Entered:
        """Raises what is wrong with the body."""
        post = body["action"] == "post"
        return Entered(DepositInput(**self.members(body)), post and self.actor.may("deposits.post"), post)

    def members(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The members given, as the service has them; null is as good as nothing."""
        found: dict[str, Any] = {
            name: body[name] or "" for name in ("reference", "description") if name in body
        }
        for name in ("date", "exchange_rate"):
            if body.get(name) is not None:
                found[name] = body[name]
        if "gl_date" in body:
            found["gl_date"] = body["gl_date"]
        if body.get("bank_account") is not None:
            found["bank_account_id"] = self.banks.key(body["bank_account"], "/bank_account")
        if "entity" in body:
            found["entity_id"] = self.entities.optional(body["entity"], "/entity")
        if "summary" in body:
            found["summary_id"] = self.summaries.optional(body["summary"], "/summary")
        if body.get("receipts") is not None:
            found["receipts"] = [
                self.receipts.document(text, field=f"/receipts/{index}").document
                for index, text in enumerate(body["receipts"])
            ]
        return found
