"""``manage.py check_ledger``: recompute the books and name what differs (SPEC 17)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arledger.companies.models import Company
from arledger.core.scope import company_scope
from ledger.checks import check


class Command(BaseCommand):
    help = "Recompute open amounts, totals, journal, numbers, codes and the audit chain; 1 when one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--company", metavar="CODE")
        which.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        companies = Company.objects.order_by("code")
        if not options["all"]:
            companies = companies.filter(code=options["company"])
            if not companies:
                raise CommandError(f"There is no company with the code {options['company']}.")
        count = 0
        for company in companies:
            with company_scope(company.pk):
                found = check(company.pk)
            for finding in found:
                self.stderr.write(f"{company.code}: {finding}")
            count += len(found)
            if not found:
                self.stdout.write(f"{company.code}: nothing differs.")
        if count:
            raise CommandError(f"{count} differences.")
