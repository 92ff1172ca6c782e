"""``manage.py verify_audit``: recompute the chain of the audit trail (SPEC 17)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arledger.companies.models import Company
from arledger.core.audit import verify
from arledger.core.scope import company_scope


class Command(BaseCommand):
    help = "Recompute every hash of the audit trail; 1 when one differs. Keep the head to compare it later."

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
        broken = 0
        for company in companies:
            with company_scope(company.pk):
                found = verify(company.pk)
            if found.intact:
                self.stdout.write(f"{company.code}: {found.events} events, intact, head {found.head}")
                continue
            broken += 1
            self.stderr.write(f"{company.code}: broken at event {found.broken_at} of {found.events}")
        if broken:
            raise CommandError(f"The audit trail of {broken} companies is broken.")
