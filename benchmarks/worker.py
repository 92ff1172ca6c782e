"""The product's Celery application, which also adds up the SQL statements of its tasks."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from celery import signals
from django.conf import settings
from django.db import connection
from redis import Redis

from arledger.celery import app as app
from benchmarks.measure import Counter

COUNT = "benchmarks:statements"
_counting: list[tuple[Counter, ExitStack]] = []


@signals.task_prerun.connect
def count(**_: Any) -> None:
    counter, stack = Counter(), ExitStack()
    stack.enter_context(connection.execute_wrapper(counter))
    _counting.append((counter, stack))


@signals.task_postrun.connect
def add(**_: Any) -> None:
    counter, stack = _counting.pop()
    stack.close()
    Redis.from_url(settings.REDIS_URL).incrby(COUNT, counter.count)
