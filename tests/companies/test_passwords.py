"""A forgotten password without mail: who may make a link, for whom, and what its use does (docs/adr/0054)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from arledger.companies import password_services as passwords
from arledger.companies.models import Entity, Membership, MembershipEntity, User
from arledger.companies.people_services import invite
from arledger.companies.services import add_member
from arledger.core.actor import Actor
from arledger.core.clock import now
from arledger.core.errors import Refusal
from arledger.core.models import AuditEvent
from arledger.core.scope import company_scope
from tests.build import Books, books, person

pytestmark = pytest.mark.django_db
NEW = "quite-another-secret-9"


def acting(b: Books, user: User) -> Actor:
    return replace(b.actor, user_id=user.pk)


def member(b: Books, user: User) -> Membership:
    return Membership.objects.get(company=b.company, user=user)


def link(b: Books, boss: User, user: User) -> str:
    with company_scope(b.company.pk):
        return passwords.make_link(actor=acting(b, boss), key=member(b, user).pk)


def refused(b: Books, boss: User, user: User) -> str:
    with pytest.raises(Refusal) as raised:
        link(b, boss, user)
    return raised.value.code


def test_an_administrator_hands_a_link_over_and_all_devices_are_signed_out(client: Client) -> None:
    with books() as b:
        boss, clerk = person(b), person(b, "ar-clerk")
        key = member(b, clerk).pk
    signed_in = Client()
    signed_in.force_login(clerk)
    home = f"/c/{b.company.code}/"
    assert signed_in.get(home).status_code == 200
    client.force_login(boss)
    shown = client.get(f"{home}settings/people/{key}/").content.decode()
    address = f"{home}settings/people/{key}/password/"
    assert address in shown
    assert "accounts/password/" not in client.get(address).content.decode()
    made = client.post(address)
    found = re.search(r"/accounts/password/[^/]+/", made.content.decode())
    assert found
    assert made["Cache-Control"].count("no-store")
    assert clerk.password not in found[0]
    weak = Client().post(found[0], {"password": "short"})
    assert weak.status_code == 422
    assert signed_in.get(home).status_code == 200
    assert Client().post(found[0], {"password": NEW}).status_code == 302
    assert signed_in.get(home).status_code == 302
    assert User.objects.get(pk=clerk.pk).check_password(NEW)
    assert Client().get(found[0]).status_code == 410
    with company_scope(b.company.pk):
        told = AuditEvent.objects.filter(action__in=("password_link", "password")).order_by("sequence")
        assert [(event.action, event.user_id, event.object_ids) for event in told] == [
            ("password_link", boss.pk, [clerk.pk]),
            ("password", clerk.pk, [clerk.pk]),
        ]


def test_the_password_is_asked_for_again_before_a_link_is_made(client: Client, settings: Any) -> None:
    settings.CONFIRM_AFTER_SECONDS = 1
    with books() as b:
        boss, clerk = person(b), person(b, "ar-clerk")
        key = member(b, clerk).pk
    client.force_login(boss)
    with time_machine.travel(now() + timedelta(hours=1)):
        asked = client.post(f"/c/{b.company.code}/settings/people/{key}/password/")
        assert b"password_again" in asked.content
        assert b"/accounts/password/" not in asked.content
        told = client.post(
            f"/c/{b.company.code}/settings/people/{key}/password/", {"password_again": "secret-1234"}
        )
        assert b"/accounts/password/" in told.content


def test_nobody_takes_over_an_account_that_opens_more_than_his_company() -> None:
    with books() as other:
        pass
    with books() as b:
        boss, clerk = person(b), person(b, "ar-clerk")
    with company_scope(other.company.pk):
        add_member(actor=other.actor, user=clerk, role_code="auditor")
    assert refused(b, boss, clerk) == "password_link_not_here"
    with company_scope(other.company.pk):
        Membership.objects.filter(company=other.company, user=clerk).update(active=False)
    assert refused(b, boss, clerk) == "password_link_not_here"


def test_a_link_dies_when_the_person_joins_another_company_before_it_is_used() -> None:
    with books() as other:
        pass
    with books() as b:
        boss, clerk = person(b), person(b, "ar-clerk")
    token = link(b, boss, clerk)
    assert passwords.opened(token).user == clerk
    with company_scope(other.company.pk):
        add_member(actor=other.actor, user=clerk, role_code="auditor")
    with pytest.raises(passwords.LinkOver):
        passwords.choose_anew(token=token, password=NEW, at=b.actor.at)
    assert User.objects.get(pk=clerk.pk).check_password("secret-1234")


def test_not_for_oneself_an_operator_or_people_beyond_one_s_entities() -> None:
    with books() as b:
        boss, clerk, limited = person(b), person(b, "ar-clerk"), person(b)
        entity = Entity.objects.create(company=b.company, code="N", name="North")
        MembershipEntity.objects.create(company=b.company, membership=member(b, limited), entity=entity)
        new = invite(
            actor=b.actor,
            email="new@example.com",
            name="New",
            language="en",
            role_id=member(b, clerk).role_id,
        )
    assert refused(b, boss, boss) == "own_membership"
    assert refused(b, limited, clerk) == "outside_own_entities"
    assert refused(b, boss, new.membership.user) == "password_link_not_needed"
    User.objects.filter(pk=clerk.pk).update(is_operator=True)
    assert refused(b, boss, clerk) == "password_link_not_here"
    powerless = replace(acting(b, boss), rights=frozenset({"roles.view"}))
    with pytest.raises(Refusal) as raised, company_scope(b.company.pk):
        passwords.make_link(actor=powerless, key=1)
    assert raised.value.code == "forbidden"


def test_another_company_s_members_are_not_found() -> None:
    with books() as other:
        stranger = member(other, person(other, "ar-clerk")).pk
    with books() as b:
        boss = person(b)
    with company_scope(b.company.pk), pytest.raises(Refusal) as raised:
        passwords.make_link(actor=acting(b, boss), key=stranger)
    assert raised.value.code == "not_found"


def test_a_link_ends_with_a_day_with_a_sign_in_and_with_the_membership(client: Client) -> None:
    with books() as b:
        boss, clerk = person(b), person(b, "ar-clerk")
    token = link(b, boss, clerk)
    with time_machine.travel(now() + timedelta(hours=25)), pytest.raises(passwords.LinkOver):
        passwords.opened(token)
    with company_scope(b.company.pk):
        Membership.objects.filter(user=clerk).update(active=False)
    with pytest.raises(passwords.LinkOver):
        passwords.opened(token)
    with company_scope(b.company.pk):
        Membership.objects.filter(user=clerk).update(active=True)
    assert passwords.opened(token).user == clerk
    client.force_login(clerk)
    with pytest.raises(passwords.LinkOver):
        passwords.opened(token)
    for broken in ("", "x", token[:-1] + ("A" if token[-1] != "A" else "B")):
        with pytest.raises(passwords.LinkOver):
            passwords.opened(broken)


def test_whoever_has_a_shell_makes_a_link_for_anybody(capsys: pytest.CaptureFixture[str]) -> None:
    with books() as other:
        pass
    with books() as b:
        clerk = person(b, "ar-clerk")
    with company_scope(other.company.pk):
        add_member(actor=other.actor, user=clerk, role_code="auditor")
    call_command("create_operator", clerk.email, password_only=True)
    found = re.search(r"/accounts/password/[^/\s]+/", capsys.readouterr().out)
    assert found
    assert not User.objects.get(pk=clerk.pk).is_operator
    assert Client().post(found[0], {"password": NEW}).status_code == 302
    assert User.objects.get(pk=clerk.pk).check_password(NEW)
