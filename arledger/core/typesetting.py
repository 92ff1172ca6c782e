"""Typst by itself: data and a template in, a PDF out. Run as a program it does one piece and leaves no memory behind.

Typst keeps what it laid out for the next time: a process that prints thousands of rows would keep half a gigabyte. So
long reports are printed in pieces, each by a short-lived process (docs/adr/0041).
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "pdf"
SECONDS = 300


class CannotRender(Exception):
    """A template and its data do not fit: a fault of ours, never of what somebody typed."""


def typeset(template: str, data: dict[str, Any], at: datetime, *, tags: bool = True) -> bytes:
    """The PDF of ``data``; ``tags`` make it readable aloud. Raises CannotRender."""
    try:
        return typst.compile(
            FOLDER / template,
            root=FOLDER,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(data)},
            format="pdf",
            timestamp=at.replace(microsecond=0),
            pdf_tags=tags,
        )
    except typst.TypstError as error:
        raise CannotRender(error.message) from error


def typeset_apart(template: str, data: dict[str, Any], at: datetime) -> bytes:
    """The same without tags, in a process of its own. Raises CannotRender."""
    asked = json.dumps({"template": template, "data": data, "at": at.isoformat()}).encode()
    program = [sys.executable, str(Path(__file__).resolve())]
    done = subprocess.run(program, input=asked, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise CannotRender(done.stderr.decode(errors="replace")[-500:])
    return done.stdout


@cache
def _fonts() -> typst.Fonts:
    """Those that typst ships, the same everywhere; the machine's own only for characters those lack."""
    return typst.Fonts()


def main() -> None:
    asked = json.load(sys.stdin.buffer)
    at = datetime.fromisoformat(asked["at"])
    sys.stdout.buffer.write(typeset(asked["template"], asked["data"], at, tags=False))


if __name__ == "__main__":
    main()
