"""Who a person is in the company of an address: his role's rights, his entities and his other companies (SPEC 4).

Every page of a company begins with this, so it is one statement. It opens the company's scope on its way and reads
what row security shows there; whoever is no member finds nothing, and the scope is closed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from arledger.companies.models import Company, Entity, User
from arledger.core.actor import Actor
from arledger.core.permissions import RIGHTS
from arledger.core.scope import restore
from arledger.core.sql import fetch_all


@dataclass(frozen=True)
class Standing:
    """A member acting in a company; ``companies`` are all that he belongs to, by name (key, code and name only).

    ``features`` are the switched parts of the product that the company or one of its entities has on: "refunds".
    ``opens`` are the pages that open with a saved view of the person's choice. ``entities`` are those that he may see,
    by code (key, code, name and whether it is active only).
    """

    actor: Actor
    company: Company
    companies: Sequence[Company]
    features: frozenset[str] = frozenset()
    opens: frozenset[str] = frozenset()
    entities: Sequence[Entity] = ()

    def within(self, entity: int) -> Standing | None:
        """The same person working in one entity (docs/adr/0050): None unless he may see it and it is active."""
        if not any(one.pk == entity and one.active for one in self.entities):
            return None
        return replace(self, actor=replace(self.actor, entities=frozenset([entity]), entity=entity))


COMPANY = ("id", "code", "name", "base_currency", "time_zone", "language", "created_at")
CHOICE = ("id", "code", "name")
ENTITY = ("id", "code", "name", "active")
# What is switched on, of a company ``e`` whose scope is open: one column per name in FEATURES.
SWITCHES = """
LEFT JOIN LATERAL (
    SELECT f.refunds_enabled OR EXISTS (
        SELECT FROM companies_entityconfiguration own WHERE own.company_id = e.id AND own.refunds_enabled) AS refunds
    FROM companies_configuration f WHERE f.company_id = e.id OFFSET 0
) switches ON true
"""
FEATURES = ("refunds",)
# A LATERAL with an OFFSET runs after the row that it refers to, hence inside the scope which that row has opened.
STANDING = f"""
WITH entered AS MATERIALIZED (
    SELECT current_setting('arledger.company', true) AS company_before,
           current_setting('arledger.user', true) AS user_before,
           set_config('arledger.company', c.id::text, false) AS company_now,
           set_config('arledger.user', %(user)s::text, false) AS user_now,
           {", ".join(f"c.{column}" for column in COMPANY)}
    FROM companies_company c WHERE c.code = %(code)s
)
SELECT e.*, member.rights, member.entities, parts.entities, mine.companies, views.places, switches.*
FROM entered e
LEFT JOIN LATERAL (
    SELECT r.rights, ARRAY(
        SELECT limited.entity_id FROM companies_membershipentity limited
        WHERE limited.company_id = e.id AND limited.membership_id = m.id) AS entities
    FROM companies_membership m JOIN companies_role r ON r.company_id = e.id AND r.id = m.role_id
    WHERE m.company_id = e.id AND m.user_id = %(user)s AND m.active OFFSET 0
) member ON true
LEFT JOIN LATERAL (
    SELECT array_agg(ARRAY[n.id::text, n.code, n.name, n.active::int::text] ORDER BY n.code, n.id) AS entities
    FROM companies_entity n
    WHERE n.company_id = e.id AND (member.entities = ARRAY[]::bigint[] OR n.id = ANY(member.entities)) OFFSET 0
) parts ON true
LEFT JOIN LATERAL (
    SELECT array_agg(ARRAY[c.id::text, c.code, c.name] ORDER BY c.name, c.id) AS companies
    FROM companies_membership m JOIN companies_company c ON c.id = m.company_id
    WHERE m.user_id = %(user)s AND m.active AND e.id IS NOT NULL OFFSET 0
) mine ON true
LEFT JOIN LATERAL (
    SELECT array_agg(v.place) AS places
    FROM core_savedview v WHERE v.company_id = e.id AND %(user)s = ANY(v.default_for) OFFSET 0
) views ON true
{SWITCHES}"""  # noqa: S608  (names of columns only)


def features_of(switches: Sequence[bool | None]) -> frozenset[str]:
    """The names of FEATURES that the columns of SWITCHES say are on."""
    return frozenset(name for name, on in zip(FEATURES, switches, strict=True) if on)


@contextmanager
def standing(
    *, user: User, company_code: str, at: datetime, address: str = "", source: str = "page"
) -> Iterator[Standing | None]:
    """The company's scope as that person; None, and no scope, when he is no active member or it does not exist."""
    rows = fetch_all(STANDING, {"user": user.pk, "code": company_code})
    if not rows:
        yield None
        return
    company_before, user_before = rows[0][:2]
    company, rest = rows[0][4 : 4 + len(COMPANY)], rows[0][4 + len(COMPANY) :]
    rights, entities, parts, companies, opens, *switches = rest
    try:
        if rights is None or not user.is_active:
            restore(company_before or "", user_before or "")
            yield None
            return
        found = Company.from_db("default", COMPANY, company)
        actor = Actor(
            company_id=found.pk,
            user_id=user.pk,
            name=user.name or user.email,
            at=at,
            time_zone=found.time_zone,
            rights=frozenset(rights) & RIGHTS,
            entities=frozenset(entities) or None,
            source=source,
            address=address,
        )
        choices = [Company.from_db("default", CHOICE, [int(key), *names]) for key, *names in companies]
        yield Standing(
            actor, found, choices, features_of(switches), frozenset(opens or ()), _entities(parts or ())
        )
    finally:
        restore(company_before or "", user_before or "")


def _entities(rows: Sequence[Sequence[str]]) -> list[Entity]:
    return [
        Entity.from_db("default", ENTITY, [int(key), code, name, active == "1"])
        for key, code, name, active in rows
    ]
