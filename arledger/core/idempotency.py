"""Idempotency keys: a repeated write gets the first answer and no second effect (SPEC 15).

The key is inserted in the effect's transaction: a concurrent twin waits for the first to commit, then finds
its answer; when the first rolls back, the twin goes on as the first.
"""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.sql import execute, fetch_all


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    status = 422
    sentence = _("This key was already used for a different request. Use a new key.")


def fingerprint(body: bytes | str) -> str:
    raw = body.encode() if isinstance(body, str) else body
    return hashlib.sha256(raw).hexdigest()


def claim(*, actor: Actor, endpoint: str, key: str, body: bytes | str) -> str | None:
    """Take ``key`` for this transaction; return the first answer when the key was used before, else None.

    Raises KeyReused when the key came with another body.
    """
    mark = fingerprint(body)
    identity = [actor.company_id, actor.user_id or 0, endpoint, key]
    taken = execute(
        "INSERT INTO core_idempotencykey (company_id, user_id, endpoint, key, fingerprint)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [*identity, mark],
    )
    if taken:
        return None
    first, answer = fetch_all(
        "SELECT fingerprint, answer FROM core_idempotencykey"
        " WHERE company_id = %s AND user_id = %s AND endpoint = %s AND key = %s",
        identity,
    )[0]
    if first != mark:
        raise KeyReused()
    return answer or ""


def answer_to(*, actor: Actor, endpoint: str, key: str, body: bytes | str) -> str | None:
    """The answer kept for this key and body, without taking the key; None when there is none."""
    found = fetch_all(
        "SELECT answer FROM core_idempotencykey WHERE company_id = %s AND user_id = %s AND endpoint = %s"
        " AND key = %s AND fingerprint = %s",
        [actor.company_id, actor.user_id or 0, endpoint, key, fingerprint(body)],
    )
    return found[0][0] if found else None


def answered(*, actor: Actor, endpoint: str, key: str, answer: str) -> None:
    """Keep ``answer`` under the claimed key, in the same transaction."""
    execute(
        "UPDATE core_idempotencykey SET answer = %s"
        " WHERE company_id = %s AND user_id = %s AND endpoint = %s AND key = %s",
        [answer, actor.company_id, actor.user_id or 0, endpoint, key],
    )
