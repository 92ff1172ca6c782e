"""``manage.py load_demo``: the demo company, and how to sign in to it."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from arledger.core.clock import now
from arledger.home.demo import ADMINISTRATOR, CLERK, load


class Command(BaseCommand):
    help = "Make the demo company unless it exists, and print a sign-in (a new password each time)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--password", default="", help="instead of one made up here")

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["password"] or spoken_password()
        load(at=now(), password=password)
        self.stdout.write(
            f"Demo company: sign in as {ADMINISTRATOR[0]} (administrator) or {CLERK[0]} (AR clerk),"
            f" password {password}"
        )


def spoken_password() -> str:
    """Random, and easy to read aloud: about 40 bits."""
    syllables = [secrets.choice("bdfgklmnprstvz") + secrets.choice("aeiou") for _ in range(5)]
    return "-".join(["".join(syllables[:2]), "".join(syllables[2:]), str(secrets.randbelow(9000) + 1000)])
