"""Reading summaries: what a person may see, and what they hold (SPEC 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from arledger.companies.frequencies import Frequency
from arledger.companies.selectors import Settings
from arledger.core.actor import Actor
from arledger.core.sql import fetch_all
from summaries.models import Summary
from summaries.placing import fits
from summaries.slot_services import Key

# Sums are as people count: money received, deposited, given back is positive.
CONTENT = """
SELECT d.summary_id, count(*) FILTER (WHERE d.state = 'posted'), count(*) FILTER (WHERE d.state = 'draft'),
       coalesce(sum(ledger_base(CASE d.kind
           WHEN 'payment' THEN -d.total
           WHEN 'advance' THEN -d.total
           WHEN 'deposit' THEN CASE WHEN d.reverses_id IS NULL THEN d.amount ELSE -d.amount END
           ELSE d.total END, d.exchange_rate, c.base_currency)) FILTER (WHERE d.state = 'posted'), 0)
FROM ledger_document d JOIN companies_company c ON c.id = d.company_id
WHERE d.company_id = (SELECT %s) AND d.summary_id = ANY(%s) GROUP BY d.summary_id
"""


@dataclass(frozen=True, slots=True)
class Content:
    """The posted documents of a summary, counted and added up in the base currency; drafts are counted apart."""

    count: int = 0
    total: Decimal = Decimal(0)
    drafts: int = 0


def contents(*, company_id: int, ids: Iterable[int]) -> dict[int, Content]:
    """What summaries hold, in one statement; empty ones too."""
    keys = list(ids)
    found = {key: Content() for key in keys}
    if keys:
        for key, count, drafts, total in fetch_all(CONTENT, [company_id, keys]):
            found[key] = Content(count, total, drafts)
    return found


def visible(actor: Actor) -> QuerySet[Summary]:
    """The summaries a person may see: of the top level, and limited to entities, those of his own."""
    rows = Summary.objects.filter(company_id=actor.company_id)
    if actor.entities is None:
        return rows
    return rows.filter(Q(entity_id=None) | Q(entity_id__in=actor.entities))


def choices(
    *,
    actor: Actor,
    settings: Settings,
    type: str,
    entity_id: int | None = None,
    bank_account_id: int | None = None,
    any_place: bool = True,
) -> list[Summary] | None:
    """The open summaries that documents of a type may choose; None where nobody chooses (SPEC 13).

    With ``any_place`` those of every entity and bank account: the posting checks what was chosen in the end.
    """
    if settings.summary_frequency(type) != Frequency.USER:
        return None
    rows = (
        visible(actor).filter(type=type, automatic=False, state=Summary.State.OPEN).order_by("gl_date", "pk")
    )
    if any_place:
        return list(rows)
    key = Key(type, entity_id or 0, bank_account_id or 0)
    return [summary for summary in rows if fits(summary, key)]
