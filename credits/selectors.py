"""What may be written off of a charge."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from django.db.models import F, Sum

from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.money import decimals
from ledger.models import Application, Document, Kind
from reconciliation.open_items import OpenItem, open_charges
from reconciliation.selectors import documents

CHARGES = (Kind.INVOICE, Kind.ADJUSTMENT)
ZERO = Decimal(0)


def charge(actor: Actor, key: int) -> Document:
    """An invoice or an adjustment that the person may see. Raises NotFound."""
    found = documents(actor).filter(kind__in=CHARGES, pk=key).select_related("customer").first()
    if found is None:
        raise NotFound()
    return found


def left(actor: Actor, document: Document) -> list[OpenItem]:
    """The charge lines of a document with something left, in the order in which a write-off settles them."""
    assert document.customer_id is not None, "invoices and adjustments have a customer"
    return open_charges(
        company_id=actor.company_id,
        customers=[document.customer_id],
        currency=document.currency,
        documents=[document.pk],
        entities=actor.entities,
    )


def written_off(settings: Settings, document: Document) -> Decimal:
    """How much of a charge write-offs in force have settled, in the document's currency."""
    made = Application.objects.filter(
        company_id=document.company_id,
        charge_document=document.pk,
        document=F("credit_document"),
        credit_document__kind=Kind.ADJUSTMENT,
        credit_document__reverses=None,
    )
    undone = Application.objects.filter(company_id=document.company_id, reverses__in=made.values("pk"))
    return sum((found.aggregate(sum=Sum("amount"))["sum"] or ZERO for found in (made, undone)), ZERO)


def proposed(actor: Actor, settings: Settings, document: Document) -> Decimal:
    """What a write-off of the document may take: what is left of it, as far as the limit goes; 0 for nothing."""
    available = sum((item.available for item in left(actor, document)), ZERO)
    limit = settings.row.write_off_limit
    if limit is None:
        return available
    smallest = Decimal(1).scaleb(-decimals(document.currency))
    room = (limit / document.exchange_rate).quantize(smallest, ROUND_DOWN) - written_off(settings, document)
    return max(ZERO, min(available, room))
