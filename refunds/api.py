"""Customer refunds over the API: record, draft, post, void (SPEC 9, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView
from arledger.core.errors import Refusal
from ledger.models import Document, Kind
from reconciliation.api_documents import DocumentCalls
from reconciliation.api_examples import TAKE_BACK
from reconciliation.api_inputs import Entered
from reconciliation.api_lists import FILTERS, SORTS
from reconciliation.api_money_examples import REFUND
from reconciliation.api_shapes import DeletedShape, RefundShape, bulk_of
from reconciliation.api_verbs import TakeBackInput
from refunds import services
from refunds.api_inputs import RefundBody, RefundBulkBody, RefundDraftBody, read, read_change
from refunds.inputs import RefundInput

TAG = "refunds"


class RefundCalls(DocumentCalls):
    kind = Kind.REFUND
    body = RefundBody
    draft_body = RefundDraftBody
    shape = RefundShape

    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        return read(actor, bodies)

    def enter(self, actor: Actor, documents: Sequence[RefundInput], *, post: bool) -> list[int]:
        return services.record(actor=actor, refunds=documents, post=post)

    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        before = services.drafted(company_id=actor.company_id, documents=[draft])[0]
        services.edit(actor=actor, key=draft.pk, entered=read_change(actor, values, before), version=version)

    def remove(self, actor: Actor, key: int, version: int | None) -> None:
        services.delete(actor=actor, ids=[key], version=version)

    def post_draft(self, actor: Actor, key: int, version: int | None) -> None:
        services.post(actor=actor, ids=[key], version=version)

    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None:
        services.void(actor=actor, ids=[key], on=on, reason=reason)


CALLS = RefundCalls()


class RefundView(ApiView):
    """While nobody in the company records refunds, all of this answers a typed 404 (SPEC 9)."""

    feature = "refunds"


class Refunds(RefundView):
    rights: ClassVar = {"GET": "refunds.list", "POST": "refunds.add"}

    @described(tag=TAG, summary="List refunds", answers=RefundShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return CALLS.listed(request)

    @described(
        tag=TAG,
        summary="Record a refund",
        description=(
            "Records money that was returned by transfer already, and clears the credits it returned. Posted at once "
            "unless `action` is `draft`; whoever may not post gets a draft and a notice."
        ),
        request=RefundBody,
        answers=RefundShape,
        examples=REFUND,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create(request)


class RefundBulk(RefundView):
    rights: ClassVar = {"POST": "refunds.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Record up to 1,000 refunds",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=RefundBulkBody,
        answers=bulk_of(RefundShape),
        status=200,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create_many(request)


class Refund(RefundView):
    """Whoever may enter refunds may also change and delete drafts of them."""

    rights: ClassVar = {"GET": "refunds.view", "PATCH": "refunds.add", "DELETE": "refunds.add"}

    @described(tag=TAG, summary="One refund", answers=RefundShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.get(request, key)

    @described(
        tag=TAG,
        summary="Change a draft refund",
        description="Members that are left out stay; `credits` replaces all of them.",
        request=RefundDraftBody,
        answers=RefundShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.change(request, key)

    @described(tag=TAG, summary="Delete a draft refund", answers=DeletedShape, conditional=True)
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.delete(request, key)


class RefundPost(RefundView):
    rights: ClassVar = {"POST": "refunds.post"}

    @described(
        tag=TAG,
        summary="Post a draft refund",
        request=None,
        answers=RefundShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.post(request, key)


class RefundVoid(RefundView):
    rights: ClassVar = {"POST": "refunds.void"}

    @described(
        tag=TAG,
        summary="Void a refund",
        description=(
            "The credits are available again as before. Answers the refund; `reversal` is the document that voids it."
        ),
        request=TakeBackInput,
        answers=RefundShape,
        status=200,
        examples=TAKE_BACK,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.reverse(request, key)
