"""The Celery application: workers and beat run it, everything else sends through it.

A message is only a wake-up (the job's row in PostgreSQL is the truth), and it carries the id of the request
that caused it, so that the task's log lines can be found from the request's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals
from celery.app.task import Task
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arledger.settings")

app = Celery("arledger")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Being connected is enough: Celery leaves the logging that Django configured alone."""


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id and headers is not None:
        headers["request_id"] = request_id


@signals.task_prerun.connect
def bind_request_id(task: Task[..., Any], task_id: str, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    # A worker merges the message's headers into the request; a task run in place keeps them apart.
    sent = getattr(task.request, "request_id", None) or (task.request.headers or {}).get("request_id")
    structlog.contextvars.bind_contextvars(request_id=sent or task_id, task=task.name)


@signals.task_postrun.connect
def unbind_request_id(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()


@signals.worker_ready.connect
@signals.beat_init.connect
@signals.before_task_publish.connect
def show_life(**_: Any) -> None:
    """Touch the file that a supervisor or a health check watches, where one is named."""
    if path := os.environ.get("ARLEDGER_LIFE_FILE"):
        Path(path).touch()
