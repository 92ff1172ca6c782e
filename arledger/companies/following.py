"""What follows from a changed setting in apps that stand above companies: they say so themselves, once, at start.

Called in the transaction of the change, while the configuration row is locked: nothing is posted meanwhile, because
postings hold that row (``settings_of`` with ``hold``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from arledger.companies.models import Company, Configuration
from arledger.core.actor import Actor

# The books are closed through a day: of one entity, or (None) of the company.
Closed = Callable[[Actor, Company, date, int | None], None]
# The frequencies of summaries are others now, or the first ones of a new company.
Rescheduled = Callable[[Actor, Company, Configuration], None]

_closed: list[Closed] = []
_rescheduled: list[Rescheduled] = []


def when_closed(follow: Closed) -> None:
    """Have ``follow`` called when books are closed further."""
    if follow not in _closed:
        _closed.append(follow)


def when_rescheduled(follow: Rescheduled) -> None:
    """Have ``follow`` called when a company is founded and when a frequency of summaries changes."""
    if follow not in _rescheduled:
        _rescheduled.append(follow)


def closed(actor: Actor, company: Company, through: date, entity_id: int | None) -> None:
    for follow in _closed:
        follow(actor, company, through, entity_id)


def rescheduled(actor: Actor, company: Company, row: Configuration) -> None:
    for follow in _rescheduled:
        follow(actor, company, row)
