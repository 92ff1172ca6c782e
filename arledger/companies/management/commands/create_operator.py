"""``manage.py create_operator EMAIL``: who may found companies on this installation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from arledger.companies.factor_services import take_away_anywhere
from arledger.companies.operator_services import link_for, make_operator
from arledger.core.errors import Refusal


class Command(BaseCommand):
    help = (
        "Let a person found companies, and print a link for a password if he has none yet."
        " With --password-only: print a link for a forgotten password of anybody, and change nothing."
        " With --factor-away: take a lost second factor away from anybody."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--language", default="en", choices=[key for key, _name in settings.LANGUAGES])
        parser.add_argument("--password-only", action="store_true")
        parser.add_argument("--factor-away", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        try:
            if options["password_only"]:
                self.stdout.write(
                    f"{email} chooses a new password, once, within a day: {_at(link_for(email=email))}"
                )
                return
            if options["factor_away"]:
                take_away_anywhere(email=email)
                self.stdout.write(f"{email} signs in with the password alone now.")
                return
            user, token = make_operator(email=email, name=options["name"], language=options["language"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{user.email} may found companies: sign in, then {_site()}/accounts/companies/new/"
        )
        if token:
            self.stdout.write(f"First a password, once, within a day: {_at(token)}")


def _at(token: str) -> str:
    return f"{_site()}/accounts/password/{token}/"


def _site() -> str:
    """Where the installation is reached from outside, as far as it knows."""
    return next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
