"""Writing off what remains of an invoice or a debit memo, over the API (SPEC 6, 15.2)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse

from arledger.core.api.ids import id_of, key_of
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body
from arledger.core.api.writing import perform
from credits.services.writing_off import write_off
from ledger.models import Kind
from reconciliation.api_examples import WRITE_OFF
from reconciliation.api_inputs import WriteOffBody
from reconciliation.api_shapes import WrittenOffShape
from reconciliation.api_verbs import shown
from reconciliation.selectors import visible_document

ABOUT = (
    "A credit memo on the write-off account settles the document's open lines in their order. Answers the document; "
    "`write_off` is the credit memo."
)


def _write_off(request: ApiRequest, kind: Kind, key: str) -> HttpResponse:
    values = body(request, WriteOffBody)
    actor = request.actor

    def effect() -> dict[str, Any]:
        charge = visible_document(actor, kind=kind, key=key_of("document", key))
        memo = write_off(
            actor=actor,
            charge=charge.pk,
            amount=values["amount"],
            on=values["date"],
            reason=values["reason"],
        )
        return shown(actor, charge.pk) | {"write_off": id_of("document", memo)}

    return perform(request, effect, status=200)


class InvoiceWriteOff(ApiView):
    rights: ClassVar = {"POST": "adjustments.write_off"}

    @described(
        tag="invoices",
        summary="Write off a remainder of an invoice",
        description=ABOUT,
        request=WriteOffBody,
        answers=WrittenOffShape,
        status=200,
        examples=WRITE_OFF,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return _write_off(request, Kind.INVOICE, key)


class AdjustmentWriteOff(ApiView):
    rights: ClassVar = {"POST": "adjustments.write_off"}

    @described(
        tag="adjustments",
        summary="Write off a remainder of a debit memo",
        description=ABOUT,
        request=WriteOffBody,
        answers=WrittenOffShape,
        status=200,
        examples=WRITE_OFF,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        return _write_off(request, Kind.ADJUSTMENT, key)
