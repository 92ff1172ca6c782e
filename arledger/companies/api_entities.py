"""The filter *entity* of the API's lists and reports (SPEC 15.2, docs/adr/0050)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from arledger.companies.entity_forms import NONE, TOP, of_entity
from arledger.companies.models import Entity
from arledger.core.actor import Actor
from arledger.core.api.fields import ReferenceField
from arledger.core.api.lists import Filter
from arledger.core.api.references import company_rows, resolve

HELP = f"An entity, by id or code. `{NONE}`: what belongs to no entity."


def entity_key(actor: Actor, text: str, pointer: str | None = None) -> int:
    """The entity that an id or code names to this person, or TOP for NONE. Raises NotFound for what he may not see.

    An entity whose code is NONE is named by its id.
    """
    if text == NONE:
        return TOP
    rows = company_rows(Entity, actor.company_id)
    rows = rows if actor.entities is None else rows.filter(pk__in=actor.entities)
    return resolve("entity", rows, [text]).key(text, pointer)


def _unchanged(rows: QuerySet[Any], _text: str) -> QuerySet[Any]:
    return rows


# What the reference says of it; ``narrowing`` makes it work for the person who asks.
ENTITY = Filter(ReferenceField(required=False), _unchanged, HELP)


def narrowing(actor: Actor, path: str = "entity") -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """What the filter leaves of rows whose entity ``path`` leads to."""
    return lambda rows, text: rows.filter(of_entity(entity_key(actor, text), path))
