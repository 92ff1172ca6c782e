"""Tokens and the feed of events over the API (SPEC 15)."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from rest_framework import serializers

from arledger.api import services
from arledger.api.models import ApiToken
from arledger.api.selectors import Event, events_after, state_of, tokens_of
from arledger.api.webhook_selectors import shown
from arledger.core.actor import Actor
from arledger.core.api.encoding import instant
from arledger.core.api.fields import Input, ListOf, ReferenceField, TextField, WholeField
from arledger.core.api.ids import id_of, key_of
from arledger.core.api.lists import DEFAULT_LIMIT, LARGEST_LIMIT, listed
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, query, respond
from arledger.core.api.writing import perform
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Sort
from arledger.core.permissions import RIGHTS

SORTS = (Sort("created", ("id",)),)
SCOPE_LENGTH = 40


class TokenInput(Input):
    example = {"name": "Web shop", "scopes": ["customers.add", "invoices.add", "invoices.post"], "days": 90}
    name = TextField(max_length=services.NAME_LENGTH, help_text="What it is recognised by.")
    scopes = ListOf(
        TextField(max_length=SCOPE_LENGTH),
        least=1,
        most=len(RIGHTS),
        required=False,
        help_text="Rights such as invoices.post. Left out: whatever the role allows.",
    )
    days = WholeField(least=1, most=services.LONGEST_DAYS, default=services.DEFAULT_DAYS)
    user = ReferenceField(required=False, help_text="The member it acts for, by id. Left out: the caller.")


class TokenShape(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    user = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    ending = serializers.CharField(help_text="The last characters of the token.")
    state = serializers.ChoiceField(choices=["active", "expired", "revoked"])
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenShape(TokenShape):
    token = serializers.CharField(allow_null=True, help_text="Shown this once; null in a replay.")


def _answer(actor: Actor, row: ApiToken) -> dict[str, Any]:
    return {
        "id": id_of("token", row.pk),
        "name": row.name,
        "user": id_of("user", row.membership.user_id),
        "scopes": row.scopes,
        "ending": row.ending,
        "state": state_of(row, actor.at),
        "created_at": instant(row.created_at),
        "expires_at": instant(row.expires_at),
        "last_used_at": instant(row.last_used_at) if row.last_used_at else None,
        "revoked_at": instant(row.revoked_at) if row.revoked_at else None,
    }


class Tokens(ApiView):
    # As on the page: for oneself whoever sees tokens, having said his password; the service asks more for others.
    rights: ClassVar = {"GET": "configuration.view", "POST": "configuration.view"}
    again = True

    @described(
        tag="tokens",
        summary="List tokens",
        description="One's own; with the right to edit users everybody's.",
        answers=TokenShape,
        filters={},
        sorts=SORTS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return listed(
            request,
            tokens_of(actor),
            name="tokens",
            filters={},
            sorts=SORTS,
            default_sort="-created",
            answer=lambda rows: [_answer(actor, row) for row in rows],
            fields=tuple(TokenShape().fields),
        )

    @described(
        tag="tokens",
        summary="Make a token",
        description=(
            "For oneself with at most one's own rights; for another member that takes the right to edit users. "
            "Its text is in this answer and nowhere else: neither in lists nor in a replay. Scopes that name "
            "roles.edit, with which a program gives rights, are given on the page of tokens only."
        ),
        request=TokenInput,
        answers=NewTokenShape,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor, values = request.actor, body(request, TokenInput)
        user = values.get("user")

        def effect() -> dict[str, Any]:
            made = services.create(
                actor=actor,
                name=values["name"],
                user_id=None if user is None else key_of("user", user, "/user"),
                scopes=values.get("scopes"),
                days=values["days"],
                by_token=bool(getattr(request._request, "api_caller", "")),
            )
            return {**_answer(actor, made.row), "token": made.text}

        return perform(request, effect, kept=lambda answer: {**answer, "token": None})


class Token(ApiView):
    rights: ClassVar = {"GET": "configuration.view", "DELETE": "configuration.view"}

    @described(tag="tokens", summary="Show a token", answers=TokenShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        row = tokens_of(request.actor).filter(pk=key_of("token", key)).first()
        if row is None:
            raise NotFound()
        return respond(_answer(request.actor, row))

    @described(
        tag="tokens",
        summary="Revoke a token",
        description="At once, and for good. It stays in the list.",
        answers=TokenShape,
    )
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, found = request.actor, key_of("token", key)
        return perform(request, lambda: _answer(actor, services.revoke(actor=actor, key=found)), status=200)


# Events -------------------------------------------------------------------------------------------------------


class EventsQuery(Input):
    after = ReferenceField(
        required=False,
        allow_null=False,
        help_text="The id of the last event read. 0, or left out: from the first.",
    )
    type = TextField(
        max_length=60, required=False, allow_null=False, help_text="Only these, such as invoice.posted."
    )
    limit = WholeField(least=1, most=LARGEST_LIMIT, default=DEFAULT_LIMIT, help_text="How many at once.")


class EventShape(serializers.Serializer):
    id = serializers.CharField()
    type = serializers.CharField(help_text="What happened to what, such as invoice.posted.")
    objects = serializers.ListField(
        child=serializers.CharField(), help_text="The ids of what it happened to."
    )
    data = serializers.DictField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()


class FeedShape(serializers.Serializer):
    results = EventShape(many=True)
    next = serializers.URLField(
        allow_null=True, help_text="Where more waits; null at the newest event. Go on later by after=."
    )
    previous = serializers.URLField(allow_null=True, help_text="Always null: the feed is read forwards.")


def _event(event: Event) -> dict[str, Any]:
    return shown(key=event.key, kind=event.kind, keys=event.object_ids, payload=event.payload, at=event.at)


class Events(ApiView):
    rights: ClassVar = {"GET": ""}

    @described(
        tag="events",
        summary="Read the feed of events",
        description=(
            "What happened, in order, of what the token may view. Keep the last id and ask for what came after it: "
            "nothing is ever added before an event that was shown."
        ),
        query=EventsQuery,
        answers=FeedShape,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        values = query(request, EventsQuery)
        after = values.get("after", "0")
        found = events_after(
            actor=request.actor,
            after=0 if after == "0" else key_of("event", after, "?after"),
            kind=values.get("type", ""),
            limit=values["limit"],
        )
        further = None
        if len(found) == values["limit"]:
            kept = {name: values[name] for name in ("type", "limit") if name in values}
            place = {"after": id_of("event", found[-1].key)} | kept
            further = f"{request._request.build_absolute_uri(request.path)}?{urlencode(place)}"
        return respond({"results": [_event(event) for event in found], "next": further, "previous": None})
