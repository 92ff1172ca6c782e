"""Reading companies, people and settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from arledger.companies.models import (
    Account,
    BankAccount,
    Coded,
    Company,
    Configuration,
    Entity,
    EntityConfiguration,
    Location,
    Membership,
    Term,
    User,
)
from arledger.core.actor import Actor
from arledger.core.errors import NotFound
from arledger.core.permissions import RIGHTS
from arledger.core.scope import user_scope
from arledger.core.sql import columns_of, fetch_all, loaded


def companies_of(user: User) -> list[Company]:
    """The companies the person belongs to, by name; none of the others exists for him."""
    with user_scope(user.pk):
        ids = list(Membership.objects.filter(user=user, active=True).values_list("company_id", flat=True))
    return list(Company.objects.filter(pk__in=ids).order_by("name", "pk"))


def system_actor(company: Company, *, at: datetime, source: str) -> Actor:
    """The installation itself acting in a company (commands, schedules) with every right."""
    return Actor(
        company_id=company.pk,
        user_id=None,
        name="Arledger",
        at=at,
        time_zone=company.time_zone,
        rights=RIGHTS,
        source=source,
    )


@dataclass(frozen=True)
class Settings:
    """A company's configuration with the overrides of its entities, as services read it."""

    company: Company
    row: Configuration

    @cached_property
    def overrides(self) -> dict[int, EntityConfiguration]:
        """By entity; read when the first document of an entity asks."""
        rows = EntityConfiguration.objects.filter(company_id=self.company.pk)
        return {override.entity_id: override for override in rows}

    def closed_through(self, entity_id: int | None) -> date | None:
        """The last closed day for a document of this entity: the later of company's and entity's."""
        override = self.overrides.get(entity_id) if entity_id else None
        days = [self.row.closed_through, override.closed_through if override else None]
        return max((day for day in days if day), default=None)

    def refunds_enabled(self, entity_id: int | None) -> bool:
        """Whether refunds of this entity are recorded: as the entity says, else as the company does (SPEC 9)."""
        override = self.overrides.get(entity_id) if entity_id else None
        own = override.refunds_enabled if override else None
        return self.row.refunds_enabled if own is None else own

    def summary_frequency(self, type: str) -> str:
        """How often documents of a type (``invoices``, …) start a new summary."""
        return str(getattr(self.row, f"summary_frequency_{type}"))

    @property
    def refunds_anywhere(self) -> bool:
        """Whether the company or one of its entities records refunds: else nothing of them is shown."""
        return self.row.refunds_enabled or any(
            override.refunds_enabled for override in self.overrides.values()
        )

    def refund_journal_id(self, entity_id: int | None) -> int:
        override = self.overrides.get(entity_id) if entity_id else None
        return (override.refund_journal_id if override else None) or self.row.refund_journal_id

    def sequence_id(self, kind: str, entity_id: int | None) -> int | None:
        """The number sequence of a kind of document: the entity's own, else the company's.

        None for advances while they are not numbered (SPEC 3).
        """
        override = self.overrides.get(entity_id) if entity_id else None
        own = getattr(override, f"{kind}_sequence_id", None) if override else None
        return own or getattr(self.row, f"{kind}_sequence_id")


# Read by every verb, so not put together by the ORM each time.
SETTINGS = """
SELECT {company}, {configuration} FROM companies_configuration c
JOIN companies_company o ON o.id = c.company_id WHERE c.company_id = (SELECT %s)
""".replace("{company}", columns_of(Company, "o")).replace("{configuration}", columns_of(Configuration, "c"))
# Read committed: a row that was changed while one waited for it is read again, the company's too (its time zone).
HELD_SETTINGS = SETTINGS + " FOR SHARE OF c, o"


def settings_of(company_id: int, *, hold: bool = False) -> Settings:
    """The configuration with its company, in one query. Raises NotFound.

    ``hold`` is for verbs that post or match: until the transaction ends nobody closes a period or changes a setting,
    and whoever is doing so is waited for. It comes before every other lock.
    """
    rows = fetch_all(HELD_SETTINGS if hold else SETTINGS, [company_id])
    if not rows:
        raise NotFound()
    width = len(Company._meta.concrete_fields)
    company, row = loaded(Company, rows[0][:width]), loaded(Configuration, rows[0][width:])
    row.company = company
    return Settings(company=company, row=row)


def choices(actor: Actor) -> dict[str, list[Account | BankAccount | Entity | Location | Term]]:
    """What forms offer a person: the active accounts, bank accounts, terms, entities and locations he may see."""

    def offered(model: type[Coded], *order: str) -> list[Any]:
        return list(within_reach(actor, model).filter(active=True).order_by(*order, "code"))

    return {
        "accounts": offered(Account),
        "bank_accounts": offered(BankAccount),
        "terms": offered(Term, "net_days"),
        "entities": offered(Entity),
        "locations": offered(Location),
    }


def usable_entities(actor: Actor, ids: Iterable[int | None]) -> set[int]:
    """Those of the entities named that are active and that the person may use; one query, none without a name."""
    named = {key for key in ids if key is not None}
    if actor.entities is not None:
        named &= actor.entities
    if not named:
        return set()
    found = Entity.objects.filter(company_id=actor.company_id, active=True, pk__in=named)
    return set(found.values_list("pk", flat=True))


def within_reach(actor: Actor, model: type[Coded]) -> QuerySet[Any]:
    """What a person may see of a kind: what belongs to his entities and to none (SPEC 4)."""
    rows = model._default_manager.filter(company_id=actor.company_id)
    if actor.entities is None:
        return rows
    if model is Entity:
        return rows.filter(pk__in=actor.entities)
    owned = any(field.name == "entity" for field in model._meta.fields)
    return rows.filter(Q(entity=None) | Q(entity__in=actor.entities)) if owned else rows
