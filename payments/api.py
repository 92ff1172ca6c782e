"""Payments over the API: receive one or many, drafts, posting, reversing (SPEC 8, 15.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView
from arledger.core.errors import Refusal
from ledger.models import Document, Kind
from payments import services
from payments.api_inputs import (
    PaymentBody,
    PaymentBulkBody,
    PaymentDraftBody,
    read,
    read_change,
)
from payments.inputs import PaymentInput, parties
from reconciliation.api_documents import DocumentCalls
from reconciliation.api_examples import TAKE_BACK
from reconciliation.api_inputs import Entered
from reconciliation.api_lists import FILTERS, SORTS
from reconciliation.api_money_examples import PAYMENT
from reconciliation.api_shapes import DeletedShape, PaymentShape, bulk_of
from reconciliation.api_verbs import TakeBackInput, placed

TAG = "payments"


class PaymentCalls(DocumentCalls):
    kind = Kind.PAYMENT
    body = PaymentBody
    draft_body = PaymentDraftBody
    shape = PaymentShape

    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        return [*read(actor, bodies)]

    def enter(self, actor: Actor, documents: Sequence[PaymentInput], *, post: bool) -> list[int]:
        return services.receive(actor=actor, payments=documents, post=post)

    def enter_read(self, actor: Actor, some: Sequence[Any], post: bool) -> list[int]:
        with placed([one.places for one in some]):
            return super().enter_read(actor, some, post)

    def parties(self, actor: Actor, documents: Sequence[PaymentInput]) -> Iterable[int]:
        return parties(documents)

    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        before = services.drafted(company_id=actor.company_id, documents=[draft])[0]
        found = read_change(actor, values, before)
        with placed([found.places]):
            services.edit(actor=actor, key=draft.pk, entered=found.document, version=version)

    def remove(self, actor: Actor, key: int, version: int | None) -> None:
        services.delete(actor=actor, ids=[key], version=version)

    def post_draft(self, actor: Actor, key: int, version: int | None) -> None:
        services.post(actor=actor, ids=[key], version=version)

    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None:
        services.reverse(actor=actor, ids=[key], on=on, reason=reason)


CALLS = PaymentCalls()


class Payments(ApiView):
    rights: ClassVar = {"GET": "payments.list", "POST": "payments.add"}

    @described(tag=TAG, summary="List payments", answers=PaymentShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return CALLS.listed(request)

    @described(
        tag=TAG,
        summary="Receive a payment",
        description=(
            "Names what it pays by `documents` (paid in this order), `allocations` (so much each) or `auto` (by due "
            "date); what nothing is named for is an overpayment. A receipt that names nothing and is exactly what "
            "the customer owes is matched with everything, where the company wants that. Posted at once unless "
            "`action` is `draft`; whoever may not post gets a draft and a notice."
        ),
        request=PaymentBody,
        answers=PaymentShape,
        examples=PAYMENT,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create(request)


class PaymentBulk(ApiView):
    rights: ClassVar = {"POST": "payments.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Receive up to 1,000 payments",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=PaymentBulkBody,
        answers=bulk_of(PaymentShape),
        status=200,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create_many(request)


class Payment(ApiView):
    """Whoever may enter payments may also change and delete drafts of them."""

    rights: ClassVar = {"GET": "payments.view", "PATCH": "payments.add", "DELETE": "payments.add"}

    @described(tag=TAG, summary="One payment", answers=PaymentShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.get(request, key)

    @described(
        tag=TAG,
        summary="Change a draft payment",
        description="Members that are left out stay; what is said of charges or credits replaces what was selected.",
        request=PaymentDraftBody,
        answers=PaymentShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.change(request, key)

    @described(tag=TAG, summary="Delete a draft payment", answers=DeletedShape, conditional=True)
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.delete(request, key)


class PaymentPost(ApiView):
    rights: ClassVar = {"POST": "payments.post"}

    @described(
        tag=TAG,
        summary="Post a draft payment",
        request=None,
        answers=PaymentShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.post(request, key)


class PaymentReverse(ApiView):
    rights: ClassVar = {"POST": "payments.reverse"}

    @described(
        tag=TAG,
        summary="Reverse a payment",
        description=(
            "What it applied is undone and the charges are open again. Answers the payment; `reversal` is the document "
            "that takes it back."
        ),
        request=TakeBackInput,
        answers=PaymentShape,
        status=200,
        examples=TAKE_BACK,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.reverse(request, key)
