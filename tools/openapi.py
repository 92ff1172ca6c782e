"""Keep docs/openapi.yaml what the calls say.

python -m tools.openapi --update    write it, and the Python client that is made from it
python -m tools.openapi --check     exit 1 when it differs, or when the generator could not make something out
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path

import django

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.yaml"
SHOWN = 40


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--update", action="store_true")
    chosen.add_argument("--check", action="store_true")
    wanted = parser.parse_args(arguments)
    text, complaints = generated()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if wanted.update:
        FILE.write_text(text)
        made: int = import_module("tools.client").main(["--update"])
        return made
    before = FILE.read_text() if FILE.exists() else ""
    changed = difflib.unified_diff(
        before.splitlines(), text.splitlines(), FILE.name, "generated", lineterm=""
    )
    shown = list(islice(changed, SHOWN))
    if shown:
        print("\n".join(shown), "Run: python -m tools.openapi --update", sep="\n", file=sys.stderr)
    return 1 if shown or complaints else 0


def generated() -> tuple[str, list[str]]:
    """The document, and what the generator complained of."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arledger.settings")
    django.setup()
    return import_module("arledger.core.api.openapi").as_yaml()


if __name__ == "__main__":
    sys.exit(main())
