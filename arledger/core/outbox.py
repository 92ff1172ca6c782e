"""Events that leave after commit, written beside their cause (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from arledger.core import late
from arledger.core.actor import Actor


def publish(
    *, actor: Actor, kind: str, object_ids: Sequence[int], payload: Mapping[str, Any] | None = None
) -> None:
    """Note one event about ``object_ids`` in the caller's transaction."""
    late.send(
        "INSERT INTO core_outboxevent (company_id, kind, object_ids, payload, created_at)"
        " VALUES (%s, %s, %s::bigint[], %s, %s)",
        [actor.company_id, kind, list(object_ids), Jsonb(dict(payload or {})), actor.at],
    )
