"""How many calls a token may make in a minute: counted in Valkey, in one round trip (SPEC 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import Lock

import structlog
from django.conf import settings
from redis import Redis, RedisError

from arledger.core.api.problems import TooManyRequests

log = structlog.get_logger(__name__)

WINDOW = 60
# A server that does not answer is not asked again for a while: calls go on uncounted.
TIMEOUT = 0.25
PAUSE = timedelta(seconds=15)


@dataclass(frozen=True)
class Allowance:
    """What is left of a minute's calls, and the seconds until it is over."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.remaining, 0)),
            "RateLimit-Reset": str(self.reset),
        }

    def require(self) -> None:
        """Raise TooManyRequests when nothing is left."""
        if self.remaining < 0:
            raise TooManyRequests(limit=self.limit, seconds=self.reset)


class _Server:
    """The connection, and until when it is left alone."""

    def __init__(self, url: str) -> None:
        self.redis = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
        self.silent_until: datetime | None = None
        self.lock = Lock()

    def count(self, key: str, at: datetime) -> int | None:
        """One more; the count so far, or None while the server does not answer."""
        if self.silent_until is not None and at < self.silent_until:
            return None
        try:
            with self.redis.pipeline(transaction=False) as pipeline:
                pipeline.incr(key)
                pipeline.expire(key, WINDOW + 5)
                count: int = pipeline.execute()[0]
        except RedisError as error:
            with self.lock:
                self.silent_until = at + PAUSE
            log.warning("calls are not counted", reason=str(error))
            return None
        self.silent_until = None
        return count


@cache
def _server(url: str) -> _Server:
    return _Server(url)


def spend(caller: str, at: datetime) -> Allowance | None:
    """Count one call of ``caller``; None when nobody counts (no limit set, or Valkey is away)."""
    limit: int = settings.API_CALLS_PER_MINUTE
    if not limit:
        return None
    second = int(at.timestamp())
    count = _server(settings.REDIS_URL).count(f"arledger:calls:{caller}:{second // WINDOW}", at)
    return None if count is None else Allowance(limit, limit - count, WINDOW - second % WINDOW)
