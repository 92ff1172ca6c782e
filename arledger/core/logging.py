"""Logs: one line per event on standard error, as JSON for machines or coloured for a person at a terminal.

What is bound with ``structlog.contextvars`` (the request id above all) appears on every line of that request
or task, whether written through structlog or through a library's standard logger. Errors carry their
traceback.
"""

from __future__ import annotations

import logging.config
import sys
from typing import Any

import structlog
from structlog.typing import Processor


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. ``config`` is settings.LOGGING: ``{"level": "INFO"}``."""
    level = str(config.get("level", "INFO")).upper()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(["status_code"]),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "events": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers()],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
            "root": {"handlers": ["stderr"], "level": level},
            # Django's own handlers stay silent with DEBUG off; everything goes to the root instead (PITFALLS
            # 18).
            "loggers": {
                "django": {"handlers": [], "level": level, "propagate": True},
                "django.server": {"handlers": [], "level": level, "propagate": True},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _renderers() -> list[Processor]:
    if sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
