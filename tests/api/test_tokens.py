"""Tokens: who calls, for whom, with which rights; and everything that is no valid token (SPEC 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client

from arledger.api.models import ApiToken
from arledger.api.services import NoMember, ScopeTooWide, ScopeUnknown, create, revoke
from arledger.companies.models import Membership
from arledger.core.actor import Actor
from arledger.core.errors import Forbidden, NotFound
from arledger.core.scope import company_scope
from tests.build import AT, Books, books, person
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def scope() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('arledger.company', true)")
        return cursor.fetchone()[0] or ""


def acting(made: Books, role: str = "administrator") -> Actor:
    """A person with a role as a service sees him."""
    user = person(made, role)
    rights = Membership.objects.select_related("role").get(company=made.company, user=user).role.rights
    return replace(made.actor, user_id=user.pk, name=user.name, rights=frozenset(rights))


def row(api: Integrator) -> ApiToken:
    return ApiToken.objects.get(membership__user=api.user)


def test_a_token_opens_its_own_company_for_the_call_only() -> None:
    with books() as made:
        api = Integrator(made)
    assert scope() == ""
    answer = api.get("/nothing/here")
    assert (answer.status, answer["code"]) == (404, "not_found")
    assert scope() == ""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_other_token_is_refused_alike() -> None:
    with books() as made:
        api = Integrator(made)
    with books() as other:
        foreign = Integrator(other)
    _arl, company, key, secret = api.token.split("_", 3)
    foreign_company = foreign.token.split("_")[1]
    for token in (
        "x",
        "arl_",
        f"arl_{company}_{key}_{secret[:-1]}",
        f"arl_{company}_{key}_{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}",
        f"arl_{company}_{key}_{secret}x",
        f"arl_{company}_999999999_{secret}",
        f"arl_999999999_{key}_{secret}",
        f"arl_{foreign_company}_{key}_{secret}",
        f"arl_0{company}_{key}_{secret}",
        f"arl_{'9' * 18}_{key}_{secret}",
        f"ARL_{company}_{key}_{secret}",
    ):
        refused = api.get("/accounts", token=token)
        assert (refused.status, refused["code"]) == (401, "token_invalid"), token
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert scope() == ""
    for header in ("", "Bearer", f"Basic {api.token}", f"Bearer {api.token} {api.token}", api.token):
        assert api.get("/accounts", headers={"Authorization": header}).status == 401
    assert api.get("/accounts", token="")["code"] == "unauthenticated"
    assert api.get("/accounts", headers={"Authorization": f"bearer  {api.token}"}).status == 200


def test_a_token_ends_by_time_revocation_membership_or_person() -> None:
    with books() as made:
        api = Integrator(made, days=3)
        membership = Membership.objects.get(company=made.company, user=api.user)
    assert api.get("/accounts").status == 200
    with time_machine.travel(AT + timedelta(days=3, seconds=-5), tick=False):
        assert api.get("/accounts").status == 200
    with time_machine.travel(AT + timedelta(days=3, seconds=5), tick=False):
        assert api.get("/accounts")["code"] == "token_expired"
    for target, name in ((membership, "active"), (api.user, "is_active")):
        with company_scope(made.company.pk):
            setattr(target, name, False)
            target.save()
        refused = api.get("/accounts")
        assert (refused.status, refused["code"]) == (401, "token_revoked")
        with company_scope(made.company.pk):
            setattr(target, name, True)
            target.save()
    with company_scope(made.company.pk):
        revoke(actor=replace(made.actor, user_id=api.user.pk), key=row(api).pk)
    assert api.get("/accounts")["code"] == "token_revoked"


def test_scopes_narrow_the_role_and_never_widen_it() -> None:
    with books() as made:
        clerk = Integrator(made, "ar-clerk", scopes=["customers.list", "configuration.view"][:1])
        wide = Integrator(made, "administrator", scopes=["configuration.view"])
        with pytest.raises(ScopeTooWide):
            Integrator(made, "ar-clerk", scopes=["configuration.edit"])
        with pytest.raises(ScopeUnknown):
            Integrator(made, scopes=["colour.red"])
        membership = Membership.objects.get(company=made.company, user=wide.user)
        auditor = Membership.objects.get(company=made.company, user=person(made, "billing-clerk")).role
    assert clerk.get("/configuration").status == 403
    assert wide.get("/configuration").status == 200
    refused = wide.patch("/configuration", {"refunds_enabled": True})
    assert (refused.status, refused["code"], refused["errors"][0]["values"]) == (
        403,
        "forbidden",
        {"right": "configuration.edit"},
    )
    with company_scope(made.company.pk):
        membership.role = auditor
        membership.save()
    assert wide.get("/configuration").status == 403


def test_tokens_for_others_and_through_tokens() -> None:
    with books() as made:
        clerk, admin = acting(made, "ar-clerk"), acting(made)
        with pytest.raises(Forbidden):
            create(actor=clerk, name="Mine", user_id=admin.user_id)
        made_for = create(actor=admin, name="His", user_id=clerk.user_id)
        assert made_for.row.scopes is None
        narrow = replace(admin, rights=frozenset({"customers.list"}))
        assert create(actor=narrow, name="Less").row.scopes == ["customers.list"]
        with pytest.raises(NoMember):
            create(actor=admin, name="Nobody", user_id=10**9)
        with pytest.raises(NotFound):
            revoke(actor=acting(made, "ar-clerk"), key=made_for.row.pk)
        revoke(actor=clerk, key=made_for.row.pk)
        first = ApiToken.objects.get(pk=made_for.row.pk).revoked_at
        revoke(actor=admin, key=made_for.row.pk)
        assert ApiToken.objects.get(pk=made_for.row.pk).revoked_at == first


def test_the_secret_is_kept_nowhere_and_the_last_use_is_noted() -> None:
    with books() as made:
        api = Integrator(made)
    secret = api.token.split("_", 3)[3]
    with company_scope(made.company.pk):
        kept = ApiToken.objects.filter(membership__user=api.user).values().get()
        assert secret not in repr(kept)
        assert kept["ending"] == secret[-4:]
        assert kept["last_used_at"] is None
    api.get("/accounts")
    with company_scope(made.company.pk):
        used = row(api).last_used_at
        assert used is not None
    api.get("/accounts")
    with time_machine.travel(used + timedelta(minutes=7)):
        api.get("/accounts")
    with company_scope(made.company.pk):
        later = row(api).last_used_at
        assert later is not None
        assert later - used > timedelta(minutes=6)


def test_a_call_costs_few_statements(django_assert_num_queries: Any) -> None:
    with books() as made:
        api = Integrator(made)
    api.get("/accounts")
    with django_assert_num_queries(3):  # who calls, the page, and closing the company again
        assert api.get("/accounts").status == 200


def test_somebody_signed_in_calls_below_his_company_with_the_pages_csrf_token() -> None:
    with books() as made:
        user = person(made)
    with books() as other:
        pass
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    root = f"/c/{made.company.code}"
    assert client.get(f"{root}/api/v1/configuration").status_code == 200
    assert client.get("/api/v1/configuration").status_code == 401
    refused = client.patch(f"{root}/api/v1/configuration", "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    client.get(f"{root}/settings/")
    token = client.cookies["arledger_csrf"].value
    answered = client.patch(
        f"{root}/api/v1/configuration", "{}", content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answered.status_code == 200
    foreign = client.get(f"/c/{other.company.code}/api/v1/configuration")
    assert (foreign.status_code, foreign["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/c/nowhere/api/v1/configuration").json()["code"] == "not_found"


def test_a_token_works_below_its_own_company_only() -> None:
    with books() as made:
        api = Integrator(made)
    with books() as other:
        pass
    assert api.get(f"/c/{made.company.code}/api/v1/accounts").status == 200
    assert api.get(f"/c/{other.company.code}/api/v1/accounts").status == 401


def test_the_command_prints_a_token_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    with books() as made:
        user = person(made, "integrator")
    call_command(
        "create_api_token", company=made.company.code, user=user.email, scopes="customers.list", days=30
    )
    token = capsys.readouterr().out.strip()
    answer = Client().get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert (
        Client().get("/api/v1/configuration", headers={"Authorization": f"Bearer {token}"}).status_code == 403
    )
