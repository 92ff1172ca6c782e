"""A lost second factor: who may take it away, from whom, and what that does (docs/adr/0054)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client

from arledger.companies import factor_services as factors
from arledger.companies.models import Entity, Membership, MembershipEntity, User
from arledger.companies.services import add_member
from arledger.core.clock import now
from arledger.core.errors import Refusal
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from tests.build import Books, books, person

pytestmark = pytest.mark.django_db
PASSWORD = "secret-1234"
KEY = {"idempotency_key": "once"}


def member(b: Books, user: User) -> Membership:
    return Membership.objects.get(company=b.company, user=user)


def armed(user: User) -> User:
    """With an authenticator app and recovery codes."""
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def kinds(user: User) -> int:
    return Authenticator.objects.filter(user=user).count()


def refused(b: Books, boss: User, user: User) -> str:
    with pytest.raises(Refusal) as raised, company_scope(b.company.pk):
        factors.take_away(actor=replace(b.actor, user_id=boss.pk), key=member(b, user).pk)
    return raised.value.code


def sign_in(client: Client, user: User) -> str:
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return answer.headers["Location"]


def test_an_administrator_takes_it_away_and_the_password_alone_opens(client: Client) -> None:
    with books() as b:
        boss, clerk = person(b), person(b, "ar-clerk")
        key = member(b, clerk).pk
    inside = f"/c/{b.company.code}/settings/people/{key}/"
    signed_in = Client()
    assert sign_in(signed_in, clerk) == "/"
    armed(clerk)
    assert signed_in.get(f"/c/{b.company.code}/").status_code == 200
    assert sign_in(Client(), clerk) == "/accounts/2fa/authenticate/"
    client.force_login(boss)
    assert f'href="{inside}second-factor/"' in client.get(inside).content.decode()
    asked = client.get(f"{inside}second-factor/").content.decode()
    assert "stop working at once" in asked
    sent = re.search(r'name="idempotency_key" value="([^"]+)"', asked)
    assert sent
    assert kinds(clerk) == 2
    done = client.post(f"{inside}second-factor/", {"idempotency_key": sent[1]})
    assert (done.status_code, done.headers["Location"]) == (303, inside)
    assert kinds(clerk) == 0
    assert signed_in.get(f"/c/{b.company.code}/").status_code == 302
    assert sign_in(Client(), clerk) == "/"
    shown = client.get(inside).content.decode()
    assert "signs in with the password alone now" in shown
    assert f'href="{inside}second-factor/"' not in shown
    with company_scope(b.company.pk):
        (told,) = AuditEvent.objects.filter(action="second_factor")
        assert (told.user_id, told.object_ids, told.after) == (boss.pk, [clerk.pk], {"name": clerk.name})
    trail = client.get(f"/c/{b.company.code}/settings/audit/").content.decode()
    assert "took the second factor away" in trail


def test_the_password_is_asked_for_again(client: Client, settings: Any) -> None:
    settings.CONFIRM_AFTER_SECONDS = 1
    with books() as b:
        boss, clerk = person(b), armed(person(b, "ar-clerk"))
        address = f"/c/{b.company.code}/settings/people/{member(b, clerk).pk}/second-factor/"
    client.force_login(boss)
    with time_machine.travel(now() + timedelta(hours=1)):
        assert b"password_again" in client.post(address, KEY).content
        assert b"password_again" in client.post(address, KEY | {"password_again": "wrong"}).content
        assert kinds(clerk) == 2
        assert client.post(address, KEY | {"password_again": PASSWORD}).status_code == 303
    assert kinds(clerk) == 0


def test_nobody_disarms_an_account_that_opens_more_than_his_company(client: Client) -> None:
    with books() as other:
        pass
    with books() as b:
        boss, clerk = person(b), armed(person(b, "ar-clerk"))
        key = member(b, clerk).pk
    with company_scope(other.company.pk):
        add_member(actor=other.actor, user=clerk, role_code="auditor")
        Membership.objects.filter(company=other.company, user=clerk).update(active=False)
    assert refused(b, boss, clerk) == "second_factor_not_here"
    client.force_login(boss)
    address = f"/c/{b.company.code}/settings/people/{key}/second-factor/"
    asked = client.get(address).content.decode()
    assert "only by whoever runs the installation" in asked
    assert "stop working at once" not in asked
    assert client.post(address, KEY).status_code == 422
    assert kinds(clerk) == 2


def test_not_one_s_own_an_operator_s_or_of_people_beyond_one_s_entities() -> None:
    with books() as b:
        boss, clerk, limited = armed(person(b)), armed(person(b, "ar-clerk")), person(b)
        plain = person(b, "ar-clerk")
        entity = Entity.objects.create(company=b.company, code="N", name="North")
        MembershipEntity.objects.create(company=b.company, membership=member(b, limited), entity=entity)
    assert refused(b, boss, boss) == "own_second_factor"
    assert refused(b, limited, clerk) == "outside_own_entities"
    assert refused(b, boss, plain) == "second_factor_missing"
    User.objects.filter(pk=clerk.pk).update(is_operator=True)
    assert refused(b, boss, clerk) == "second_factor_not_here"
    powerless = replace(b.actor, user_id=boss.pk, rights=frozenset({"roles.view"}))
    with pytest.raises(Refusal) as raised, company_scope(b.company.pk):
        factors.take_away(actor=powerless, key=member(b, clerk).pk)
    assert raised.value.code == "forbidden"
    assert kinds(clerk) == kinds(boss) == 2


def test_another_company_s_members_are_not_found() -> None:
    with books() as other:
        stranger = armed(person(other, "ar-clerk"))
        key = member(other, stranger).pk
    with books() as b:
        boss = person(b)
    with company_scope(b.company.pk), pytest.raises(Refusal) as raised:
        factors.take_away(actor=replace(b.actor, user_id=boss.pk), key=key)
    assert raised.value.code == "not_found"
    assert kinds(stranger) == 2


def test_whoever_has_a_shell_takes_it_away_from_anybody() -> None:
    with books() as other:
        pass
    with books() as b:
        clerk = armed(person(b, "ar-clerk"))
    with company_scope(other.company.pk):
        add_member(actor=other.actor, user=clerk, role_code="auditor")
    call_command("create_operator", clerk.email.upper(), factor_away=True)
    assert kinds(clerk) == 0
    assert not User.objects.get(pk=clerk.pk).is_operator
    with pytest.raises(CommandError):
        call_command("create_operator", clerk.email, factor_away=True)
