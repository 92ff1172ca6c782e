"""What can go wrong with the local runtime, in words for the person at the terminal."""

from __future__ import annotations


class LocalError(Exception):
    """The runtime cannot start or go on; the message says what to do."""
