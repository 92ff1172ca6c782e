"""Reading saved views: one's own and those shared with the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.models import SavedView


@dataclass(frozen=True)
class Shown:
    """A view as a person sees it."""

    row: SavedView
    own: bool
    default: bool

    @property
    def name(self) -> str:
        return self.row.name


def visible(actor: Actor) -> QuerySet[SavedView]:
    return SavedView.objects.filter(Q(owner=actor.user_id or 0) | Q(shared=True), company_id=actor.company_id)


def views_of(actor: Actor, place: str) -> Sequence[Shown]:
    """The views of a page by name, one's own first."""
    user = actor.user_id or 0
    found = [
        Shown(row, row.owner == user, user in row.default_for) for row in visible(actor).filter(place=place)
    ]
    return sorted(found, key=lambda view: (not view.own, view.name.casefold(), view.row.pk))


def view_of(actor: Actor, key: int) -> SavedView:
    """One's own or a shared one. Raises NotFound."""
    row = visible(actor).filter(pk=key).first()
    if row is None:
        raise NotFound()
    return row


def default_query(actor: Actor, place: str) -> str:
    """The choices a page opens with for the person; empty when he set none."""
    found = visible(actor).filter(place=place, default_for__contains=[actor.user_id or 0])
    return found.values_list("query", flat=True).first() or ""
