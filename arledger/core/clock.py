"""The only place that reads the wall clock. Doors call it once and pass the instant on to services."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)
