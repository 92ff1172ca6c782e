"""What calls about customers take and answer, for reading bodies and for the reference (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from arledger.companies.api_entities import ENTITY
from arledger.core.api.batches import MODES, MOST_ITEMS
from arledger.core.api.fields import FlagField, Input, OneOf, ReferenceField, TextField
from arledger.core.api.lists import Filter
from arledger.core.api.schema import ProblemShape
from arledger.core.api.special_fields import CurrencyField, EmailField
from arledger.core.http.keyset import Sort

SORTS = (Sort("code", ("code", "id")), Sort("name", ("sort_key", "id")))


class CustomerBody(Input):
    """A customer as it is sent."""

    example = {"name": "Acme Europe", "email": "accounts@acme.example"}

    name = TextField(max_length=150)
    code = TextField(max_length=40, required=False, help_text="Left out: the next of the customer sequence.")
    currency = CurrencyField(required=False, help_text="For new documents. Left out: the company's.")
    term = ReferenceField(required=False, help_text="The usual payment term, by id or code.")
    parent = ReferenceField(  # type: ignore[assignment]
        required=False, help_text="The account above this one, for reports only."
    )
    entity = ReferenceField(required=False)
    email = EmailField(required=False)
    address = TextField(max_length=1_000, multiline=True, required=False)
    country = TextField(max_length=2, required=False, help_text="Two letters, such as FR.")
    active = FlagField(required=False)


class CustomerBulkBody(Input):
    """Many customers at once."""

    mode = OneOf(MODES, default="atomic")
    items = CustomerBody(many=True, least=1, most=MOST_ITEMS)


class CustomerShape(serializers.Serializer):
    """A customer."""

    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    term = serializers.CharField(allow_null=True)
    term_code = serializers.CharField(allow_null=True)
    parent = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    parent_code = serializers.CharField(allow_null=True)
    entity = serializers.CharField(allow_null=True)
    entity_code = serializers.CharField(allow_null=True)
    email = serializers.CharField()
    address = serializers.CharField()
    country = serializers.CharField()
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class CustomerBulkItemShape(serializers.Serializer):
    index = serializers.IntegerField(help_text="The place in items, from 0.")
    status = serializers.IntegerField(help_text="201, or that of the error.")
    document = CustomerShape(required=False)
    error = ProblemShape(required=False)


class CustomerBulkShape(serializers.Serializer):
    """What became of each item, in their order."""

    results = CustomerBulkItemShape(many=True)


class CustomerDeletedShape(serializers.Serializer):
    id = serializers.CharField()
    deleted = serializers.BooleanField()


FIELDS = list(dict(CustomerShape().fields))


def _later(rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
    """What a filter leaves that depends on who asks: the call says so."""
    return rows


FILTERS: Mapping[str, Filter] = {
    "code": Filter(
        TextField(max_length=40, required=False),
        lambda rows, code: rows.filter(code=code),
        "The whole code, as it is written.",
    ),
    "active": Filter(FlagField(required=False), lambda rows, flag: rows.filter(active=flag)),
    "currency": Filter(CurrencyField(required=False), lambda rows, code: rows.filter(currency=code)),
    "parent": Filter(ReferenceField(required=False), _later, "The account above them, by id or code."),
    "entity": ENTITY,
    "q": Filter(TextField(max_length=200, required=False), _later, "Words of the name or the code."),
}

SENT = [
    OpenApiExample(
        "A customer: sent",
        value={
            "code": "C-0001",
            "name": "Acme",
            "currency": "EUR",
            "term": "NET30",
            "email": "accounts@acme.example",
        },
        request_only=True,
    ),
    OpenApiExample(
        "A customer: answered",
        value={
            "id": "cus_17",
            "code": "C-0001",
            "name": "Acme",
            "currency": "EUR",
            "term": "trm_3",
            "term_code": "NET30",
            "parent": None,
            "parent_code": None,
            "entity": None,
            "entity_code": None,
            "email": "accounts@acme.example",
            "address": "",
            "country": "",
            "active": True,
            "version": 1,
        },
        response_only=True,
        status_codes=["201"],
    ),
]
