"""What an entity sets differently from its company, over the API: the settings marked (E) in SPEC 3."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from arledger.companies.api_settings import KINDS
from arledger.companies.entity_services import OVERRIDES, change_overrides, overrides_of
from arledger.companies.models import Entity, EntityConfiguration
from arledger.companies.period_services import close_period, reopen_period
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.fields import DayField, FlagField, Input, ReferenceField, Strict
from arledger.core.api.ids import id_of
from arledger.core.api.references import company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform

FIELDS = {name: EntityConfiguration._meta.get_field(name) for name in OVERRIDES}
NULL = "null: as the company."
CLOSED = "closed_through"


def _field(name: str) -> Strict:
    help = f"{FIELDS[name].verbose_name}; {NULL}"  # type: ignore[union-attr]
    made = FlagField if isinstance(FIELDS[name], models.BooleanField) else ReferenceField
    return made(required=False, allow_null=True, help_text=help)


def _shape(name: str) -> serializers.Field:
    if isinstance(FIELDS[name], models.BooleanField):
        return serializers.BooleanField(allow_null=True, help_text=NULL)
    return serializers.CharField(allow_null=True, help_text=NULL)


EntityConfigurationInput: type[Input] = type(
    "EntityConfigurationInput",
    (Input,),
    {
        **{name: _field(name) for name in OVERRIDES},
        CLOSED: DayField(required=False, help_text="books closed through; null: they are open again"),
    },
)
EntityConfigurationShape = type(
    "EntityConfigurationShape",
    (serializers.Serializer,),
    {
        "entity": serializers.CharField(),
        "entity_code": serializers.CharField(),
        **{name: _shape(name) for name in OVERRIDES},
        CLOSED: serializers.DateField(
            allow_null=True, help_text="Its own; those of the company close with that."
        ),
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
        CLOSED: row.closed_through,
    }


def move(actor: Actor, entity: Entity, through: date | None) -> None:
    """Close or reopen the entity's books so far, as its page does; nothing where they stand there already.

    Raises Forbidden, and what closing a summary refuses.
    """
    before = overrides_of(actor, entity.pk).closed_through
    if through == before:
        return
    further = through is not None and (before is None or through > before)
    (close_period if further else reopen_period)(actor=actor, through=through, entity_id=entity.pk)


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
    names: ClassVar = {"through": CLOSED}

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
        description=(
            "Only the settings named change; null takes one back to what the company has. A later closed_through "
            "closes the entity's books (periods.close), an earlier one or null reopens them (periods.reopen)."
        ),
        request=EntityConfigurationInput,
        answers=EntityConfigurationShape,
        examples=[
            OpenApiExample("Numbers of its own", value={"invoice_sequence": "PARIS-INV"}, request_only=True),
            OpenApiExample("Close a month", value={"closed_through": "2026-03-31"}, request_only=True),
        ],
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor
        entity = _entity(actor, key)
        values = body(request, EntityConfigurationInput, partial=True)
        moved = CLOSED in values
        through = values.pop(CLOSED, None)
        changes = changes_in(actor, values)

        def effect() -> dict[str, Any]:
            change_overrides(actor=actor, entity_id=entity.pk, changes=changes)
            if moved:
                move(actor, entity, through)
            return shown(actor, entity)

        return perform(request, effect, status=200)
