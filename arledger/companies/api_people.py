"""People over the API: who may enter the company, with which role, for which entities (SPEC 4, docs/adr/0052)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from arledger.companies import people_services as people
from arledger.companies.api_roles import WarningShape, warnings_of
from arledger.companies.models import Entity, Membership, MembershipEntity, Role
from arledger.companies.selectors import within_reach
from arledger.core.actor import Actor
from arledger.core.api.fields import FlagField, Input, ListOf, OneOf, ReferenceField, TextField
from arledger.core.api.ids import id_of, key_in
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.special_fields import EmailField
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Sort

SEARCH_LENGTH = 100
MOST_ENTITIES = 200
LATELY = "The token must be at most 90 days old."


class AssignmentInput(Input):
    """Which role somebody has, and for which entities."""

    role = ReferenceField(required=False, allow_null=False)
    entities = ListOf(
        ReferenceField(),
        most=MOST_ENTITIES,
        required=False,
        allow_null=False,
        help_text="Limited to these, by id or code. Empty: not limited.",
    )


class UserInput(AssignmentInput):
    email = EmailField()
    name = TextField(
        max_length=people.NAME_LENGTH,
        required=False,
        help_text="Whoever has an account keeps the name there.",
    )
    language = OneOf(
        [code for code, _name in settings.LANGUAGES],
        required=False,
        help_text="Left out: the company's.",
    )
    role = ReferenceField()


class UserChange(AssignmentInput):
    active = FlagField(
        required=False, allow_null=False, help_text="false: cannot enter the company any more."
    )


class EntityReferenceShape(serializers.Serializer):
    id = serializers.CharField()
    code = serializers.CharField()


class UserShape(serializers.Serializer):
    id = serializers.CharField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.CharField()
    role = serializers.CharField()
    role_code = serializers.CharField()
    entities = EntityReferenceShape(many=True, help_text="Limited to these; none: not limited.")
    active = serializers.BooleanField()
    warnings = WarningShape(many=True, help_text="Duties that the role brings together in one hand.")


class NewUserShape(UserShape):
    welcome_url = serializers.URLField(
        allow_null=True,
        help_text="Where the person chooses a password, within a week; null with an account, and in a replay.",
    )


class InvitationShape(serializers.Serializer):
    id = serializers.CharField()
    welcome_url = serializers.URLField(allow_null=True, help_text="null in a replay.")


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(user__email__icontains=text) | Q(user__name__icontains=text))


USER_FILTERS = {
    "q": Filter(
        TextField(max_length=SEARCH_LENGTH, required=False), _search, "Part of the name or the e-mail."
    ),
    "role": Filter(
        ReferenceField(required=False),
        lambda rows, text: rows.filter(Q(role__code=text) | Q(role=key_in("role", text) or 0)),
        "A role, by id or code.",
    ),
    "active": Filter(
        FlagField(required=False),
        lambda rows, active: rows.filter(active=active),
        "A member now, or not any more.",
    ),
}
USER_SORTS = (Sort("email", ("email", "id")), Sort("name", ("name", "id")))


def _members(company_id: int) -> QuerySet[Membership]:
    rows = Membership.objects.filter(company_id=company_id).select_related("user", "role")
    return rows.annotate(email=F("user__email"), name=F("user__name"))


def _users(rows: list[Membership]) -> list[dict[str, Any]]:
    limits: dict[int, list[dict[str, str]]] = {}
    found = MembershipEntity.objects.filter(membership__in=[row.pk for row in rows]).select_related("entity")
    for limit in found.order_by("entity__code") if rows else ():
        limits.setdefault(limit.membership_id, []).append(
            {"id": id_of("entity", limit.entity_id), "code": limit.entity.code}
        )
    return [
        {
            "id": id_of("user", row.user_id),
            "email": row.user.email,
            "name": row.user.name,
            "language": row.user.language,
            "role": id_of("role", row.role_id),
            "role_code": row.role.code,
            "entities": limits.get(row.pk, []),
            "active": row.active and row.user.is_active,
            "warnings": warnings_of(row.role.rights),
        }
        for row in rows
    ]


def _member(company_id: int, text: str) -> Membership:
    """Who is named by an id in an address. Raises NotFound."""
    found = _members(company_id).filter(user=key_in("user", text) or 0).first()
    if found is None:
        raise NotFound()
    return found


def _assignment(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """What the services take of ``values``: roles and entities as keys. Raises NotFound with its place."""
    named: dict[str, Any] = {}
    if "role" in values:
        roles = resolve("role", company_rows(Role, actor.company_id), [values["role"]])
        named["role_id"] = roles.key(values["role"], "/role")
    if "entities" in values:
        texts = values["entities"]
        found = resolve("entity", within_reach(actor, Entity), texts)
        named["entities"] = [found.key(text, f"/entities/{place}") for place, text in enumerate(texts)]
    return named


def _welcome(request: ApiRequest, token: str | None) -> str | None:
    return request._request.build_absolute_uri(f"/accounts/welcome/{token}/") if token else None


def _shown(actor: Actor, membership: Membership) -> dict[str, Any]:
    return _users(list(_members(actor.company_id).filter(pk=membership.pk)))[0]


class Users(ApiView):
    rights: ClassVar = {"GET": "roles.view", "POST": "roles.edit"}
    lately = True

    @described(
        tag="users",
        summary="List users",
        answers=UserShape,
        filters=USER_FILTERS,
        sorts=USER_SORTS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return listed(
            request,
            _members(request.actor.company_id),
            name="users",
            filters=USER_FILTERS,
            sorts=USER_SORTS,
            default_sort="email",
            answer=_users,
            fields=tuple(UserShape().fields),
        )

    @described(
        tag="users",
        summary="Invite a user",
        description=f"Lets a person in; one without an account chooses a password at welcome_url. {LATELY}",
        request=UserInput,
        answers=NewUserShape,
        examples=[
            OpenApiExample(
                "A clerk of one entity",
                value={
                    "email": "anne@example.com",
                    "name": "Anne Martin",
                    "language": "fr",
                    "role": "ar-clerk",
                    "entities": ["PARIS"],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor, values = request.actor, body(request, UserInput)
        assigned = _assignment(actor, values)

        def effect() -> dict[str, Any]:
            made = people.invite(
                actor=actor,
                email=values["email"],
                name=values.get("name") or "",
                language=values.get("language") or request.company.language,
                **assigned,
            )
            return {**_shown(actor, made.membership), "welcome_url": _welcome(request, made.token)}

        return perform(request, effect, kept=lambda answer: {**answer, "welcome_url": None})


class User(ApiView):
    rights: ClassVar = {"GET": "roles.view", "PATCH": "roles.edit"}
    lately = True

    @described(tag="users", summary="Show a user", answers=UserShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        return respond(_users([_member(request.actor.company_id, key)])[0])

    @described(
        tag="users",
        summary="Change a user",
        description=(
            "Another role, other entities, out of the company (active: false) and back. Only what is named changes. "
            f"Nobody changes himself, and the last one who may give rights stays. {LATELY}"
        ),
        request=UserChange,
        answers=UserShape,
        examples=[
            OpenApiExample("Another role", value={"role": "ar-manager", "entities": []}, request_only=True),
            OpenApiExample("Somebody left", value={"active": False}, request_only=True),
        ],
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, values = request.actor, body(request, UserChange, partial=True)
        member = _member(actor.company_id, key)
        assigned = _assignment(actor, values)

        def effect() -> dict[str, Any]:
            changed = people.change_member(
                actor=actor, key=member.pk, active=values.get("active"), **assigned
            )
            return _shown(actor, changed)

        return perform(request, effect, status=200)


class Invitation(ApiView):
    rights: ClassVar = {"POST": "roles.edit"}
    lately = True

    @described(
        tag="users",
        summary="Make the link of an invitation again",
        description=f"For a person who has not chosen a password yet; refused for all others. {LATELY}",
        request=None,
        answers=InvitationShape,
    )
    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor
        member = _member(actor.company_id, key)

        def effect() -> dict[str, Any]:
            token = people.invite_again(actor=actor, key=member.pk)
            return {"id": id_of("user", member.user_id), "welcome_url": _welcome(request, token)}

        return perform(request, effect, kept=lambda answer: {**answer, "welcome_url": None})
