"""Whether a message of a webhook is what the books sent: check this before believing it."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, TypedDict

from arledger_client.problems import ArledgerError
from arledger_client.values import read

SIGNATURE = "Arledger-Signature"
TOLERANCE = 300.0


class Message(TypedDict):
    """An event, as the feed shows it. Remember the ids of what you have done: one may come twice."""

    id: str
    type: str
    objects: list[str]
    data: dict[str, Any]
    created_at: dt.datetime


class SignatureWrong(ArledgerError):
    """The message was not signed with the secret, was changed, or is too old."""


def check(
    body: bytes,
    signature: str,
    secrets: str | Sequence[str],
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE,
) -> None:
    """Raise SignatureWrong unless one of the secrets signed these bytes within ``tolerance`` seconds of ``now``.

    ``signature`` is the header Arledger-Signature: ``t=<seconds since 1970>,v1=<hex>``, with a second ``v1`` while a
    secret is being changed.
    """
    stamp, given = _parts(signature)
    if abs((time.time() if now is None else now) - stamp) > tolerance:
        raise SignatureWrong("The message is too old, or this machine's clock is wrong.")
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        expected = hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
        if any(hmac.compare_digest(expected, one) for one in given):
            return
    raise SignatureWrong("The message was not signed with this secret.")


def message(
    body: bytes,
    signature: str,
    secrets: str | Sequence[str],
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE,
) -> Message:
    """The message of a webhook once it is checked. Raises SignatureWrong."""
    check(body, signature, secrets, now=now, tolerance=tolerance)
    return read(Message, json.loads(body))


def _parts(signature: str) -> tuple[int, list[str]]:
    """The time, and each signature as plain ASCII. Raises SignatureWrong."""
    parts = [part.partition("=") for part in signature.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit()) or not signature.isascii():
        raise SignatureWrong("This is no signature of a webhook.")
    return int(stamps[0]), [value for name, _, value in parts if name == "v1"]
