"""People and roles over the API: who may do what (SPEC 4)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from rest_framework import serializers

from arledger.companies.models import Membership, MembershipEntity, Role
from arledger.core.api.fields import FlagField, ReferenceField, TextField
from arledger.core.api.ids import id_of, key_in
from arledger.core.api.lists import Filter, listed
from arledger.core.api.references import company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, no_parameters, respond
from arledger.core.errors import NotFound
from arledger.core.http.keyset import Sort
from arledger.core.permissions import RIGHTS

SEARCH_LENGTH = 100


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


class RoleShape(serializers.Serializer):
    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    rights = serializers.ListField(child=serializers.CharField())
    shipped = serializers.BooleanField(help_text="Came with the product, and is not changed.")
    active = serializers.BooleanField()


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
ROLE_SORTS = (Sort("code", ("code", "id")),)


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
        }
        for row in rows
    ]


def _role(row: Role) -> dict[str, Any]:
    return {
        "id": id_of("role", row.pk),
        "code": row.code,
        "name": row.name,
        "rights": sorted(set(row.rights) & RIGHTS),
        "shipped": row.shipped,
        "active": row.active,
    }


class Users(ApiView):
    rights: ClassVar = {"GET": "roles.view"}

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


class User(ApiView):
    rights: ClassVar = {"GET": "roles.view"}

    @described(tag="users", summary="Show a user", answers=UserShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        found = _members(request.actor.company_id).filter(user=key_in("user", key) or 0)
        if not found:
            raise NotFound()
        return respond(_users(list(found))[0])


class Roles(ApiView):
    rights: ClassVar = {"GET": "roles.view"}

    @described(
        tag="roles",
        summary="List roles",
        answers=RoleShape,
        filters={},
        sorts=ROLE_SORTS,
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return listed(
            request,
            company_rows(Role, request.actor.company_id),
            name="roles",
            filters={},
            sorts=ROLE_SORTS,
            default_sort="code",
            answer=lambda rows: [_role(row) for row in rows],
            fields=tuple(RoleShape().fields),
        )


class OneRole(ApiView):
    rights: ClassVar = {"GET": "roles.view"}

    @described(tag="roles", summary="Show a role", answers=RoleShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        rows = company_rows(Role, request.actor.company_id)
        return respond(_role(rows.get(pk=resolve("role", rows, [key]).key(key))))
