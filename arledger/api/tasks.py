"""Each night: an end to idempotency keys that nobody will repeat any more (SPEC 15)."""

from __future__ import annotations

from datetime import time
from typing import Any

from arledger.api.services import expire_keys
from arledger.companies.models import Company
from arledger.core import jobs
from arledger.core.scope import company_scope


@jobs.register("api.expire_keys", daily_at=time(2, 40))
def expire(claim: jobs.Claim) -> Any:
    """Company by company, each in its own scope."""
    expired = 0
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            expired += expire_keys(company_id=company.pk, at=claim.clock())
        claim.heartbeat()
    return {"expired": expired}
