"""Reading what is set up in a company, as the settings pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import (
    Account,
    BankAccount,
    Configuration,
    Entity,
    EntityConfiguration,
    Journal,
    Location,
    Membership,
    MembershipEntity,
    NumberSequence,
    Role,
    Term,
)
from arledger.core.letters import letters
from arledger.core.permissions import OBJECTS, RIGHTS, VERBS

# What an entity's own settings have in any case.
SAME_IN_ALL = {"id", "company_id", "entity_id"}
USES = {
    "customer_sequence": _("customers"),
    "invoice_sequence": _("invoices"),
    "adjustment_sequence": _("adjustments"),
    "advance_sequence": _("advances"),
    "payment_sequence": _("payments"),
    "refund_sequence": _("refunds"),
    "deposit_sequence": _("deposits"),
    "matching_sequence": _("matchings"),
    "match_sequence": _("match codes"),
}


def accounts(company_id: int) -> list[Account]:
    return list(Account.objects.filter(company_id=company_id).order_by("code"))


def bank_accounts(company_id: int) -> list[BankAccount]:
    found = BankAccount.objects.filter(company_id=company_id).select_related("account", "entity")
    return list(found.order_by("code"))


def entities(company_id: int) -> list[tuple[Entity, int]]:
    """Each entity with how many settings it has of its own."""
    own = {row.entity_id: row for row in EntityConfiguration.objects.filter(company_id=company_id)}
    found = Entity.objects.filter(company_id=company_id).order_by("code")
    return [(entity, _differences(own.get(entity.pk))) for entity in found]


def _differences(row: EntityConfiguration | None) -> int:
    names = [] if row is None else [f.attname for f in row._meta.concrete_fields]
    return sum(getattr(row, name) is not None for name in names if name not in SAME_IN_ALL)


def locations(company_id: int) -> list[Location]:
    return list(Location.objects.filter(company_id=company_id).select_related("entity").order_by("code"))


def journals(company_id: int) -> list[Journal]:
    return list(Journal.objects.filter(company_id=company_id).order_by("code"))


def terms(company_id: int) -> list[Term]:
    return list(Term.objects.filter(company_id=company_id).order_by("net_days", "code"))


@dataclass(frozen=True)
class Sequencing:
    """A number sequence with what it draws next and what it is used for."""

    row: NumberSequence
    following: str
    uses: Sequence[str | Promise]


def sequences(company_id: int) -> list[Sequencing]:
    row = Configuration.objects.get(company_id=company_id)
    uses: dict[int | None, list[str | Promise]] = {}
    for name, what in USES.items():
        uses.setdefault(getattr(row, f"{name}_id"), []).append(what)
    found = NumberSequence.objects.filter(company_id=company_id).order_by("code")
    return [Sequencing(s, following(s), uses.get(s.pk, [])) for s in found]


def following(sequence: NumberSequence, ahead: int = 0) -> str:
    """What the sequence draws next, or ``ahead`` draws later, unless somebody else is faster."""
    value = sequence.last_value + 1 + ahead
    alpha = sequence.style == NumberSequence.Style.ALPHA
    middle = letters(value) if alpha else f"{value:0{sequence.width}d}"
    return f"{sequence.prefix}{middle}{sequence.suffix}"


@dataclass(frozen=True)
class RoleRights:
    """A role, how many people hold it, and its rights as pairs of an object and its verbs."""

    role: Role
    people: int
    rights: Sequence[tuple[str | Promise, Sequence[str | Promise]]]


def roles(company_id: int) -> list[RoleRights]:
    held = dict(
        Membership.objects.filter(company_id=company_id, active=True)
        .order_by("role")
        .values_list("role")
        .annotate(Count("pk"))
    )
    found = Role.objects.filter(company_id=company_id).order_by("pk")
    return [RoleRights(role, held.get(role.pk, 0), by_object(role.rights)) for role in found]


def by_object(rights: Sequence[str]) -> list[tuple[str | Promise, list[str | Promise]]]:
    """Rights in the order of the catalogue; what the catalogue does not know (any more) is left out."""
    places = {name: place for place, name in enumerate((*OBJECTS, *VERBS))}
    pairs = [right.split(".") for right in rights if right in RIGHTS]
    pairs.sort(key=lambda pair: (places[pair[0]], places[pair[1]]))
    return [
        (OBJECTS[subject], [VERBS[verb] for _subject, verb in group])
        for subject, group in groupby(pairs, key=lambda pair: pair[0])
    ]


def limits_of(member: Membership) -> list[str]:
    """The names of the entities a member is limited to; none: not limited."""
    found = MembershipEntity.objects.filter(company_id=member.company_id, membership=member)
    return list(found.order_by("entity__code").values_list("entity__name", flat=True))


def people(company_id: int) -> list[tuple[Membership, list[str]]]:
    """Members by name, each with the entities he is limited to (none: not limited)."""
    limits: dict[int, list[str]] = {}
    for limit in MembershipEntity.objects.filter(company_id=company_id).select_related("entity"):
        limits.setdefault(limit.membership_id, []).append(limit.entity.name)
    found = Membership.objects.filter(company_id=company_id).select_related("user", "role")
    return [(member, limits.get(member.pk, [])) for member in found.order_by("user__name", "pk")]
