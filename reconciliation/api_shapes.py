"""What answers about documents look like, for the OpenAPI document (SPEC 15.1); ``document_answers`` makes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from arledger.core.api.schema import ProblemShape
from arledger.core.api.special_fields import AmountShape as AmountShape
from ledger.models import Kind
from reconciliation.marks import Mark, Settlement


def text(**options: Any) -> serializers.CharField:
    return serializers.CharField(**options)


def maybe(**options: Any) -> serializers.CharField:
    return serializers.CharField(allow_null=True, **options)


def maybe_day() -> serializers.DateField:
    return serializers.DateField(allow_null=True)


def maybe_instant() -> serializers.DateTimeField:
    return serializers.DateTimeField(allow_null=True)


class LineShape(serializers.Serializer):
    id = text()
    position = serializers.IntegerField()
    description = text()
    account = maybe()
    account_code = maybe()
    location = maybe()
    location_code = maybe()
    amount = AmountShape(help_text="Positive raises what the customer owes, negative lowers it.")
    open_amount = AmountShape()
    reserved_amount = AmountShape(help_text="What drafts have reserved of it.")
    match_code = text()
    tax_code = text()
    tax_amount = AmountShape()
    cash_basis_tax = serializers.BooleanField()
    tax_receipt_eligible = serializers.BooleanField()
    service_start = maybe_day()
    service_end = maybe_day()


class PaymentLineShape(LineShape):
    customer = text()
    customer_code = text()


class ApplicationShape(serializers.Serializer):
    """An application in force."""

    id = text()
    charge_line = text()
    credit_line = text()
    charge_document = text()
    credit_document = text()
    amount = AmountShape(help_text="What is left of it.")
    date = serializers.DateField()
    codes = serializers.ListField(child=text())
    document = text(help_text="The document that made it.")
    reason = text()


class NoticeShape(serializers.Serializer):
    code = text()
    detail = text()


class DocumentShape(serializers.Serializer):
    """A document of any kind."""

    id = text()
    kind = serializers.ChoiceField(choices=Kind.choices)
    number = maybe(help_text="Null while it is a draft, and of advances that are not numbered.")
    state = serializers.ChoiceField(choices=["draft", "posted", "reversed", "reversal", "voided"])
    settlement = serializers.ChoiceField(
        choices=[str(one) for one in Settlement], allow_null=True, help_text="Null while it is a draft."
    )
    mark = serializers.ChoiceField(choices=[str(one) for one in Mark])
    customer = maybe()
    customer_code = maybe()
    customer_name = maybe()
    currency = text()
    exchange_rate = AmountShape(help_text="What one unit is worth in the company's currency.")
    date = serializers.DateField()
    gl_date = maybe_day()
    due_date = maybe_day()
    term = maybe()
    term_code = maybe()
    entity = maybe()
    entity_code = maybe()
    total = AmountShape()
    open_amount = AmountShape(help_text="The sum of the lines' open amounts, as of today.")
    open_charges = AmountShape()
    open_credits = AmountShape(help_text="Positive.")
    reserved_amount = AmountShape()
    match_code = text(help_text="In capitals once nothing of the group's head is open.")
    summary = maybe()
    summary_title = maybe(help_text="A label, such as Invoices 2026-12-31 00:00:00.")
    reference = text()
    description = text()
    bill_to = text()
    reason = text()
    reverses = maybe(help_text="The document that this one takes back.")
    reversal = maybe(help_text="The document that took this one back.")
    lines = LineShape(many=True)
    applications = ApplicationShape(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    posted_at = maybe_instant()
    version = serializers.IntegerField()
    notices = NoticeShape(many=True, required=False, help_text="What is not quite as it was asked for.")


class InvoiceShape(DocumentShape):
    """An invoice."""


class AdjustmentShape(DocumentShape):
    """A credit memo or a debit memo."""


class CashShape(DocumentShape):
    """A document that moves money."""

    amount = AmountShape(help_text="Positive.")
    method = text()
    bank_account = maybe()
    bank_account_code = maybe()
    undeposited = serializers.BooleanField(help_text="Whether no bank account is named.")


class AdvanceShape(CashShape):
    """Money received before there is an invoice."""


class HeldShape(serializers.Serializer):
    """What is held of another document."""

    document = text()
    kind = text()
    number = maybe()
    date = serializers.DateField()
    customer = maybe()
    amount = AmountShape(help_text="Positive.")


class HeldLineShape(HeldShape):
    line = text()


class PartShape(serializers.Serializer):
    """What one customer paid of a receipt."""

    customer = text()
    customer_code = text()
    amount = AmountShape()
    overpayment = AmountShape(allow_null=True)


class PaymentShape(CashShape):
    """A receipt. What was received is ``applied`` and ``overpayment`` together."""

    applied = AmountShape()
    overpayment = AmountShape()
    parts = PartShape(many=True)
    reservations = HeldLineShape(many=True, help_text="What a draft has selected.")
    lines = PaymentLineShape(many=True)


class ClearedShape(HeldLineShape):
    credit = text()


class RefundShape(CashShape):
    """Money given back; ``credits`` are what it clears."""

    pay_to = text()
    credits = ClearedShape(many=True)


class DepositShape(CashShape):
    """Receipts brought to the bank together."""

    receipts = HeldShape(many=True)


class UndoneShape(serializers.Serializer):
    """What a matching took back of an application."""

    application = text()
    amount = AmountShape()
    date = serializers.DateField()


class MatchingShape(DocumentShape):
    """Matches made, or taken back, by hand."""

    undone = UndoneShape(many=True)


def members(shape: type[serializers.Serializer]) -> list[str]:
    """The names of an answer's members, as ``?fields=`` may choose from them."""
    return [name for name in dict(shape().fields) if name != "notices"]


def bulk_of(shape: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """What became of each item of a bulk call whose documents answer as ``shape``."""
    name = shape.__name__.removesuffix("Shape")
    members = {
        "index": serializers.IntegerField(help_text="The place in items, from 0."),
        "status": serializers.IntegerField(help_text="201, or that of the error."),
        "document": shape(required=False),
        "error": ProblemShape(required=False),
    }
    item = type(f"{name}BulkItemShape", (serializers.Serializer,), members)
    doc = "What became of each item of a bulk call, in their order."
    return type(f"{name}BulkShape", (serializers.Serializer,), {"__doc__": doc, "results": item(many=True)})


class DeletedShape(serializers.Serializer):
    id = text()
    deleted = serializers.BooleanField()


class WrittenOffShape(DocumentShape):
    """A charge of which a remainder was written off, by the adjustment ``write_off``."""

    write_off = text()
