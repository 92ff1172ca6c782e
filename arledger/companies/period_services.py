"""Closing and reopening the books through a day, for the company or one of its entities (SPEC 3, 4, 17).

Whatever is dated in a closed period is refused by the services with the first open day. Postings hold the
configuration row while they run, closing takes it alone: no document slips into a period that is being closed.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies import following
from arledger.companies.models import Configuration, Entity, EntityConfiguration
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Forbidden, NotFound, Refusal, Required


class PeriodClosed(Refusal):
    code = "period_closed"
    sentence = _("The books are closed through %(closed_through)s. The first open day is %(first_open)s.")


class PeriodAlreadyClosed(Refusal):
    code = "period_already_closed"
    status = 409
    sentence = _("The books are closed through %(closed_through)s already. Name a later day.")


class PeriodNotClosed(Refusal):
    code = "period_not_closed"
    status = 409
    sentence = _("The books are not closed beyond that day: there is nothing to reopen.")


def close_period(*, actor: Actor, through: date | None, entity_id: int | None = None) -> None:
    """Close the books through a day, of an entity or (without one) of the company, and the summaries of the period.

    Raises Forbidden, NotFound, PeriodAlreadyClosed, and what closing a summary refuses.
    """
    actor.require("periods.close")
    if through is None:
        raise Required(field="through")
    with transaction.atomic():
        row, own = _locked(actor, entity_id)
        before = own.closed_through
        if before is not None and through <= before:
            raise PeriodAlreadyClosed(field="through", closed_through=before)
        _move(actor, own, "close", before, through, entity_id)
        following.closed(actor, row.company, through, entity_id)


def reopen_period(*, actor: Actor, through: date | None, entity_id: int | None = None) -> None:
    """Let the books be closed through an earlier day only, or (None) not at all. Summaries stay closed.

    Raises Forbidden, NotFound, PeriodNotClosed.
    """
    actor.require("periods.reopen")
    with transaction.atomic():
        _row, own = _locked(actor, entity_id)
        before = own.closed_through
        if before is None or (through is not None and through >= before):
            raise PeriodNotClosed(field="through")
        _move(actor, own, "reopen", before, through, entity_id)


def require_move(actor: Actor, before: date | None, after: date | None) -> None:
    """Raise Forbidden unless the person may close (or reopen) the company's books that far."""
    if before == after:
        return
    further = after is not None and (before is None or after > before)
    right = "periods.close" if further else "periods.reopen"
    actor.require(right)
    _require_company(actor, right)


def _require_company(actor: Actor, right: str) -> None:
    """Whoever is limited to entities closes the books of those, not the company's."""
    if actor.entities is not None:
        raise Forbidden(right=right)


def _locked(actor: Actor, entity_id: int | None) -> tuple[Configuration, Configuration | EntityConfiguration]:
    """The configuration, locked, and the row that says how far these books are closed."""
    row = Configuration.objects.select_for_update(of=("self",)).select_related("company")
    company = row.get(company_id=actor.company_id)
    if entity_id is None:
        _require_company(actor, "periods.close")
        return company, company
    allowed = actor.entities is None or entity_id in actor.entities
    if not allowed or not Entity.objects.filter(company_id=actor.company_id, pk=entity_id).exists():
        raise NotFound(field="entity")
    own, _created = EntityConfiguration.objects.get_or_create(
        company_id=actor.company_id, entity_id=entity_id
    )
    return company, own


def _move(
    actor: Actor,
    own: Configuration | EntityConfiguration,
    action: str,
    before: date | None,
    through: date | None,
    entity_id: int | None,
) -> None:
    own.closed_through = through
    fields = ["closed_through"]
    if isinstance(own, Configuration):
        own.version += 1
        fields.append("version")
    own.save(update_fields=fields)
    audit.record(
        actor=actor,
        action=action,
        object_kind="period",
        object_ids=[] if entity_id is None else [entity_id],
        before={"closed_through": before},
        after={"closed_through": through},
    )
