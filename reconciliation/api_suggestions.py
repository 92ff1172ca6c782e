"""Suggestions over the API: what may be matched, ready to be sent to /applications (SPEC 11, 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies.selectors import settings_of
from arledger.core.actor import Actor
from arledger.core.api.encoding import amount as plain_amount
from arledger.core.api.fields import Input, ReferenceField
from arledger.core.api.ids import id_of
from arledger.core.api.references import resolve
from arledger.core.api.schema import described
from arledger.core.api.special_fields import CurrencyField
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.errors import NotFound, Required
from customers.selectors import visible
from ledger.models import Document
from reconciliation.api_matching import CHARGE_KINDS, CREDIT_KINDS, NAMED
from reconciliation.api_money_examples import SUGGEST
from reconciliation.api_shapes import AmountShape, text
from reconciliation.naming import Named, Names
from reconciliation.suggesting import Candidate, Why
from reconciliation.suggestions import Suggested, suggested, suggestions
from reconciliation.using import account, rules


class SuggestBody(Input):
    """Of a customer's whole account, or for one charge or one credit."""

    customer = ReferenceField(
        required=False, help_text="By id or code; not needed beside a charge or a credit."
    )
    charge = ReferenceField(required=False, help_text=f"What might settle it? {NAMED}")
    credit = ReferenceField(required=False, help_text=f"What might it settle? {NAMED}")
    currency = CurrencyField(required=False)


class SideShape(serializers.Serializer):
    document = text()
    number = text(help_text="What people call the document.")
    amount = AmountShape(help_text="How much of it.")


class PairShape(serializers.Serializer):
    charge = text(help_text="A line.")
    credit = text(help_text="A line.")
    amount = AmountShape()


class SuggestionShape(serializers.Serializer):
    """Documents that may be matched with each other."""

    why = serializers.ChoiceField(choices=[str(one) for one in Why])
    reason = text(help_text="Why, in words.")
    currency = text()
    amount = AmountShape()
    exact = serializers.BooleanField(help_text="All its documents are settled by it.")
    charges = SideShape(many=True)
    credits = SideShape(many=True)
    applications = PairShape(many=True, help_text="To be sent to /applications as they are.")


class SuggestionsShape(serializers.Serializer):
    """The strongest first; no document stands in two of them."""

    results = SuggestionShape(many=True)


class Suggest(ApiView):
    rights: ClassVar = {"POST": "matching.apply"}

    @described(
        tag="matching",
        summary="Suggest what may be matched",
        description=(
            "Exact amounts, exact combinations, and numbers found in references. Writes nothing: send the "
            "`applications` of those you accept to `/applications`."
        ),
        request=SuggestBody,
        answers=SuggestionsShape,
        status=200,
        idempotent=False,
        examples=SUGGEST,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        no_parameters(request)
        found = _found(request.actor, body(request, SuggestBody))
        return respond({"results": [_answer(one) for one in found]})


def _found(actor: Actor, values: Mapping[str, Any]) -> list[Suggested]:
    """Raises Required when nobody is named, NotFound for what is not there."""
    charge = _named(actor, values, "charge", CHARGE_KINDS)
    credit = _named(actor, values, "credit", CREDIT_KINDS)
    named = charge or credit
    if named is None:
        return suggestions(actor=actor, customer=_customer(actor, values), currency=values.get("currency"))
    if named.customer is None or (charge and credit and charge.customer != credit.customer):
        raise NotFound(field="/credit")
    currency = Document.objects.values_list("currency", flat=True).get(
        company_id=actor.company_id, pk=named.document
    )
    items, credits = account(actor=actor, customer=named.customer, currency=currency)
    return suggested(
        actor=actor,
        items=[item for item in items if _is(charge, item)],
        credits=[item for item in credits if _is(credit, item)],
        rules=rules(settings_of(actor.company_id)),
    )


def _named(actor: Actor, values: Mapping[str, Any], member: str, kinds: tuple[str, ...]) -> Named | None:
    name = values.get(member)
    return None if name is None else Names(actor, [name], kinds).get(name, field=f"/{member}")


def _customer(actor: Actor, values: Mapping[str, Any]) -> int:
    name = values.get("customer")
    if name is None:
        raise Required(field="/customer")
    return resolve("customer", visible(actor), [name]).key(name, "/customer")


def _is(named: Named | None, item: Any) -> bool:
    """Whether an open line is of what was named; everything is where nothing was."""
    return named is None or (item.line == named.line if named.line else item.document == named.document)


def _answer(one: Suggested) -> dict[str, Any]:
    found, currency = one.suggestion, one.currency
    return {
        "why": str(found.why),
        "reason": one.reason,
        "currency": currency,
        "amount": plain_amount(found.amount, currency),
        "exact": found.exact,
        "charges": _side(found.charges, currency),
        "credits": _side(found.credits, currency),
        "applications": [
            {
                "charge": id_of("line", match.charge),
                "credit": id_of("line", match.credit),
                "amount": plain_amount(match.amount, currency),
            }
            for match in one.matches
        ],
    }


def _side(parts: Iterable[tuple[Candidate, Decimal]], currency: str) -> list[dict[str, str]]:
    return [
        {
            "document": id_of("document", part.document),
            "number": part.name,
            "amount": plain_amount(amount, currency),
        }
        for part, amount in parts
    ]
