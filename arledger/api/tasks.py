"""Each night an end to idempotency keys that nobody will repeat and to old events; each minute, webhooks (SPEC 15)."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import time, timedelta
from typing import Any

import structlog
from django.conf import settings

from arledger.api import delivery_services as deliveries
from arledger.api.expiry_services import expire_events, expire_secrets
from arledger.api.sending import Outcome, send
from arledger.api.services import expire_keys
from arledger.api.webhook_services import JOB
from arledger.companies.models import Company
from arledger.core import jobs
from arledger.core.scope import company_scope

log = structlog.get_logger(__name__)


@jobs.register("api.expire_keys", daily_at=time(2, 40))
def expire(claim: jobs.Claim) -> Any:
    """Company by company, each in its own scope."""
    expired = 0
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            expired += expire_keys(company_id=company.pk, at=claim.clock())
        claim.heartbeat()
    return {"expired": expired}


@jobs.register("api.expire_events", daily_at=time(2, 50))
def expire_old_events(claim: jobs.Claim) -> Any:
    """Events of more than ``EVENT_DAYS`` ago that no webhook waits for, and what was delivered of them."""
    events = deliveries_gone = 0
    for company in Company.objects.order_by("pk"):
        at = claim.clock()
        with company_scope(company.pk):
            expire_secrets(company_id=company.pk, at=at)
            for gone in expire_events(company_id=company.pk, before=at - timedelta(days=settings.EVENT_DAYS)):
                events, deliveries_gone = events + gone.events, deliveries_gone + gone.deliveries
                claim.heartbeat()
        claim.heartbeat()
    return {"events": events, "deliveries": deliveries_gone}


# Webhooks ------------------------------------------------------------------------------------------------------

# Attempts made beside each other, one for each webhook: whoever answers slowly takes one of them and no more.
AT_ONCE = 16
# No attempt begins later in a run than this; what is left is due in the next one.
RUN = timedelta(seconds=45)
KEPT = timedelta(days=1)
BEAT_SECONDS = 30
Lane = tuple[int, int]
Flights = dict[Future[Outcome], deliveries.Parcel]


@jobs.register(JOB, every_minutes=1)
def deliver(claim: jobs.Claim) -> Any:
    """Note the new events for each webhook, then attempt what is due, each webhook's in its order.

    Only the attempts themselves run in threads; the database is this thread's, a transaction before and one after.
    """
    lanes: deque[Lane] = deque()
    for company in Company.objects.order_by("pk"):
        with company_scope(company.pk):
            keys = deliveries.note_events(company_id=company.pk, at=claim.clock())
        lanes.extend((company.pk, key) for key in keys)
        claim.heartbeat()
    until, flying, attempts = claim.clock() + RUN, Flights(), 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            if claim.clock() < until:
                _take_off(claim, pool, lanes, flying)
            if not flying:
                break
            landed = wait(flying, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED).done
            claim.heartbeat()
            for future in landed:
                lanes.append(_landed(claim, flying.pop(future), future))
                attempts += 1
    jobs.forget(JOB, before=claim.clock() - KEPT)
    return {"attempts": attempts}


def _take_off(claim: jobs.Claim, pool: ThreadPoolExecutor, lanes: deque[Lane], flying: Flights) -> None:
    """Begin attempts while there is room: the next delivery of each lane that has one due."""
    while lanes and len(flying) < AT_ONCE:
        company, webhook = lanes.popleft()
        at = claim.clock()
        with company_scope(company):
            parcel = deliveries.claim(company_id=company, webhook_id=webhook, at=at)
        if parcel is not None:
            attempt = pool.submit(
                send,
                parcel.url,
                parcel.headers(at),
                parcel.body,
                private=settings.WEBHOOKS_PRIVATE,
                clock=claim.clock,
            )
            flying[attempt] = parcel


def _landed(claim: jobs.Claim, parcel: deliveries.Parcel, attempt: Future[Outcome]) -> Lane:
    """Settle an attempt; one that broke is a failed one, so that it holds up nobody else's."""
    fault = attempt.exception()
    if fault is not None:
        log.error("attempt broke", delivery=parcel.delivery_id, fault=repr(fault))
    outcome = attempt.result() if fault is None else Outcome(None, "unexpected")
    with company_scope(parcel.company_id):
        deliveries.settle(parcel=parcel, outcome=outcome, at=claim.clock())
    return parcel.company_id, parcel.webhook_id
