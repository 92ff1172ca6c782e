"""Applications over the API: match, list, un-apply, match oldest first (SPEC 10, 15.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies.api_entities import ENTITY, narrowing
from arledger.core.actor import Actor
from arledger.core.api.fields import DayField, FlagField, Input, MoneyField, ReferenceField, TextField
from arledger.core.api.ids import key_of
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import resolve
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, parameters, respond
from arledger.core.api.writing import perform
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Sort
from customers.selectors import visible
from ledger.models import Application, Kind
from reconciliation.api_application_answers import FIELDS, application_answers
from reconciliation.api_money_examples import APPLICATIONS, OLDEST_FIRST, UNAPPLY
from reconciliation.api_shapes import AmountShape, ApplicationShape, MatchingShape
from reconciliation.api_verbs import shown
from reconciliation.document_answers import document_answers
from reconciliation.matching import Undo, unapply
from reconciliation.naming import Named, Names
from reconciliation.oldest_first_services import match_oldest_first
from reconciliation.pairing_services import Wish, apply_named
from reconciliation.selectors import documents

CHARGE_KINDS = (Kind.INVOICE, Kind.ADJUSTMENT)
CREDIT_KINDS = (Kind.ADJUSTMENT, Kind.ADVANCE, Kind.PAYMENT, Kind.INVOICE)
NAMED = "The id of a document or of a line, or a document's number."


# The list ------------------------------------------------------------------------------------------------------


Narrow = Callable[[QuerySet[Any], Any], QuerySet[Any]]
SORTS = (Sort("date", ("date", "id")),)


def _coded(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(charge_code=text.lower()) | Q(credit_code=text.lower()))


def _in_force(rows: QuerySet[Any], wanted: bool) -> QuerySet[Any]:
    undone = Application.objects.filter(company_id=OuterRef("company_id"), reverses=OuterRef("pk"))
    taken = Subquery(undone.order_by().values("reverses").annotate(sum=Sum("amount")).values("sum"))
    rows = rows.annotate(left=F("amount") + Coalesce(taken, Value(Decimal(0))))
    return rows.filter(left__gt=0) if wanted else rows.filter(left=0)


def _reference(help: str) -> Filter:
    """What it leaves of the rows depends on who asks (``_filters``)."""
    return Filter(ReferenceField(required=False), lambda rows, _text: rows, help)


FILTERS: Mapping[str, Filter] = {
    "customer": _reference("A customer, by id or code."),
    "charge": _reference(f"What was settled. {NAMED}"),
    "credit": _reference(f"What settled it. {NAMED}"),
    "document": _reference("Either side, or the document that made it."),
    "entity": replace(ENTITY, help=f"That of the charge. {ENTITY.help}"),
    "match_code": Filter(TextField(max_length=60, required=False), _coded, "In any case."),
    "date_from": Filter(DayField(required=False), lambda rows, day: rows.filter(date__gte=day)),
    "date_to": Filter(DayField(required=False), lambda rows, day: rows.filter(date__lte=day)),
    "in_force": Filter(
        FlagField(required=False), _in_force, "False: those un-applied as a whole. Left out: true."
    ),
}


class ApplicationBody(Input):
    """So much of a credit settles so much of a charge."""

    charge = ReferenceField(help_text=NAMED)
    credit = ReferenceField(help_text=NAMED)
    amount = MoneyField(zero=False)


class ApplicationsBody(Input):
    date = DayField(
        required=False,
        help_text="From which day on; left out: for each the first day possible, the later of the two documents'.",
    )
    reason = TextField(max_length=500, required=False)
    applications = ApplicationBody(many=True, least=1)


class UnapplyBody(Input):
    amount = MoneyField(zero=False, required=False, help_text="Left out: all that is in force.")
    date = DayField(
        required=False, help_text="Left out: today, or the application's own day if that is later."
    )
    reason = TextField(max_length=500)


class OldestFirstBody(Input):
    customer = ReferenceField()
    date = DayField(required=False, help_text="From which day on, at the earliest.")
    reason = TextField(max_length=500, required=False)


class ListedApplicationShape(ApplicationShape):
    """A match of a charge and a credit."""

    customer = serializers.CharField()
    customer_code = serializers.CharField()
    currency = serializers.CharField()
    charge_number = serializers.CharField(allow_null=True)
    credit_number = serializers.CharField(allow_null=True)
    applied_amount = AmountShape(help_text="What once was applied; `amount` is what of it is in force.")
    inline = serializers.BooleanField(help_text="Between lines of one document.")
    recorded_at = serializers.DateTimeField()


class MatchingsShape(serializers.Serializer):
    """What was matched: a matching document per currency."""

    results = MatchingShape(many=True)


class Applications(ApiView):
    rights: ClassVar = {"GET": "reconciliation.run", "POST": "matching.apply"}

    @described(
        tag="applications",
        summary="List applications",
        description="Those in force, unless `in_force=false` asks for those that were un-applied as a whole.",
        answers=ListedApplicationShape,
        filters=FILTERS,
        sorts=SORTS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        rows = _visible(actor)
        if "in_force" not in parameters(request):
            rows = _in_force(rows, True)
        return listed(
            request,
            rows,
            name="applications",
            filters=_filters(actor),
            sorts=SORTS,
            default_sort="-date",
            answer=lambda found: application_answers(actor, found),
            fields=FIELDS,
        )

    @described(
        tag="applications",
        summary="Match charges with credits",
        description=(
            "One or many, of one customer and currency. An amount for a document runs over its lines in their order. "
            "Answers the matching document, whose `applications` are the matches made."
        ),
        request=ApplicationsBody,
        answers=MatchingShape,
        examples=APPLICATIONS,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, ApplicationsBody)
        actor = request.actor

        def effect() -> dict[str, Any]:
            wishes = _wishes(actor, values["applications"])
            document = apply_named(
                actor=actor, wishes=wishes, on=values.get("date"), reason=values.get("reason") or ""
            )
            return shown(actor, document)

        return perform(request, effect)


class ApplicationOne(ApiView):
    rights: ClassVar = {"GET": "reconciliation.run"}

    @described(tag="applications", summary="One application", answers=ListedApplicationShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        row = _visible(request.actor).filter(pk=key_of("application", key)).first()
        if row is None:
            raise NotFound()
        return respond(application_answers(request.actor, [row])[0])


class Unapply(ApiView):
    rights: ClassVar = {"POST": "matching.unapply"}

    @described(
        tag="applications",
        summary="Un-apply an application",
        description="All of it or a part. Answers the matching document, whose `undone` says what it took back.",
        request=UnapplyBody,
        answers=MatchingShape,
        examples=UNAPPLY,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        application = key_of("application", key)
        values = body(request, UnapplyBody)
        actor = request.actor
        undo = Undo(application, values.get("amount"))

        def effect() -> dict[str, Any]:
            if not _visible(actor).filter(pk=application).exists():
                raise NotFound()
            document = unapply(actor=actor, undos=[undo], reason=values["reason"], on=values.get("date"))
            return shown(actor, document)

        return perform(request, effect)


class OldestFirst(ApiView):
    rights: ClassVar = {"POST": "matching.apply"}

    @described(
        tag="matching",
        summary="Match oldest first",
        description="Settles a customer's oldest charges with the oldest credits, by date, then number.",
        request=OldestFirstBody,
        answers=MatchingsShape,
        examples=OLDEST_FIRST,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        values = body(request, OldestFirstBody)
        actor = request.actor

        def effect() -> dict[str, Any]:
            text = values["customer"]
            customer = resolve("customer", visible(actor), [text]).key(text, "/customer")
            done = match_oldest_first(
                actor=actor,
                customers=[customer],
                on=values.get("date"),
                reason=values.get("reason") or "",
            )
            return {"results": document_answers(actor, [matched.document for matched in done])}

        return perform(request, effect)


def _wishes(actor: Actor, bodies: Sequence[Mapping[str, Any]]) -> list[Wish]:
    """What the bodies name. Raises NotFound or ReferenceAmbiguous with the place."""
    charges = Names(actor, (one["charge"] for one in bodies), CHARGE_KINDS)
    credits = Names(actor, (one["credit"] for one in bodies), CREDIT_KINDS)
    found = []
    for index, one in enumerate(bodies):
        at = f"/applications/{index}"
        charge = charges.get(one["charge"], field=f"{at}/charge")
        credit = credits.get(one["credit"], customer=charge.customer, field=f"{at}/credit")
        found.append(Wish(charge, credit, one["amount"]))
    return found


def _visible(actor: Actor) -> QuerySet[Application]:
    """The applications between documents that the person may see, without those that take one back."""
    rows = Application.objects.filter(company_id=actor.company_id, reverses=None)
    if actor.entities is not None:
        own = documents(actor).values("pk")
        rows = rows.filter(charge_document__in=own, credit_document__in=own)
    return rows.select_related("customer", "charge_line", "charge_document", "credit_document")


def _filters(actor: Actor) -> dict[str, Filter]:
    """The documented filters, with what references leave of the rows for this person."""

    def side(*columns: str) -> Narrow:
        return lambda rows, text: rows.filter(_about(Names(actor, [text], tuple(Kind)).get(text), columns))

    def of_customer(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(customer=resolve("customer", visible(actor), [text]).key(text))

    own = {
        "customer": of_customer,
        "entity": narrowing(actor, "charge_document__entity"),
        "charge": side("charge"),
        "credit": side("credit"),
        "document": side("charge", "credit", "maker"),
    }
    return {name: replace(one, narrow=own.get(name, one.narrow)) for name, one in FILTERS.items()}


def _about(named: Named, columns: Sequence[str]) -> Q:
    found = Q()
    for column in columns:
        if column == "maker":
            found |= Q(document=named.document)
        elif named.line:
            found |= Q(**{f"{column}_line": named.line})
        else:
            found |= Q(**{f"{column}_document": named.document})
    return found
