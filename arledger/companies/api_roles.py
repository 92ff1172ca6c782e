"""Roles over the API: which rights go together, and which of them should not (SPEC 4, docs/adr/0052)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from arledger.companies import role_services as roles
from arledger.companies.models import Role
from arledger.companies.segregation import toxic
from arledger.core.actor import Actor
from arledger.core.api.fields import FlagField, Input, ListOf, OneOf, TextField
from arledger.core.api.ids import id_of
from arledger.core.api.lists import listed
from arledger.core.api.references import company_rows, resolve
from arledger.core.api.schema import described
from arledger.core.api.views import ApiRequest, ApiView, body, no_parameters, respond
from arledger.core.api.writing import perform
from arledger.core.http.keyset import Sort
from arledger.core.permissions import RIGHTS

SORTS = (Sort("code", ("code", "id")),)
LATELY = "The token must be at most 90 days old."


class WarningShape(serializers.Serializer):
    code = serializers.CharField()
    rights = serializers.ListField(child=serializers.CharField(), help_text="The two that come together.")
    why = serializers.CharField(help_text="For people, in the language of Accept-Language.")


class RoleShape(serializers.Serializer):
    id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    rights = serializers.ListField(child=serializers.CharField())
    shipped = serializers.BooleanField(help_text="Came with the product, and is not changed.")
    active = serializers.BooleanField()
    warnings = WarningShape(many=True, help_text="Duties that come together in one hand.")


class GoneRoleShape(serializers.Serializer):
    id = serializers.CharField()
    deleted = serializers.BooleanField()


class RoleInput(Input):
    code = TextField(max_length=roles.CODE_LENGTH)
    name = TextField(max_length=roles.NAME_LENGTH)
    rights = ListOf(OneOf(sorted(RIGHTS)), most=len(RIGHTS), help_text="Such as invoices.post.")
    active = FlagField(
        required=False,
        allow_null=False,
        help_text="false: given to nobody any more; refused while it is held.",
    )


class RoleChange(RoleInput):
    pass


def warnings_of(rights: Iterable[str]) -> list[dict[str, Any]]:
    """The duties that these rights bring together in one hand."""
    return [
        {"code": pair.code, "rights": [pair.one, pair.other], "why": str(pair.why)} for pair in toxic(rights)
    ]


def _answer(row: Role) -> dict[str, Any]:
    return {
        "id": id_of("role", row.pk),
        "code": row.code,
        "name": row.name,
        "rights": sorted(set(row.rights) & RIGHTS),
        "shipped": row.shipped,
        "active": row.active,
        "warnings": warnings_of(row.rights),
    }


def _key(actor: Actor, text: str) -> int:
    """The role that an address names by id or code. Raises NotFound."""
    return resolve("role", company_rows(Role, actor.company_id), [text]).key(text)


class Roles(ApiView):
    rights: ClassVar = {"GET": "roles.view", "POST": "roles.edit"}
    lately = True

    @described(tag="roles", summary="List roles", answers=RoleShape, filters={}, sorts=SORTS)
    def get(self, request: ApiRequest) -> HttpResponse:
        return listed(
            request,
            company_rows(Role, request.actor.company_id),
            name="roles",
            filters={},
            sorts=SORTS,
            default_sort="code",
            answer=lambda rows: [_answer(row) for row in rows],
            fields=tuple(RoleShape().fields),
        )

    @described(
        tag="roles",
        summary="Add a role",
        description=f"Of the company's own. warnings names duties that should not come together. {LATELY}",
        request=RoleInput,
        answers=RoleShape,
        examples=[
            OpenApiExample(
                "Cash desk",
                value={
                    "code": "cash-desk",
                    "name": "Cash desk",
                    "rights": ["customers.list", "customers.view", "payments.add", "payments.list"],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        actor, values = request.actor, body(request, RoleInput)
        return perform(request, lambda: _answer(roles.set_up_role(actor=actor, **values)))


class OneRole(ApiView):
    rights: ClassVar = {"GET": "roles.view", "PATCH": "roles.edit", "DELETE": "roles.edit"}
    lately = True

    @described(tag="roles", summary="Show a role", answers=RoleShape)
    def get(self, request: ApiRequest, key: str) -> HttpResponse:
        no_parameters(request)
        actor = request.actor
        return respond(_answer(company_rows(Role, actor.company_id).get(pk=_key(actor, key))))

    @described(
        tag="roles",
        summary="Change a role",
        description=(
            "Only what is named changes. Roles that came with the product stay as they are, nobody widens the role "
            f"that he holds himself, and somebody who may give rights stays. {LATELY}"
        ),
        request=RoleChange,
        answers=RoleShape,
        examples=[
            OpenApiExample(
                "Other rights", value={"rights": ["payments.add", "payments.list"]}, request_only=True
            )
        ],
    )
    def patch(self, request: ApiRequest, key: str) -> HttpResponse:
        actor, values = request.actor, body(request, RoleChange, partial=True)
        found = _key(actor, key)
        return perform(
            request, lambda: _answer(roles.set_up_role(actor=actor, key=found, **values)), status=200
        )

    @described(
        tag="roles",
        summary="Delete a role",
        description=f"One of the company's own that nobody holds, nor anybody who left. {LATELY}",
        answers=GoneRoleShape,
    )
    def delete(self, request: ApiRequest, key: str) -> HttpResponse:
        actor = request.actor
        found = _key(actor, key)

        def effect() -> dict[str, Any]:
            roles.delete_role(actor=actor, key=found)
            return {"id": id_of("role", found), "deleted": True}

        return perform(request, effect, status=200)
