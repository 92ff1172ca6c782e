"""What a program sends as an invoice, an adjustment or an advance, and the service's input it means (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from arledger.companies.models import Account, BankAccount, Entity, Location, Term
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.batches import MODES, MOST_ITEMS
from arledger.core.api.fields import (
    DayField,
    FlagField,
    Input,
    MoneyField,
    OneOf,
    ReferenceField,
    TextField,
)
from arledger.core.api.references import References, resolve
from arledger.core.api.special_fields import CurrencyField, RateField
from arledger.core.errors import Refusal, refuse
from customers.selectors import visible
from ledger.entering import DocumentInput, LineInput
from reconciliation.api_summaries import summaries_named
from summaries.models import Type

MOST_LINES = 1_000
ACTIONS = ("draft", "post")


class LineBody(Input):
    """A line of what is billed."""

    amount = MoneyField(
        negative=True, help_text="Positive raises what the customer owes, negative lowers it."
    )
    description = TextField(max_length=500, required=False)
    account = ReferenceField(required=False, help_text="Left out: the company's revenue account.")
    location = ReferenceField(required=False)
    tax_code = TextField(max_length=20, required=False)
    tax_amount = MoneyField(negative=True, required=False, help_text="For information: part of the amount.")
    cash_basis_tax = FlagField(
        required=False,
        allow_null=True,
        help_text="Left out: true for a line with a tax where the company captures tax on a cash basis.",
    )
    tax_receipt_eligible = FlagField(required=False)
    service_start = DayField(required=False)
    service_end = DayField(required=False)


class HeaderBody(Input):
    """The members that every document of one customer has."""

    example = {"reference": "PO 4711"}

    customer = ReferenceField(help_text="A customer, by id or code.")
    date = DayField()
    gl_date = DayField(
        required=False, help_text="Where the company keeps GL dates apart. Left out: the date."
    )
    currency = CurrencyField(required=False, help_text="Left out: the customer's.")
    exchange_rate = RateField(required=False, help_text="Only for other currencies than the company's.")
    entity = ReferenceField(required=False)
    summary = ReferenceField(
        required=False, help_text="An open summary, where users make those of this type (SPEC 13)."
    )
    reference = TextField(max_length=100, required=False)
    description = TextField(max_length=500, required=False)


class BilledDraftBody(HeaderBody):
    """The members of an invoice."""

    due_date = DayField(
        required=False, help_text="Left out: by the term, the customer's unless one is given."
    )
    term = ReferenceField(required=False)
    bill_to = TextField(max_length=1_000, multiline=True, required=False)
    lines = LineBody(many=True, most=MOST_LINES)


class InvoiceBody(BilledDraftBody):
    """An invoice as it is sent."""

    action = OneOf(ACTIONS, default="post")


class AdjustmentDraftBody(BilledDraftBody):
    """The members of an adjustment."""

    reason = TextField(max_length=500, required=False)


class AdjustmentBody(AdjustmentDraftBody):
    """An adjustment as it is sent."""

    action = OneOf(ACTIONS, default="post")


class InvoiceBulkBody(Input):
    """Many invoices at once."""

    mode = OneOf(MODES, default="atomic")
    items = InvoiceBody(many=True, least=1, most=MOST_ITEMS)


class AdjustmentBulkBody(Input):
    """Many adjustments at once."""

    mode = OneOf(MODES, default="atomic")
    items = AdjustmentBody(many=True, least=1, most=MOST_ITEMS)


class WriteOffBody(Input):
    """Writing a remainder off: so much, on which day, and why."""

    amount = MoneyField(zero=False)
    date = DayField()
    reason = TextField(max_length=500)


@dataclass(frozen=True)
class Entered:
    """A document that was read: ``post`` it or keep a draft; ``asked``: the body says to post."""

    document: Any
    post: bool
    asked: bool


# Members that are the input's own, and what null or nothing means there.
PLAIN: Mapping[str, Any] = {
    "date": None,
    "gl_date": None,
    "due_date": None,
    "currency": "",
    "exchange_rate": Decimal(1),
    "reference": "",
    "description": "",
    "bill_to": "",
    "reason": "",
    "method": "",
}
REFERENCES = {"customer": "customer_id", "term": "term_id", "entity": "entity_id", "summary": "summary_id"}
OF_LINES: Mapping[str, Any] = {
    "amount": None,
    "description": "",
    "tax_code": "",
    "tax_amount": Decimal(0),
    "cash_basis_tax": None,
    "tax_receipt_eligible": False,
    "service_start": None,
    "service_end": None,
}


def _texts(given: Iterable[str | None]) -> set[str]:
    return {text for text in given if text}


class Named:
    """What bodies refer to, each kind of thing looked up once for all of them."""

    def __init__(self, actor: Actor, bodies: Sequence[Mapping[str, Any]], type: Type) -> None:
        lines = [line for body in bodies for line in body.get("lines") or ()]

        def found(kind: str, model: Any, texts: Iterable[str | None]) -> References:
            named = _texts(texts)
            return resolve(kind, within_reach(actor, model), named) if named else References({})

        self.customer = resolve("customer", visible(actor), (body.get("customer") for body in bodies))
        self.term = found("term", Term, (body.get("term") for body in bodies))
        self.summary = summaries_named(actor, bodies, type)
        self.entity = found("entity", Entity, (body.get("entity") for body in bodies))
        self.bank_account = found("bank_account", BankAccount, (body.get("bank_account") for body in bodies))
        self.account = found("account", Account, (line.get("account") for line in lines))
        self.location = found("location", Location, (line.get("location") for line in lines))

    def header(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The members given, but for lines, under the names of the input. Raises all that name nothing."""
        return _given(body, PLAIN) | self._keys(body, REFERENCES)

    def lines(self, bodies: Sequence[Mapping[str, Any]]) -> list[LineInput]:
        """Raises all that name nothing, each at its line."""
        found: list[LineInput] = []
        errors: list[Refusal] = []
        for place, body in enumerate(bodies):
            try:
                found.append(self._line(body, f"/lines/{place}"))
            except Refusal as refusal:
                errors += getattr(refusal, "errors", [refusal])
        refuse(errors)
        return found

    def _line(self, body: Mapping[str, Any], at: str) -> LineInput:
        keys = self._keys(body, {"account": "account_id", "location": "location_id"}, at)
        return LineInput(**(keys | _given(body, OF_LINES)))

    def _keys(
        self, body: Mapping[str, Any], targets: Mapping[str, str], at: str = ""
    ) -> dict[str, int | None]:
        """The keys of what the body refers to. Raises all that name nothing."""
        found: dict[str, Any] = {}
        errors: list[Refusal] = []
        for name, target in targets.items():
            if name in body:
                try:
                    found[target] = getattr(self, name).optional(body[name], f"{at}/{name}")
                except Refusal as refusal:
                    errors.append(refusal)
        refuse(errors)
        return found


def _given(body: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the body has; for null what it means."""
    return {
        name: default if body[name] is None else body[name]
        for name, default in members.items()
        if name in body
    }


def read_billed(
    actor: Actor, bodies: Sequence[dict[str, Any] | Refusal], *, may_post: bool, type: Type = Type.INVOICES
) -> list[Entered | Refusal]:
    """The invoices or adjustments that bodies mean, or what is wrong with each; six statements at most."""
    named = Named(actor, [body for body in bodies if not isinstance(body, Refusal)], type)
    found: list[Entered | Refusal] = []
    for body in bodies:
        try:
            found.append(body if isinstance(body, Refusal) else _entered(named, body, may_post=may_post))
        except Refusal as refusal:
            found.append(refusal)
    return found


def _entered(named: Named, body: Mapping[str, Any], *, may_post: bool) -> Entered:
    errors: list[Refusal] = []
    header: dict[str, Any] = {}
    lines: list[LineInput] = []
    try:
        header = named.header(body)
    except Refusal as refusal:
        errors += getattr(refusal, "errors", [refusal])
    try:
        lines = named.lines(body["lines"])
    except Refusal as refusal:
        errors += getattr(refusal, "errors", [refusal])
    refuse(errors)
    asked = body["action"] == "post"
    return Entered(DocumentInput(**header, lines=lines), asked and may_post, asked)


def changed(named: Named, body: Mapping[str, Any], draft: DocumentInput) -> DocumentInput:
    """A draft with the members of ``body`` changed; lines that are given replace those there were.

    With another date or term, and no due date, it is due anew. Raises what in the body names nothing.
    """
    changes = named.header(body)
    if body.get("lines") is not None:
        changes["lines"] = named.lines(body["lines"])
    due_by_term = changes.get("term_id", draft.term_id) is not None
    if "due_date" not in body and due_by_term and {"date", "term_id"} & set(changes):
        changes["due_date"] = None
    return replace(draft, **changes)
