"""``manage.py create_api_token --company CODE --user EMAIL``: prints a new token, this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arledger.api.services import DEFAULT_DAYS, create
from arledger.companies.models import Company, User
from arledger.companies.selectors import system_actor
from arledger.core.clock import now
from arledger.core.errors import Refusal
from arledger.core.scope import company_scope


class Command(BaseCommand):
    help = "Print a new API token for a member of a company. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, help="the company's code")
        parser.add_argument("--user", required=True, help="the member's e-mail")
        parser.add_argument("--name", default="Command line", help="what to recognise it by")
        parser.add_argument(
            "--scopes",
            default="",
            help="rights separated by commas, such as invoices.add,invoices.post; none: what the role allows",
        )
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="until it expires")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(code=options["company"]).first()
        user = User.objects.filter(email=options["user"].strip().lower()).first()
        if company is None or user is None:
            raise CommandError("No such company." if company is None else "No such user.")
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            with company_scope(company.pk):
                made = create(
                    actor=system_actor(company, at=now(), source="command"),
                    name=options["name"],
                    user_id=user.pk,
                    scopes=scopes or None,
                    days=options["days"],
                )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(made.text)
