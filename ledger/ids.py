"""How the API and files write the keys of documents and lines: texts that never mean two things (ADR 0036)."""

from __future__ import annotations

import re

LINE = "line_"
_KEY = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def line_id(key: int) -> str:
    """The id of a line. That of a document is its bare key, so the two are never confused."""
    return f"{LINE}{key}"


def read_line_id(text: str) -> int | None:
    """The key in the id of a line; None when the text is no such id."""
    return read_key(text.removeprefix(LINE)) if text.startswith(LINE) else None


def read_key(text: str) -> int | None:
    """The key in the id of a document (or of anything else but a line); None when the text is no id."""
    return int(text) if _KEY.fullmatch(text) else None
