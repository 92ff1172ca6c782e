"""Deliveries on their way: noted from the outbox, claimed, attempted, settled (SPEC 15, docs/adr/0049).

What is kept of an attempt is a statement of its own before it and one after it. A worker that dies in between leaves
a delivery that is due again when its lease ran out, under the same id: each arrives at least once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from arledger.api.models import Webhook
from arledger.api.sending import Outcome, signature
from arledger.api.webhook_selectors import TEST, body_of
from arledger.core.api.ids import id_of
from arledger.core.sql import execute, fetch_all

# Events noted for one webhook at a time.
BATCH = 1_000
# Longer than any attempt takes.
LEASE = timedelta(minutes=2)
# After the first attempt, the second, …; when the last of these has passed too, it failed.
PAUSES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
]
REACHED = """
SELECT max(id) FROM (
    SELECT id FROM core_outboxevent WHERE company_id = %s AND id > %s ORDER BY id LIMIT %s
) e
"""
# Ids are in the order of commits (core_outbox_in_turn): nothing comes later before what was reached.
NOTE = """
INSERT INTO api_webhookdelivery (
    company_id, webhook_id, event_id, state, in_turn, attempts, next_attempt_at, last_error)
SELECT e.company_id, %(webhook)s, e.id, 'pending', true, 0, %(at)s, ''
FROM core_outboxevent e
WHERE e.company_id = (SELECT %(company)s) AND e.id > %(after)s AND e.id <= %(reached)s AND e.kind <> %(test)s
  AND (%(kinds)s::text[] IS NULL OR e.kind = ANY (%(kinds)s::text[]))
ORDER BY e.id ON CONFLICT DO NOTHING
"""
# The first that is due: of those in turn only the one with the oldest event. A worker that waited for another's
# claim looks at the row anew and finds that it is not due any more.
CLAIM = """
UPDATE api_webhookdelivery SET attempts = attempts + 1, next_attempt_at = %(lease)s
WHERE company_id = (SELECT %(company)s) AND state = 'pending' AND next_attempt_at <= %(at)s AND id = (
    SELECT d.id FROM api_webhookdelivery d
    JOIN api_webhook w ON w.company_id = d.company_id AND w.id = d.webhook_id
    WHERE d.company_id = (SELECT %(company)s) AND d.webhook_id = %(webhook)s AND d.state = 'pending'
      AND d.next_attempt_at <= %(at)s
      AND (NOT d.in_turn OR (w.active AND d.event_id = (
          SELECT min(first.event_id) FROM api_webhookdelivery first
          WHERE first.company_id = (SELECT %(company)s) AND first.webhook_id = %(webhook)s AND first.state = 'pending'
            AND first.in_turn)))
    ORDER BY d.in_turn, d.event_id LIMIT 1)
RETURNING id, event_id, attempts
"""
CONTENT = """
SELECT w.url, w.secret, CASE WHEN w.previous_until > %(at)s THEN w.previous_secret ELSE '' END,
       e.kind, e.object_ids, e.payload::text, e.created_at
FROM api_webhook w, core_outboxevent e
WHERE w.company_id = (SELECT %(company)s) AND w.id = %(webhook)s
  AND e.company_id = (SELECT %(company)s) AND e.id = %(event)s
"""
# Only of the attempt that is the newest one.
SETTLE = """
UPDATE api_webhookdelivery
SET state = %(state)s, next_attempt_at = %(next)s, last_status = %(status)s, last_error = %(error)s,
    delivered_at = coalesce(%(delivered)s, delivered_at)
WHERE company_id = (SELECT %(company)s) AND id = %(delivery)s AND state = 'pending' AND attempts = %(attempt)s
"""


@dataclass(frozen=True)
class Parcel:
    """A claimed delivery with what its attempt needs."""

    company_id: int
    webhook_id: int
    delivery_id: int
    attempt: int
    url: str
    secrets: Sequence[str]
    kind: str
    body: bytes

    def headers(self, at: datetime) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "Arledger-Webhooks",
            "Arledger-Event": self.kind,
            "Arledger-Delivery": id_of("delivery", self.delivery_id),
            "Arledger-Signature": signature(self.secrets, self.body, at),
        }


def note_events(*, company_id: int, at: datetime) -> list[int]:
    """Note the new events of each webhook that is switched on; the keys of the company's webhooks."""
    keys = list(Webhook.objects.filter(company_id=company_id).order_by("pk").values_list("pk", flat=True))
    for key in keys:
        _note(company_id, key, at)
    return keys


def _note(company_id: int, key: int, at: datetime) -> None:
    with transaction.atomic():
        row = Webhook.objects.select_for_update().filter(company_id=company_id, pk=key, active=True).first()
        if row is None:
            return
        reached = fetch_all(REACHED, [company_id, row.after_event, BATCH])[0][0]
        if reached is None:
            return
        execute(
            NOTE,
            {
                "company": company_id,
                "webhook": key,
                "after": row.after_event,
                "reached": reached,
                "kinds": row.kinds,
                "test": TEST,
                "at": at,
            },
        )
        row.after_event = reached
        row.save(update_fields=["after_event"])


def claim(*, company_id: int, webhook_id: int, at: datetime) -> Parcel | None:
    """Take the webhook's next delivery for one attempt; None when none is due or another worker has it."""
    place = {"company": company_id, "webhook": webhook_id}
    with transaction.atomic():
        taken = fetch_all(CLAIM, place | {"at": at, "lease": at + LEASE})
        if not taken:
            return None
        delivery, event, attempt = taken[0]
        content = fetch_all(CONTENT, place | {"event": event, "at": at})[0]
    url, secret, before, kind, keys, payload, created_at = content
    secrets = [one for one in (secret, before) if one]
    body = body_of(key=event, kind=kind, keys=keys, payload=json.loads(payload), at=created_at)
    return Parcel(company_id, webhook_id, delivery, attempt, url, secrets, kind, body)


def settle(*, parcel: Parcel, outcome: Outcome, at: datetime) -> bool:
    """Keep what came of an attempt. False when the delivery was deleted or is another worker's by now."""
    state, due = "delivered", None
    if outcome.error:
        late = parcel.attempt > len(PAUSES)
        state, due = ("failed", None) if late else ("pending", at + PAUSES[parcel.attempt - 1])
    touched = execute(
        SETTLE,
        {
            "company": parcel.company_id,
            "delivery": parcel.delivery_id,
            "attempt": parcel.attempt,
            "state": state,
            "next": due,
            "status": outcome.status,
            "error": outcome.error,
            "delivered": None if outcome.error else at,
        },
    )
    return bool(touched)
