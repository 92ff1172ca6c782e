"""Invoices over the API: enter one or many, drafts, posting, reversing, duplicating (SPEC 6, 15.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView
from arledger.core.errors import Refusal
from invoices import services
from ledger.billing import as_input
from ledger.entering import DocumentInput
from ledger.models import Document, Kind
from reconciliation.api_documents import DocumentCalls
from reconciliation.api_examples import INVOICE, INVOICES_IN_BULK, TAKE_BACK
from reconciliation.api_inputs import (
    BilledDraftBody,
    Entered,
    InvoiceBody,
    InvoiceBulkBody,
    Named,
    changed,
    read_billed,
)
from reconciliation.api_lists import DUE_SORTS, FILTERS
from reconciliation.api_shapes import DeletedShape, InvoiceShape, bulk_of
from reconciliation.api_verbs import TakeBackInput
from summaries.models import Type

TAG = "invoices"


class InvoiceCalls(DocumentCalls):
    kind = Kind.INVOICE
    body = InvoiceBody
    draft_body = BilledDraftBody
    shape = InvoiceShape
    sorts = DUE_SORTS

    def read(self, actor: Actor, bodies: Sequence[dict[str, Any] | Refusal]) -> list[Entered | Refusal]:
        return read_billed(actor, bodies, may_post=actor.may("invoices.post"))

    def enter(self, actor: Actor, documents: Sequence[DocumentInput], *, post: bool) -> list[int]:
        return services.enter(actor=actor, invoices=documents, post=post)

    def edit(self, actor: Actor, draft: Document, values: dict[str, Any], version: int) -> None:
        entered = changed(Named(actor, [values], Type.INVOICES), values, as_input(draft))
        services.edit(actor=actor, key=draft.pk, entered=entered, version=version)

    def remove(self, actor: Actor, key: int, version: int | None) -> None:
        services.delete(actor=actor, ids=[key], version=version)

    def post_draft(self, actor: Actor, key: int, version: int | None) -> None:
        services.post(actor=actor, ids=[key], version=version)

    def take_back(self, actor: Actor, key: int, on: date, reason: str) -> None:
        services.reverse(actor=actor, ids=[key], on=on, reason=reason)


CALLS = InvoiceCalls()


class Invoices(ApiView):
    rights: ClassVar = {"GET": "invoices.list", "POST": "invoices.add"}

    @described(tag=TAG, summary="List invoices", answers=InvoiceShape, filters=FILTERS, sorts=DUE_SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return CALLS.listed(request)

    @described(
        tag=TAG,
        summary="Enter an invoice",
        description="Posted at once unless `action` is `draft`. Whoever may not post gets a draft and a notice.",
        request=InvoiceBody,
        answers=InvoiceShape,
        examples=INVOICE,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create(request)


class InvoiceBulk(ApiView):
    rights: ClassVar = {"POST": "invoices.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Enter up to 1,000 invoices",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=InvoiceBulkBody,
        answers=bulk_of(InvoiceShape),
        status=200,
        examples=INVOICES_IN_BULK,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return CALLS.create_many(request)


class Invoice(ApiView):
    rights: ClassVar = {"GET": "invoices.view", "PATCH": "invoices.edit", "DELETE": "invoices.delete"}

    @described(tag=TAG, summary="One invoice", answers=InvoiceShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.get(request, key)

    @described(
        tag=TAG,
        summary="Change a draft invoice",
        description="Members that are left out stay; `lines` replaces all of them.",
        request=BilledDraftBody,
        answers=InvoiceShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.change(request, key)

    @described(tag=TAG, summary="Delete a draft invoice", answers=DeletedShape, conditional=True)
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.delete(request, key)


class InvoicePost(ApiView):
    rights: ClassVar = {"POST": "invoices.post"}

    @described(
        tag=TAG,
        summary="Post a draft invoice",
        request=None,
        answers=InvoiceShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.post(request, key)


class InvoiceReverse(ApiView):
    rights: ClassVar = {"POST": "invoices.reverse"}

    @described(
        tag=TAG,
        summary="Reverse an invoice",
        description="Answers the invoice; `reversal` is the document that takes it back.",
        request=TakeBackInput,
        answers=InvoiceShape,
        status=200,
        examples=TAKE_BACK,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.reverse(request, key)


class InvoiceDuplicate(ApiView):
    rights: ClassVar = {"POST": "invoices.add"}

    @described(
        tag=TAG,
        summary="Duplicate an invoice",
        description="A new draft with the same contents, dated today.",
        request=None,
        answers=InvoiceShape,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return CALLS.duplicate(request, key, services.duplicate)
