"""Customer refunds over the API: record, draft, post, void (SPEC 9, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.ids import key_of
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import if_match, perform, wanted_version
from reconciliation.api_verbs import TakeBackInput, acted, created, deleted, grouped, in_bulk, shown, the_one
from refunds import services
from refunds.api_inputs import Entered, RefundBody, RefundDraftInput, read, read_change
from refunds.selectors import draft_of, refund


class RefundView(ApiView):
    """While nobody in the company records refunds, all of this answers a typed 404 (SPEC 9)."""

    feature = "refunds"


class Refunds(RefundView):
    rights: ClassVar = {"GET": "refunds.list", "POST": "refunds.add"}

    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, RefundBody)
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = the_one(read(actor, [values]))
            key = _record(actor, [found])[0]
            return created(actor, key, asked=found.asked, post=found.post)

        return perform(request, effect)


class RefundBulk(RefundView):
    rights: ClassVar = {"POST": "refunds.add"}
    bulk = True

    def post(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return in_bulk(
            request,
            shape=RefundBody,
            read=lambda items: read(actor, items),
            enter=lambda found: _record(actor, found),
            told_of=lambda one: (one.asked, one.post),
            names=self.names,
        )


class Refund(RefundView):
    rights: ClassVar = {"GET": "refunds.view", "PATCH": "refunds.add", "DELETE": "refunds.add"}

    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        found = refund(request.actor, key_of("document", key))
        return respond(shown(request.actor, found.pk))

    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        values = body(request, RefundDraftInput, partial=True)
        actor = request.actor

        def effect() -> dict[str, Any]:
            draft = draft_of(actor, key_of("document", key))
            version = if_match(request, draft.version)
            before = services.drafted(company_id=actor.company_id, documents=[draft])[0]
            entered = read_change(actor, values, before)
            services.edit(actor=actor, key=draft.pk, entered=entered, version=version)
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


class RefundPost(RefundView):
    rights: ClassVar = {"POST": "refunds.post"}

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        version = wanted_version(request)
        return acted(
            request,
            document,
            lambda: services.post(actor=request.actor, ids=[document], version=version),
        )


class RefundVoid(RefundView):
    rights: ClassVar = {"POST": "refunds.void"}

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = key_of("document", key)
        values = body(request, TakeBackInput)
        return acted(
            request,
            document,
            lambda: services.void(
                actor=request.actor, ids=[document], on=values["date"], reason=values["reason"]
            ),
        )


def _record(actor: Actor, found: Sequence[Entered]) -> list[int]:
    def write(some: list[Entered], post: bool) -> list[int]:
        return services.record(actor=actor, refunds=[one.refund for one in some], post=post)

    return grouped(found, lambda one: one.post, write)
