"""What a program sends as a refund, and the input of the service that it means (SPEC 9, 15.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.batches import MODES, MOST_ITEMS
from arledger.core.api.fields import DayField, Input, MoneyField, OneOf, ReferenceField, TextField
from arledger.core.api.references import resolve
from arledger.core.api.special_fields import CurrencyField
from arledger.core.errors import Refusal
from customers.selectors import visible
from ledger.models import Kind
from reconciliation.api_inputs import ACTIONS, Entered
from reconciliation.api_summaries import summaries_named
from reconciliation.naming import Names
from refunds.inputs import RECORD_TRANSFER, CreditChoice, RefundInput
from summaries.models import Type

CREDIT_KINDS = (Kind.ADJUSTMENT, Kind.ADVANCE, Kind.PAYMENT, Kind.INVOICE)


class RefundCreditBody(Input):
    """A credit that was given back."""

    credit = ReferenceField(help_text="The id of a document or of a line, or a document's number.")
    amount = MoneyField(required=False, help_text="Left out: all that is available of it.")


class RefundDraftBody(Input):
    """The members of a refund. ``method`` is record_transfer: the money was returned by transfer already."""

    example = {"reference": "SEPA 2026-118"}

    customer = ReferenceField()
    date = DayField()
    bank_account = ReferenceField(required=False)
    credits = RefundCreditBody(many=True, most=1_000)
    amount = MoneyField(required=False, help_text="If given, what the credits make up: a check.")
    currency = CurrencyField(required=False, help_text="The base currency, or left out.")
    method = TextField(max_length=40, required=False, help_text="record_transfer, or left out.")
    entity = ReferenceField(required=False)
    summary = ReferenceField(
        required=False, help_text="An open summary, where users make those of this type (SPEC 13)."
    )
    reference = TextField(max_length=100, required=False)
    description = TextField(max_length=500, required=False)
    pay_to = TextField(max_length=1_000, multiline=True, required=False)


class RefundBody(RefundDraftBody):
    """A refund as it is sent."""

    action = OneOf(ACTIONS, default="post")


class RefundBulkBody(Input):
    """Many refunds at once."""

    mode = OneOf(MODES, default="atomic")
    items = RefundBody(many=True, least=1, most=MOST_ITEMS)


def read(actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
    """The refunds that bodies (of ``RefundBody``) mean, or what is wrong with each; six statements at most."""
    known = Known(actor, [body for body in bodies if not isinstance(body, Refusal)])
    found: list[Entered | Refusal] = []
    for body in bodies:
        try:
            found.append(body if isinstance(body, Refusal) else known.entered(body))
        except Refusal as refusal:
            found.append(refusal)
    return found


def read_change(actor: Actor, body: dict[str, Any], draft: RefundInput) -> RefundInput:
    """A draft with the members of ``body`` changed. Raises what is wrong with them."""
    return Known(actor, [body]).changed(body, draft)


class Known:
    """What the bodies name: customers, bank accounts, entities and credits, each read once."""

    def __init__(self, actor: Actor, bodies: Sequence[Mapping[str, Any]]) -> None:
        self.actor = actor
        self.customers = resolve("customer", visible(actor), (one.get("customer") for one in bodies))
        banks, entities = within_reach(actor, BankAccount), within_reach(actor, Entity)
        self.banks = resolve("bank_account", banks, (one.get("bank_account") for one in bodies))
        self.summaries = summaries_named(actor, bodies, Type.REFUNDS)
        self.entities = resolve("entity", entities, (one.get("entity") for one in bodies))
        named = [each["credit"] for one in bodies for each in one.get("credits") or ()]
        self.credits = Names(actor, named, CREDIT_KINDS)

    def entered(self, body: Mapping[str, Any]) -> Entered:
        """Raises what is wrong with the body."""
        post = body["action"] == "post"
        customer = self.customers.key(body["customer"], "/customer")
        refund = RefundInput(
            customer_id=customer,
            date=body["date"],
            bank_account_id=self.banks.optional(body.get("bank_account"), "/bank_account"),
            credits=self._credits(body, customer),
            **self._rest(body),
        )
        return Entered(refund, post and self.actor.may("refunds.post"), post)

    def changed(self, body: Mapping[str, Any], draft: RefundInput) -> RefundInput:
        """The draft with the members given; credits that are given replace those there were.

        What the credits make up is the amount, unless one is given.
        """
        changes: dict[str, Any] = {"amount": None} | self._rest(body)
        if body.get("customer") is not None:
            changes["customer_id"] = self.customers.key(body["customer"], "/customer")
        if body.get("date") is not None:
            changes["date"] = body["date"]
        if "bank_account" in body:
            changes["bank_account_id"] = self.banks.optional(body["bank_account"], "/bank_account")
        if body.get("credits") is not None:
            changes["credits"] = self._credits(body, changes.get("customer_id", draft.customer_id))
        return replace(draft, **changes)

    def _credits(self, body: Mapping[str, Any], customer: int) -> list[CreditChoice]:
        found = []
        for index, one in enumerate(body["credits"]):
            named = self.credits.get(one["credit"], customer=customer, field=f"/credits/{index}/credit")
            document = named.document if named.line is None else None
            found.append(CreditChoice(line=named.line, document=document, amount=one.get("amount")))
        return found

    def _rest(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The members that need no more than their value, or a look-up; null is as good as nothing."""
        texts = ("currency", "reference", "description", "pay_to")
        found = {name: body[name] or "" for name in texts if name in body}
        if "method" in body:
            found["method"] = body["method"] or RECORD_TRANSFER
        if "amount" in body:
            found["amount"] = body["amount"]
        if "entity" in body:
            found["entity_id"] = self.entities.optional(body["entity"], "/entity")
        if "summary" in body:
            found["summary_id"] = self.summaries.optional(body["summary"], "/summary")
        return found
