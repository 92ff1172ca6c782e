"""How far an import is, for whoever watches: kept in the cache, since a transaction shows nothing before its end.

It is a courtesy: without the cache an import goes on all the same, and the page says that it is running.
"""

from __future__ import annotations

from contextlib import suppress

from django.core.cache import cache
from redis.exceptions import RedisError

SECONDS = 3_600


def tell(company: int, key: int, rows: int) -> None:
    with suppress(RedisError):
        cache.set(f"import-{company}-{key}", rows, SECONDS)


def told(company: int, key: int) -> int | None:
    """Rows done so far; None when nothing is known."""
    with suppress(RedisError):
        found = cache.get(f"import-{company}-{key}")
        return found if isinstance(found, int) else None
    return None


def forget(company: int, key: int) -> None:
    with suppress(RedisError):
        cache.delete(f"import-{company}-{key}")
