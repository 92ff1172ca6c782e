"""What a program sends as a payment, and the input of the service that it means (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.batches import MODES, MOST_ITEMS
from arledger.core.api.fields import (
    DayField,
    FlagField,
    Input,
    ListOf,
    MoneyField,
    OneOf,
    ReferenceField,
    TextField,
)
from arledger.core.api.references import References, resolve
from arledger.core.api.special_fields import CurrencyField, RateField
from arledger.core.errors import Refusal, Required
from customers.selectors import visible
from ledger.errors import MoneyPlaceUnclear, NamedTwice
from ledger.models import Kind, Method
from payments.errors import PartsDiffer, PartsOverReceived, SpreadUnclear
from payments.inputs import PartInput, PaymentInput
from reconciliation.api_inputs import ACTIONS, Entered
from reconciliation.api_summaries import summaries_named
from reconciliation.api_verbs import Place
from reconciliation.naming import Names
from reconciliation.plans import CreditUse, Plan
from summaries.models import Type

ZERO = Decimal(0)
MOST = 1_000
CHARGE_KINDS = (Kind.INVOICE, Kind.ADJUSTMENT)
CREDIT_KINDS = (Kind.ADJUSTMENT, Kind.ADVANCE, Kind.PAYMENT, Kind.INVOICE)
SPREADS = ("documents", "allocations", "auto")
NAMED = "The id of a document or of a line, or a document's number."


class AllocationBody(Input):
    """So much of a charge is paid."""

    charge = ReferenceField(help_text=NAMED)
    amount = MoneyField()


class CreditUseBody(Input):
    """A credit of the customer that is used with the cash."""

    credit = ReferenceField(help_text=NAMED)
    amount = MoneyField(
        zero=False,
        required=False,
        help_text="Used to the last cent, or refused. Left out: as much of it as the charges need.",
    )


class SpreadBody(Input):
    """What the cash and the credits pay: at most one of ``documents``, ``allocations`` and ``auto``."""

    documents = ListOf(
        ReferenceField(),
        most=MOST,
        required=False,
        help_text="Ids or numbers of documents, paid in this order, each line after line.",
    )
    allocations = AllocationBody(many=True, most=MOST, required=False)
    auto = FlagField(required=False, help_text="All that is open, by due date and number.")
    credits = CreditUseBody(many=True, most=MOST, required=False)


class PartBody(SpreadBody):
    """What one customer's part of a receipt is and pays."""

    customer = ReferenceField()
    amount = MoneyField()


class PaymentDraftBody(SpreadBody):
    """The members of a payment. What nothing is named for is an overpayment."""

    example = {"reference": "Bank 2026-03-15/7"}

    customer = ReferenceField(required=False, help_text="Who paid. Left out: the customer of the first part.")
    amount = MoneyField(required=False, help_text="The cash: 0 where only credits are used.")
    date = DayField()
    method = OneOf(Method.values)
    currency = CurrencyField(required=False, help_text="Left out: the customer's.")
    bank_account = ReferenceField(required=False)
    undeposited = FlagField(required=False, help_text="Held in undeposited funds, instead of a bank account.")
    entity = ReferenceField(required=False)
    summary = ReferenceField(
        required=False, help_text="An open summary, where users make those of this type (SPEC 13)."
    )
    exchange_rate = RateField(required=False, help_text="Only for other currencies than the company's.")
    reference = TextField(max_length=100, required=False)
    description = TextField(max_length=500, required=False)
    parts = PartBody(
        many=True,
        most=MOST,
        required=False,
        help_text="One per customer. What they leave of the amount is the part of ``customer``.",
    )


class PaymentBody(PaymentDraftBody):
    """A payment as it is sent."""

    action = OneOf(ACTIONS, default="post")


class PaymentBulkBody(Input):
    """Many payments at once."""

    mode = OneOf(MODES, default="atomic")
    items = PaymentBody(many=True, least=1, most=MOST_ITEMS)


Places = Mapping[Place, str]


@dataclass(frozen=True)
class EnteredPayment(Entered):
    """``places``: the pointers of the charges and credits it names (see ``api_verbs.placed``)."""

    places: Places = field(default_factory=dict)


def read(actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[EnteredPayment | Refusal]:
    """The payments that bodies (of ``PaymentBody``) mean, or what is wrong with each; five statements at most."""
    known = Known(actor, [body for body in bodies if not isinstance(body, Refusal)])
    found: list[EnteredPayment | Refusal] = []
    for body in bodies:
        try:
            found.append(body if isinstance(body, Refusal) else known.entered(body))
        except Refusal as refusal:
            found.append(refusal)
    return found


def read_change(actor: Actor, body: dict[str, Any], draft: PaymentInput) -> EnteredPayment:
    """A draft with the members of ``body`` changed. Raises what is wrong with them."""
    return Known(actor, [body]).changed(body, draft)


class Known:
    """What the bodies name: customers, bank accounts, entities, charges and credits, each read once."""

    def __init__(self, actor: Actor, bodies: Sequence[Mapping[str, Any]]) -> None:
        spreads = [one for body in bodies for one in (body, *(body.get("parts") or ()))]
        self.actor = actor
        self.customers = resolve("customer", visible(actor), (one.get("customer") for one in spreads))
        self.banks = self._rows("bank_account", BankAccount, (one.get("bank_account") for one in bodies))
        self.summaries = summaries_named(actor, bodies, Type.PAYMENTS)
        self.entities = self._rows("entity", Entity, (one.get("entity") for one in bodies))
        charges = [text for one in spreads for text in one.get("documents") or ()]
        charges += [each["charge"] for one in spreads for each in one.get("allocations") or ()]
        credits = [each["credit"] for one in spreads for each in one.get("credits") or ()]
        self.charges = Names(actor, charges, CHARGE_KINDS)
        self.credits = Names(actor, credits, CREDIT_KINDS)

    def _rows(self, kind: str, model: Any, texts: Iterable[str | None]) -> References:
        return resolve(kind, within_reach(self.actor, model), texts)

    def entered(self, body: Mapping[str, Any]) -> EnteredPayment:
        """Raises what is wrong with the body."""
        given = body.get("parts") or []
        if not given and body.get("amount") is None:
            raise Required(field="/amount")
        if not given and body.get("customer") is None:
            raise Required(field="/customer")
        places: dict[Place, str] = {}
        others = [self._part(one, f"/parts/{index}", places) for index, one in enumerate(given)]
        payer = self.customers.optional(body.get("customer"), "/customer")
        payer = others[0].customer_id if payer is None else payer
        plan = self._plan(body, "", payer, places)
        parts = _together(payer, plan, others, body.get("amount"))
        post = body["action"] == "post"
        payment = PaymentInput(
            date=body["date"],
            method=body["method"],
            parts=parts,
            payer_id=payer,
            bank_account_id=self._bank(body, sum((part.amount for part in parts), ZERO)),
            **self._header(body),
        )
        return EnteredPayment(payment, post and self.actor.may("payments.post"), post, places)

    def changed(self, body: Mapping[str, Any], draft: PaymentInput) -> EnteredPayment:
        """The draft with the members given; a spread that is given replaces the one there was."""
        _refuse_emptied(body)
        places: dict[Place, str] = {}
        payer = self.customers.optional(body.get("customer"), "/customer") or draft.payer_id
        assert payer is not None, "drafts have a payer"
        own = [part for part in draft.parts if part.customer_id == draft.payer_id == payer]
        others = [part for part in draft.parts if part.customer_id != draft.payer_id]
        if "parts" in body:
            own = [] if body["parts"] else own
            given = body["parts"] or []
            others = [self._part(one, f"/parts/{index}", places) for index, one in enumerate(given)]
        plan = self._plan(body, "", payer, places)
        if own:
            plan = _kept(plan, own[0], body)
        amount = body.get("amount", draft.amount)
        changes = {name: body[name] for name in ("date", "method") if body.get(name) is not None}
        payment = replace(
            draft,
            payer_id=payer,
            parts=_together(payer, plan, others, amount),
            **changes,
            **self._header(body),
        )
        if "bank_account" in body or "undeposited" in body:
            payment = replace(payment, bank_account_id=self._bank(body, payment.amount))
        return EnteredPayment(payment, False, False, places)

    def _header(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The members that need no more than their value, or a look-up; null is as good as nothing."""
        found = {name: body[name] or "" for name in ("currency", "reference", "description") if name in body}
        if "entity" in body:
            found["entity_id"] = self.entities.optional(body["entity"], "/entity")
        if "summary" in body:
            found["summary_id"] = self.summaries.optional(body["summary"], "/summary")
        if body.get("exchange_rate") is not None:
            found["exchange_rate"] = body["exchange_rate"]
        return found

    def _bank(self, body: Mapping[str, Any], amount: Decimal) -> int | None:
        """Where the cash is: None for undeposited funds. Raises MoneyPlaceUnclear unless exactly one is said."""
        bank = self.banks.optional(body.get("bank_account"), "/bank_account")
        undeposited = bool(body.get("undeposited"))
        if (bank is not None and undeposited) or (amount and bank is None and not undeposited):
            raise MoneyPlaceUnclear(field="/bank_account")
        return bank

    def _part(self, body: Mapping[str, Any], at: str, places: dict[Place, str]) -> PartInput:
        customer = self.customers.key(body["customer"], f"{at}/customer")
        return _part_of(customer, replace(self._plan(body, at, customer, places), amount=body["amount"]))

    def _plan(self, body: Mapping[str, Any], at: str, customer: int, places: dict[Place, str]) -> Plan:
        """What is paid with what, without the cash."""
        if sum(bool(body.get(name)) for name in SPREADS) > 1:
            raise SpreadUnclear(field=f"{at}/{next(name for name in SPREADS if body.get(name))}")
        lines: dict[int, Decimal] = {}
        per_document: dict[int, Decimal] = {}
        for index, one in enumerate(body.get("allocations") or ()):
            place = f"{at}/allocations/{index}"
            named = self.charges.get(one["charge"], customer=customer, field=f"{place}/charge")
            own, key = (per_document, named.document) if named.line is None else (lines, named.line)
            if key in own:
                raise NamedTwice(field=f"{place}/charge")
            own[key] = one["amount"]
            document = named.document if named.line is None else None
            places["allocations", document, named.line] = place
        return Plan(
            lines=lines,
            per_document=per_document,
            documents=self._documents(body, at, customer, places),
            auto=bool(body.get("auto")),
            credits=list(self._uses(body, at, customer, places)),
        )

    def _documents(
        self, body: Mapping[str, Any], at: str, customer: int, places: dict[Place, str]
    ) -> list[int]:
        found: list[int] = []
        for index, text in enumerate(body.get("documents") or ()):
            place = f"{at}/documents/{index}"
            named = self.charges.document(text, customer=customer, field=place)
            if named.document in found:
                raise NamedTwice(field=place)
            found.append(named.document)
            places["allocations", named.document, None] = place
        return found

    def _uses(
        self, body: Mapping[str, Any], at: str, customer: int, places: dict[Place, str]
    ) -> Iterator[CreditUse]:
        for index, one in enumerate(body.get("credits") or ()):
            place = f"{at}/credits/{index}"
            named = self.credits.get(one["credit"], customer=customer, field=f"{place}/credit")
            places.setdefault(("credits", named.document, None), place)
            places["credits", None if named.line else named.document, named.line] = place
            document = 0 if named.line else named.document
            yield CreditUse(line=named.line or 0, document=document, amount=one.get("amount"))


def _part_of(customer: int, plan: Plan) -> PartInput:
    """Not ``PartInput.of``: a part that names nothing may settle the whole account (SPEC 11)."""
    return PartInput(
        customer_id=customer,
        amount=plan.amount,
        lines=plan.lines,
        per_document=plan.per_document,
        documents=plan.documents,
        auto=plan.auto,
        credits=plan.credits,
    )


def _kept(plan: Plan, own: Plan, body: Mapping[str, Any]) -> Plan:
    """The plan with what the payer's part of the draft already says, where the body says nothing."""
    if not any(name in body for name in SPREADS):
        plan = replace(
            plan,
            lines=own.lines,
            per_document=own.per_document,
            documents=own.documents,
            auto=own.auto,
        )
    return plan if "credits" in body else replace(plan, credits=own.credits)


def _refuse_emptied(body: Mapping[str, Any]) -> None:
    """A draft cannot lose its payer and its amount; where parts come anew, both may follow from them."""
    for name in ("customer", "amount"):
        if name in body and body[name] is None and not body.get("parts"):
            raise Required(field=f"/{name}")


def _together(payer: int, plan: Plan, others: Sequence[PartInput], amount: Decimal | None) -> list[PartInput]:
    """The payer's own part, then the others'. His is what they leave of the amount received.

    Raises PartsOverReceived; PartsDiffer where his own part is among them and they are not the amount.
    """
    total = sum((part.amount for part in others), ZERO)
    rest = ZERO if amount is None else amount - total
    if rest < 0:
        raise PartsOverReceived(field="/amount", total=total, excess=-rest)
    says = bool(plan.credits or plan.lines or plan.per_document or plan.documents or plan.auto)
    if any(part.customer_id == payer for part in others):
        if rest or says:
            raise PartsDiffer(field="/parts", total=total, amount=total + rest)
        return list(others)
    if others and not rest and not says:
        return list(others)
    return [_part_of(payer, replace(plan, amount=rest)), *others]
