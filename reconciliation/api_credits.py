"""Everything available over the API: what customers have to their credit, and what may be refunded (SPEC 7, 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies.api_entities import ENTITY, narrowing
from arledger.core.actor import Actor
from arledger.core.api.encoding import amount as plain_amount
from arledger.core.api.fields import DayField, FlagField, OneOf, ReferenceField, TextField
from arledger.core.api.ids import id_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import resolve
from arledger.core.api.schema import described
from arledger.core.api.special_fields import CurrencyField
from arledger.core.api.views import ApiRequest, ApiView, parameters
from arledger.core.errors import Refusal
from arledger.core.http.keyset import Sort
from arledger.core.query import KeyIn
from customers.models import Customer
from customers.selectors import by_ids, visible
from ledger.models import NUMBER_ORDER, Document, Kind, Line
from reconciliation.api_shapes import AmountShape
from reconciliation.open_credits import CreditItem, CreditKind, open_credits
from reconciliation.selectors import States, documents

ZERO = Decimal(0)
SORTS = (Sort("date", ("date", "id")), Sort("number", ("number_order", "id")))
# What comes of a document as a whole; of payments and of invoices with charges only open credit lines are credits.
WHOLE = (CreditKind.ADVANCE, CreditKind.ADJUSTMENT, CreditKind.NEGATIVE_INVOICE)
KINDS = {
    CreditKind.ADVANCE: Kind.ADVANCE,
    CreditKind.OVERPAYMENT: Kind.PAYMENT,
    CreditKind.ADJUSTMENT: Kind.ADJUSTMENT,
}


class CreditLineShape(serializers.Serializer):
    credit = serializers.CharField(help_text="The id of the line.")
    position = serializers.IntegerField()
    description = serializers.CharField()
    location = serializers.CharField(allow_null=True)
    amount = AmountShape()
    available = AmountShape()
    reserved = AmountShape()


class CreditShape(serializers.Serializer):
    """A credit of a customer with something left. All amounts are positive."""

    credit = serializers.CharField(
        help_text="The id of the document; it and those of its lines are taken as `credit`."
    )
    customer = serializers.CharField()
    customer_code = serializers.CharField()
    customer_name = serializers.CharField()
    currency = serializers.CharField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in CreditKind])
    number = serializers.CharField(allow_null=True)
    date = serializers.DateField()
    reference = serializers.CharField()
    amount = AmountShape(
        help_text="What it was: of a payment what is left over, of an invoice its open credit lines."
    )
    available = AmountShape(help_text="What can be used: open, and not reserved by a draft.")
    reserved = AmountShape(help_text="What drafts have reserved.")
    refundable = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True, help_text="Why it cannot be refunded, for programs.")
    reason_detail = serializers.CharField(allow_null=True, help_text="The same for people.")
    lines = CreditLineShape(many=True)


FIELDS = [*CreditShape().fields]
REFERENCE = ReferenceField(required=False)
FILTERS: Mapping[str, Filter] = {
    "customer": Filter(REFERENCE, lambda rows, _value: rows, "A customer, by id or code."),
    "currency": Filter(CurrencyField(required=False), lambda rows, code: rows.filter(currency=code)),
    "refundable": Filter(
        FlagField(required=False), lambda rows, _value: rows, "Whether it may be given back."
    ),
    "kind": Filter(
        OneOf([kind.value for kind in CreditKind], required=False), lambda rows, word: _of_kind(rows, word)
    ),
    "number": Filter(TextField(max_length=60, required=False), lambda rows, text: rows.filter(number=text)),
    "entity": ENTITY,
    "date_from": Filter(DayField(required=False), lambda rows, day: rows.filter(date__gte=day)),
    "date_to": Filter(DayField(required=False), lambda rows, day: rows.filter(date__lte=day)),
}


class Credits(ApiView):
    """For whoever may see one kind of credits."""

    rights: ClassVar = {"GET": ""}

    @described(
        tag="credits",
        summary="Available credits",
        description=(
            "Advances, overpayments, credit memos, negative invoices and what is left of inline credits: a row per "
            "document, oldest first. Needs the right to list advances or adjustments."
        ),
        answers=CreditShape,
        filters=FILTERS,
        sorts=SORTS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        if not actor.may("advances.list"):
            actor.require("adjustments.list")
        customer = _customer(actor, parameters(request).get("customer"))
        base = request.company.base_currency
        own = {
            "refundable": Filter(
                FILTERS["refundable"].field, lambda rows, wanted: _refundable(rows, wanted, base)
            ),
            "entity": replace(ENTITY, narrow=narrowing(actor)),
        }
        return listed(
            request,
            _rows(actor, customer),
            name="credits",
            filters={**FILTERS, **own},
            sorts=SORTS,
            default_sort="date",
            answer=lambda rows: credit_answers(actor, rows, customer),
            fields=FIELDS,
        )


def _customer(actor: Actor, text: str | None) -> int | None:
    """Raises NotFound for a customer the person may not see."""
    if not text:
        return None
    try:
        return resolve("customer", visible(actor), [text]).key(text)
    except Refusal as refusal:
        refusal.field = "?customer"
        raise


def _rows(actor: Actor, customer: int | None) -> QuerySet[Document]:
    """The documents with an open credit line (of the customer)."""
    states = States(actor.company_id, actor.today)
    rows = documents(actor).filter(states.unapplied()).annotate(number_order=NUMBER_ORDER)
    if customer is None:
        return rows
    own = Line.objects.filter(
        company_id=actor.company_id, document=OuterRef("pk"), customer=customer, is_open=True, amount__lt=0
    )
    return rows.filter(Exists(own))


def _lines_of(rows: QuerySet[Any], **conditions: Any) -> Exists:
    lines = Line.objects.filter(company_id=OuterRef("company_id"), document=OuterRef("pk"), **conditions)
    return Exists(lines)


def _of_kind(rows: QuerySet[Any], word: str) -> QuerySet[Any]:
    kind = CreditKind(word)
    if kind in KINDS:
        return rows.filter(kind=KINDS[kind])
    charges = _lines_of(rows, amount__gt=0)
    return rows.filter(charges if kind is CreditKind.INLINE else ~charges, kind=Kind.INVOICE)


def _refundable(rows: QuerySet[Any], wanted: bool, base: str) -> QuerySet[Any]:
    barred = Q(_lines_of(rows, amount__gt=0)) | Q(_lines_of(rows, cash_basis_tax=True)) | ~Q(currency=base)
    return rows.filter(~barred if wanted else barred)


def credit_answers(
    actor: Actor, rows: Sequence[Document], customer: int | None = None
) -> list[dict[str, Any]]:
    """The credits of documents, a row for each customer of a document; three statements however many there are."""
    keys = [row.pk for row in rows]
    if not keys:
        return []
    own = Line.objects.filter(
        KeyIn(keys, "document_id"), company_id=actor.company_id, amount__lt=0
    ).order_by()
    sums = {
        (document, key): -total
        for document, key, total in own.values_list("document_id", "customer_id").annotate(sum=Sum("amount"))
        if customer in (None, key)
    }
    customers = by_ids(actor.company_id, {key for _document, key in sums})
    groups: dict[tuple[int, int], list[CreditItem]] = {}
    for item in open_credits(
        company_id=actor.company_id, customers=sorted(customers), documents=keys, entities=actor.entities
    ):
        groups.setdefault((item.document, item.customer), []).append(item)
    place = {key: index for index, key in enumerate(keys)}
    ordered = sorted(groups, key=lambda group: (place[group[0]], group[1]))
    return [_answer(groups[group], customers[group[1]], sums[group]) for group in ordered]


def _answer(items: Sequence[CreditItem], customer: Customer, total: Decimal) -> dict[str, Any]:
    first = items[0]
    currency = first.currency
    amount = total if first.kind in WHOLE else sum((item.amount for item in items), ZERO)
    reason = first.not_refundable
    return {
        "credit": id_of("document", first.document),
        "customer": id_of("customer", customer.pk),
        "customer_code": customer.code,
        "customer_name": customer.name,
        "currency": currency,
        "kind": first.kind.value,
        "number": first.number,
        "date": first.date,
        "reference": first.reference,
        "amount": plain_amount(amount, currency),
        "available": plain_amount(sum((item.available for item in items), ZERO), currency),
        "reserved": plain_amount(sum((item.reserved for item in items), ZERO), currency),
        "refundable": reason is None,
        "reason": reason.value if reason else None,
        "reason_detail": str(reason.sentence) if reason else None,
        "lines": [
            {
                "credit": id_of("line", item.line),
                "position": item.position,
                "description": item.description,
                "location": id_of("location", item.location) if item.location else None,
                "amount": plain_amount(item.amount, currency),
                "available": plain_amount(item.available, currency),
                "reserved": plain_amount(item.reserved, currency),
            }
            for item in items
        ],
    }
