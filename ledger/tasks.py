"""Each night: the check of all books (SPEC 17), and an end to files that no form came back for."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import structlog

from arledger.companies.models import Company
from arledger.core import jobs
from arledger.core.scope import company_scope
from ledger.attachment_services import expire
from ledger.checks import JOB, LedgerDiffers, check

log = structlog.get_logger(__name__)


@jobs.register(JOB, daily_at=time(1, 30))
def check_books(claim: jobs.Claim) -> Any:
    """Check the job's company, or without one all of them, each for itself.

    Raises LedgerDiffers when something differs: the job fails with the first difference, the log has them all.
    """
    companies = Company.objects.order_by("pk")
    if claim.job.company_id is not None:
        companies = companies.filter(pk=claim.job.company_id)
    checked, differing = 0, []
    for company in companies:
        with company_scope(company.pk):
            found = check(company.pk)
        for finding in found:
            log.error("ledger differs", company=company.code, rule=finding.rule, what=str(finding))
        if found:
            differing.append((company, found))
        checked += 1
        claim.heartbeat()
    if differing:
        company, found = differing[0]
        count = sum(len(findings) for _company, findings in differing)
        raise LedgerDiffers(count=count, company=company.name, first=str(found[0]))
    return {"companies": checked}


STAGED_FOR = timedelta(days=1)


@jobs.register("ledger.expire_files", daily_at=time(2, 15))
def expire_files(claim: jobs.Claim) -> Any:
    """Forget the files of forms that were left a day ago (ledger.attachment_services.stage)."""
    gone = 0
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            gone += expire(company_id=company.pk, before=claim.clock() - STAGED_FOR)
        claim.heartbeat()
    return {"files": gone}
