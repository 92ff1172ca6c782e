"""Deposits over the API: receipts out of undeposited funds into a bank account, and back (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.ids import key_of
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView
from arledger.core.errors import Refusal
from deposits import services
from deposits.api_inputs import DepositBody, DepositBulkBody, DepositDraftBody, read, read_change
from deposits.inputs import DepositInput
from deposits.selectors import deposit, deposits, items, payers
from ledger.models import Document, Kind
from reconciliation.api_documents import DocumentCalls
from reconciliation.api_examples import TAKE_BACK
from reconciliation.api_inputs import Entered
from reconciliation.api_lists import FILTERS, SORTS, document_list
from reconciliation.api_money_examples import DEPOSIT
from reconciliation.api_shapes import DeletedShape, DepositShape, bulk_of
from reconciliation.api_verbs import TakeBackInput

TAG = "deposits"


class DepositCalls(DocumentCalls):
    kind = Kind.DEPOSIT
    body = DepositBody
    draft_body = DepositDraftBody
    shape = DepositShape

    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        return read(actor, bodies)

    def listed(self, request: ApiRequest) -> HttpResponse:
        return document_list(request, self.kind, fields=self.fields, base=deposits(request.actor))

    def visible(self, actor: Actor, key: str) -> Document:
        return deposit(actor, key_of("document", key))

    def enter(self, actor: Actor, documents: Sequence[DepositInput], *, post: bool) -> list[int]:
        return services.add(actor=actor, deposits=documents, post=post)

    def parties(self, actor: Actor, documents: Sequence[DepositInput]) -> Iterable[int]:
        return payers(actor, [key for one in documents for key in one.receipts])

    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        entered = read_change(actor, values, _drafted(draft))
        services.edit(actor=actor, key=draft.pk, entered=entered, version=version)

    def remove(self, actor: Actor, key: int, version: int | None) -> None:
        services.delete(actor=actor, ids=[key], version=version)

    def post_draft(self, actor: Actor, key: int, version: int | None) -> None:
        services.post(actor=actor, ids=[key], version=version)

    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None:
        services.reverse(actor=actor, ids=[key], on=on, reason=reason)


CALLS = DepositCalls()


class Deposits(ApiView):
    rights: ClassVar = {"GET": "deposits.list", "POST": "deposits.add"}

    @described(tag=TAG, summary="List deposits", answers=DepositShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return CALLS.listed(request)

    @described(
        tag=TAG,
        summary="Add a deposit",
        description=(
            "Takes receipts out of undeposited funds and into a bank account, all of their cash. Posted at once unless "
            "`action` is `draft`; whoever may not post gets a draft and a notice."
        ),
        request=DepositBody,
        answers=DepositShape,
        examples=DEPOSIT,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create(request)


class DepositBulk(ApiView):
    rights: ClassVar = {"POST": "deposits.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Add up to 1,000 deposits",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=DepositBulkBody,
        answers=bulk_of(DepositShape),
        status=200,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create_many(request)


class DepositOne(ApiView):
    """Whoever may enter deposits may also change and delete drafts of them."""

    rights: ClassVar = {"GET": "deposits.view", "PATCH": "deposits.add", "DELETE": "deposits.add"}

    @described(tag=TAG, summary="One deposit", answers=DepositShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.get(request, key)

    @described(
        tag=TAG,
        summary="Change a draft deposit",
        description="Members that are left out stay; `receipts` replaces all of them.",
        request=DepositDraftBody,
        answers=DepositShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.change(request, key)

    @described(tag=TAG, summary="Delete a draft deposit", answers=DeletedShape, conditional=True)
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.delete(request, key)


class DepositPost(ApiView):
    rights: ClassVar = {"POST": "deposits.post"}

    @described(
        tag=TAG,
        summary="Post a draft deposit",
        request=None,
        answers=DepositShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.post(request, key)


class DepositReverse(ApiView):
    rights: ClassVar = {"POST": "deposits.reverse"}

    @described(
        tag=TAG,
        summary="Reverse a deposit",
        description=(
            "Its receipts are undeposited funds again. Answers the deposit; `reversal` is the document that takes it "
            "back."
        ),
        request=TakeBackInput,
        answers=DepositShape,
        status=200,
        examples=TAKE_BACK,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.reverse(request, key)


def _drafted(draft: Document) -> DepositInput:
    """A draft as it was entered."""
    assert draft.bank_account_id is not None, "deposits have a bank account"
    held = items(draft.company_id, draft).values_list("receipt_id", flat=True)
    return DepositInput(
        bank_account_id=draft.bank_account_id,
        date=draft.date,
        receipts=list(held),
        gl_date=draft.gl_date,
        exchange_rate=draft.exchange_rate,
        entity_id=draft.entity_id,
        summary_id=draft.summary_id,
        reference=draft.reference,
        description=draft.description,
    )
