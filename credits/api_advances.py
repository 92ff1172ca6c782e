"""Advances over the API: money received before there is an invoice (SPEC 7, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView
from arledger.core.errors import Refusal
from credits.api_inputs import (
    AdvanceBody,
    AdvanceBulkBody,
    AdvanceDraftBody,
    change_advance,
    of_amounts,
    read_advances,
)
from credits.inputs import AdvanceInput
from credits.services import advances as services
from ledger.billing import as_input
from ledger.models import Document, Kind
from reconciliation.api_documents import DocumentCalls
from reconciliation.api_examples import ADVANCE, TAKE_BACK
from reconciliation.api_inputs import Entered
from reconciliation.api_lists import FILTERS, SORTS
from reconciliation.api_shapes import AdvanceShape, DeletedShape, bulk_of
from reconciliation.api_verbs import TakeBackInput

TAG = "advances"


class AdvanceCalls(DocumentCalls):
    kind = Kind.ADVANCE
    body = AdvanceBody
    draft_body = AdvanceDraftBody
    shape = AdvanceShape

    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        return read_advances(actor, bodies)

    def enter(self, actor: Actor, documents: Sequence[AdvanceInput], *, post: bool) -> list[int]:
        with of_amounts(documents):
            return services.enter(actor=actor, advances=documents, post=post)

    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        entered = change_advance(actor, values, as_input(draft))
        with of_amounts([entered]):
            services.edit(actor=actor, key=draft.pk, entered=entered, version=version)

    def remove(self, actor: Actor, key: int, version: int | None) -> None:
        services.delete(actor=actor, ids=[key], version=version)

    def post_draft(self, actor: Actor, key: int, version: int | None) -> None:
        services.post(actor=actor, ids=[key], version=version)

    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None:
        services.reverse(actor=actor, ids=[key], on=on, reason=reason)


CALLS = AdvanceCalls()


class Advances(ApiView):
    rights: ClassVar = {"GET": "advances.list", "POST": "advances.add"}

    @described(tag=TAG, summary="List advances", answers=AdvanceShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return CALLS.listed(request)

    @described(
        tag=TAG,
        summary="Enter an advance",
        description="`amount`, or `lines` that make it up; positive. Posted unless `action` is `draft`.",
        request=AdvanceBody,
        answers=AdvanceShape,
        examples=ADVANCE,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create(request)


class AdvanceBulk(ApiView):
    rights: ClassVar = {"POST": "advances.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Enter up to 1,000 advances",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=AdvanceBulkBody,
        answers=bulk_of(AdvanceShape),
        status=200,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create_many(request)


class Advance(ApiView):
    """Whoever may enter advances may also change his drafts of them."""

    rights: ClassVar = {"GET": "advances.view", "PATCH": "advances.add", "DELETE": "advances.delete"}

    @described(tag=TAG, summary="One advance", answers=AdvanceShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.get(request, key)

    @described(
        tag=TAG,
        summary="Change a draft advance",
        description="Members that are left out stay; `amount` or `lines` replace what it was made up of.",
        request=AdvanceDraftBody,
        answers=AdvanceShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.change(request, key)

    @described(tag=TAG, summary="Delete a draft advance", answers=DeletedShape, conditional=True)
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.delete(request, key)


class AdvancePost(ApiView):
    rights: ClassVar = {"POST": "advances.post"}

    @described(
        tag=TAG,
        summary="Post a draft advance",
        request=None,
        answers=AdvanceShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.post(request, key)


class AdvanceReverse(ApiView):
    rights: ClassVar = {"POST": "advances.reverse"}

    @described(
        tag=TAG,
        summary="Reverse an advance",
        description="Answers the advance; `reversal` is the document that takes it back.",
        request=TakeBackInput,
        answers=AdvanceShape,
        status=200,
        examples=TAKE_BACK,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.reverse(request, key)
