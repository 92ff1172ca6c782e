"""Jobs that act for a person: his exports, made with the rights he has when they run; and the end of files."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from urllib.parse import parse_qs

from django.utils import timezone, translation

from arledger.companies.models import Company, User
from arledger.companies.standing import Standing, standing
from arledger.core import export_services, jobs
from arledger.core.errors import Forbidden, NotFound
from arledger.core.export_sources import Asked
from arledger.core.leftovers import remove_leftovers
from arledger.core.models import Export
from arledger.core.scope import company_scope


@jobs.register(export_services.JOB)
def make_export(claim: jobs.Claim) -> Any:
    """Make the file of the export that waits for this job. A second worker finds nothing to do."""
    company_id = claim.job.company_id or 0
    row = Export.objects.filter(
        company_id=company_id, job=claim.job.pk, finished_at=None, cancelled_at=None
    ).first()
    if row is None:
        return {"made": False}
    company = Company.objects.get(pk=company_id)
    user = User.objects.get(pk=row.owner)
    with (
        translation.override(row.language),
        timezone.override(company.time_zone),
        standing(user=user, company_code=company.code, at=claim.clock(), source="job") as found,
    ):
        if found is None:
            export_services.refused(row, str(Forbidden(right="")), claim.clock())
            return {"made": False}
        inside = _within(found, row)
        if inside is None:
            export_services.refused(row, str(NotFound(field="entity")), claim.clock())
            return {"made": False}
        asked = Asked(
            actor=inside.actor,
            company=found.company,
            features=found.features,
            query=row.query,
            format=row.format,
        )
        export_services.produce(claim=claim, row=row, asked=asked)
    return {"made": True}


def _within(found: Standing, row: Export) -> Standing | None:
    """The person in the entity in which he asked for the file; None when he may not work in it any more."""
    entity = parse_qs(row.query).get(export_services.WITHIN)
    return found.within(int(entity[-1])) if entity else found


@jobs.register("core.expire_exports", daily_at=time(2, 30))
def expire_exports(claim: jobs.Claim) -> Any:
    """Forget files whose days are over."""
    gone = 0
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            gone += export_services.expire(company_id=company.pk, before=claim.clock())
        claim.heartbeat()
    return {"exports": gone}


LEFT_FOR = timedelta(days=1)


@jobs.register("core.remove_leftovers", daily_at=time(3, 0))
def remove_folders(claim: jobs.Claim) -> Any:
    """Remove what programs that were killed left in the temporary directory: copies of imports and exports."""
    return {"folders": remove_leftovers(claim.clock() - LEFT_FOR)}
