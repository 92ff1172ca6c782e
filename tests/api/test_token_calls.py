"""Tokens and events over the API, and the pages where tokens are made (SPEC 15)."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings

from arledger.api.models import ApiToken
from arledger.core import audit, outbox
from arledger.core.api.ids import id_of
from arledger.core.scope import company_scope
from tests.build import books, person
from tests.clerk import Clerk
from tests.concurrency.racing import patient
from tests.integrator import Integrator

pytestmark = pytest.mark.usefixtures("at_the_time_of_the_books")


@pytest.mark.django_db
def test_a_token_is_made_used_listed_and_revoked() -> None:
    with books() as made:
        api = Integrator(made)
    created = api.post("/tokens", {"name": "ERP", "scopes": ["invoices.list"], "days": 10}, key="k")
    assert created.status == 201, created.text
    token = created["token"]
    assert token.endswith(created["ending"])
    assert api.get("/accounts", token=token).status == 200
    assert api.get("/configuration", token=token).status == 403
    replay = api.post("/tokens", {"name": "ERP", "scopes": ["invoices.list"], "days": 10}, key="k")
    assert replay.body == created.body | {"token": None}
    shown = api.get(f"/tokens/{created['id']}")
    assert set(created.body) - set(shown.body) == {"token"}
    assert token not in api.get("/tokens").text
    revoked = api.delete(f"/tokens/{created['id']}")
    assert (revoked.status, revoked["state"]) == (200, "revoked")
    assert api.get("/accounts", token=token)["code"] == "token_revoked"
    assert api.delete(f"/tokens/{created['id']}").body == revoked.body


def manager_id(api: Integrator) -> str:
    return id_of("user", api.user.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["auditor", "integrator", "ar-clerk"])
def test_page_and_call_let_the_same_people_make_a_token(role: str) -> None:
    """For oneself, with what one's own role allows, whoever sees the configuration; for others through neither."""
    with books() as made:
        clerk, api = Clerk(made, role), Integrator(made, role)
    may = role != "ar-clerk"
    assert clerk.open("/settings/tokens/new/").status == (200 if may else 403)
    answer = api.post("/tokens", {"name": "Mine"})
    assert answer.status == (201 if may else 403), answer.text
    if not may:
        return
    assert answer["user"] == manager_id(api)
    wider = api.post("/tokens", {"name": "Wider", "scopes": ["configuration.edit"]})
    assert (wider.status, wider.codes) == (403, ["scope_too_wide"])
    address = f"{clerk.root}/settings/tokens/new/"
    form = next(form for form in clerk.open(address).forms if "Make the token" in form.buttons)
    assert clerk.client.post(address, {**form.fields, "name": "Mine"}).status_code == 200
    with company_scope(made.company.pk):
        owners = ApiToken.objects.filter(company=made.company, name="Mine").values_list("membership__user")
        assert {owner for (owner,) in owners} == {clerk.user.pk, api.user.pk}


@pytest.mark.django_db
def test_who_is_signed_in_to_the_pages_confirms_a_token_with_the_password(client: Client) -> None:
    with books() as made:
        auditor = person(made, "auditor")
    client.force_login(auditor)
    client.get(f"/c/{made.company.code}/")
    place = f"/c/{made.company.code}/api/v1/tokens"
    sent = {"data": {"name": "Mine"}, "content_type": "application/json"}
    with override_settings(CONFIRM_AFTER_SECONDS=600):
        assert client.post(place, **sent).json()["code"] == "confirmation_needed"  # type: ignore[arg-type]
    assert client.post(place, **sent).status_code == 201  # type: ignore[arg-type]


@pytest.mark.django_db
def test_what_is_wrong_with_a_token_is_named() -> None:
    with books() as made:
        api, manager = Integrator(made), Integrator(made, "ar-manager")
    for body, status, code, place in (
        ({}, 400, "required", "/name"),
        ({"name": "T", "scopes": []}, 400, "list_length", "/scopes"),
        ({"name": "T", "scopes": ["colour.red"]}, 400, "scope_unknown", "/scopes"),
        ({"name": "T", "days": 0}, 400, "number_out_of_range", "/days"),
        ({"name": "T", "user": "nobody"}, 404, "not_found", "/user"),
        ({"name": "T", "user": "usr_999999999"}, 422, "no_member", "/user"),
    ):
        refused = api.post("/tokens", body)
        assert (refused.status, refused.codes, refused.places) == (status, [code], [place]), body
    admin = next(one["user"] for one in api.get("/tokens")["results"] if one["user"] != manager_id(manager))
    assert manager.post("/tokens", {"name": "T", "user": admin}).codes == ["forbidden"]
    mine = manager.get("/tokens")["results"]
    assert [one["name"] for one in mine] == ["Tests"]
    others = next(one for one in api.get("/tokens")["results"] if one["id"] != mine[0]["id"])
    assert manager.get(f"/tokens/{others['id']}").status == 404
    assert manager.delete(f"/tokens/{others['id']}").status == 404


@pytest.mark.django_db
def test_the_feed_goes_on_where_it_ended_and_shows_what_one_may_view() -> None:
    with books() as made:
        api = Integrator(made)
        narrow = Integrator(made, scopes=["customers.view"])
        invoice = made.invoice(100)
        made.receipt(100, [invoice])
    everything = api.get("/events?limit=200")
    types = [event["type"] for event in everything["results"]]
    assert types == ["customer.added", "invoice.posted", "payment.posted"]
    assert everything["results"][1]["objects"] == [f"doc_{invoice}"]
    assert all(isinstance(event["data"], dict) for event in everything["results"])
    assert [event["type"] for event in narrow.get("/events")["results"]] == ["customer.added"]
    for limit in (1, 2, 3, 200):
        seen, page = [], api.get(f"/events?limit={limit}")
        while page["next"]:
            seen += page["results"]
            assert page["next"].endswith(f"after={seen[-1]['id']}&limit={limit}")
            page = api.get(page["next"].removeprefix("http://testserver"))
        assert seen + page["results"] == everything["results"], "as any list, until next is null"
        assert page["previous"] is None
    assert api.get(f"/events?after={everything['results'][-1]['id']}")["results"] == []
    assert [e["type"] for e in api.get("/events?type=invoice.posted")["results"]] == ["invoice.posted"]
    assert api.get("/events?after=0")["results"] == everything["results"]
    assert api.get("/events?after=12").places == ["after"]
    assert api.get("/events?before=evt_1").codes == ["parameter_unknown"]


def test_no_event_comes_before_one_that_was_read(committed: None) -> None:
    """A verb that began earlier and ends later gets the later place."""
    with books() as made:
        api = Integrator(made)
    recorded, read = threading.Event(), threading.Event()

    def slow() -> None:
        with company_scope(made.company.pk), transaction.atomic():
            audit.record(actor=made.actor, action="try", object_kind="invoice")
            recorded.set()
            assert read.wait(60)
            outbox.publish(actor=made.actor, kind="invoice.slow", object_ids=[1])
        connection.close()

    def quick() -> None:
        assert recorded.wait(60)
        with company_scope(made.company.pk), transaction.atomic():
            outbox.publish(actor=made.actor, kind="invoice.quick", object_ids=[2])
        connection.close()

    threads = [threading.Thread(target=work) for work in (slow, quick)]
    with patient():
        for thread in threads:
            thread.start()
        assert recorded.wait(60)
        first = [event["type"] for event in api.get("/events")["results"]]
        read.set()
        for thread in threads:
            thread.join(60)
    then = [event["type"] for event in api.get("/events")["results"]]
    assert first == then[: len(first)]
    assert then[len(first) :] == ["invoice.slow", "invoice.quick"]


@pytest.mark.django_db
def test_a_token_is_made_and_revoked_on_pages() -> None:
    with books() as made:
        clerk = Clerk(made)
        api = Integrator(made)
    page = clerk.open("/settings/tokens/").links
    assert "New token" in page
    address = f"{clerk.root}/settings/tokens/new/"
    form = next(f for f in clerk.open(address).forms if "Make the token" in f.buttons)
    wrong = clerk.client.post(address, {**form.fields, "name": ""})
    assert wrong.status_code == 422
    sent = {**form.fields, "name": "ERP", "scopes": "invoices.list"}
    shown = clerk.client.post(address, sent)
    token = re.findall(r'value="(arl_[\w-]+)"', shown.content.decode())[0]
    assert "no-store" in shown["Cache-Control"]
    again = clerk.client.post(address, sent)
    assert (again.status_code, again["Location"]) == (303, f"{clerk.root}/settings/tokens/")
    assert api.get("/accounts", token=token).status == 200
    with company_scope(made.company.pk):
        row = ApiToken.objects.get(name="ERP")
        assert row.scopes == ["invoices.list"]
    listed = clerk.open("/settings/tokens/")
    assert "ERP" in listed.text
    assert token not in listed.text
    asked = clerk.open(f"/settings/tokens/{row.pk}/revoke/")
    done = asked.press("Revoke", form="confirm")
    assert "ERP is revoked." in done.text
    assert api.get("/accounts", token=token)["code"] == "token_revoked"


@pytest.mark.django_db
def test_the_pages_are_for_whoever_sees_the_configuration() -> None:
    with books() as made:
        clerk = Clerk(made, "ar-clerk")
    assert clerk.open("/settings/tokens/").status == 403
    assert clerk.open("/settings/tokens/new/").status == 403
