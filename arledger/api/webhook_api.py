"""Webhooks over the API: make them, see what arrived, send it again (SPEC 15, docs/adr/0049)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from arledger.api import webhook_services as services
from arledger.api.models import Webhook, WebhookDelivery
from arledger.api.sending import ERRORS, URL_LENGTH
from arledger.api.webhook_selectors import KINDS, deliveries_of, webhook_of, webhooks_of
from arledger.core.api.encoding import instant
from arledger.core.api.fields import FlagField, Input, ListOf, OneOf, TextField, WholeField
from arledger.core.api.ids import id_of, key_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform
from arledger.core.http.keyset import Sort

TAG = "webhooks"
SORTS = (Sort("created", ("id",)),)
STATES = WebhookDelivery.State.values
FILTERS = {
    "state": Filter(OneOf(STATES), lambda rows, value: rows.filter(state=value), "Only these."),
}


class WebhookInput(Input):
    example = {"name": "ERP", "url": "https://erp.example.com/hooks", "kinds": ["invoice.posted"]}
    name = TextField(max_length=services.NAME_LENGTH, help_text="What it is recognised by.")
    url = TextField(max_length=URL_LENGTH, help_text="Where events are posted to: https, a public address.")
    kinds = ListOf(
        OneOf(KINDS),
        least=1,
        most=len(KINDS),
        required=False,
        help_text="Left out or null: every kind.",
    )


class WebhookChange(WebhookInput):
    active = FlagField(
        required=False, allow_null=False, help_text="Switched off, it goes on later where it stopped."
    )


class SecretInput(Input):
    hours = WholeField(
        least=0,
        most=services.LONGEST_GRACE,
        required=False,
        allow_null=False,
        help_text=f"How long deliveries are signed with the secret before too; {services.GRACE_HOURS} if left out.",
    )


class WebhookShape(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField(), allow_null=True)
    active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then deliveries are signed with the secret before too."
    )


class NewWebhookShape(WebhookShape):
    secret = serializers.CharField(
        allow_null=True, help_text="What deliveries are signed with. Shown this once; null in a replay."
    )


class GoneWebhookShape(serializers.Serializer):
    id = serializers.CharField()
    deleted = serializers.BooleanField()


class DeliveryShape(serializers.Serializer):
    id = serializers.CharField(help_text="The same at each attempt: the header Arledger-Delivery.")
    event = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True, help_text="The HTTP status of the last answer.")
    last_error = serializers.ChoiceField(choices=list(ERRORS), allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(help_text="When the event happened.")


def _answer(row: Webhook) -> dict[str, Any]:
    return {
        "id": id_of("webhook", row.pk),
        "name": row.name,
        "url": row.url,
        "kinds": row.kinds,
        "active": row.active,
        "created_at": instant(row.created_at),
        "previous_secret_until": instant(row.previous_until) if row.previous_until else None,
    }


def _delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": id_of("delivery", row.pk),
        "event": id_of("event", row.event_id),
        "kind": row.event.kind,
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt_at": instant(row.next_attempt_at) if row.next_attempt_at else None,
        "last_status": row.last_status,
        "last_error": row.last_error or None,
        "delivered_at": instant(row.delivered_at) if row.delivered_at else None,
        "created_at": instant(row.event.created_at),
    }


class Webhooks(ApiView):
    rights: ClassVar = {"GET": "configuration.view", "POST": "configuration.edit"}

    @described(tag=TAG, summary="List webhooks", answers=WebhookShape, filters={}, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return listed(
            request,
            webhooks_of(request.actor),
            name="webhooks",
            filters={},
            sorts=SORTS,
            default_sort="created",
            answer=lambda rows: [_answer(row) for row in rows],
            fields=tuple(WebhookShape().fields),
        )

    @described(
        tag=TAG,
        summary="Make a webhook",
        description=(
            "Events from now on are posted to the address, signed, in order and at least once. Needs the rights to "
            "view what the events are about. The secret is in this answer and nowhere else."
        ),
        request=WebhookInput,
        answers=NewWebhookShape,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor, values = request.actor, body(request, WebhookInput)

        def effect() -> dict[str, Any]:
            made = services.create(
                actor=actor, name=values["name"], url=values["url"], kinds=values.get("kinds")
            )
            return {**_answer(made.row), "secret": made.secret}

        return perform(request, effect, kept=lambda answer: {**answer, "secret": None})


class WebhookCall(ApiView):
    rights: ClassVar = {
        "GET": "configuration.view",
        "PATCH": "configuration.edit",
        "DELETE": "configuration.edit",
    }

    @described(tag=TAG, summary="Show a webhook", answers=WebhookShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(_answer(webhook_of(request.actor, key_of("webhook", key))))

    @described(tag=TAG, summary="Change a webhook", request=WebhookChange, answers=WebhookShape)
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, values = request.actor, body(request, WebhookChange, partial=True)
        found = key_of("webhook", key)
        return perform(
            request, lambda: _answer(services.change(actor=actor, key=found, changes=values)), status=200
        )

    @described(
        tag=TAG,
        summary="Delete a webhook",
        description="With the log of its deliveries. What is on its way is not sent any more.",
        answers=GoneWebhookShape,
    )
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, found = request.actor, key_of("webhook", key)

        def effect() -> dict[str, Any]:
            services.delete(actor=actor, key=found)
            return {"id": id_of("webhook", found), "deleted": True}

        return perform(request, effect, status=200)


class Secret(ApiView):
    rights: ClassVar = {"POST": "configuration.edit"}

    @described(
        tag=TAG,
        summary="Change a webhook's secret",
        description=(
            "The new one is in this answer and nowhere else. While the one before is valid too, Arledger-Signature "
            "carries a v1 for each: one of them is right, whichever the receiver knows."
        ),
        request=SecretInput,
        answers=NewWebhookShape,
        status=200,
        examples=[OpenApiExample("Two days for the receiver", value={"hours": 48}, request_only=True)],
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, values = request.actor, body(request, SecretInput)
        found = key_of("webhook", key)

        def effect() -> dict[str, Any]:
            made = services.change_secret(
                actor=actor, key=found, hours=values.get("hours", services.GRACE_HOURS)
            )
            return {**_answer(made.row), "secret": made.secret}

        return perform(request, effect, status=200, kept=lambda answer: {**answer, "secret": None})


class Test(ApiView):
    rights: ClassVar = {"POST": "configuration.edit"}

    @described(
        tag=TAG,
        summary="Try a webhook out",
        description="An event webhook.test goes to this address at once, switched on or not.",
        request=None,
        answers=DeliveryShape,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, found = request.actor, key_of("webhook", key)
        return perform(request, lambda: _delivery(services.try_out(actor=actor, key=found)))


class Deliveries(ApiView):
    rights: ClassVar = {"GET": "configuration.view"}

    @described(
        tag=TAG, summary="List a webhook's deliveries", answers=DeliveryShape, filters=FILTERS, sorts=SORTS
    )
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return listed(
            request,
            deliveries_of(webhook_of(request.actor, key_of("webhook", key))),
            name="deliveries",
            filters=FILTERS,
            sorts=SORTS,
            default_sort="-created",
            answer=lambda rows: [_delivery(row) for row in rows],
            fields=tuple(DeliveryShape().fields),
        )


class Replay(ApiView):
    rights: ClassVar = {"POST": "configuration.edit"}

    @described(
        tag=TAG,
        summary="Send a delivery again",
        description="Under its own id, at once, whatever became of it. One that is pending is refused.",
        request=None,
        answers=DeliveryShape,
        status=200,
    )
    def post(self, request: ApiRequest, key: str, delivery: str) -> HttpResponse:
        actor, hook, found = request.actor, key_of("webhook", key), key_of("delivery", delivery)
        return perform(
            request,
            lambda: _delivery(services.replay(actor=actor, key=hook, delivery=found)),
            status=200,
        )
