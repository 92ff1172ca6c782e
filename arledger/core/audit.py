"""The audit trail: one event per verb, chained per company by the database (SPEC 17)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from psycopg.types.json import Jsonb

from arledger.core import late
from arledger.core.actor import Actor
from arledger.core.sql import fetch_all


def _dump(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)


INSERT = (
    "INSERT INTO core_auditevent (company_id, at, user_id, actor, source, address, action, object_kind,"
    " object_ids, before, after) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s, %s)"
)


def record(
    *,
    actor: Actor,
    action: str,
    object_kind: str,
    object_ids: Iterable[int] = (),
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append one event in the caller's transaction. Call it last: it takes the company's audit lock."""
    event = [
        actor.company_id,
        actor.at,
        actor.user_id,
        actor.name,
        actor.source,
        actor.address,
        action,
        object_kind,
        list(object_ids),
        None if before is None else Jsonb(dict(before), dumps=_dump),
        None if after is None else Jsonb(dict(after), dumps=_dump),
    ]
    late.send(INSERT, event)


def record_changes(
    *,
    actor: Actor,
    action: str,
    object_kind: str,
    object_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Record what of an object is not as it was, by name; nothing when all of it is. Like ``record``, called last."""
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        record(
            actor=actor,
            action=action,
            object_kind=object_kind,
            object_ids=[object_id],
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def last(*, company_id: int, object_kind: str, object_id: int, action: str) -> tuple[str, datetime] | None:
    """Who did ``action`` to an object last, and when."""
    rows = fetch_all(
        "SELECT actor, at FROM core_auditevent WHERE company_id = %s AND object_kind = %s AND action = %s"
        " AND object_ids @> ARRAY[%s]::bigint[] ORDER BY sequence DESC LIMIT 1",
        [company_id, object_kind, action, object_id],
    )
    return rows[0] if rows else None


@dataclass(frozen=True)
class Verification:
    """Result of checking a company's chain: how many events, the head's hash, the first broken sequence."""

    events: int
    head: str
    broken_at: int | None

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def verify(company_id: int) -> Verification:
    """Recompute every hash of the company's chain and compare it with its successor and the head.

    In one statement: people go on working, and a head read later would be that of a longer chain.
    """
    rows = fetch_all(
        """
        WITH chain AS (
            SELECT sequence, hash, previous_hash,
                   lag(hash, 1, '\\x'::bytea) OVER w AS expected_previous,
                   row_number() OVER w AS expected_sequence,
                   core_audit_digest(e) AS expected_hash
            FROM core_auditevent e WHERE company_id = (SELECT %s) WINDOW w AS (ORDER BY sequence)
        )
        SELECT found.events, found.broken, coalesce(h.sequence, 0), coalesce(encode(h.hash, 'hex'), '')
        FROM (
            SELECT count(*) AS events,
                   min(sequence) FILTER (WHERE hash <> expected_hash OR previous_hash <> expected_previous
                                            OR sequence <> expected_sequence) AS broken
            FROM chain
        ) found
        LEFT JOIN core_audithead h ON h.company_id = (SELECT %s)
        """,
        [company_id, company_id],
    )
    events, broken, sequence, digest = rows[0]
    if broken is None and sequence != events:
        broken = events + 1
    return Verification(events=events, head=digest, broken_at=broken)
