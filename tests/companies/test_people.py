"""Inviting people, what they may do, roles of a company's own, segregation of duties (SPEC 4)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from arledger.companies import people_services as people
from arledger.companies import role_services as roles
from arledger.companies.models import Entity, Membership, MembershipEntity, Role, User
from arledger.companies.segregation import PAIRS, toxic
from arledger.core.errors import Refusal
from arledger.core.models import AuditEvent
from arledger.core.permissions import RIGHTS
from arledger.core.scope import company_scope
from tests.build import Books, books, person

pytestmark = pytest.mark.django_db


def address(b: Books, path: str) -> str:
    return f"/c/{b.company.code}/settings/{path}"


def role(b: Books, code: str) -> Role:
    return Role.objects.get(company=b.company, code=code)


def invite(b: Books, email: str = "new@example.com", code: str = "ar-clerk", **more: Any) -> people.Invited:
    values: dict[str, Any] = {"name": "New Person", "language": "fr", "role_id": role(b, code).pk}
    return people.invite(actor=b.actor, email=email, **(values | more))


def refused(expected: str, verb: Any, **values: Any) -> Refusal:
    with pytest.raises(Refusal) as raised:
        verb(**values)
    assert raised.value.code == expected
    return raised.value


def test_an_invitation_lets_in_once_a_password_is_chosen(client: Client) -> None:
    with books() as b:
        boss = person(b)
        entity = Entity.objects.create(company=b.company, code="N", name="North")
    client.force_login(boss)
    with company_scope(b.company.pk):
        sent = {
            "email": " New@Example.com ",
            "name": "New Person",
            "language": "fr",
            "role": role(b, "billing-clerk").pk,
            "entities": [entity.pk],
            "idempotency_key": "k",
        }
    answer = client.post(address(b, "people/new/"), sent)
    assert answer.status_code == 303
    page = client.get(answer["Location"]).content.decode()
    link = re.search(r'value="http://[^/]+(/accounts/welcome/[^"]+)"', page)
    assert link is not None
    assert "North" in page
    client.logout()
    assert client.get(link[1]).status_code == 200
    weak = client.post(link[1], {"password": "12345678"})
    assert weak.status_code == 422
    assert client.post(link[1], {"password": "a long enough one"}).status_code == 302
    assert client.get(link[1]).status_code == 410, "an invitation is used once"
    signed = {"login": "new@example.com", "password": "a long enough one"}
    assert client.post("/accounts/login/", signed).status_code == 302
    assert client.get(f"/c/{b.company.code}/invoices/").status_code == 200
    assert client.get(address(b, "people/")).status_code == 403
    with company_scope(b.company.pk):
        event = AuditEvent.objects.get(company_id=b.company.pk, action="invite")
        assert event.after == {"name": "New Person", "role": "billing-clerk", "entities": ["N"]}


def test_somebody_of_another_company_never_gets_a_link_to_a_password() -> None:
    with books() as other:
        known = person(other)
        pending = invite(other, "pending@example.com")
        assert pending.token is not None
    with books() as b:
        assert invite(b, known.email).token is None
        assert invite(b, "pending@example.com").token is None, "the other company's invitation counts"
        assert User.objects.filter(email="pending@example.com").count() == 1
        refused("member_already", invite, b=b, email=known.email)
        refused("email_invalid", invite, b=b, email="nobody")
        refused("required", invite, b=b, email="x@example.com", name=" ")
        refused("not_found", invite, b=b, email="x@example.com", role_id=10**9)
        with company_scope(other.company.pk):
            foreign = role(other, "administrator").pk
        refused("not_found", invite, b=b, email="x@example.com", role_id=foreign)
        refused("not_found", invite, b=b, email="x@example.com", entities=[10**9])
        assert not User.objects.filter(email="x@example.com").exists()


def test_a_forged_or_old_invitation_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with books() as b:
        token = invite(b).token
        assert token is not None
        assert people.invited(token).email == "new@example.com"
        refused("invitation_over", people.invited, token=token[:-2])
        refused("invitation_over", people.invited, token=signing.dumps([1, "x"], salt="other"))
        monkeypatch.setattr(people, "INVITATION_SECONDS", -1)
        refused("invitation_over", people.accept, token=token, password="a long enough one")


def test_a_member_gets_another_role_and_leaves_and_the_last_administrator_stays(client: Client) -> None:
    with books() as b:
        boss, clerk = person(b), person(b, role="ar-clerk")
        entity = Entity.objects.create(company=b.company, code="N", name="North")
        rows = {row.user_id: row.pk for row in Membership.objects.filter(company=b.company)}
        values: dict[str, Any] = {"role_id": role(b, "auditor").pk, "active": True, "entities": [entity.pk]}
        people.change_member(actor=b.actor, key=rows[clerk.pk], **values)
        changed = Membership.objects.get(pk=rows[clerk.pk])
        assert changed.role.code == "auditor"
        assert [row.entity_id for row in MembershipEntity.objects.filter(membership=changed)] == [entity.pk]
        gone = {"role_id": role(b, "ar-manager").pk, "active": True}
        refused("last_administrator", people.change_member, actor=b.actor, key=rows[boss.pk], **gone)
        gone = {"role_id": role(b, "administrator").pk, "active": False}
        refused("last_administrator", people.change_member, actor=b.actor, key=rows[boss.pk], **gone)
        refused("not_found", people.change_member, actor=b.actor, key=10**9, **gone)
        client.force_login(boss)
        own = client.post(address(b, f"people/{rows[boss.pk]}/"), {"role": role(b, "auditor").pk})
        assert own.status_code == 403
        leave = {"role": changed.role_id, "idempotency_key": "k"}
        assert client.post(address(b, f"people/{rows[clerk.pk]}/"), leave).status_code == 303
        client.force_login(clerk)
        assert client.get(f"/c/{b.company.code}/").status_code == 404
        with company_scope(b.company.pk):
            event = AuditEvent.objects.filter(company_id=b.company.pk, action="member").latest("sequence")
            assert event.after == {"active": False, "entities": []}


def test_a_company_makes_its_own_roles_and_the_shipped_ones_stay(client: Client) -> None:
    with books() as b:
        boss = person(b)
        client.force_login(boss)
        shipped = role(b, "auditor")
        page = client.get(address(b, f"roles/{shipped.pk}/")).content.decode()
        assert f"roles/new/?from={shipped.pk}" in page
        assert client.post(address(b, f"roles/{shipped.pk}/"), {"code": "x"}).status_code == 409
        copied = client.get(address(b, f"roles/new/?from={shipped.pk}")).content.decode()
        assert copied.count(" checked") == len(shipped.rights)
        sent = {"code": "cash", "name": "Cash desk", "rights": ["payments.add"], "idempotency_key": "k"}
        assert client.post(address(b, "roles/new/"), sent).status_code == 303
        with company_scope(b.company.pk):
            made = role(b, "cash")
            assert (made.rights, made.shipped, made.active) == (["payments.add"], False, True)
            changed: dict[str, Any] = {
                "code": "cash",
                "name": "Cash",
                "rights": ["payments.add", "adjustments.write_off"],
            }
            actor = b.actor
            roles.set_up_role(actor=actor, key=made.pk, **changed)
            strange = {"code": "y", "name": "Y", "rights": ["all.of_it"]}
            refused("right_unknown", roles.set_up_role, actor=actor, **strange)
            taken = {"code": "Cash", "name": "Y", "rights": []}
            refused("role_code_taken", roles.set_up_role, actor=actor, **taken)
            person(b, role="cash")
            refused("role_held", roles.set_up_role, actor=actor, key=made.pk, active=False, **changed)
        page = client.get(address(b, f"roles/{made.pk}/")).content.decode()
        assert "writes the invoice off" in page
        matrix = client.get(address(b, "roles/duties/")).content.decode()
        assert "both, held by 1 person" in matrix


def test_who_lacks_the_right_sees_and_changes_nothing(client: Client) -> None:
    with books() as b:
        client.force_login(person(b, role="ar-clerk"))
        key = Membership.objects.filter(company=b.company)[0].pk
        for path in ("people/", "people/new/", f"people/{key}/", "roles/", "roles/new/", "roles/duties/"):
            assert client.get(address(b, path)).status_code == 403, path
        client.force_login(person(b, role="auditor"))
        for path in ("people/", f"people/{key}/", "roles/", "roles/duties/"):
            assert client.get(address(b, path)).status_code == 200, path
        assert client.post(address(b, f"people/{key}/"), {}).status_code == 403
        assert client.get(address(b, "people/new/")).status_code == 403
        limited = b.limited_to(RIGHTS - {"roles.edit"}).actor
        values = {"email": "z@example.com", "name": "Z", "language": "en", "role_id": 1}
        refused("forbidden", people.invite, actor=limited, **values)


def test_the_pairs_name_rights_that_exist() -> None:
    assert {right for pair in PAIRS for right in (pair.one, pair.other)} <= RIGHTS
    assert [pair.code for pair in toxic(["refunds.add", "refunds.post"])] == ["refund-alone"]
    assert toxic(["refunds.add"]) == []
