"""What a company sets up once, over the API: entities, locations, accounts, banks, terms, sequences, journals.

Whoever enters documents has to name these, so any token may read them; setting up needs the configuration's right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies import master_services as masters
from arledger.companies.master_services import Master
from arledger.companies.models import Account, Coded, Entity, NumberSequence
from arledger.companies.overview import following
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.fields import (
    FlagField,
    Input,
    MoneyField,
    OneOf,
    ReferenceField,
    TextField,
    WholeField,
)
from arledger.core.api.ids import id_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import resolve
from arledger.core.api.schema import described
from arledger.core.api.special_fields import AmountShape, CurrencyField
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Sort

SORTS = (Sort("code", ("code", "id")), Sort("name", ("name", "id")))
SEARCH_LENGTH = 100


def named(kind: str, name: str, row: Coded | None) -> dict[str, str | None]:
    """A reference in an answer: the id, and the code beside it."""
    return {
        name: id_of(kind, row.pk) if row else None,
        f"{name}_code": row.code if row else None,
    }


@dataclass(frozen=True)
class Resource:
    """One kind of thing: its kind of id, the word in its address, its bodies, and what it answers beside the rest."""

    kind: str
    word: str
    title: str
    master: Master
    create: type[Input]
    change: type[Input]
    shape: type[serializers.Serializer]
    more: Callable[[Any], Mapping[str, Any]]
    joined: Sequence[str] = ()
    filters: Mapping[str, Filter] | None = None

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """Those the person may use: of his entities, and of none in particular."""
        rows = within_reach(actor, self.master.model)
        return rows.select_related(*self.joined) if self.joined else rows

    def answer(self, row: Any) -> dict[str, Any]:
        return {
            "id": id_of(self.kind, row.pk),
            "code": row.code,
            "name": row.name,
            **self.more(row),
            "active": row.active,
        }

    def key(self, actor: Actor, text: str) -> int:
        """The key of what an address names by id or code. Raises NotFound."""
        return resolve(self.kind, self.rows(actor), [text]).key(text)

    def find(self, actor: Actor, key: int) -> Any:
        row = self.rows(actor).filter(pk=key).first()
        if row is None:
            raise NotFound()
        return row


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(code__icontains=text) | Q(name__icontains=text))


COMMON: Mapping[str, Filter] = {
    "q": Filter(
        TextField(max_length=SEARCH_LENGTH, required=False), _search, "Part of the code or the name."
    ),
    "code": Filter(
        TextField(max_length=masters.CODE_LENGTH, required=False),
        lambda rows, code: rows.filter(code=code),
        "Exactly this code.",
    ),
    "active": Filter(
        FlagField(required=False),
        lambda rows, active: rows.filter(active=active),
        "Offered for new documents, or not any more.",
    ),
}


# Bodies and answers -------------------------------------------------------------------------------------------


class CodedInput(Input):
    example = {"code": "NORTH", "name": "North"}
    code = TextField(max_length=masters.CODE_LENGTH)
    name = TextField(max_length=masters.NAME_LENGTH)
    active = FlagField(required=False, allow_null=False)


class LocationInput(CodedInput):
    example = {"code": "LYON", "name": "Lyon", "entity": "NORTH"}
    entity = ReferenceField(required=False)


class AccountInput(CodedInput):
    example = {"code": "706100", "name": "Consulting", "kind": "revenue"}
    kind = OneOf(Account.Kind.values)


class BankAccountInput(CodedInput):
    example = {"code": "BANK2", "name": "Second bank", "currency": "EUR", "account": "512000"}
    currency = CurrencyField()
    account = ReferenceField(help_text="A GL account of the kind bank.")
    entity = ReferenceField(required=False)


class TermInput(CodedInput):
    example = {"code": "NET45", "name": "Net 45 days", "net_days": 45, "end_of_month": True}
    net_days = WholeField(least=0, most=masters.MOST_DAYS)
    end_of_month = FlagField(required=False, allow_null=False)
    discount_percent = MoneyField(required=False, allow_null=False)
    discount_days = WholeField(least=0, most=masters.MOST_DAYS, required=False, allow_null=False)


class SequenceInput(CodedInput):
    example = {"code": "INV-N", "name": "Invoices North", "prefix": "N-", "width": 6}
    style = OneOf(NumberSequence.Style.values, required=False, allow_null=False)  # type: ignore[assignment]
    prefix = TextField(max_length=masters.CODE_LENGTH, required=False, allow_null=False)
    suffix = TextField(max_length=masters.CODE_LENGTH, required=False, allow_null=False)
    width = WholeField(least=1, most=masters.MOST_DIGITS, required=False, allow_null=False)
    max_length = WholeField(least=1, most=masters.LONGEST_NUMBER, required=False, allow_null=False)


class CodedShape(serializers.Serializer):
    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    active = serializers.BooleanField()


class EntityShape(CodedShape):
    pass


class JournalShape(CodedShape):
    pass


class LocationShape(CodedShape):
    entity = serializers.CharField(allow_null=True)
    entity_code = serializers.CharField(allow_null=True)


class AccountShape(CodedShape):
    kind = serializers.ChoiceField(choices=Account.Kind.values)


class BankAccountShape(CodedShape):
    currency = serializers.CharField()
    account = serializers.CharField()
    account_code = serializers.CharField()
    entity = serializers.CharField(allow_null=True)
    entity_code = serializers.CharField(allow_null=True)


class TermShape(CodedShape):
    net_days = serializers.IntegerField()
    end_of_month = serializers.BooleanField()
    discount_percent = AmountShape()
    discount_days = serializers.IntegerField()


class SequenceShape(CodedShape):
    style = serializers.ChoiceField(choices=NumberSequence.Style.values)  # type: ignore[assignment]
    prefix = serializers.CharField(allow_blank=True)
    suffix = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField()
    max_length = serializers.IntegerField()
    last_value = serializers.IntegerField()
    next = serializers.CharField(help_text="What it draws next, unless somebody else is faster.")


def _bank(row: Any) -> Mapping[str, Any]:
    return {
        "currency": row.currency,
        **named("account", "account", row.account),
        **named("entity", "entity", row.entity),
    }


def _term(row: Any) -> Mapping[str, Any]:
    return {
        "net_days": row.net_days,
        "end_of_month": row.end_of_month,
        "discount_percent": f"{Decimal(row.discount_percent):.2f}",
        "discount_days": row.discount_days,
    }


def _sequence(row: Any) -> Mapping[str, Any]:
    names = ("style", "prefix", "suffix", "width", "max_length", "last_value")
    return {**{name: getattr(row, name) for name in names}, "next": following(row)}


KIND = Filter(
    OneOf(Account.Kind.values, required=False), lambda rows, kind: rows.filter(kind=kind), "Of this kind."
)
RESOURCES = (
    Resource(
        kind="entity",
        word="entities",
        title="entity",
        master=masters.ENTITIES,
        create=type("EntityInput", (CodedInput,), {}),
        change=type("EntityChange", (CodedInput,), {}),
        shape=EntityShape,
        more=lambda row: {},
    ),
    Resource(
        kind="location",
        word="locations",
        title="location",
        master=masters.LOCATIONS,
        create=LocationInput,
        change=type("LocationChange", (LocationInput,), {}),
        shape=LocationShape,
        more=lambda row: named("entity", "entity", row.entity),
        joined=("entity",),
    ),
    Resource(
        kind="account",
        word="accounts",
        title="GL account",
        master=masters.GL_ACCOUNTS,
        create=AccountInput,
        change=type("AccountChange", (AccountInput,), {}),
        shape=AccountShape,
        more=lambda row: {"kind": row.kind},
        filters={"kind": KIND},
    ),
    Resource(
        kind="bank_account",
        word="bank-accounts",
        title="bank account",
        master=masters.BANK_ACCOUNTS,
        create=BankAccountInput,
        change=type("BankAccountChange", (BankAccountInput,), {}),
        shape=BankAccountShape,
        more=_bank,
        joined=("account", "entity"),
    ),
    Resource(
        kind="term",
        word="terms",
        title="payment term",
        master=masters.TERMS,
        create=TermInput,
        change=type("TermChange", (TermInput,), {}),
        shape=TermShape,
        more=_term,
    ),
    Resource(
        kind="sequence",
        word="number-sequences",
        title="number sequence",
        master=masters.SEQUENCES,
        create=SequenceInput,
        change=type("SequenceChange", (SequenceInput,), {}),
        shape=SequenceShape,
        more=_sequence,
    ),
    Resource(
        kind="journal",
        word="journals",
        title="journal",
        master=masters.JOURNALS,
        create=type("JournalInput", (CodedInput,), {}),
        change=type("JournalChange", (CodedInput,), {}),
        shape=JournalShape,
        more=lambda row: {},
    ),
)


# Calls --------------------------------------------------------------------------------------------------------


def _values(actor: Actor, entered: Mapping[str, Any]) -> dict[str, Any]:
    """What the service takes: references as keys."""
    values = dict(entered)
    for name, model in (("account", Account), ("entity", Entity)):
        if name in values:
            found = resolve(name, within_reach(actor, model), [values[name]])
            values[f"{name}_id"] = found.optional(values.pop(name), f"/{name}")
    return values


def collection(resource: Resource) -> type[ApiView]:
    """List and create."""
    filters = {**COMMON, **(resource.filters or {})}
    fields = tuple(resource.shape().fields)

    class Collection(ApiView):
        rights: ClassVar = {"GET": "", "POST": "configuration.edit"}

        @described(
            tag=resource.word,
            summary=f"List: {resource.title}",
            answers=resource.shape,
            filters=filters,
            sorts=SORTS,
        )
        def get(self, request: ApiRequest) -> HttpResponse:
            return listed(
                request,
                resource.rows(request.actor),
                name=resource.word,
                filters=filters,
                sorts=SORTS,
                default_sort="code",
                answer=lambda rows: [resource.answer(row) for row in rows],
                fields=fields,
            )

        @described(
            tag=resource.word,
            summary=f"Set up: {resource.title}",
            request=resource.create,
            answers=resource.shape,
        )
        def post(self, request: ApiRequest) -> HttpResponse:
            values = _values(request.actor, body(request, resource.create))
            return perform(request, lambda: _set_up(request.actor, resource, values))

    return Collection


def member(resource: Resource) -> type[ApiView]:
    """Show and change one, named by id or code."""

    class Member(ApiView):
        rights: ClassVar = {"GET": "", "PATCH": "configuration.edit"}

        @described(
            tag=resource.word,
            summary=f"Show: {resource.title}",
            answers=resource.shape,
        )
        def get(self, request: ApiRequest, key: str) -> HttpResponse:
            no_parameters(request)
            actor = request.actor
            return respond(resource.answer(resource.find(actor, resource.key(actor, key))))

        @described(
            tag=resource.word,
            summary=f"Change: {resource.title}",
            description="What documents rely on stays as it was; what is not needed any more is made inactive.",
            request=resource.change,
            answers=resource.shape,
        )
        def patch(self, request: ApiRequest, key: str) -> HttpResponse:
            actor = request.actor
            found = resource.key(actor, key)
            values = _values(actor, body(request, resource.change, partial=True))
            return perform(request, lambda: _set_up(actor, resource, values, found), status=200)

    return Member


def _set_up(
    actor: Actor, resource: Resource, values: Mapping[str, Any], key: int | None = None
) -> dict[str, Any]:
    row = masters.set_up(actor=actor, master=resource.master, values=values, key=key)
    return resource.answer(resource.find(actor, row.pk))
