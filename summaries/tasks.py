"""The schedule of automatic summaries: looked at every minute, in UTC; the database owns the slots (SPEC 13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from arledger.companies.models import Company
from arledger.companies.selectors import settings_of
from arledger.core import jobs
from arledger.core.scope import company_scope
from summaries.slot_services import ensure_slots

JOB = "summaries.ensure"
KEPT = timedelta(days=1)


@jobs.register(JOB, every_minutes=1)
def ensure(claim: jobs.Claim) -> Any:
    """Let every company have the slots of now, and those missed; each company is a transaction of its own."""
    made = 0
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            made += ensure_slots(settings=settings_of(company.pk), at=claim.clock())
        claim.heartbeat()
    jobs.forget(JOB, before=claim.clock() - KEPT)
    return {"summaries": made}
