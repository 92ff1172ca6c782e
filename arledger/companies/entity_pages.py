"""Lists whose rows belong to entities (docs/adr/0050)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.functional import cached_property

from arledger.companies.entity_forms import EntityField, of_entity, offer_entities, visible_entities
from arledger.companies.models import Entity
from arledger.core.http.doors import PageRequest
from arledger.core.http.listing import Lister


class ByEntity(Lister):
    """A list with the filter *entity* wherever the person may see one.

    ``entity_path`` leads from a row to its entity.
    """

    entity_path: ClassVar[str] = "entity"

    @cached_property
    def form(self) -> forms.Form | None:
        form = self.make_form()
        entities = entities_of(self.request)
        if entities or self.query.get("entity"):
            form = forms.Form(self.query) if form is None else form
            form.fields["entity"] = EntityField()
            offer_entities(form, entities)
        return form

    def narrowed(self, rows: QuerySet[Any], values: Mapping[str, Any]) -> QuerySet[Any]:
        """Lists with filters of their own say what these leave."""
        return rows

    def _conditions(self, rows: QuerySet[Any], tab: str | None) -> QuerySet[Any]:
        return self.in_entity(super()._conditions(rows, tab))

    def in_entity(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the entity chosen in the filter, if one is."""
        chosen = self.values.get("entity")
        return rows if chosen is None else rows.filter(of_entity(chosen, self.entity_path))


def entities_of(request: PageRequest) -> Sequence[Entity]:
    """The entities that the person may see where he is now: read with his standing, else (for files) by themselves."""
    known: Sequence[Entity] | None = getattr(request, "entities", None)
    if known is None:
        return visible_entities(request.actor)
    limit = request.actor.entities
    return [one for one in known if limit is None or one.pk in limit]
