"""Reading tokens, and the feed of events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from arledger.api.models import ApiToken
from arledger.core.actor import Actor
from arledger.core.sql import fetch_all


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """One's own tokens; with the right to edit users everybody's, newest last."""
    rows = ApiToken.objects.filter(company_id=actor.company_id).select_related("membership__user")
    return rows if actor.may("roles.edit") else rows.filter(membership__user=actor.user_id)


def state_of(row: ApiToken, at: datetime) -> str:
    """``active``, ``expired`` or ``revoked``."""
    if row.revoked_at is not None:
        return "revoked"
    return "active" if row.expires_at > at else "expired"


@dataclass(frozen=True)
class Event:
    """Something that happened, at its place in the feed."""

    key: int
    kind: str
    object_ids: Sequence[int]
    payload: Any
    at: datetime


# Whose events need which right; of any other kind the configuration's.
RIGHTS = {
    "customer": "customers.view",
    "invoice": "invoices.view",
    "adjustment": "adjustments.view",
    "advance": "advances.view",
    "payment": "payments.view",
    "refund": "refunds.view",
    "deposit": "deposits.view",
    "matching": "invoices.view",
    "summary": "summaries.view",
    "import": "imports.run",
}
OTHERS = "configuration.view"
# Ids are drawn under the lock of the company's audit trail, so a lower one is never committed after a higher one.
FEED = """
SELECT id, kind, object_ids, payload::text, created_at FROM core_outboxevent
WHERE company_id = (SELECT %(company)s) AND id > %(after)s
  AND (split_part(kind, '.', 1) = ANY (%(seen)s) OR (%(others)s AND NOT split_part(kind, '.', 1) = ANY (%(known)s)))
  AND (%(kind)s = '' OR kind = %(kind)s)
ORDER BY id LIMIT %(limit)s
"""


def events_after(*, actor: Actor, after: int, kind: str = "", limit: int) -> list[Event]:
    """The company's events of what the caller may view, after the one with this key, in the order they happened."""
    rows = fetch_all(
        FEED,
        {
            "company": actor.company_id,
            "after": after,
            "seen": [what for what, right in RIGHTS.items() if actor.may(right)],
            "others": actor.may(OTHERS),
            "known": list(RIGHTS),
            "kind": kind,
            "limit": limit,
        },
    )
    return [Event(key, kind, ids, json.loads(payload), at) for key, kind, ids, payload, at in rows]
