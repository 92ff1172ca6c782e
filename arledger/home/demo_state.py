"""What the demo's simulation knows while it goes from week to week."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from arledger.companies.models import Company, Term, User
from arledger.companies.standing import standing
from arledger.core.actor import Actor
from arledger.core.clock import now
from arledger.home.demo_world import Party

ZONE = "Europe/Paris"


@dataclass
class Owed:
    """An invoice that somebody will pay, or not."""

    key: int
    customer: int
    due: date
    left: Decimal
    pays_on: date | None


@dataclass
class World:
    """What the simulation knows while it goes from week to week."""

    company: Company
    people: tuple[User, User]
    today: date
    dice: random.Random
    accounts: dict[str, int]
    terms: dict[str, Term]
    bank: int
    parties: dict[int, Party] = field(default_factory=dict)
    # Which entity deals with a customer; whom it does not name, the company itself.
    homes: dict[int, int] = field(default_factory=dict)
    owed: list[Owed] = field(default_factory=list)

    def actor(self, day: date, hour: int = 9, *, posting: bool = False) -> Actor:
        """The clerk at work on a day of the past; the administrator where a refund is posted. Never later than now."""
        zone = ZoneInfo(ZONE)
        at = min(datetime.combine(day, time(hour), zone), max(now(), datetime.combine(day, time.min, zone)))
        user = self.people[0 if posting else 1]
        with standing(user=user, company_code=self.company.code, at=at, source="demo") as found:
            if found is None:
                raise LookupError(self.company.code)
            return found.actor
