"""Old events, what was delivered of them, and secrets whose time is over, are deleted (docs/adr/0052)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from arledger.core.sql import execute, fetch_all

BATCH = 5_000
# Ids are in the order of commits, so what is old stands before the first that is not.
FIRST_KEPT = """
SELECT id FROM core_outboxevent WHERE company_id = (SELECT %(company)s) AND created_at >= %(before)s ORDER BY id LIMIT 1
"""
# What some webhook has yet to look at, or to be told of, stays.
OLD = """
SELECT e.id FROM core_outboxevent e
WHERE e.company_id = (SELECT %(company)s) AND e.id > %(after)s AND (%(kept)s::bigint IS NULL OR e.id < %(kept)s::bigint)
  AND NOT EXISTS (SELECT FROM api_webhook w WHERE w.company_id = (SELECT %(company)s) AND w.after_event < e.id)
  AND NOT EXISTS (
      SELECT FROM api_webhookdelivery d
      WHERE d.company_id = (SELECT %(company)s) AND d.event_id = e.id AND d.state = 'pending')
ORDER BY e.id LIMIT %(batch)s
"""
# One that is sent again meanwhile is pending by now, and keeps its event.
DELIVERIES = """
DELETE FROM api_webhookdelivery
WHERE company_id = (SELECT %(company)s) AND event_id = ANY (%(keys)s) AND state <> 'pending'
"""
EVENTS = """
DELETE FROM core_outboxevent e
WHERE e.company_id = (SELECT %(company)s) AND e.id = ANY (%(keys)s)
  AND NOT EXISTS (SELECT FROM api_webhookdelivery d WHERE d.company_id = (SELECT %(company)s) AND d.event_id = e.id)
"""
SECRETS = """
UPDATE api_webhook SET previous_secret = '', previous_until = NULL
WHERE company_id = (SELECT %(company)s) AND previous_until <= %(at)s
"""


@dataclass(frozen=True)
class Gone:
    """How many of each were deleted."""

    events: int
    deliveries: int


def expire_events(*, company_id: int, before: datetime) -> Iterator[Gone]:
    """Delete the company's events from before an instant that no webhook waits for, a batch in each transaction."""
    company = {"company": company_id}
    first = fetch_all(FIRST_KEPT, company | {"before": before})
    place = company | {"kept": first[0][0] if first else None, "batch": BATCH}
    after = 0
    while True:
        with transaction.atomic():
            keys = [key for (key,) in fetch_all(OLD, place | {"after": after})]
            if not keys:
                return
            deliveries = execute(DELIVERIES, company | {"keys": keys})
            gone = Gone(execute(EVENTS, company | {"keys": keys}), deliveries)
        after = keys[-1]
        yield gone


def expire_secrets(*, company_id: int, at: datetime) -> int:
    """Forget the secrets before whose grace is over; returns how many."""
    return execute(SECRETS, {"company": company_id, "at": at})
