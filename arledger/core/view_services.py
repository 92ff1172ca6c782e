"""Saved views: the choices of a page kept under a name, by a person, for himself or for the company (UX: lists)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from arledger.core.models import SavedView
from arledger.core.sql import execute
from arledger.core.text import clean_text

NAME_LENGTH = 60
QUERY_LENGTH = 2_000
MOST = 50


class TooManyViews(Refusal):
    code = "views_too_many"
    sentence = _("You have %(limit)s saved views of this page. Delete one first.")


class ViewTaken(Refusal):
    code = "view_name_taken"
    sentence = _("You have a view named “%(name)s” on this page already. Choose another name.")


@transaction.atomic
def keep(
    *, actor: Actor, place: str, name: str, query: str, shared: bool = False, default: bool = False
) -> SavedView:
    """Keep ``query`` under a name; the person's own view of that name is replaced.

    Raises Required, TextTooLong, ForbiddenCharacter and TooManyViews.
    """
    name = clean_text(name, NAME_LENGTH, required=True, field="name")
    query = clean_text(query, QUERY_LENGTH, field="query")
    own = SavedView.objects.filter(company_id=actor.company_id, owner=actor.user_id or 0, place=place)
    if own.exclude(name=name).count() >= MOST:
        raise TooManyViews(limit=MOST)
    view, _made = own.update_or_create(
        name=name,
        defaults={"query": query, "shared": shared, "changed_at": actor.at},
        create_defaults={
            "company_id": actor.company_id,
            "owner": actor.user_id or 0,
            "place": place,
            "query": query,
            "shared": shared,
            "changed_at": actor.at,
        },
    )
    if default:
        set_default(actor=actor, view=view, default=True)
    return view


@transaction.atomic
def change(*, actor: Actor, key: int, name: str, shared: bool) -> SavedView:
    """Rename one's own view, share it or keep it to oneself; nobody else has it as his default any more then.

    Raises NotFound, Required, TextTooLong, ForbiddenCharacter, ViewTaken.
    """
    view = _own(actor, key)
    view.name = clean_text(name, NAME_LENGTH, required=True, field="name")
    others = SavedView.objects.filter(
        company_id=actor.company_id, owner=view.owner, place=view.place, name=view.name
    )
    if others.exclude(pk=key).exists():
        raise ViewTaken(field="name", name=view.name)
    view.shared, view.changed_at = shared, actor.at
    if not shared:
        view.default_for = [user for user in view.default_for if user == view.owner]
    view.save(update_fields=["name", "shared", "changed_at", "default_for"])
    return view


def delete(*, actor: Actor, key: int) -> None:
    """Forget one's own view. Raises NotFound."""
    _own(actor, key)
    SavedView.objects.filter(company_id=actor.company_id, pk=key).delete()


def set_default(*, actor: Actor, view: SavedView, default: bool) -> None:
    """The page opens with this view for the person, or no longer; one view of a page at most."""
    execute(
        "UPDATE core_savedview SET default_for = array_remove(default_for, %(user)s)"
        " || CASE WHEN id = %(view)s AND %(default)s THEN ARRAY[%(user)s::bigint] ELSE '{}' END"
        " WHERE company_id = (SELECT %(company)s) AND place = %(place)s"
        " AND (id = %(view)s OR %(user)s = ANY(default_for))",
        {
            "user": actor.user_id or 0,
            "view": view.pk,
            "default": default,
            "company": actor.company_id,
            "place": view.place,
        },
    )


def _own(actor: Actor, key: int) -> SavedView:
    row = (
        SavedView.objects.select_for_update(no_key=True)
        .filter(company_id=actor.company_id, owner=actor.user_id or 0, pk=key)
        .first()
    )
    if row is None:
        raise NotFound()
    return row
