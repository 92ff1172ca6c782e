"""Deposits over the API: receipts out of undeposited funds into a bank account, and back (SPEC 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.actor import Actor
from arledger.core.api.ids import key_of
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import if_match, perform, wanted_version
from deposits import services
from deposits.api_inputs import DepositBody, DepositDraftInput, Entered, read, read_change
from deposits.inputs import DepositInput
from deposits.selectors import deposit, draft_of, items
from ledger.models import Document
from reconciliation.api_verbs import (
    TakeBackInput,
    acted,
    created,
    deleted,
    grouped,
    in_bulk,
    shown,
    the_one,
)


class Deposits(ApiView):
    rights: ClassVar = {"GET": "deposits.list", "POST": "deposits.add"}

    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, DepositBody)
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = the_one(read(actor, [values]))
            key = _add(actor, [found])[0]
            return created(actor, key, asked=found.asked, post=found.post)

        return perform(request, effect)


class DepositBulk(ApiView):
    rights: ClassVar = {"POST": "deposits.add"}
    bulk = True

    def post(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return in_bulk(
            request,
            shape=DepositBody,
            read=lambda found: read(actor, found),
            enter=lambda found: _add(actor, found),
            told_of=lambda one: (one.asked, one.post),
            names=self.names,
        )


class DepositOne(ApiView):
    rights: ClassVar = {"GET": "deposits.view", "PATCH": "deposits.add", "DELETE": "deposits.add"}

    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        found = deposit(request.actor, key_of("document", key))
        return respond(shown(request.actor, found.pk))

    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        values = body(request, DepositDraftInput, partial=True)
        actor = request.actor

        def effect() -> dict[str, Any]:
            draft = draft_of(actor, key_of("document", key))
            version = if_match(request, draft.version)
            entered = read_change(actor, values, _drafted(draft))
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


class DepositPost(ApiView):
    rights: ClassVar = {"POST": "deposits.post"}

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = deposit(request.actor, key_of("document", key)).pk
        version = wanted_version(request)
        return acted(
            request,
            document,
            lambda: services.post(actor=request.actor, ids=[document], version=version),
        )


class DepositReverse(ApiView):
    rights: ClassVar = {"POST": "deposits.reverse"}

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        document = deposit(request.actor, key_of("document", key)).pk
        values = body(request, TakeBackInput)
        return acted(
            request,
            document,
            lambda: services.reverse(
                actor=request.actor, ids=[document], on=values["date"], reason=values["reason"]
            ),
        )


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
        reference=draft.reference,
        description=draft.description,
    )


def _add(actor: Actor, found: Sequence[Entered]) -> list[int]:
    def write(some: list[Entered], post: bool) -> list[int]:
        return services.add(actor=actor, deposits=[one.deposit for one in some], post=post)

    return grouped(found, lambda one: one.post, write)
