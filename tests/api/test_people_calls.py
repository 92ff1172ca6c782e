"""People and roles over the API: let in, moved, let out; what a token must name for that (SPEC 4, docs/adr/0052)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings

from arledger.companies.models import Entity, Membership, MembershipEntity, User
from arledger.core.models import AuditEvent
from arledger.core.permissions import RIGHTS
from arledger.core.scope import company_scope
from tests.build import AT, Books, books, person
from tests.integrator import Answer, Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
NEW = {"email": "Anne@Example.com", "name": "Anne Martin", "role": "ar-clerk"}


def said(answer: Answer) -> tuple[int, list[str], list[str]]:
    return answer.status, answer.codes, answer.places


def administrator(b: Books) -> Integrator:
    """With a token that names the right to give rights."""
    return Integrator(b, scopes=RIGHTS)


def usr(user: User) -> str:
    return f"usr_{user.pk}"


def test_a_person_is_let_in_once_and_chooses_a_password() -> None:
    with books() as b:
        north = Entity.objects.create(company=b.company, code="N", name="North")
        api = administrator(b)
    body = NEW | {"language": "fr", "entities": ["N"]}
    tried = api.post("/users?validate_only=true", body)
    assert (tried.status, tried["validate_only"]) == (200, True)
    assert not User.objects.filter(email="anne@example.com").exists()
    made = api.post("/users", body, key="hr-1")
    assert made.status == 201, made.text
    assert (made["email"], made["language"], made["role_code"]) == ("anne@example.com", "fr", "ar-clerk")
    assert made["entities"] == [{"id": f"ent_{north.pk}", "code": "N"}]
    assert made["active"] is True
    again = api.post("/users", body, key="hr-1")
    assert again.body == made.body | {"welcome_url": None}, "the link is shown once"
    assert api.get(f"/users/{made['id']}").body == {k: v for k, v in made.body.items() if k != "welcome_url"}
    assert said(api.post("/users", body)) == (409, ["member_already"], ["/email"])
    link = api.post(f"/users/{made['id']}/invitation")
    assert link.status == 201
    chosen = {"password": "correct horse battery"}
    path = made["welcome_url"].removeprefix("http://testserver")
    assert Client().post(path, chosen).status_code == 302
    used = api.post(f"/users/{made['id']}/invitation")
    assert said(used) == (409, ["invitation_used"], [""])
    assert mail.outbox == []
    with company_scope(b.company.pk):
        actions = AuditEvent.objects.filter(company_id=b.company.pk, object_kind="user", action="invite")
        assert [(event.after or {}).get("role") for event in actions.order_by("sequence")] == [
            "ar-clerk",
            None,
        ]


def test_what_an_invitation_refuses_names_its_place() -> None:
    with books() as b:
        api = administrator(b)
    for body, expected in (
        (NEW | {"role": "nowhere"}, (404, ["not_found"], ["/role"])),
        (NEW | {"entities": ["nowhere"]}, (404, ["not_found"], ["/entities/0"])),
        (NEW | {"email": "nobody"}, (400, ["email_invalid"], ["/email"])),
        ({"email": "a@example.com", "role": "auditor"}, (400, ["required"], ["/name"])),
        (NEW | {"language": "tlh"}, (400, ["choice_unknown"], ["/language"])),
        (NEW | {"superuser": True}, (400, ["member_unknown"], ["/superuser"])),
    ):
        assert said(api.post("/users", body)) == expected, body
    assert api.get("/users")["results"][1:] == []


def test_a_member_gets_another_role_leaves_and_comes_back() -> None:
    with books() as b:
        api, clerk = administrator(b), person(b, role="ar-clerk")
        Entity.objects.create(company=b.company, code="N", name="North")
    place = f"/users/{usr(clerk)}"
    moved = api.patch(place, {"role": "billing-clerk", "entities": ["N"]})
    assert (moved.status, moved["role_code"], moved["entities"][0]["code"]) == (200, "billing-clerk", "N")
    left = api.patch(place, {"active": False})
    assert left.body == moved.body | {"active": False}, "the rest stays"
    assert api.patch(place, {}).body == left.body
    back = api.patch(place, {"active": True, "entities": []})
    assert back.body == moved.body | {"entities": []}
    with company_scope(b.company.pk):
        events = AuditEvent.objects.filter(company_id=b.company.pk, action="member").order_by("sequence")
        assert [event.after for event in events][-3:] == [
            {"role": "billing-clerk", "entities": ["N"]},
            {"active": False},
            {"active": True, "entities": []},
        ]
    assert api.patch("/users/usr_999999", {}).status == 404


def test_nobody_raises_himself_and_somebody_who_gives_rights_stays() -> None:
    with books() as b:
        api, other = administrator(b), person(b, role="administrator")
    own = api.patch(f"/users/{usr(api.user)}", {"role": "auditor"})
    assert said(own) == (403, ["own_membership"], [""])
    assert api.patch(f"/users/{usr(other)}", {"role": "auditor"}).status == 200
    made = api.post("/roles", {"code": "hr", "name": "HR", "rights": ["roles.view", "roles.edit"]})
    assert made.status == 201
    assert api.patch(f"/users/{usr(other)}", {"role": "hr"}).status == 200
    with company_scope(b.company.pk):
        theirs = Integrator.of(b, other, scopes=["roles.view", "roles.edit"])
    wider = theirs.patch("/roles/hr", {"rights": ["roles.view", "roles.edit", "refunds.post"]})
    assert said(wider) == (403, ["own_role"], ["/rights"])
    assert theirs.patch("/roles/hr", {"name": "People"})["name"] == "People"
    assert theirs.patch(f"/users/{usr(api.user)}", {"active": False}).status == 200
    last = theirs.patch("/roles/hr", {"rights": ["roles.view"]})
    assert said(last) == (409, ["last_administrator"], [""])


def test_roles_are_added_changed_and_deleted_with_a_warning_of_what_they_bring_together() -> None:
    with books() as b:
        api = administrator(b)
    cash: dict[str, Any] = {
        "code": "cash",
        "name": "Cash desk",
        "rights": ["payments.add", "adjustments.post"],
    }
    made = api.post("/roles", cash, key="r-1")
    assert (made.status, made["shipped"], made["active"]) == (201, False, True)
    warning = made["warnings"]
    assert [(one["code"], one["rights"]) for one in warning] == [
        ("cash-credit", ["payments.add", "adjustments.post"])
    ]
    assert api.post("/roles", cash, key="r-1").body == made.body
    assert said(api.post("/roles", cash)) == (409, ["role_code_taken"], ["/code"])
    assert said(api.post("/roles", cash | {"rights": ["all"]})) == (400, ["choice_unknown"], ["/rights/0"])
    changed = api.patch("/roles/cash", {"rights": ["payments.add"]})
    assert (changed["rights"], changed["warnings"], changed["name"]) == (["payments.add"], [], "Cash desk")
    invited = api.post("/users", NEW | {"role": made["id"]})
    assert said(api.patch("/roles/cash", {"active": False})) == (409, ["role_held"], ["/active"])
    assert said(api.delete("/roles/cash")) == (409, ["role_held"], [""])
    api.patch(f"/users/{invited['id']}", {"role": "auditor"})
    assert api.delete("/roles/cash?validate_only=true").body["validate_only"] is True
    assert api.delete("/roles/cash").body == {"id": made["id"], "deleted": True}
    assert api.get("/roles/cash").status == 404
    for answer in (api.patch("/roles/auditor", {"name": "X"}), api.delete("/roles/auditor")):
        assert said(answer) == (409, ["role_shipped"], [""])


def test_a_token_gives_rights_only_if_it_has_them_and_was_made_lately() -> None:
    with books() as b:
        api = Integrator(b)
        named = Integrator(b, scopes=["configuration.view", "roles.edit", "roles.view"])
        without = Integrator(b, scopes=["roles.view"])
    for answer in (
        without.post("/users", NEW),
        without.post("/roles", {}),
        without.patch("/roles/auditor", {}),
        without.delete("/roles/auditor"),
        without.patch(f"/users/{usr(named.user)}", {}),
    ):
        assert said(answer) == (403, ["forbidden"], [""])
    assert api.post("/users", NEW).status == 201
    assert named.post("/users", NEW | {"email": "second@example.com"}).status == 201
    with time_machine.travel(AT + timedelta(days=91)):
        late = named.post("/users", NEW | {"email": "late@example.com"})
        assert said(late) == (403, ["token_too_old"], [""])
        assert named.get("/users").status == 200
    for maker in (api, named):
        handed = maker.post("/tokens", {"name": "T", "scopes": ["roles.edit"]})
        assert said(handed) == (403, ["scope_on_its_page"], ["/scopes"])
    assert api.post("/tokens", {"name": "T", "scopes": ["invoices.list"]}).status == 201
    handed_on = api.post("/tokens", {"name": "T"}).body["scopes"]
    assert "invoices.post" in handed_on
    assert "roles.edit" not in handed_on
    assert named.post("/tokens", {"name": "T"})["scopes"] == ["configuration.view", "roles.view"]


def test_who_is_signed_in_to_the_pages_confirms_with_the_password() -> None:
    with books() as b:
        boss = person(b)
    client = Client()
    client.force_login(boss)
    place = f"/c/{b.company.code}/api/v1/roles"
    sent: dict[str, Any] = {
        "data": {"code": "x", "name": "X", "rights": []},
        "content_type": "application/json",
    }
    with override_settings(CONFIRM_AFTER_SECONDS=60):
        assert client.post(place, **sent).json()["code"] == "confirmation_needed"
    assert client.post(place, **sent).status_code == 201


def test_whoever_is_limited_to_an_entity_gives_rights_in_it_only() -> None:
    with books() as b:
        north = Entity.objects.create(company=b.company, code="N", name="North")
        Entity.objects.create(company=b.company, code="S", name="South")
        api, clerk = administrator(b), person(b, role="ar-clerk")
        member = Membership.objects.get(company=b.company, user=api.user)
        MembershipEntity.objects.create(company=b.company, membership=member, entity=north)
    assert said(api.post("/users", NEW)) == (403, ["outside_own_entities"], ["/entities"])
    assert said(api.post("/users", NEW | {"entities": ["S"]})) == (404, ["not_found"], ["/entities/0"])
    assert api.post("/users", NEW | {"entities": ["N"]}).status == 201
    beyond = api.patch(f"/users/{usr(clerk)}", {"role": "auditor", "entities": ["N"]})
    assert said(beyond) == (403, ["outside_own_entities"], ["/entities"])


def test_the_page_deletes_a_role_that_nobody_holds(client: Client) -> None:
    with books() as b:
        client.force_login(person(b))
        api = administrator(b)
    key = api.post("/roles", {"code": "x", "name": "Extra", "rights": []})["id"].removeprefix("rol_")
    place = f"/c/{b.company.code}/settings/roles/{key}/"
    assert f"{place}delete/" in client.get(place).content.decode()
    assert "Delete Extra?" in client.get(f"{place}delete/").content.decode()
    assert client.post(f"{place}delete/", {"idempotency_key": "k"}).status_code == 303
    assert client.get(place).status_code == 404
