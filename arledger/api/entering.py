"""Who a token is: its company, the member it acts for, and what it may (SPEC 4, 15).

Every call begins with this, so it is one statement, like ``arledger.companies.standing`` for people: it opens the
company's scope on its way and reads what row security shows there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from django.utils.translation import gettext_lazy as _

from arledger.api.tokens import Written, hashed
from arledger.companies.models import Company
from arledger.companies.standing import COMPANY, SWITCHES, features_of
from arledger.core.actor import Actor
from arledger.core.errors import Refusal
from arledger.core.permissions import RIGHTS
from arledger.core.scope import restore
from arledger.core.sql import fetch_all


class TokenInvalid(Refusal):
    """Also for a token of a company that is not there: nobody learns which part was wrong."""

    code = "token_invalid"
    status = 401
    sentence = _("This token is not known. Check that it was copied whole.")


class TokenExpired(Refusal):
    code = "token_expired"
    status = 401
    sentence = _("This token expired. Create a new one.")


class TokenRevoked(Refusal):
    code = "token_revoked"
    status = 401
    sentence = _("This token was revoked, or the person it acts for left the company. Create a new one.")


@dataclass(frozen=True)
class Entered:
    """A token at work."""

    token_id: int
    actor: Actor
    company: Company
    features: frozenset[str]
    language: str
    last_used_at: datetime | None
    made_at: datetime


TOKEN = f"""
WITH entered AS MATERIALIZED (
    SELECT current_setting('arledger.company', true) AS company_before,
           current_setting('arledger.user', true) AS user_before,
           set_config('arledger.company', c.id::text, false) AS company_now,
           set_config('arledger.user', '', false) AS user_now,
           {", ".join(f"c.{column}" for column in COMPANY)}
    FROM companies_company c WHERE c.id = %(company)s
)
SELECT e.*, token.secret_hash, token.scopes, token.created_at, token.expires_at, token.revoked_at, token.last_used_at,
       token.name, token.active, token.rights, token.user_id, token.user_name, token.language, token.entities,
       switches.*
FROM entered e
LEFT JOIN LATERAL (
    SELECT t.*, m.active AND u.is_active AS active, r.rights, m.user_id,
           coalesce(nullif(u.name, ''), u.email) AS user_name, u.language, ARRAY(
        SELECT limited.entity_id FROM companies_membershipentity limited
        WHERE limited.company_id = e.id AND limited.membership_id = m.id) AS entities
    FROM api_apitoken t
    JOIN companies_membership m ON m.company_id = e.id AND m.id = t.membership_id
    JOIN companies_role r ON r.company_id = e.id AND r.id = m.role_id
    JOIN companies_user u ON u.id = m.user_id
    WHERE t.company_id = e.id AND t.id = %(token)s OFFSET 0
) token ON true
{SWITCHES}
"""  # noqa: S608  (names of columns only)


@contextmanager
def entered(*, written: Written, at: datetime, address: str = "") -> Iterator[Entered]:
    """The company's scope as the token's member. Raises TokenInvalid, TokenRevoked or TokenExpired, without scope."""
    rows = fetch_all(TOKEN, {"company": written.company_id, "token": written.token_id})
    if not rows:
        raise TokenInvalid()
    company_before, user_before = rows[0][:2]
    try:
        yield _entered(written, rows[0][4:], at, address)
    finally:
        restore(company_before or "", user_before or "")


def _entered(written: Written, row: tuple[Any, ...], at: datetime, address: str) -> Entered:
    company = Company.from_db("default", COMPANY, row[: len(COMPANY)])
    digest, scopes, made_at, expires_at, revoked_at, last_used_at, *person = row[len(COMPANY) :]
    name, active, rights, user_id, user_name, language, entities, *switches = person
    if digest is None or not compare_digest(bytes(digest), hashed(written.secret)):
        raise TokenInvalid()
    if revoked_at is not None or not active:
        raise TokenRevoked()
    if expires_at <= at:
        raise TokenExpired()
    allowed = frozenset(rights) & RIGHTS
    actor = Actor(
        company_id=company.pk,
        user_id=user_id,
        name=f"{user_name} ({name})",
        at=at,
        time_zone=company.time_zone,
        rights=allowed if scopes is None else allowed & frozenset(scopes),
        entities=frozenset(entities) or None,
        source="api",
        address=address,
    )
    features = features_of(switches)
    return Entered(written.token_id, actor, company, features, language, last_used_at, made_at)
