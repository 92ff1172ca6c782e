"""Customers over the API (SPEC 15.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse

from arledger.companies.api_entities import narrowing
from arledger.companies.models import Entity, Term
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.batches import items_of
from arledger.core.api.ids import id_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import References, company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import bulk, if_match, perform
from arledger.core.errors import Refusal, refuse
from customers import services
from customers.api_shapes import (
    FIELDS,
    FILTERS,
    SENT,
    SORTS,
    CustomerBody,
    CustomerBulkBody,
    CustomerBulkShape,
    CustomerDeletedShape,
    CustomerShape,
)
from customers.models import Customer as CustomerRow
from customers.selectors import customer, search, visible
from customers.services import CustomerInput

TAG = "customers"
# Members of the body that are the input's own, and what null means there.
PLAIN: Mapping[str, Any] = {"code": "", "name": "", "email": "", "address": "", "country": "", "active": True}
REFERENCES = {"term": "term_id", "parent": "parent_id", "entity": "entity_id"}


# What is sent and answered --------------------------------------------------------------------------------------


class Named:
    """What bodies refer to, each kind of thing looked up once for all of them."""

    def __init__(self, actor: Actor, base_currency: str, bodies: Sequence[Mapping[str, Any]]) -> None:
        self.base_currency = base_currency
        self.found: dict[str, References] = {
            "term": resolve(
                "term", company_rows(Term, actor.company_id), (one.get("term") for one in bodies)
            ),
            "parent": resolve("customer", visible(actor), (one.get("parent") for one in bodies)),
            "entity": resolve("entity", within_reach(actor, Entity), (one.get("entity") for one in bodies)),
        }

    def changes(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The members given, under the names of the input. Raises all that name nothing."""
        given = {
            name: nothing if body[name] is None else body[name]
            for name, nothing in PLAIN.items()
            if name in body
        }
        if "currency" in body:
            given["currency"] = body["currency"] or self.base_currency
        errors: list[Refusal] = []
        for name, target in REFERENCES.items():
            if name in body:
                try:
                    given[target] = self.found[name].optional(body[name], f"/{name}")
                except Refusal as refusal:
                    errors.append(refusal)
        refuse(errors)
        return given

    def entered(self, body: Mapping[str, Any]) -> CustomerInput:
        return CustomerInput(**{"currency": self.base_currency} | self.changes(body))


def read(request: ApiRequest, bodies: Sequence[dict[str, Any] | Refusal]) -> list[CustomerInput | Refusal]:
    """The customers that bodies mean, or what is wrong with each; three statements at most."""
    currency = request.company.base_currency
    named = Named(request.actor, currency, [one for one in bodies if not isinstance(one, Refusal)])
    entered: list[CustomerInput | Refusal] = []
    for one in bodies:
        try:
            entered.append(one if isinstance(one, Refusal) else named.entered(one))
        except Refusal as refusal:
            entered.append(refusal)
    return entered


def as_input(row: CustomerRow) -> CustomerInput:
    """A customer as a person would enter it again."""
    names = (
        "name",
        "currency",
        "code",
        "term_id",
        "parent_id",
        "entity_id",
        "email",
        "address",
        "country",
        "active",
    )
    return CustomerInput(**{name: getattr(row, name) for name in names})


def answers(actor: Actor, keys: Sequence[int]) -> list[dict[str, Any]]:
    """The answers of customers that the person may see, in the order of ``keys``; one statement."""
    rows = visible(actor).select_related("term", "parent", "entity").in_bulk(list(keys))
    return [_answer(rows[key]) for key in keys if key in rows]


def _answer(row: CustomerRow) -> dict[str, Any]:
    return {
        "id": id_of("customer", row.pk),
        "code": row.code,
        "name": row.name,
        "currency": row.currency,
        "term": id_of("term", row.term_id) if row.term_id else None,
        "term_code": row.term.code if row.term else None,
        "parent": id_of("customer", row.parent_id) if row.parent_id else None,
        "parent_code": row.parent.code if row.parent else None,
        "entity": id_of("entity", row.entity_id) if row.entity_id else None,
        "entity_code": row.entity.code if row.entity else None,
        "email": row.email,
        "address": row.address,
        "country": row.country,
        "active": row.active,
        "version": row.version,
    }


# Calls ----------------------------------------------------------------------------------------------------------


def found(actor: Actor, text: str) -> CustomerRow:
    """The customer that an address names by id or code. Raises NotFound."""
    return customer(actor, resolve("customer", visible(actor), [text]).key(text))


class Customers(ApiView):
    rights: ClassVar = {"GET": "customers.list", "POST": "customers.add"}

    @described(tag=TAG, summary="List customers", answers=CustomerShape, filters=FILTERS, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        return listed(
            request,
            visible(actor),
            name="customers",
            filters=_bound(actor),
            sorts=SORTS,
            default_sort="code",
            answer=lambda rows: answers(actor, [row.pk for row in rows]),
            fields=FIELDS,
        )

    @described(
        tag=TAG,
        summary="Add a customer",
        description="Without a code, the next number of the customer sequence is drawn.",
        request=CustomerBody,
        answers=CustomerShape,
        examples=SENT,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, CustomerBody)

        def effect() -> dict[str, Any]:
            entered = read(request, [values])[0]
            if isinstance(entered, Refusal):
                raise entered
            return answers(request.actor, services.enter(actor=request.actor, customers=[entered]))[0]

        return perform(request, effect)


def _bound(actor: Actor) -> dict[str, Filter]:
    """The documented filters, each with what it leaves of the rows that this person may see."""

    def under(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(parent=resolve("customer", visible(actor), [text]).key(text))

    own = {"q": search, "parent": under, "entity": narrowing(actor)}
    return {name: replace(one, narrow=own.get(name, one.narrow)) for name, one in FILTERS.items()}


class CustomerBulk(ApiView):
    rights: ClassVar = {"POST": "customers.add"}
    bulk = True

    @described(
        tag=TAG,
        summary="Add up to 1,000 customers",
        description="`atomic` (the default): all or none. `each`: the good ones stay, the others say why not.",
        request=CustomerBulkBody,
        answers=CustomerBulkShape,
        status=200,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        atomic, items = items_of(request.data, CustomerBody)
        actor = request.actor

        def effect() -> dict[str, Any]:
            return bulk(
                read(request, items),
                lambda some: services.enter(actor=actor, customers=some),
                lambda keys: answers(actor, keys),
                atomic=atomic,
            )

        return perform(request, effect, status=200)


class Customer(ApiView):
    rights: ClassVar = {"GET": "customers.view", "PATCH": "customers.edit", "DELETE": "customers.delete"}

    @described(tag=TAG, summary="One customer", answers=CustomerShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(answers(request.actor, [found(request.actor, key).pk])[0])

    @described(
        tag=TAG,
        summary="Change a customer",
        description="Members that are left out stay. `active: false` keeps the customer from being used any more.",
        request=CustomerBody,
        answers=CustomerShape,
        conditional=True,
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        values = body(request, CustomerBody, partial=True)
        actor = request.actor

        def effect() -> dict[str, Any]:
            row = found(actor, key)
            changes = Named(actor, request.company.base_currency, [values]).changes(values)
            entered = replace(as_input(row), **changes)
            services.edit(actor=actor, key=row.pk, entered=entered, version=if_match(request, row.version))
            return answers(actor, [row.pk])[0]

        return perform(request, effect, status=200)

    @described(
        tag=TAG,
        summary="Delete a customer",
        description="Only one that never had a document; make others inactive.",
        answers=CustomerDeletedShape,
        conditional=True,
    )
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor

        def effect() -> dict[str, Any]:
            row = found(actor, key)
            if_match(request, row.version)
            services.delete(actor=actor, key=row.pk)
            return {"id": id_of("customer", row.pk), "deleted": True}

        return perform(request, effect, status=200)
