"""``manage.py letter_the_past``: codes for what was matched before reconciliation was switched on (SPEC 10)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arledger.companies.models import Company
from arledger.companies.selectors import system_actor
from arledger.core.clock import now
from arledger.core.errors import Refusal
from arledger.core.scope import company_scope
from reconciliation.lettering_services import Lettered, letter_the_past, preview_lettering


class Command(BaseCommand):
    help = "Give the matches made before customer reconciliation was switched on their match codes; audited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", metavar="CODE", required=True)
        parser.add_argument("--reason", metavar="TEXT", required=True, help="kept in the audit trail")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(code=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company with the code {options['company']}.")
        with company_scope(company.pk):
            actor = system_actor(company, at=now(), source="command")
            try:
                if options["dry_run"]:
                    told, verb = preview_lettering(actor=actor), "would get"
                else:
                    told, verb = letter_the_past(actor=actor, reason=options["reason"]), "got"
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(self._sentence(told, verb))

    def _sentence(self, told: Lettered, verb: str) -> str:
        if not told.groups:
            return f"{told.matches} matches {verb} the codes that their groups have already."
        return f"{told.matches} matches in {told.groups} groups {verb} codes, {told.first} to {told.last}."
