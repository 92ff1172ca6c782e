"""What follows from a changed setting in apps that stand above companies: they say so themselves, once, at start.

Called in the transaction of the change, while the configuration row is locked: nothing is posted meanwhile, because
postings hold that row (``settings_of`` with ``hold``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

from arledger.companies.models import Company, Configuration
from arledger.core.actor import Actor

# The books are closed through a day: of one entity, or (None) of the company.
Closed = Callable[[Actor, Company, date, int | None], None]
# The frequencies of summaries are others now, or the first ones of a new company.
Rescheduled = Callable[[Actor, Company, Configuration], None]

# What recording no refunds any more would leave behind, in sentences; the entities are those that the company
# does not decide for.
Stopping = Callable[[Actor, Company, Collection[int]], Sequence[str]]

_closed: list[Closed] = []
_rescheduled: list[Rescheduled] = []
_stopping: list[Stopping] = []


def when_closed(follow: Closed) -> None:
    """Have ``follow`` called when books are closed further."""
    if follow not in _closed:
        _closed.append(follow)


def when_rescheduled(follow: Rescheduled) -> None:
    """Have ``follow`` called when a company is founded and when a frequency of summaries changes."""
    if follow not in _rescheduled:
        _rescheduled.append(follow)


def when_refunds_stop(tell: Stopping) -> None:
    """Have ``tell`` asked what switching refunds off would leave behind, before somebody confirms it."""
    if tell not in _stopping:
        _stopping.append(tell)


def closed(actor: Actor, company: Company, through: date, entity_id: int | None) -> None:
    for follow in _closed:
        follow(actor, company, through, entity_id)


def rescheduled(actor: Actor, company: Company, row: Configuration) -> None:
    for follow in _rescheduled:
        follow(actor, company, row)


def left_by_refunds(actor: Actor, company: Company, apart: Collection[int]) -> list[str]:
    """What switching refunds off would leave behind, in sentences; ``apart``: entities that it does not reach."""
    return [sentence for tell in _stopping for sentence in tell(actor, company, apart)]
