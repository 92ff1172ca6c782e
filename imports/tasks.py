"""The jobs of imports: check a file, commit it, forget old ones."""

from __future__ import annotations

from datetime import time
from typing import Any

from arledger.companies.models import Company
from arledger.core import jobs
from arledger.core.scope import company_scope
from imports import run_services, upload_services


@jobs.register(upload_services.CHECK)
def check(claim: jobs.Claim) -> Any:
    return _work(run_services.check, claim)


@jobs.register(upload_services.COMMIT)
def commit(claim: jobs.Claim) -> Any:
    return _work(run_services.commit, claim)


def _work(step: Any, claim: jobs.Claim) -> Any:
    return step(
        company_id=claim.job.company_id,
        key=claim.job.payload["import"],
        at=claim.clock(),
        beat=claim.heartbeat,
    )


@jobs.register("imports.expire", daily_at=time(2, 45))
def expire(claim: jobs.Claim) -> Any:
    """Forget the files of imports that ended long ago, or that nobody went on with."""
    gone = 0
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            gone += upload_services.expire(company_id=company.pk, at=claim.clock())
        claim.heartbeat()
    return {"files": gone}
