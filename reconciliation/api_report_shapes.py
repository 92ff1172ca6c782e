"""What the answers of the reports look like, for the OpenAPI document (SPEC 15.1)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reconciliation.api_shapes import AmountShape, maybe, maybe_day, maybe_instant, text
from reconciliation.report_rows import Match


def shape(name: str, about: str, fields: dict[str, Any]) -> type[serializers.Serializer]:
    """A shape with members that are no names in Python, such as ``from`` and ``1-30``."""
    return type(name, (serializers.Serializer,), {"__doc__": about, "__module__": __name__, **fields})


class CustomerRowShape(serializers.Serializer):
    customer = text()
    customer_code = text()
    customer_name = text()
    currency = text()


class EntryShape(CustomerRowShape):
    document = maybe(help_text="Null in the opening row.")
    kind = text(help_text="opening, or the kind of the document.")
    number = maybe()
    date = serializers.DateField()
    gl_date = maybe_day()
    reference = text()
    amount = AmountShape(help_text="Signed as on the account.")
    match_code = text()
    charges = AmountShape(help_text="Positive.")
    payments = AmountShape(help_text="Positive.")
    balance = AmountShape(help_text="Running.")
    match = serializers.ChoiceField(choices=[str(one) for one in Match], allow_null=True)
    contra = serializers.BooleanField(help_text="One of the two entries of an application; they cancel out.")
    head = maybe(help_text="The document whose group the entry is in.")
    head_number = maybe()
    line = maybe()
    application = maybe()


class MovementShape(serializers.Serializer):
    currency = text()
    opening = AmountShape()
    charges = AmountShape()
    payments = AmountShape()
    balance = AmountShape()
    closing = AmountShape(required=False)


class CustomerMovementShape(CustomerRowShape):
    opening = AmountShape()
    charges = AmountShape()
    payments = AmountShape()
    balance = AmountShape()
    closing = AmountShape(required=False)


class MovementTotalsShape(serializers.Serializer):
    """Per currency; of one currency only also directly."""

    currencies = MovementShape(many=True, required=False)
    customers = CustomerMovementShape(many=True, required=False)
    currency = text(required=False)
    opening = AmountShape(required=False)
    charges = AmountShape(required=False)
    payments = AmountShape(required=False)
    balance = AmountShape(required=False)
    closing = AmountShape(required=False)


PERIOD = {"from": serializers.DateField(), "to": serializers.DateField()}
KNOWN = {"as_at": serializers.DateField(), "known_on": maybe_instant()}
NEXT = {"next": serializers.URLField(allow_null=True)}
ReconciliationShape = shape(
    "ReconciliationShape",
    "Entries with running balances.",
    {**PERIOD, **KNOWN, "rows": EntryShape(many=True), "totals": MovementTotalsShape(), **NEXT},
)
LedgerShape = shape(
    "LedgerShape",
    "Opening, charges, payments and closing.",
    {**PERIOD, **KNOWN, "rows": CustomerMovementShape(many=True), "totals": MovementTotalsShape()},
)

AGED = {
    "current": AmountShape(),
    "1-30": AmountShape(required=False),
    "31-60": AmountShape(required=False),
    "61-90": AmountShape(required=False),
    "91-120": AmountShape(required=False),
    "121+": AmountShape(required=False),
    "overdue": AmountShape(),
    "credits": AmountShape(help_text="Negative, not aged."),
    "total": AmountShape(help_text="All of it, credits netted."),
}
AgedRowShape = shape(
    "AgedRowShape",
    "What a customer owes by days late; the labels follow the buckets asked for.",
    {"customer": text(), "customer_code": text(), "customer_name": text(), "currency": text(), **AGED},
)
AgedTotalShape = shape("AgedTotalShape", "Per currency.", {"currency": text(), **AGED})
AgedTotalsShape = shape(
    "AgedTotalsShape",
    "Per currency; of one currency only also directly.",
    {"currencies": AgedTotalShape(many=True)},
)


class AgeingShape(serializers.Serializer):
    """Ageing as of a day."""

    as_of = serializers.DateField()
    basis = text()
    buckets = serializers.ListField(child=text())
    rows = AgedRowShape(many=True)
    totals = AgedTotalsShape()


class StatementRowShape(serializers.Serializer):
    """With ``open_items`` total and open amount, with ``balance_forward`` charges and payments."""

    document = maybe()
    kind = text()
    number = maybe()
    date = serializers.DateField()
    due_date = serializers.DateField(allow_null=True, required=False)
    reference = text()
    currency = text()
    total = AmountShape(required=False)
    open_amount = AmountShape(required=False)
    amount = AmountShape(required=False)
    charges = AmountShape(required=False)
    payments = AmountShape(required=False)
    balance = AmountShape()


class BalanceShape(serializers.Serializer):
    currency = text()
    balance = AmountShape()


class BalancesShape(serializers.Serializer):
    """Per currency; of one currency only also directly."""

    currencies = BalanceShape(many=True)
    currency = text(required=False)
    balance = AmountShape(required=False)


StatementShape = shape(
    "StatementShape",
    "A statement of account.",
    {
        "customer": text(),
        "customer_code": text(),
        "customer_name": text(),
        "type": text(),
        **PERIOD,
        "rows": StatementRowShape(many=True),
        "totals": BalancesShape(),
    },
)


class ItemShape(CustomerRowShape):
    document = text()
    kind = text()
    number = text()
    date = serializers.DateField()
    line = text()
    position = serializers.IntegerField()
    description = text()
    account = text()
    account_code = maybe()
    location = maybe()
    amount = AmountShape()
    received = AmountShape(help_text="Negative: taken back.")


class ItemAccountShape(serializers.Serializer):
    account = text()
    account_code = maybe()
    currency = text()
    received = AmountShape()


class UnmatchedShape(CustomerRowShape):
    document = text()
    kind = text()
    number = text()
    date = serializers.DateField()
    received = AmountShape()
    unmatched = AmountShape()


class ItemSumsShape(serializers.Serializer):
    currency = text()
    unmatched_before = AmountShape()
    received = AmountShape()
    assigned = AmountShape()
    given_back = AmountShape()
    unmatched = AmountShape()
    difference = AmountShape(help_text="0 unless the books are broken.")


class ItemTotalsShape(serializers.Serializer):
    """unmatched_before + received = assigned + given_back + unmatched, per currency."""

    currencies = ItemSumsShape(many=True)


ItemsShape = shape(
    "PaymentsByItemShape",
    "What was received for each item.",
    {
        **PERIOD,
        "known_on": maybe_instant(),
        "rows": ItemShape(many=True),
        "accounts": ItemAccountShape(many=True, required=False),
        "unmatched": UnmatchedShape(many=True, required=False),
        "totals": ItemTotalsShape(required=False),
        **NEXT,
    },
)


class ProofFiguresShape(serializers.Serializer):
    currency = text()
    documents = AmountShape()
    open_items = AmountShape()
    ageing = AmountShape()
    report = AmountShape()
    statement = AmountShape()
    journal = AmountShape()
    timing = AmountShape(help_text="Part of `journal`: GL dates on another side of the day.")
    agrees = serializers.BooleanField()
    differing = serializers.ListField(child=text())


class ProofRowShape(ProofFiguresShape):
    customer = text()
    customer_code = text()
    customer_name = text()


class ProofTotalsShape(serializers.Serializer):
    currencies = ProofFiguresShape(many=True)


class ProofShape(serializers.Serializer):
    """Six ways to one balance."""

    as_of = serializers.DateField()
    agrees = serializers.BooleanField()
    rows = ProofRowShape(many=True)
    totals = ProofTotalsShape()
