"""Adjustments over the API: credit memos and debit memos (SPEC 7, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView
from arledger.core.errors import Refusal
from credits.services import adjustments as services
from ledger.billing import as_input
from ledger.entering import DocumentInput
from ledger.models import Document, Kind
from reconciliation.api_documents import DocumentCalls
from reconciliation.api_examples import ADJUSTMENT, TAKE_BACK
from reconciliation.api_inputs import (
    AdjustmentBody,
    AdjustmentBulkBody,
    AdjustmentDraftBody,
    Entered,
    Named,
    changed,
    read_billed,
)
from reconciliation.api_lists import FILTERS, SORTS
from reconciliation.api_shapes import AdjustmentShape, DeletedShape, bulk_of
from reconciliation.api_verbs import TakeBackInput
from summaries.models import Type

TAG = "adjustments"


class AdjustmentCalls(DocumentCalls):
    kind = Kind.ADJUSTMENT
    body = AdjustmentBody
    draft_body = AdjustmentDraftBody
    shape = AdjustmentShape

    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        return read_billed(actor, bodies, may_post=actor.may("adjustments.post"), type=Type.ADJUSTMENTS)

    def enter(self, actor: Actor, documents: Sequence[DocumentInput], *, post: bool) -> list[int]:
        return services.enter(actor=actor, adjustments=documents, post=post)

    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        entered = changed(Named(actor, [values], Type.ADJUSTMENTS), values, as_input(draft))
        services.edit(actor=actor, key=draft.pk, entered=entered, version=version)

    def remove(self, actor: Actor, key: int, version: int | None) -> None:
        services.delete(actor=actor, ids=[key], version=version)

    def post_draft(self, actor: Actor, key: int, version: int | None) -> None:
        services.post(actor=actor, ids=[key], version=version)

    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None:
        services.reverse(actor=actor, ids=[key], on=on, reason=reason)


CALLS = AdjustmentCalls()


class Adjustments(ApiView):
    rights: ClassVar = {"GET": "adjustments.list", "POST": "adjustments.add"}

    @described(tag=TAG, summary="List adjustments", answers=AdjustmentShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return CALLS.listed(request)

    @described(
        tag=TAG,
        summary="Enter an adjustment",
        description="Negative lines make a credit memo, positive ones a debit memo. Posted unless `action` is `draft`.",
        request=AdjustmentBody,
        answers=AdjustmentShape,
        examples=ADJUSTMENT,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create(request)


class AdjustmentBulk(ApiView):
    rights: ClassVar = {"POST": "adjustments.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Enter up to 1,000 adjustments",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=AdjustmentBulkBody,
        answers=bulk_of(AdjustmentShape),
        status=200,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create_many(request)


class Adjustment(ApiView):
    rights: ClassVar = {
        "GET": "adjustments.view",
        "PATCH": "adjustments.edit",
        "DELETE": "adjustments.delete",
    }

    @described(tag=TAG, summary="One adjustment", answers=AdjustmentShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.get(request, key)

    @described(
        tag=TAG,
        summary="Change a draft adjustment",
        description="Members that are left out stay; `lines` replaces all of them.",
        request=AdjustmentDraftBody,
        answers=AdjustmentShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.change(request, key)

    @described(tag=TAG, summary="Delete a draft adjustment", answers=DeletedShape, conditional=True)
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.delete(request, key)


class AdjustmentPost(ApiView):
    rights: ClassVar = {"POST": "adjustments.post"}

    @described(
        tag=TAG,
        summary="Post a draft adjustment",
        request=None,
        answers=AdjustmentShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.post(request, key)


class AdjustmentReverse(ApiView):
    rights: ClassVar = {"POST": "adjustments.reverse"}

    @described(
        tag=TAG,
        summary="Reverse an adjustment",
        description="Answers the adjustment; `reversal` is the document that takes it back.",
        request=TakeBackInput,
        answers=AdjustmentShape,
        status=200,
        examples=TAKE_BACK,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.reverse(request, key)


class AdjustmentDuplicate(ApiView):
    rights: ClassVar = {"POST": "adjustments.add"}

    @described(
        tag=TAG,
        summary="Duplicate an adjustment",
        description="A new draft with the same contents, dated today.",
        request=None,
        answers=AdjustmentShape,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.duplicate(request, key, services.duplicate)
