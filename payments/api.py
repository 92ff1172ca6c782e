"""Payments over the API: receive one or many, drafts, posting, reversing (SPEC 8, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.ids import key_of
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import if_match, perform, wanted_version
from payments import services
from payments.api_inputs import Entered, PaymentBody, PaymentDraftInput, read, read_change
from payments.selectors import draft_of, payment
from reconciliation.api_verbs import (
    TakeBackInput,
    acted,
    created,
    deleted,
    grouped,
    in_bulk,
    placed,
    shown,
    the_one,
)


class Payments(ApiView):
    rights: ClassVar = {"GET": "payments.list", "POST": "payments.add"}

    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, PaymentBody)
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = the_one(read(actor, [values]))
            key = _receive(actor, [found])[0]
            return created(actor, key, asked=found.asked, post=found.post)

        return perform(request, effect)


class PaymentBulk(ApiView):
    rights: ClassVar = {"POST": "payments.add"}
    bulk = True

    def post(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return in_bulk(
            request,
            shape=PaymentBody,
            read=lambda items: read(actor, items),
            enter=lambda found: _receive(actor, found),
            told_of=lambda one: (one.asked, one.post),
            names=self.names,
        )


class Payment(ApiView):
    rights: ClassVar = {"GET": "payments.view", "PATCH": "payments.add", "DELETE": "payments.add"}

    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        found = payment(request.actor, key_of("document", key))
        return respond(shown(request.actor, found.pk))

    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        values = body(request, PaymentDraftInput, partial=True)
        actor = request.actor

        def effect() -> dict[str, Any]:
            draft = draft_of(actor, key_of("document", key))
            version = if_match(request, draft.version)
            before = services.drafted(company_id=actor.company_id, documents=[draft])[0]
            found = read_change(actor, values, before)
            with placed([found.places]):
                services.edit(actor=actor, key=draft.pk, entered=found.payment, version=version)
            return shown(actor, draft.pk)

        return perform(request, effect, status=200)

    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        version = wanted_version(request)
        return deleted(
            request,
            document,
            lambda: services.delete(actor=request.actor, ids=[document], version=version),
        )


class PaymentPost(ApiView):
    rights: ClassVar = {"POST": "payments.post"}

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        version = wanted_version(request)
        return acted(
            request,
            document,
            lambda: services.post(actor=request.actor, ids=[document], version=version),
        )


class PaymentReverse(ApiView):
    rights: ClassVar = {"POST": "payments.reverse"}

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        values = body(request, TakeBackInput)
        return acted(
            request,
            document,
            lambda: services.reverse(
                actor=request.actor, ids=[document], on=values["date"], reason=values["reason"]
            ),
        )


def _receive(actor: Actor, found: Sequence[Entered]) -> list[int]:
    def write(some: list[Entered], post: bool) -> list[int]:
        with placed([one.places for one in some]):
            return services.receive(actor=actor, payments=[one.payment for one in some], post=post)

    return grouped(found, lambda one: one.post, write)
