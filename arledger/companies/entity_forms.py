"""The filter *entity* that every list and report has in a company with entities (docs/adr/0050).

Its values are the keys of the entities that the person may see, and TOP for what belongs to none. It means exactly that
entity, so that the parts add up to the whole; what a person may see at all is another matter (``Actor.entities``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Entity
from arledger.core.actor import Actor
from arledger.core.api.ids import id_of
from arledger.core.http.forms import chosen_text, offer

# Stands for the top level where a key is expected, and what the API and files call it.
TOP = 0
NONE = "none"


def visible_entities(actor: Actor) -> Sequence[Entity]:
    """Those a person may see where he is now, inactive ones included, by code."""
    rows = Entity.objects.filter(company_id=actor.company_id).order_by("code", "pk")
    return list(rows if actor.entities is None else rows.filter(pk__in=actor.entities))


def of_entity(entity: int, path: str = "entity") -> Q:
    """What belongs to an entity, or (TOP) to none; ``path`` leads to it from the rows."""
    return Q(**{f"{path}__isnull": True}) if entity == TOP else Q(**{path: entity})


class EntityField(forms.TypedChoiceField):
    """The choice of an entity to filter by; ``offer_entities`` fills it, or takes it out of the form.

    Programs that ask for a file name the entity as they do in the API: by id or code, or NONE.
    """

    def __init__(self) -> None:
        super().__init__(label=_("Entity"), required=False, coerce=int, empty_value=None)
        self.names: dict[str, int] = {}

    def clean(self, value: Any) -> Any:
        return super().clean(self.names.get(str(value), value))


def offer_entities(form: forms.Form, entities: Sequence[Entity], *, everything: str | Promise = "—") -> None:
    """Let the EntityField ``entity`` of the form offer these; the form is without it where there are none.

    Unless an address asks for one nevertheless: that is refused, never passed over.
    """
    if not (entities or form.data.get("entity")):
        form.fields.pop("entity", None)
        return
    choices = {one.pk: str(one) for one in entities} | {TOP: _("Top level")}
    offer(form, "entity", [("", everything), *choices.items()])
    field = form.fields["entity"]
    assert isinstance(field, EntityField)
    named = {one.code: one.pk for one in entities} | {id_of("entity", one.pk): one.pk for one in entities}
    field.names = {text: key for text, key in {NONE: TOP, **named}.items() if text not in map(str, choices)}


def chosen_entity(form: forms.Form) -> str:
    """What the filter says of a valid form, in words; "" where none is chosen."""
    key = form.cleaned_data.get("entity")
    return "" if key is None else chosen_text(form.fields["entity"], key)
