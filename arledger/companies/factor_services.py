"""A lost second factor without mail: an administrator takes it away, so that the person sets it up anew.

By the rules of a link for a new password (docs/adr/0054): never for oneself, never for somebody whose account opens
more than the actor's company.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Membership, User
from arledger.companies.password_services import may_help, of_one_company, present
from arledger.companies.people_services import OutsideEntities, require_reach
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import NotFound, Refusal


class FactorNotForThisPerson(Refusal):
    """He belongs to other companies too, or runs the installation: his factor guards more than this company."""

    code = "second_factor_not_here"
    status = 403
    sentence = _("The second factor of %(who)s can be taken away only by whoever runs the installation.")


class FactorMissing(Refusal):
    code = "second_factor_missing"
    status = 409
    sentence = _("%(who)s has no second factor: the password alone is asked for.")


class OwnFactor(Refusal):
    code = "own_second_factor"
    status = 403
    sentence = _("Nobody takes away his own second factor here. Ask another administrator.")


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


def offered(actor: Actor, member: Membership) -> bool:
    """Whether the page of a member may offer to take his second factor away, as far as one can tell before."""
    return may_help(actor, member) and has_factor(member.user)


def why_not(actor: Actor, member: Membership) -> Refusal | None:
    """What forbids taking this member's second factor away now, said before it is tried."""
    user = member.user
    if user.pk == actor.user_id:
        return OwnFactor()
    try:
        require_reach(actor, member)
    except OutsideEntities as refusal:
        return refusal
    if not of_one_company(user, actor.company_id):
        return FactorNotForThisPerson(who=user.name)
    return None if has_factor(user) else FactorMissing(who=user.name)


def take_away(*, actor: Actor, key: int) -> User:
    """Take the authenticator app and the recovery codes away from a member of the actor's company.

    The caller ends his sign-ins. Raises NotFound, or what ``why_not`` says.
    """
    actor.require("roles.edit")
    with transaction.atomic():
        member = present(actor, key)
        if refusal := why_not(actor, member):
            raise refusal
        user = member.user
        _delete(user)
        audit.record(
            actor=actor,
            action="second_factor",
            object_kind="user",
            object_ids=[user.pk],
            after={"name": user.name},
        )
    return user


def take_away_anywhere(*, email: str) -> User:
    """The same by whoever runs the installation, for anybody. Raises NotFound or FactorMissing."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise NotFound(field="email")
    with transaction.atomic():
        _delete(user)
    return user


def _delete(user: User) -> None:
    found, _kinds = Authenticator.objects.filter(user=user).delete()
    if not found:
        raise FactorMissing(who=user.name)
