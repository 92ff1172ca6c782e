"""Health of a web process: ``/healthz`` (it answers) and ``/readyz`` (its servers answer too)."""

from __future__ import annotations

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

log = structlog.get_logger(__name__)
REDIS_SECONDS = 2


def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive; says nothing of the servers it needs, so it is not restarted for their sake."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when PostgreSQL and Redis answer, else 503 with which of them does not."""
    answers = {"database": _database_answers(), "redis": _redis_answers()}
    ready = all(answers.values())
    return JsonResponse({"ready": ready, **answers}, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("database does not answer", reason=str(error))
        return False
    return True


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
        ) as client:
            return bool(client.ping())
    except redis.RedisError as error:
        log.warning("redis does not answer", reason=str(error))
        return False
