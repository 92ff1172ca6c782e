"""Forms of people and roles; the rules live in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from arledger.companies.models import Entity, Membership, MembershipEntity, Role
from arledger.companies.role_services import CODE_LENGTH, NAME_LENGTH
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.http.forms import KeyedForm, TextField, offer
from arledger.core.permissions import OBJECTS, RIGHTS, VERBS


def role_name(role: Role) -> str:
    """A shipped role in the reader's language, a company's own as it was named."""
    return translated(role.name) if role.shipped else role.name


class AssignForm(KeyedForm):
    """Which role a person has, and for which entities."""

    role = forms.TypedChoiceField(label=_("Role"), coerce=int)
    entities = forms.TypedMultipleChoiceField(
        label=_("Limited to entities"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them. Documents of no entity are seen in any case."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, actor: Actor, member: Membership | None = None, **options: Any
    ) -> None:
        super().__init__(data, initial=self.shown(actor, member), **options)
        roles = Role.objects.filter(company_id=actor.company_id).order_by("pk")
        current = member.role_id if member else None
        offer(self, "role", [(r.pk, role_name(r)) for r in roles if r.active or r.pk == current])
        chosen = set(self.initial.get("entities", ()))
        given = Entity.objects.filter(company_id=actor.company_id, pk__in=chosen)
        entities = (within_reach(actor, Entity) | given).order_by("code")
        offered = [(one.pk, str(one)) for one in entities if one.active or one.pk in chosen]
        offer(self, "entities", offered)
        if not offered:
            del self.fields["entities"]

    def shown(self, actor: Actor, member: Membership | None) -> dict[str, Any]:
        if member is None:
            return {}
        limits = MembershipEntity.objects.filter(company_id=actor.company_id, membership=member)
        return {
            "role": member.role_id,
            "active": member.active,
            "entities": list(limits.values_list("entity_id", flat=True)),
        }


class InviteForm(AssignForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = TextField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("Whoever has an account keeps the name there."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("email", "name", "language", "role", "entities")


class MemberForm(AssignForm):
    active = forms.BooleanField(
        label=_("Active"), required=False, help_text=_("Switched off, the person cannot enter this company.")
    )


class WelcomeForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, and none of the usual ones."),
    )


class RoleForm(KeyedForm):
    """A role of the company's own: its rights as a table of objects and verbs."""

    code = TextField(label=_("Code"), max_length=CODE_LENGTH)
    name = TextField(label=_("Name"), max_length=NAME_LENGTH)
    rights = forms.MultipleChoiceField(
        required=False, choices=[(right, right) for right in sorted(RIGHTS)], label=_("Rights")
    )
    active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    @property
    def table(self) -> list[tuple[str | Promise, list[tuple[str, str | Promise, bool]]]]:
        """Each object with its verbs: the right, the verb's name, whether it is ticked."""
        ticked = set(self["rights"].value() or ())
        return [
            (
                name,
                [
                    (f"{subject}.{verb}", word, f"{subject}.{verb}" in ticked)
                    for verb, word in VERBS.items()
                    if f"{subject}.{verb}" in RIGHTS
                ],
            )
            for subject, name in OBJECTS.items()
        ]
