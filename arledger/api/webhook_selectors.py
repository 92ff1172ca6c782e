"""Reading webhooks: which there are, what is on its way to them, and what an event says outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from arledger.api.models import Webhook, WebhookDelivery
from arledger.core.actor import Actor
from arledger.core.api.encoding import encode, instant
from arledger.core.api.ids import PREFIXES, id_of
from arledger.core.errors import NotFound

# Every kind of event that this installation publishes.
KINDS = (
    "customer.added",
    "invoice.posted",
    "invoice.reversed",
    "adjustment.posted",
    "adjustment.reversed",
    "advance.posted",
    "advance.reversed",
    "payment.posted",
    "payment.reversed",
    "refund.posted",
    "refund.voided",
    "deposit.posted",
    "deposit.reversed",
    "matching.posted",
    "matching.undone",
    "application.posted",
)
# What a test sends: to the one webhook that is tested.
TEST = "webhook.test"


def webhooks_of(actor: Actor) -> QuerySet[Webhook]:
    return Webhook.objects.filter(company_id=actor.company_id)


def webhook_of(actor: Actor, key: int) -> Webhook:
    """Raises NotFound."""
    found = webhooks_of(actor).filter(pk=key).first()
    if found is None:
        raise NotFound()
    return found


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """What went to a webhook or is on its way, with the events; oldest first when sorted by key."""
    return WebhookDelivery.objects.filter(
        company_id=webhook.company_id, webhook_id=webhook.pk
    ).select_related("event")


def tally(actor: Actor) -> dict[int, tuple[int, int]]:
    """(pending, failed) deliveries of each webhook that has some."""
    unsettled = WebhookDelivery.objects.filter(
        company_id=actor.company_id, state__in=[WebhookDelivery.State.PENDING, WebhookDelivery.State.FAILED]
    )
    rows = unsettled.values_list("webhook_id").annotate(
        pending=Count("pk", filter=Q(state=WebhookDelivery.State.PENDING)),
        failed=Count("pk", filter=Q(state=WebhookDelivery.State.FAILED)),
    )
    return {webhook: (pending, failed) for webhook, pending, failed in rows}


def shown(*, key: int, kind: str, keys: Sequence[int], payload: Any, at: datetime) -> dict[str, Any]:
    """An event as the feed and webhooks tell it; what it is about by ids, ``doc_…`` for documents of every kind."""
    what = kind.partition(".")[0]
    return {
        "id": id_of("event", key),
        "type": kind,
        "objects": [id_of(what if what in PREFIXES else "document", one) for one in keys],
        "data": payload,
        "created_at": instant(at),
    }


def body_of(*, key: int, kind: str, keys: Sequence[int], payload: Any, at: datetime) -> bytes:
    """The JSON that tells of an event: the same bytes at each attempt."""
    return encode(shown(key=key, kind=kind, keys=keys, payload=payload, at=at)).encode()
