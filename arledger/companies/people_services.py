"""Who may work in a company, and what his role allows: invite, assign, deactivate (SPEC 4).

Nobody changes his own membership, whoever is limited to entities gives rights in those only, and a company always
keeps somebody who may give rights: one can neither raise nor lock oneself out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Entity, Membership, MembershipEntity, Role, User
from arledger.companies.role_services import require_administrator
from arledger.companies.selectors import companies_of
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal, Required
from arledger.core.text import EmailInvalid, clean_text

INVITATION = "arledger.invitation"
INVITATION_SECONDS = 7 * 24 * 3600
NAME_LENGTH = 150


class MemberAlready(Refusal):
    code = "member_already"
    status = 409
    sentence = _("%(email)s belongs to this company already. Change the role there.")


class OwnMembership(Refusal):
    code = "own_membership"
    status = 403
    sentence = _("Nobody changes his own role. Ask another administrator.")


class OutsideEntities(Refusal):
    code = "outside_own_entities"
    status = 403
    sentence = _("You are limited to some entities: you let people in for those, and for no others.")


class InvitationOver(Refusal):
    code = "invitation_over"
    status = 410
    sentence = _("This invitation was used already, or is older than a week. Ask for a new one.")


class InvitationUsed(Refusal):
    code = "invitation_used"
    status = 409
    sentence = _("%(who)s needs no invitation: there is a password already, or no way in.")


class PasswordWeak(Invalid):
    code = "password_weak"
    sentence = _("%(why)s")


@dataclass(frozen=True)
class Invited:
    """A new membership; ``token`` opens the page where the person chooses his password.

    None when he has an account (or an invitation of another company): he signs in as before.
    """

    membership: Membership
    token: str | None


def invite(
    *, actor: Actor, email: str, name: str, language: str, role_id: int, entities: Sequence[int] = ()
) -> Invited:
    """Let a person into the actor's company, with a role, limited to ``entities`` if any are named.

    Raises EmailInvalid, Required, MemberAlready, NotFound or OutsideEntities.
    """
    actor.require("roles.edit")
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise EmailInvalid(field="email") from error
    with transaction.atomic():
        role = _role(actor, role_id)
        user = User.objects.filter(email=address).first()
        if user is None:
            plain = clean_text(name, NAME_LENGTH, field="name")
            if not plain:
                raise Required(field="name")
            user = User.objects.create_user(email=address, name=plain, language=language)
        if Membership.objects.filter(company_id=actor.company_id, user=user).exists():
            raise MemberAlready(field="email", email=address)
        membership = Membership.objects.create(company_id=actor.company_id, user=user, role=role)
        _limit(actor, membership, entities)
        require_reach(actor, membership)
        audit.record(
            actor=actor,
            action="invite",
            object_kind="user",
            object_ids=[user.pk],
            after={"name": user.name, "role": role.code, "entities": _entity_codes(actor, entities)},
        )
    return Invited(membership, invitation(actor, user))


def invitation(actor: Actor, user: User) -> str | None:
    """The token with which a person who never signed in chooses his password, see Invited."""
    if user.has_usable_password() or any(company.pk != actor.company_id for company in companies_of(user)):
        return None
    return signing.dumps([user.pk, user.password], salt=INVITATION)


def invite_again(*, actor: Actor, key: int) -> str:
    """A new token of somebody who has not chosen a password yet, see Invited.

    Raises NotFound, OutsideEntities or InvitationUsed.
    """
    actor.require("roles.edit")
    with transaction.atomic():
        row = Membership.objects.filter(company_id=actor.company_id, pk=key).select_related("user").first()
        if row is None:
            raise NotFound()
        require_reach(actor, row)
        token = invitation(actor, row.user)
        if token is None or not row.active:
            raise InvitationUsed(who=row.user.name)
        audit.record(
            actor=actor,
            action="invite",
            object_kind="user",
            object_ids=[row.user_id],
            after={"name": row.user.name},
        )
    return token


def invited(token: str) -> User:
    """Whom an invitation is for. Raises InvitationOver."""
    try:
        key, password = signing.loads(token, salt=INVITATION, max_age=INVITATION_SECONDS)
    except signing.BadSignature as error:
        raise InvitationOver() from error
    user = User.objects.filter(pk=key, password=password, is_active=True).first()
    if user is None:
        raise InvitationOver()
    return user


def accept(*, token: str, password: str) -> User:
    """Choose the first password. Raises InvitationOver or PasswordWeak."""
    with transaction.atomic():
        key = invited(token).pk
        User.objects.select_for_update().get(pk=key)
        user = invited(token)
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise PasswordWeak(field="password", why=" ".join(error.messages)) from error
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def change_member(
    *,
    actor: Actor,
    key: int,
    role_id: int | None = None,
    active: bool | None = None,
    entities: Sequence[int] | None = None,
) -> Membership:
    """Give a member another role, other entities (none named: all), or take him out of the company (and back).

    What is None stays. Raises NotFound, OwnMembership, OutsideEntities or LastAdministrator.
    """
    actor.require("roles.edit")
    with transaction.atomic():
        rows = Membership.objects.select_for_update().filter(company_id=actor.company_id)
        members = {row.pk: row for row in rows.order_by("pk")}
        if key not in members:
            raise NotFound()
        row = members[key]
        if row.user_id == actor.user_id:
            raise OwnMembership()
        require_reach(actor, row)
        before = _told(actor, row)
        row.active = row.active if active is None else active
        if role_id is not None or row.active:
            row.role = _role(actor, row.role_id if role_id is None else role_id)
        row.save(update_fields=["role", "active"])
        if entities is not None:
            _limit(actor, row, entities)
            require_reach(actor, row)
        require_administrator(actor)
        audit.record_changes(
            actor=actor,
            action="member",
            object_kind="user",
            object_id=row.user_id,
            before=before,
            after=_told(actor, row),
        )
    return row


def _role(actor: Actor, key: int) -> Role:
    role = Role.objects.filter(company_id=actor.company_id, pk=key, active=True).first()
    if role is None:
        raise NotFound(field="role")
    return role


def _limit(actor: Actor, membership: Membership, entities: Sequence[int]) -> None:
    """Let the membership hold for these entities only; none named: for all."""
    found = set(
        Entity.objects.filter(company_id=actor.company_id, pk__in=entities).values_list("pk", flat=True)
    )
    if found != set(entities):
        raise NotFound(field="entities")
    MembershipEntity.objects.filter(company_id=actor.company_id, membership=membership).delete()
    MembershipEntity.objects.bulk_create(
        [
            MembershipEntity(company_id=actor.company_id, membership=membership, entity_id=key)
            for key in sorted(found)
        ]
    )


def require_reach(actor: Actor, membership: Membership) -> None:
    """Whoever is limited to entities decides about people of those only. Raises OutsideEntities.

    By his membership, not by ``actor.entities``, which the choice of an entity to work in narrows further.
    """
    limits = MembershipEntity.objects.filter(company_id=actor.company_id)
    own = set(limits.filter(membership__user=actor.user_id).values_list("entity_id", flat=True))
    if actor.user_id is None or not own:
        return
    found = set(limits.filter(membership=membership).values_list("entity_id", flat=True))
    if not found or not found <= own:
        raise OutsideEntities(field="entities")


def _told(actor: Actor, row: Membership) -> dict[str, object]:
    limits = MembershipEntity.objects.filter(company_id=actor.company_id, membership=row)
    return {
        "role": row.role.code,
        "active": row.active,
        "entities": sorted(limits.values_list("entity__code", flat=True)),
    }


def _entity_codes(actor: Actor, entities: Sequence[int]) -> list[str]:
    found = Entity.objects.filter(company_id=actor.company_id, pk__in=entities)
    return sorted(found.values_list("code", flat=True))
