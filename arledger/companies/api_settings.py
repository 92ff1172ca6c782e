"""The configuration over the API: every setting of SPEC 3 by its name, references by code (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from arledger.companies.company_services import COLUMNS, change_company
from arledger.companies.frequencies import SUMMARY_SETTINGS, SUMMARY_TYPES, allowed_frequencies
from arledger.companies.models import Account, Configuration, Journal, NumberSequence
from arledger.companies.people_services import NAME_LENGTH
from arledger.companies.selectors import settings_of
from arledger.companies.services import change_configuration
from arledger.core.actor import Actor
from arledger.core.api.encoding import amount, instant
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
from arledger.core.api.references import company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.special_fields import AmountShape, CurrencyField
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import if_match, perform

KINDS: Mapping[type[models.Model], str] = {Account: "account", NumberSequence: "sequence", Journal: "journal"}
# Not settings: whose they are, and what the product notes itself.
KEPT = {"id", "company", "version", "reconciliation_enabled_at", *SUMMARY_SETTINGS}
FIELDS: Mapping[str, models.Field[Any, Any]] = {
    field.name: field for field in Configuration._meta.concrete_fields if field.name not in KEPT
}


def _field(field: models.Field[Any, Any]) -> Strict:
    """A setting as a member of a body: null only where the setting may be empty."""
    options: dict[str, Any] = {
        "required": False,
        "allow_null": field.null,
        "help_text": str(field.verbose_name),
    }
    match field:
        case models.ForeignKey():
            return ReferenceField(**options)
        case models.BooleanField():
            return FlagField(**options)
        case models.DecimalField():
            return MoneyField(**options)
        case models.DateField():
            return DayField(**options)
    raise TypeError(f"no way to send {field.name}")


FrequencyInput: type[Input] = type(
    "SummaryFrequencyInput",
    (Input,),
    {type: OneOf(allowed_frequencies(type), required=False, allow_null=False) for type in SUMMARY_TYPES},
)
ConfigurationInput: type[Input] = type(
    "ConfigurationInput",
    (Input,),
    {
        **{name: _field(field) for name, field in FIELDS.items()},
        "summary_frequency": FrequencyInput(required=False, allow_null=False),
        # Of the company itself (docs/adr/0053).
        "company_name": TextField(max_length=NAME_LENGTH, required=False, allow_null=False),
        "language": OneOf(dict(settings.LANGUAGES), required=False, allow_null=False),
        "time_zone": TextField(
            max_length=64,
            required=False,
            allow_null=False,
            help_text="Such as Europe/Paris. Counts at once: running summaries end, new ones begin.",
        ),
        "base_currency": CurrencyField(
            required=False, allow_null=False, help_text="Until there is a document, a draft included."
        ),
    },
)


def _shape(field: models.Field[Any, Any]) -> serializers.Field:
    match field:
        case models.BooleanField():
            return serializers.BooleanField()
        case models.DecimalField():
            return AmountShape(allow_null=field.null)
        case models.DateField():
            return serializers.DateField(allow_null=field.null)
    return serializers.CharField(allow_null=field.null)


FrequencyShape = type(
    "SummaryFrequencyShape",
    (serializers.Serializer,),
    {type: serializers.ChoiceField(choices=allowed_frequencies(type)) for type in SUMMARY_TYPES},
)
ConfigurationShape = type(
    "ConfigurationShape",
    (serializers.Serializer,),
    {
        **{name: _shape(field) for name, field in FIELDS.items()},
        "summary_frequency": FrequencyShape(),
        "reconciliation_enabled_at": serializers.DateTimeField(allow_null=True),
        **{name: serializers.CharField() for name in COLUMNS},
        "version": serializers.IntegerField(),
    },
)


def shown(company_id: int) -> dict[str, Any]:
    """Every setting; a reference by its code."""
    row = settings_of(company_id).row
    codes = _codes(row)
    switched = row.reconciliation_enabled_at
    return {
        **{name: _value(row, name, field, codes) for name, field in FIELDS.items()},
        "summary_frequency": {type: getattr(row, f"summary_frequency_{type}") for type in SUMMARY_TYPES},
        "reconciliation_enabled_at": instant(switched) if switched else None,
        **{name: getattr(row.company, column) for name, column in COLUMNS.items()},
        "version": row.version,
    }


def _codes(row: Configuration) -> dict[tuple[type[models.Model], int], str]:
    """The codes of what the settings name: one query per kind of thing."""
    wanted: dict[type[models.Model], set[int]] = {}
    for field in FIELDS.values():
        key = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey) and key is not None:
            wanted.setdefault(field.related_model, set()).add(key)
    return {
        (model, key): code
        for model, keys in wanted.items()
        for key, code in company_rows(model, row.company_id).filter(pk__in=keys).values_list("pk", "code")
    }


def _value(
    row: Configuration,
    name: str,
    field: models.Field[Any, Any],
    codes: Mapping[tuple[type[models.Model], int], str],
) -> Any:
    value = getattr(row, field.attname)
    if value is None:
        return None
    if isinstance(field, models.ForeignKey):
        return codes[field.related_model, value]
    if isinstance(field, models.DecimalField):
        return amount(value, row.company.base_currency)
    return value


def changes_in(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the service takes: the things that references name. One query per kind. Raises NotFound with its place."""
    changes = dict(values)
    for model, kind in KINDS.items():
        named = {
            name: values[name]
            for name, field in FIELDS.items()
            if name in values and isinstance(field, models.ForeignKey) and field.related_model is model
        }
        rows = company_rows(model, actor.company_id)
        found = resolve(kind, rows, named.values())
        keys = {name: found.optional(text, f"/{name}") for name, text in named.items()}
        things = rows.in_bulk([key for key in keys.values() if key is not None])
        changes |= {name: None if key is None else things[key] for name, key in keys.items()}
    return changes


class ConfigurationView(ApiView):
    rights: ClassVar = {"GET": "configuration.view", "PATCH": "configuration.edit"}

    @described(
        tag="configuration",
        summary="Show the configuration",
        description="Every setting by its name. Accounts, sequences and journals answer with their code.",
        answers=ConfigurationShape,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        no_parameters(request)
        return respond(shown(request.actor.company_id))

    @described(
        tag="configuration",
        summary="Change the configuration",
        description="Only the settings named change; each change is kept in the audit trail with its old value.",
        request=ConfigurationInput,
        answers=ConfigurationShape,
        conditional=True,
        examples=[
            OpenApiExample(
                "Record refunds", value={"refunds_enabled": True, "refund_sequence": "REF"}, request_only=True
            )
        ],
    )
    def patch(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        changes = changes_in(actor, body(request, ConfigurationInput, partial=True))
        own = {name: changes.pop(name) for name in COLUMNS if name in changes}

        def effect() -> dict[str, Any]:
            version = if_match(request, settings_of(actor.company_id).row.version)
            if own:
                change_company(actor=actor, changes=own, version=version)
                version += 1
            if changes or not own:
                change_configuration(actor=actor, changes=changes, version=version)
            return shown(actor.company_id)

        return perform(request, effect, status=200)
