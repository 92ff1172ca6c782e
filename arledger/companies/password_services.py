"""A forgotten password without mail: a link handed over, for one new password (SPEC 4; docs/adr/0054).

The link says who may choose anew, in which company it was made, and a digest of the password it replaces: it works
once, for a day, and no longer once the person has signed in. Nothing of the password can be read from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Membership, User
from arledger.companies.people_services import (
    OwnMembership,
    PasswordWeak,
    require_reach,
)
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal
from arledger.core.scope import company_scope, user_scope

LINK = "arledger.password"
LINK_SECONDS = 24 * 3600
# Made by whoever runs the installation, in no company.
NOWHERE = 0


class LinkNotForThisPerson(Refusal):
    """He belongs to other companies too, or runs the installation: the link would open more than this company."""

    code = "password_link_not_here"
    status = 403
    sentence = _("A link for %(who)s can be made only by whoever runs the installation.")


class LinkNotNeeded(Refusal):
    code = "password_link_not_needed"
    status = 409
    sentence = _("%(who)s has not chosen a password yet: the invitation still counts, or invite anew.")


class LinkOver(Refusal):
    code = "password_link_over"
    status = 410
    sentence = _("This link was used already, or is older than a day. Ask for a new one.")


@dataclass(frozen=True)
class Opened:
    """Whom a link is for, and the company it was made in (NOWHERE: in none)."""

    user: User
    company_id: int


def offered(actor: Actor, member: Membership) -> bool:
    """Whether the page of a member may offer a link, as far as one can tell before it is asked for."""
    return may_help(actor, member) and member.user.has_usable_password()


def may_help(actor: Actor, member: Membership) -> bool:
    """Whether somebody may help another present member to sign in, as far as one can tell before."""
    return (
        actor.may("roles.edit")
        and member.user_id != actor.user_id
        and member.active
        and member.user.is_active
    )


def present(actor: Actor, key: int) -> Membership:
    """A membership of the actor's company that may sign in, with its user. Raises NotFound."""
    rows = Membership.objects.filter(company_id=actor.company_id, active=True, user__is_active=True)
    member = rows.select_related("user").filter(pk=key).first()
    if member is None:
        raise NotFound()
    return member


def make_link(*, actor: Actor, key: int) -> str:
    """The token with which a member of the actor's company chooses a new password.

    Raises NotFound, OwnMembership, OutsideEntities, LinkNotForThisPerson or LinkNotNeeded.
    """
    actor.require("roles.edit")
    with transaction.atomic():
        member = present(actor, key)
        user = member.user
        if user.pk == actor.user_id:
            raise OwnMembership()
        require_reach(actor, member)
        if not of_one_company(user, actor.company_id):
            raise LinkNotForThisPerson(who=user.name)
        if not user.has_usable_password():
            raise LinkNotNeeded(who=user.name)
        audit.record(
            actor=actor,
            action="password_link",
            object_kind="user",
            object_ids=[user.pk],
            after={"name": user.name},
        )
    return _token(user, actor.company_id)


def operators_link(*, user: User) -> str:
    """A token made by whoever runs the installation, for anybody: the first operator, or one of many companies."""
    return _token(user, NOWHERE)


def opened(token: str) -> Opened:
    """Whom a link is for. Raises LinkOver, also when he has joined another company since it was made."""
    try:
        key, company_id, digest = signing.loads(token, salt=LINK, max_age=LINK_SECONDS)
    except signing.BadSignature as error:
        raise LinkOver() from error
    user = User.objects.filter(pk=key, is_active=True).first()
    if user is None or not constant_time_compare(digest, _digest(user)):
        raise LinkOver()
    if company_id != NOWHERE and not of_one_company(user, company_id, active=True):
        raise LinkOver()
    return Opened(user, company_id)


def choose_anew(*, token: str, password: str, at: datetime, address: str = "") -> User:
    """Choose a new password; every sign-in with the old one ends with it. Raises LinkOver or PasswordWeak."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=opened(token).user.pk)
        found = opened(token)
        user = found.user
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise PasswordWeak(field="password", why=" ".join(error.messages)) from error
        user.set_password(password)
        user.save(update_fields=["password"])
        if found.company_id != NOWHERE:
            _tell(found, at, address)
    return user


def _tell(found: Opened, at: datetime, address: str) -> None:
    """Note in the company's trail that its link was used."""
    user = found.user
    with company_scope(found.company_id):
        actor = Actor(
            company_id=found.company_id,
            user_id=user.pk,
            name=user.name or user.email,
            at=at,
            rights=frozenset(),
            source="page",
            address=address,
        )
        audit.record(
            actor=actor,
            action="password",
            object_kind="user",
            object_ids=[user.pk],
            after={"name": user.name},
        )


def of_one_company(user: User, company_id: int, *, active: bool = False) -> bool:
    """Whether a person belongs to this company alone, and does not run the installation.

    A membership elsewhere counts even while it is switched off: it may be switched on again.
    """
    with user_scope(user.pk):
        rows = list(Membership.objects.filter(user=user).values_list("company_id", "active"))
    here = [works for company, works in rows if company == company_id]
    return len(rows) == len(here) == 1 and (here[0] or not active) and not user.is_operator


def _token(user: User, company_id: int) -> str:
    return signing.dumps([user.pk, company_id, _digest(user)], salt=LINK)


def _digest(user: User) -> str:
    """Changes with the password and with the next sign-in."""
    last = user.last_login.isoformat() if user.last_login else ""
    return salted_hmac(LINK, f"{user.pk} {user.password} {last}", algorithm="sha256").hexdigest()
