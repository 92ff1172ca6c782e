"""Files are made by jobs: their handlers are registered as in a worker."""

from __future__ import annotations

from arledger.companies import tasks

__all__ = ["tasks"]
