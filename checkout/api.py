"""An invoice and its receipts in one call: checkout and quick deposit (SPEC 6, 8, 15.1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework import serializers

from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body
from arledger.core.api.writing import perform
from arledger.core.errors import Refusal
from checkout import services
from checkout.api_inputs import CheckoutBody, QuickDepositBody, below, read_checkout, read_quick
from reconciliation.api_money_examples import CHECKOUT, QUICK_DEPOSIT
from reconciliation.api_shapes import InvoiceShape, PaymentShape
from reconciliation.api_verbs import each
from reconciliation.document_answers import document_answers


class CheckoutShape(serializers.Serializer):
    """The posted invoice and its receipts."""

    invoice = InvoiceShape()
    payments = PaymentShape(many=True)


class QuickDepositShape(serializers.Serializer):
    """The invoice made for money without one, and the receipt that pays it."""

    invoice = InvoiceShape()
    payment = PaymentShape()


class Checkout(ApiView):
    """Needs the rights to enter and to post both kinds."""

    rights: ClassVar = {"POST": "invoices.post"}

    @described(
        tag="invoices",
        summary="Post an invoice with its receipts",
        description=(
            "Receipts dated after the invoice are instalments. What they pay is matched item by item, where the "
            "company wants that, unless they name it by `allocations`; what is more than the invoice is an "
            "overpayment. All of it or nothing."
        ),
        request=CheckoutBody,
        answers=CheckoutShape,
        examples=CHECKOUT,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        for right in services.RIGHTS:
            actor.require(right)
        values = body(request, CheckoutBody)

        def effect() -> dict[str, Any]:
            invoice, receipts = read_checkout(actor, values)
            try:
                made = services.checkout(actor=actor, invoice=invoice, payments=receipts)
            except Refusal as refusal:
                raise _placed(refusal) from None
            first, *others = document_answers(actor, [made.invoice, *made.payments])
            return {"invoice": first, "payments": others}

        return perform(request, effect)


class QuickDeposit(ApiView):
    """Needs the rights to enter and to post both kinds."""

    rights: ClassVar = {"POST": "payments.post"}

    @described(
        tag="deposits",
        summary="Quick deposit",
        description="Money without an invoice: posts the invoice and the receipt that pays it, matched.",
        request=QuickDepositBody,
        answers=QuickDepositShape,
        examples=QUICK_DEPOSIT,
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor = request.actor
        for right in services.RIGHTS:
            actor.require(right)
        values = body(request, QuickDepositBody)

        def effect() -> dict[str, Any]:
            made = services.quick_deposit(actor=actor, deposits=[read_quick(actor, values)])[0]
            invoice, payment = document_answers(actor, [made.invoice, made.payment])
            return {"invoice": invoice, "payment": payment}

        return perform(request, effect)


def _placed(refusal: Refusal) -> Refusal:
    """What the service says of a receipt names it; everything else is about the invoice."""
    for error in each(refusal):
        if error.field and not error.field.startswith("payments"):
            below(error, "/invoice")
    return refusal
