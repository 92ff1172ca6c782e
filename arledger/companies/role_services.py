"""Roles of a company's own: add, change, delete (SPEC 4).

Nobody widens the role that he holds, and a company always keeps somebody who may give rights.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Membership, Role
from arledger.core import audit
from arledger.core.actor import Actor
from arledger.core.errors import Invalid, NotFound, Refusal, Required, refuse
from arledger.core.permissions import RIGHTS
from arledger.core.text import clean_text

NAME_LENGTH = 150
CODE_LENGTH = 20


class OwnRole(Refusal):
    code = "own_role"
    status = 403
    sentence = _("Nobody widens the role that he holds himself. Ask another administrator.")


class ShippedRoleStays(Refusal):
    code = "role_shipped"
    status = 409
    sentence = _("Roles that come with the product stay as they are. Make a copy and change that.")


class RoleHeld(Refusal):
    code = "role_held"
    status = 409
    sentence = _("The role is in use (people who hold it: %(count)s). Give them another one first.")


class RoleCodeTaken(Refusal):
    code = "role_code_taken"
    status = 409
    sentence = _("There is a role with the code %(text)s already. Choose another code.")


class UnknownRight(Invalid):
    code = "right_unknown"
    sentence = _("There is no right called “%(right)s”.")


class LastAdministrator(Refusal):
    code = "last_administrator"
    status = 409
    sentence = _("Nobody would be left who may give rights. Let somebody else have such a role first.")


def set_up_role(
    *,
    actor: Actor,
    code: str | None = None,
    name: str | None = None,
    rights: Iterable[str] | None = None,
    active: bool | None = None,
    key: int | None = None,
) -> Role:
    """Add a role of the company's own, or change one: what is None stays.

    Raises NotFound, Required, RoleCodeTaken, UnknownRight, ShippedRoleStays, OwnRole, RoleHeld or LastAdministrator.
    """
    actor.require("roles.edit")
    with transaction.atomic():
        row = Role(company_id=actor.company_id) if key is None else _own_role(actor, key)
        before = {"code": row.code, "name": row.name, "active": row.active, "rights": list(row.rights)}
        held = set(row.rights)
        row.code = row.code if code is None else clean_text(code, CODE_LENGTH, field="code")
        row.name = row.name if name is None else clean_text(name, NAME_LENGTH, field="name")
        row.rights = row.rights if rights is None else sorted(set(rights))
        row.active = row.active if active is None else active
        refuse(_wrong_with(row))
        if not set(row.rights) <= held and _holds(actor, row):
            raise OwnRole(field="rights")
        row.save()
        require_administrator(actor)
        after = {"code": row.code, "name": row.name, "active": row.active, "rights": row.rights}
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


def delete_role(*, actor: Actor, key: int) -> None:
    """Delete a role of the company's own that nobody holds, nor anybody who left.

    Raises NotFound, ShippedRoleStays or RoleHeld.
    """
    actor.require("roles.edit")
    with transaction.atomic():
        row = _own_role(actor, key)
        refusal = why_not_deleted(row)
        if refusal is not None:
            raise refusal
        Role.objects.filter(company_id=actor.company_id, pk=key).delete()
        audit.record(
            actor=actor,
            action="delete",
            object_kind="role",
            object_ids=[key],
            before={"code": row.code, "name": row.name, "rights": list(row.rights)},
        )


def why_not_deleted(row: Role) -> Refusal | None:
    """What ``delete_role`` would refuse, if anything."""
    held = Membership.objects.filter(company_id=row.company_id, role_id=row.pk).count()
    return ShippedRoleStays() if row.shipped else RoleHeld(count=held) if held else None


def _own_role(actor: Actor, key: int) -> Role:
    """One of the company's own roles, locked. Raises NotFound or ShippedRoleStays."""
    row = Role.objects.select_for_update().filter(company_id=actor.company_id, pk=key).first()
    if row is None:
        raise NotFound()
    if row.shipped:
        raise ShippedRoleStays()
    return row


def _holds(actor: Actor, role: Role) -> bool:
    """Whether the person has this role himself."""
    own = Membership.objects.filter(company_id=actor.company_id, user=actor.user_id, role_id=role.pk)
    return role.pk is not None and actor.user_id is not None and own.exists()


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


def require_administrator(actor: Actor) -> None:
    """Somebody active must be left whose role may give rights."""
    able = Membership.objects.filter(company_id=actor.company_id, active=True, user__is_active=True)
    if not able.filter(role__rights__contains=["roles.edit"], role__company_id=actor.company_id).exists():
        raise LastAdministrator()
