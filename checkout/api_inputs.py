"""What a program sends as a checkout or a quick deposit, and the inputs of the services that it means (SPEC 6, 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field

from arledger.core.actor import Actor
from arledger.core.api.fields import (
    DayField,
    FlagField,
    Input,
    MoneyField,
    OneOf,
    ReferenceField,
    Strict,
    TextField,
)
from arledger.core.api.parsing import pointed, type_wrong
from arledger.core.api.special_fields import CurrencyField, RateField
from arledger.core.errors import Refusal, refuse
from checkout.errors import NoSuchItem
from checkout.services import QuickDepositInput, ReceiptInput
from ledger.entering import DocumentInput
from ledger.errors import MoneyPlaceUnclear, NamedTwice
from ledger.models import Method
from reconciliation.api_inputs import BilledDraftBody, LineBody, Named, read_billed
from reconciliation.api_summaries import summaries_named
from reconciliation.api_verbs import each, the_one
from summaries.models import Type

POSITION = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


@extend_schema_field({"type": "string", "pattern": "^[1-9][0-9]{0,5}$", "examples": ["1"]})
class PositionField(Strict):
    """The position of a line of the invoice in the same call, from 1."""

    def read(self, value: Any) -> int:
        if type(value) is not str and type(value) is not int:
            raise type_wrong(str, value)
        if not POSITION.fullmatch(str(value)):
            raise NoSuchItem(position=str(value)[:40])
        return int(value)


class CheckoutInvoiceBody(BilledDraftBody):
    """The invoice of a checkout: posted in any case."""

    action = OneOf(("post",), default="post")


class ItemAllocationBody(Input):
    """So much of an item is paid."""

    charge = PositionField(help_text="The position of the invoice's line, from 1.")
    amount = MoneyField(zero=False)


class CheckoutPaymentBody(Input):
    """A receipt, now or later: dated after the invoice it is an instalment."""

    amount = MoneyField(zero=False)
    date = DayField()
    method = OneOf(Method.values)
    bank_account = ReferenceField(required=False)
    undeposited = FlagField(required=False, help_text="Held in undeposited funds, instead of a bank account.")
    allocations = ItemAllocationBody(
        many=True, required=False, help_text="Left out: item by item, the earliest receipt first."
    )
    exchange_rate = RateField(required=False, help_text="Left out: the invoice's.")
    summary = ReferenceField(
        required=False, help_text="An open summary of payments, where users make those (SPEC 13)."
    )
    reference = TextField(max_length=100, required=False)
    description = TextField(max_length=500, required=False)


class CheckoutBody(Input):
    """An invoice with the receipts that pay it."""

    invoice = CheckoutInvoiceBody()
    payments = CheckoutPaymentBody(many=True, least=1, most=100)


class QuickDepositBody(Input):
    """Money without an invoice: what it was for, and how it came."""

    customer = ReferenceField(help_text="A customer, by id or code.")
    date = DayField()
    method = OneOf(Method.values)
    bank_account = ReferenceField(required=False)
    undeposited = FlagField(required=False, help_text="Held in undeposited funds, instead of a bank account.")
    currency = CurrencyField(required=False, help_text="Left out: the bank account's, or the customer's.")
    exchange_rate = RateField(required=False, help_text="Only for other currencies than the company's.")
    entity = ReferenceField(required=False)
    summary = ReferenceField(
        required=False, help_text="An open summary for the invoice, where users make those (SPEC 13)."
    )
    payment_summary = ReferenceField(
        required=False, help_text="An open summary for the receipt, where users make those (SPEC 13)."
    )
    reference = TextField(max_length=100, required=False)
    description = TextField(max_length=500, required=False)
    lines = LineBody(many=True, least=1)


def read_checkout(actor: Actor, body: Mapping[str, Any]) -> tuple[DocumentInput, list[ReceiptInput]]:
    """The invoice and the receipts that a body means. Raises all that is wrong with them."""
    errors: list[Refusal] = []
    invoice = DocumentInput(customer_id=0, date=body["invoice"]["date"], lines=())
    try:
        with inside("/invoice"):
            invoice = the_one(read_billed(actor, [body["invoice"]], may_post=True)).document
    except Refusal as refusal:
        errors += each(refusal)
    named = Named(actor, body["payments"], Type.PAYMENTS)
    receipts = []
    for index, one in enumerate(body["payments"]):
        try:
            with inside(f"/payments/{index}"):
                receipts.append(_receipt(named, one))
        except Refusal as refusal:
            errors += each(refusal)
    refuse(errors)
    return invoice, receipts


def read_quick(actor: Actor, body: Mapping[str, Any]) -> QuickDepositInput:
    """Raises what is wrong with the body."""
    named = Named(actor, [body], Type.INVOICES)
    header = {name: value for name, value in named.header(body).items() if name != "gl_date"}
    chosen = body.get("payment_summary")
    return QuickDepositInput(
        **header,
        lines=named.lines(body["lines"]),
        bank_account_id=place_of(named, body),
        payment_summary_id=summaries_named(actor, [{"summary": chosen}], Type.PAYMENTS).optional(
            chosen, "/payment_summary"
        ),
    )


def place_of(named: Named, body: Mapping[str, Any]) -> int | None:
    """Where the money is: None for undeposited funds. Raises MoneyPlaceUnclear unless exactly one is said."""
    bank = named.bank_account.optional(body.get("bank_account"), "/bank_account")
    if (bank is None) is not bool(body.get("undeposited")):
        raise MoneyPlaceUnclear(field="/bank_account")
    return bank


def _receipt(named: Named, body: Mapping[str, Any]) -> ReceiptInput:
    allocations: dict[int, Decimal] = {}
    for index, one in enumerate(body.get("allocations") or ()):
        if one["charge"] in allocations:
            raise NamedTwice(field=f"/allocations/{index}/charge")
        allocations[one["charge"]] = one["amount"]
    return ReceiptInput(
        amount=body["amount"],
        date=body["date"],
        method=body["method"],
        bank_account_id=place_of(named, body),
        allocations=allocations,
        reference=body.get("reference") or "",
        description=body.get("description") or "",
        exchange_rate=body.get("exchange_rate"),
        summary_id=named.summary.optional(body.get("summary"), "/summary"),
    )


@contextmanager
def inside(member: str) -> Iterator[None]:
    """Point refusals about a part of the body below the member that holds the part."""
    try:
        yield
    except Refusal as refusal:
        for error in each(refusal):
            below(error, member)
        raise


def below(error: Refusal, member: str) -> None:
    """``lines.0.account_id``, a service's or a pointer, becomes ``/invoice/lines/0/account``."""
    if error.field and not error.field.startswith("/"):
        steps = [step.removesuffix("_id") for step in error.field.split(".")]
        error.field = "".join(f"/{step}" for step in steps)
    pointed(error, member)
