"""What an installation needs before it serves: messages, tables, static files, at first a demo company."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import django
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.core.management import call_command


def compile_messages(locale: Path) -> int:
    """Compile the catalogues that changed, without gettext's programs (PITFALLS 23). Returns how many."""
    compiled = 0
    for source in locale.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        fresh = target.with_suffix(".new")
        with fresh.open("wb") as file:
            write_mo(file, catalogue)
        fresh.replace(target)
        compiled += 1
    return compiled


def prepare(*, demo: bool) -> None:
    """Bring the database and the static files to the state of this tree. Repeating it changes nothing."""
    django.setup()
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if demo:
        call_command("load_demo")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m arledger.local.prepare")
    parser.add_argument("--demo", action="store_true")
    prepare(demo=parser.parse_args(sys.argv[1:]).demo)
