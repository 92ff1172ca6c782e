"""Summaries over the API: list, one, add, edit, delete, close and open (SPEC 13, 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies.api_entities import ENTITY, narrowing
from arledger.companies.frequencies import Frequency
from arledger.companies.models import BankAccount, Entity
from arledger.companies.selectors import settings_of, within_reach
from arledger.core.actor import Actor
from arledger.core.api.encoding import amount, instant
from arledger.core.api.fields import (
    DayField,
    FlagField,
    Input,
    MoneyField,
    OneOf,
    ReferenceField,
    TextField,
    WholeField,
)
from arledger.core.api.ids import id_of, key_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import resolve
from arledger.core.api.schema import described
from arledger.core.api.special_fields import AmountShape
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import if_match, perform
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Sort
from summaries import services
from summaries.models import Summary, Type
from summaries.selectors import contents, visible
from summaries.services import SummaryInput

TAG = "summaries"
MOST = 2**31 - 1


class SummaryDraftBody(Input):
    """The members of a summary that a person makes."""

    example = {"title": "Counter, week 12", "gl_date": "2026-03-15", "control_count": 40}

    title = TextField(max_length=100)
    gl_date = DayField(help_text="Rules for the documents in it.")
    entity = ReferenceField(required=False)
    bank_account = ReferenceField(required=False, help_text="Of payments: only those of this bank account.")
    undeposited = FlagField(required=False, help_text="Of payments: only those held in undeposited funds.")
    control_count = WholeField(least=0, most=MOST, required=False)
    control_total = MoneyField(negative=True, required=False, help_text="In the company's currency.")


class SummaryBody(SummaryDraftBody):
    """A summary as it is sent."""

    example = {"type": "invoices", **SummaryDraftBody.example}
    type = OneOf(Type.values)


class SummaryShape(serializers.Serializer):
    id = serializers.CharField()
    type = serializers.ChoiceField(choices=Type.values)
    title = serializers.CharField(help_text="A label: of automatic ones the type and the slot's start.")
    state = serializers.ChoiceField(choices=Summary.State.values)
    automatic = serializers.BooleanField()
    frequency = serializers.ChoiceField(choices=Frequency.values)
    slot_start = serializers.DateTimeField(allow_null=True, help_text="Of automatic ones; included.")
    slot_end = serializers.DateTimeField(allow_null=True, help_text="Of automatic ones; not included.")
    gl_date = serializers.DateField(allow_null=True)
    entity = serializers.CharField(allow_null=True)
    bank_account = serializers.CharField(allow_null=True)
    undeposited = serializers.BooleanField()
    count = serializers.IntegerField(help_text="Of its posted documents.")
    total = AmountShape(help_text="Of its posted documents, in the company's currency.")
    drafts = serializers.IntegerField()
    control_count = serializers.IntegerField(allow_null=True)
    control_total = AmountShape(allow_null=True)
    created_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class DeletedSummaryShape(serializers.Serializer):
    id = serializers.CharField()
    deleted = serializers.BooleanField()


def answers(actor: Actor, rows: Sequence[Summary]) -> list[dict[str, Any]]:
    """Two statements, whatever the number."""
    found = contents(company_id=actor.company_id, ids=[one.pk for one in rows])
    base = settings_of(actor.company_id).company.base_currency
    return [
        {
            "id": id_of("summary", one.pk),
            "type": one.type,
            "title": one.title,
            "state": one.state,
            "automatic": one.automatic,
            "frequency": one.frequency,
            "slot_start": None if one.slot_start is None else instant(one.slot_start),
            "slot_end": None if one.slot_end is None else instant(one.slot_end),
            "gl_date": one.gl_date,
            "entity": None if one.entity_id is None else id_of("entity", one.entity_id),
            "bank_account": None
            if one.bank_account_id is None
            else id_of("bank_account", one.bank_account_id),
            "undeposited": one.undeposited,
            "count": found[one.pk].count,
            "total": amount(found[one.pk].total, base),
            "drafts": found[one.pk].drafts,
            "control_count": one.control_count,
            "control_total": None if one.control_total is None else amount(one.control_total, base),
            "created_at": instant(one.created_at),
            "closed_at": None if one.closed_at is None else instant(one.closed_at),
            "version": one.version,
        }
        for one in rows
    ]


def _one(actor: Actor, key: int) -> Summary:
    found = visible(actor).filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def _shown(actor: Actor, key: int) -> dict[str, Any]:
    return answers(actor, [_one(actor, key)])[0]


FILTERS = {
    "type": Filter(OneOf(Type.values, required=False), lambda rows, value: rows.filter(type=value)),
    "state": Filter(
        OneOf(Summary.State.values, required=False), lambda rows, value: rows.filter(state=value)
    ),
    "automatic": Filter(FlagField(required=False), lambda rows, value: rows.filter(automatic=value)),
    "entity": ENTITY,
    "gl_date_from": Filter(DayField(required=False), lambda rows, value: rows.filter(gl_date__gte=value)),
    "gl_date_to": Filter(DayField(required=False), lambda rows, value: rows.filter(gl_date__lte=value)),
}
SORTS = (Sort("created", ("created_at", "id")),)


def _changes(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """The members given, as the service has them. Raises NotFound with its place."""
    given = dict(values)
    for name, model in (("entity", Entity), ("bank_account", BankAccount)):
        if name in given:
            text = given.pop(name)
            found = resolve(name, within_reach(actor, model), [text])
            given[f"{name}_id"] = found.optional(text, f"/{name}")
    if "undeposited" in given:
        given["undeposited"] = bool(given["undeposited"])
    return given


class Summaries(ApiView):
    rights: ClassVar = {"GET": "summaries.list", "POST": "summaries.add"}

    @described(tag=TAG, summary="List summaries", answers=SummaryShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return listed(
            request,
            visible(actor),
            name="summaries",
            filters={**FILTERS, "entity": replace(ENTITY, narrow=narrowing(actor))},
            sorts=SORTS,
            default_sort="-created",
            answer=lambda rows: answers(actor, rows),
            fields=SummaryShape().fields.keys(),
        )

    @described(
        tag=TAG,
        summary="Open a new summary",
        description="Where the frequency of its type is user-specified; others are made automatically.",
        request=SummaryBody,
        answers=SummaryShape,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        entered = SummaryInput(**_changes(actor, body(request, SummaryBody)))
        return perform(request, lambda: _shown(actor, services.add(actor=actor, entered=entered)))


class SummaryOne(ApiView):
    rights: ClassVar = {"GET": "summaries.view", "PATCH": "summaries.edit", "DELETE": "summaries.delete"}

    @described(tag=TAG, summary="One summary", answers=SummaryShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(_shown(request.actor, key_of("summary", key)))

    @described(
        tag=TAG,
        summary="Change an open summary",
        description="Members that are left out stay. Automatic ones are refused.",
        request=SummaryDraftBody,
        answers=SummaryShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor
        values = body(request, SummaryDraftBody, partial=True)

        def effect() -> dict[str, Any]:
            found = _one(actor, key_of("summary", key))
            version = if_match(request, found.version)
            entered = SummaryInput(**(services.as_entered(found) | _changes(actor, values)))
            services.edit(actor=actor, key=found.pk, entered=entered, version=version)
            return _shown(actor, found.pk)

        return perform(request, effect, status=200)

    @described(
        tag=TAG,
        summary="Delete a summary",
        description="Open and empty ones that a person made.",
        answers=DeletedSummaryShape,
        conditional=True,
    )
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = _one(actor, key_of("summary", key))
            services.delete(actor=actor, key=found.pk, version=if_match(request, found.version))
            return {"id": id_of("summary", found.pk), "deleted": True}

        return perform(request, effect, status=200)


class SummaryClose(ApiView):
    rights: ClassVar = {"POST": "summaries.close"}

    @described(
        tag=TAG,
        summary="Close a summary",
        description="It accepts nothing more. A difference to its control figures needs the right to override.",
        request=None,
        answers=SummaryShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = _one(actor, key_of("summary", key))
            services.close(actor=actor, ids=[found.pk], version=if_match(request, found.version))
            return _shown(actor, found.pk)

        return perform(request, effect, status=200)


class SummaryOpen(ApiView):
    rights: ClassVar = {"POST": "summaries.open"}

    @described(
        tag=TAG,
        summary="Open a closed summary again",
        request=None,
        answers=SummaryShape,
        status=200,
        conditional=True,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor

        def effect() -> dict[str, Any]:
            found = _one(actor, key_of("summary", key))
            services.open_again(actor=actor, ids=[found.pk], version=if_match(request, found.version))
            return _shown(actor, found.pk)

        return perform(request, effect, status=200)
