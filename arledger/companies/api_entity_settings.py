"""What an entity sets differently from its company, over the API: the settings marked (E) in SPEC 3."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies.api_settings import KINDS
from arledger.companies.entity_services import OVERRIDES, change_overrides, overrides_of
from arledger.companies.models import Entity, EntityConfiguration
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.fields import FlagField, Input, ReferenceField, Strict
from arledger.core.api.ids import id_of
from arledger.core.api.references import company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform

FIELDS = {name: EntityConfiguration._meta.get_field(name) for name in OVERRIDES}
NULL = "null: as the company."


def _field(name: str) -> Strict:
    help = f"{FIELDS[name].verbose_name}; {NULL}"  # type: ignore[union-attr]
    made = FlagField if isinstance(FIELDS[name], models.BooleanField) else ReferenceField
    return made(required=False, allow_null=True, help_text=help)


def _shape(name: str) -> serializers.Field:
    if isinstance(FIELDS[name], models.BooleanField):
        return serializers.BooleanField(allow_null=True, help_text=NULL)
    return serializers.CharField(allow_null=True, help_text=NULL)


EntityConfigurationInput: type[Input] = type(
    "EntityConfigurationInput", (Input,), {name: _field(name) for name in OVERRIDES}
)
EntityConfigurationShape = type(
    "EntityConfigurationShape",
    (serializers.Serializer,),
    {
        "entity": serializers.CharField(),
        "entity_code": serializers.CharField(),
        **{name: _shape(name) for name in OVERRIDES},
    },
)


def _entity(actor: Actor, text: str) -> Entity:
    """The entity that an address names by id or code, if it is one of the person's. Raises NotFound."""
    rows = within_reach(actor, Entity)
    key = resolve("entity", rows, [text]).key(text)
    found: Entity = rows.get(pk=key)
    return found


def shown(actor: Actor, entity: Entity) -> dict[str, Any]:
    """What the entity sets itself, by name; sequences and journals by their code."""
    row = overrides_of(actor, entity.pk)
    values = {name: getattr(row, name) for name in OVERRIDES}
    return {
        "entity": id_of("entity", entity.pk),
        "entity_code": entity.code,
        **{name: getattr(value, "code", value) for name, value in values.items()},
    }


def changes_in(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """What the service takes: the things that references name. One query per kind. Raises NotFound with its place."""
    changes = dict(values)
    for model, kind in KINDS.items():
        named = {name: values[name] for name in values if FIELDS[name].related_model is model}
        if not named:
            continue
        rows = company_rows(model, actor.company_id)
        found = resolve(kind, rows, named.values())
        keys = {name: found.optional(text, f"/{name}") for name, text in named.items()}
        things = rows.in_bulk([key for key in keys.values() if key is not None])
        changes |= {name: None if key is None else things[key] for name, key in keys.items()}
    return changes


class EntityConfigurationView(ApiView):
    rights: ClassVar = {"GET": "configuration.view", "PATCH": "configuration.edit"}

    @described(
        tag="configuration",
        summary="Show what an entity sets differently",
        description="Null is as the company has it.",
        answers=EntityConfigurationShape,
    )
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(shown(request.actor, _entity(request.actor, key)))

    @described(
        tag="configuration",
        summary="Change what an entity sets differently",
        description="Only the settings named change; null takes one back to what the company has.",
        request=EntityConfigurationInput,
        answers=EntityConfigurationShape,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor
        entity = _entity(actor, key)
        changes = changes_in(actor, body(request, EntityConfigurationInput, partial=True))

        def effect() -> dict[str, Any]:
            change_overrides(actor=actor, entity_id=entity.pk, changes=changes)
            return shown(actor, entity)

        return perform(request, effect, status=200)
