"""Tokens are made, shown once, used and revoked; old idempotency keys end (SPEC 15)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.api import tokens
from arledger.api.models import ApiToken
from arledger.companies.models import Membership
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal
from arledger.core.permissions import GIVING, RIGHTS
from arledger.core.sql import execute
from arledger.core.text import clean_text

DEFAULT_DAYS = 365
LONGEST_DAYS = 5 * 366
NAME_LENGTH = 100
# A token's last use is noted this often, not at each call.
USE_NOTED_EVERY = timedelta(minutes=5)
KEYS_KEPT = timedelta(days=8)


class ScopeUnknown(Invalid):
    code = "scope_unknown"
    sentence = _("“%(scope)s” is not a right. Rights are written like invoices.post.")


class ScopeTooWide(Refusal):
    code = "scope_too_wide"
    status = 403
    sentence = _("The person's role does not hold “%(scope)s”, so a token of his cannot either.")


class ScopeOnItsPage(Refusal):
    code = "scope_on_its_page"
    status = 403
    sentence = _("A token that names “%(scope)s” is made on the page of tokens, which asks for the password.")


class ExpiryInvalid(Invalid):
    code = "expiry_invalid"
    sentence = _("A token lasts from 1 to %(most)s days.")


class NoMember(Refusal):
    code = "no_member"
    sentence = _("%(who)s is no active member of this company.")


@dataclass(frozen=True)
class Made:
    """A new token with the text that is shown this once."""

    row: ApiToken
    text: str


def create(
    *,
    actor: Actor,
    name: str,
    user_id: int | None = None,
    scopes: Collection[str] | None = None,
    days: int = DEFAULT_DAYS,
    by_token: bool = False,
) -> Made:
    """Make a token for the actor, or with the right to edit users for another member.

    ``scopes`` narrows the role's rights (None: whatever the role allows). A person who acts through a token himself
    hands on no more than it has, and (``by_token``) never the right to give rights (docs/adr/0052).
    Raises Forbidden, Required, NoMember, ScopeUnknown, ScopeTooWide, ScopeOnItsPage or ExpiryInvalid.
    """
    owner = actor.user_id if user_id is None else user_id
    if owner != actor.user_id:
        actor.require("roles.edit")
    name = clean_text(name, NAME_LENGTH, required=True, field="name")
    if not 1 <= days <= LONGEST_DAYS:
        raise ExpiryInvalid(field="days", most=LONGEST_DAYS)
    with transaction.atomic():
        member = _member(actor.company_id, owner)
        held = frozenset(member.role.rights) & RIGHTS
        if owner == actor.user_id:
            held &= actor.rights
        _check_scopes(scopes, held, by_token)
        narrowed = sorted(scopes) if scopes is not None else _narrowest(member, held, by_token)
        secret = tokens.new_secret()
        row = ApiToken.objects.create(
            company_id=actor.company_id,
            membership=member,
            name=name,
            scopes=narrowed,
            secret_hash=tokens.hashed(secret),
            ending=secret[-4:],
            created_at=actor.at,
            expires_at=actor.at + timedelta(days=days),
        )
        audit.record(
            actor=actor,
            action="add",
            object_kind="token",
            object_ids=[row.pk],
            after={"name": name, "user": str(member.user), "scopes": narrowed, "expires_at": row.expires_at},
        )
    return Made(row, tokens.write(actor.company_id, row.pk, secret))


def _member(company_id: int, user_id: int | None) -> Membership:
    found = (
        Membership.objects.filter(
            company_id=company_id, user_id=user_id or 0, active=True, user__is_active=True
        )
        .select_related("user", "role")
        .first()
    )
    if found is None:
        raise NoMember(field="user", who="" if user_id is None else str(user_id))
    return found


def _check_scopes(scopes: Collection[str] | None, held: frozenset[str], by_token: bool) -> None:
    for scope in sorted(scopes or ()):
        if scope not in RIGHTS:
            raise ScopeUnknown(field="scopes", scope=scope[:40])
        if scope not in held:
            raise ScopeTooWide(field="scopes", scope=scope)
        if by_token and scope in GIVING:
            raise ScopeOnItsPage(field="scopes", scope=scope)


def _narrowest(member: Membership, held: frozenset[str], by_token: bool) -> list[str] | None:
    """None while the maker holds all that the role allows and may hand it on; else what he may."""
    handed = held - GIVING if by_token else held
    return None if handed == frozenset(member.role.rights) & RIGHTS else sorted(handed)


def revoke(*, actor: Actor, key: int) -> ApiToken:
    """End a token at once: one's own, or with the right to edit users anybody's. Again: nothing. Raises NotFound."""
    with transaction.atomic():
        row = (
            ApiToken.objects.select_for_update(of=("self",))
            .select_related("membership__user")
            .filter(company_id=actor.company_id, pk=key)
            .first()
        )
        if row is None or (row.membership.user_id != actor.user_id and not actor.may("roles.edit")):
            raise NotFound()
        if row.revoked_at is None:
            row.revoked_at = actor.at
            row.save(update_fields=["revoked_at"])
            audit.record(
                actor=actor,
                action="revoke",
                object_kind="token",
                object_ids=[key],
                before={"name": row.name, "user": str(row.membership.user)},
            )
    return row


def note_use(*, company_id: int, token_id: int, at: datetime) -> None:
    """Note that a token was used; several calls at a time do not wait for each other."""
    execute(
        "UPDATE api_apitoken SET last_used_at = %s WHERE company_id = %s AND id = ("
        "SELECT id FROM api_apitoken WHERE company_id = %s AND id = %s FOR NO KEY UPDATE SKIP LOCKED)",
        [at, company_id, company_id, token_id],
    )


def expire_keys(*, company_id: int, at: datetime) -> int:
    """Forget the idempotency keys of more than a week ago; returns how many."""
    return execute(
        "DELETE FROM core_idempotencykey WHERE company_id = %s AND created_at < %s",
        [company_id, at - KEYS_KEPT],
    )
