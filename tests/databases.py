"""Which database Django's connections lead to while tests run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from pytest_django import DjangoDbBlocker


@contextmanager
def working_on(database: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """This thread, and every one it starts, works on that database; afterwards on the one before.

    A fixture that outlives a test must leave this before it yields: else the tests after it, which are to be
    rolled back, would meet there what committed ones have left.
    """
    connections.close_all()
    before = {alias: connections.settings[alias]["NAME"] for alias in connections}
    for alias in connections:
        connections.settings[alias]["NAME"] = database
    try:
        with blocker.unblock():
            yield
    finally:
        with blocker.unblock():
            connections.close_all()
        for alias, name in before.items():
            connections.settings[alias]["NAME"] = name
