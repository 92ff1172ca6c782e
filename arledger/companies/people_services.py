"""Who may work in a company, and what his role allows: invite, assign, deactivate, roles (SPEC 4).

Nobody changes his own membership, and a company always keeps somebody who may give rights: one can neither raise
nor lock oneself out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Entity, Membership, MembershipEntity, Role, User
from arledger.companies.selectors import companies_of
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal, Required, refuse
from arledger.core.permissions import RIGHTS
from arledger.core.text import EmailInvalid, clean_text

INVITATION = "arledger.invitation"
INVITATION_SECONDS = 7 * 24 * 3600
NAME_LENGTH = 150
CODE_LENGTH = 20


class MemberAlready(Refusal):
    code = "member_already"
    status = 409
    sentence = _("%(email)s belongs to this company already. Change the role there.")


class OwnMembership(Refusal):
    code = "own_membership"
    status = 403
    sentence = _("Nobody changes his own role. Ask another administrator.")


class LastAdministrator(Refusal):
    code = "last_administrator"
    status = 409
    sentence = _("Nobody would be left who may give rights. Let somebody else have such a role first.")


class ShippedRoleStays(Refusal):
    code = "role_shipped"
    status = 409
    sentence = _("Roles that come with the product stay as they are. Make a copy and change that.")


class RoleHeld(Refusal):
    code = "role_held"
    status = 409
    sentence = _("%(count)s people hold this role. Give them another one first.")


class RoleCodeTaken(Refusal):
    code = "role_code_taken"
    status = 409
    sentence = _("There is a role with the code %(text)s already. Choose another code.")


class UnknownRight(Invalid):
    code = "right_unknown"
    sentence = _("There is no right called “%(right)s”.")


class InvitationOver(Refusal):
    code = "invitation_over"
    status = 410
    sentence = _("This invitation was used already, or is older than a week. Ask for a new one.")


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

    Raises EmailInvalid, Required, MemberAlready or NotFound.
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
    *, actor: Actor, key: int, role_id: int, active: bool, entities: Sequence[int] = ()
) -> Membership:
    """Give a member another role, other entities, or take him out of the company (and back).

    Raises NotFound, OwnMembership or LastAdministrator.
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
        before = _told(actor, row)
        row.role, row.active = _role(actor, role_id), active
        row.save(update_fields=["role", "active"])
        _limit(actor, row, entities)
        _require_administrator(actor)
        after = _told(actor, row)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            audit.record(
                actor=actor,
                action="member",
                object_kind="user",
                object_ids=[row.user_id],
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return row


def set_up_role(
    *, actor: Actor, code: str, name: str, rights: Iterable[str], active: bool = True, key: int | None = None
) -> Role:
    """Add a role of the company's own, or change one.

    Raises NotFound, Required, RoleCodeTaken, UnknownRight, ShippedRoleStays, RoleHeld or LastAdministrator.
    """
    actor.require("roles.edit")
    wanted = sorted(set(rights))
    with transaction.atomic():
        own = Role.objects.select_for_update().filter(company_id=actor.company_id)
        row = own.filter(pk=key).first() if key is not None else Role(company_id=actor.company_id)
        if row is None:
            raise NotFound()
        if row.shipped:
            raise ShippedRoleStays()
        before = {"code": row.code, "name": row.name, "active": row.active, "rights": list(row.rights)}
        row.code = clean_text(code, CODE_LENGTH, field="code")
        row.name = clean_text(name, NAME_LENGTH, field="name")
        row.rights, row.active = wanted, active
        refuse(_wrong_with(row))
        row.save()
        _require_administrator(actor)
        after = {"code": row.code, "name": row.name, "active": row.active, "rights": wanted}
        changed = [field for field in after if key is None or before[field] != after[field]]
        if changed:
            audit.record(
                actor=actor,
                action="edit" if key else "add",
                object_kind="role",
                object_ids=[row.pk],
                before={field: before[field] for field in changed} if key else None,
                after={"code": row.code} | {field: after[field] for field in changed},
            )
    return row


def _wrong_with(row: Role) -> list[Refusal]:
    errors: list[Refusal] = [Required(field=name) for name in ("code", "name") if not getattr(row, name)]
    others = Role.objects.filter(company_id=row.company_id, code__iexact=row.code).exclude(pk=row.pk)
    if others.exists():
        errors.append(RoleCodeTaken(field="code", text=row.code))
    errors += [UnknownRight(field="rights", right=right) for right in row.rights if right not in RIGHTS]
    held = Membership.objects.filter(company_id=row.company_id, role_id=row.pk, active=True).count()
    if held and not row.active:
        errors.append(RoleHeld(field="active", count=held))
    return errors


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


def _require_administrator(actor: Actor) -> None:
    """Somebody active must be left whose role may give rights."""
    able = Membership.objects.filter(company_id=actor.company_id, active=True, user__is_active=True)
    if not able.filter(role__rights__contains=["roles.edit"], role__company_id=actor.company_id).exists():
        raise LastAdministrator()


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
