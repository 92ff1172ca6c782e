"""Webhooks over the API and on pages: made, changed, tried out, sent again; and never another company's (SPEC 15)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import override_settings

from arledger.api import delivery_services as deliveries
from arledger.api import webhook_services as services
from arledger.api.models import Webhook, WebhookDelivery
from arledger.api.sending import Outcome
from arledger.core.api.encoding import instant
from arledger.core.models import AuditEvent, Job
from arledger.core.scope import company_scope
from tests.build import AT, Books, books
from tests.clerk import Clerk
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
URL = "https://erp.example.com/hooks?token=1"
PAGES = "/settings/webhooks/"


def attempted(made: Books, webhook: str, outcome: Outcome) -> None:
    """One event noted and one attempt of it settled."""
    with company_scope(made.company.pk):
        deliveries.note_events(company_id=made.company.pk, at=AT)
        parcel = deliveries.claim(company_id=made.company.pk, webhook_id=int(webhook[4:]), at=AT)
        assert parcel is not None
        assert deliveries.settle(parcel=parcel, outcome=outcome, at=AT)


def test_the_secret_is_shown_once() -> None:
    with books() as made:
        api = Integrator(made)
    body = {"name": "ERP", "url": URL, "kinds": ["payment.posted", "invoice.posted"]}
    rehearsed = api.post("/webhooks?validate_only=true", body)
    assert (rehearsed.status, api.get("/webhooks")["results"]) == (200, [])
    created = api.post("/webhooks", body, key="k")
    assert created.status == 201, created.text
    assert re.fullmatch(r"whsec_[\w-]{43}", created["secret"])
    assert created["kinds"] == ["invoice.posted", "payment.posted"]
    again = api.post("/webhooks", body, key="k")
    assert (again["id"], again["secret"]) == (created["id"], None)
    shown = api.get(f"/webhooks/{created['id']}")
    assert "secret" not in shown.body
    assert created["secret"] not in api.get("/webhooks").text
    with company_scope(made.company.pk):
        row = Webhook.objects.get()
        assert row.secret == created["secret"]
        event = AuditEvent.objects.filter(object_kind="webhook").get()
        assert created["secret"] not in f"{event.before} {event.after}"


def test_changed_and_deleted() -> None:
    with books() as made:
        api = Integrator(made)
    key = api.post("/webhooks", {"name": "ERP", "url": URL})["id"]
    changed = api.patch(f"/webhooks/{key}", {"kinds": ["customer.added"], "active": False})
    assert (changed.status, changed["kinds"], changed["active"]) == (200, ["customer.added"], False)
    assert api.patch(f"/webhooks/{key}", {"kinds": None})["kinds"] is None
    assert api.patch(f"/webhooks/{key}", {"name": "ERP 2"})["name"] == "ERP 2"
    assert api.post(f"/webhooks/{key}/test").status == 201
    gone = api.delete(f"/webhooks/{key}")
    assert (gone.status, gone.body) == (200, {"id": key, "deleted": True})
    assert api.get(f"/webhooks/{key}").status == api.delete(f"/webhooks/{key}").status == 404
    with company_scope(made.company.pk):
        assert not WebhookDelivery.objects.exists()
        actions = AuditEvent.objects.filter(object_kind="webhook").order_by("sequence")
        assert [event.action for event in actions] == ["add", "edit", "edit", "edit", "test", "delete"]
        assert actions[1].before == {"kinds": None, "active": True}
        assert actions[1].after == {"kinds": ["customer.added"], "active": False}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://erp.example.com/", "webhook_url_invalid"),
        ("ftp://erp.example.com/", "webhook_url_invalid"),
        ("erp.example.com", "webhook_url_invalid"),
        ("https://", "webhook_url_invalid"),
        ("https://erp.example.com:0/", "webhook_url_invalid"),
        ("https://erp.example.com:99999/", "webhook_url_invalid"),
        ("https://me:secret@erp.example.com/", "webhook_url_invalid"),
        ("https://erp.example.com/#x", "webhook_url_invalid"),
        ("https://erp.example.com/a b", "webhook_url_invalid"),
        ("https://erp.éxample.com/", "webhook_url_invalid"),
        ("https://[::1/", "webhook_url_invalid"),
        ("https://127.0.0.1/", "webhook_url_private"),
        ("https://169.254.169.254/latest", "webhook_url_private"),
        ("https://10.1.2.3:8443/", "webhook_url_private"),
        ("https://[::1]/", "webhook_url_private"),
        ("https://[::ffff:10.0.0.1]/", "webhook_url_private"),
    ],
)
def test_addresses_that_are_refused(url: str, code: str) -> None:
    with books() as made:
        api = Integrator(made)
    refused = api.post("/webhooks", {"name": "ERP", "url": url})
    assert (refused.status, refused.codes, refused.places) == (400, [code], ["/url"]), refused.text


def test_what_else_is_refused() -> None:
    with books() as made:
        api = Integrator(made)
    for body, place in (
        ({"url": URL}, "/name"),
        ({"name": "X", "url": URL, "kinds": ["invoice.paid"]}, "/kinds/0"),
        ({"name": "X", "url": URL, "kinds": []}, "/kinds"),
        ({"name": "X", "url": URL, "secret": "mine"}, "/secret"),
    ):
        refused = api.post("/webhooks", body)
        assert (refused.status, refused.places) == (400, [place]), refused.text
    for number in range(services.MOST_WEBHOOKS):
        assert api.post("/webhooks", {"name": f"N{number}", "url": URL}).status == 201
    assert api.post("/webhooks", {"name": "One more", "url": URL})["code"] == "webhooks_too_many"


def test_nobody_is_sent_what_he_may_not_see() -> None:
    with books() as made:
        rights = ["configuration.view", "configuration.edit", "customers.view"]
        narrow, reader = Integrator(made, scopes=rights), Integrator(made, "auditor")
        api = Integrator(made)
    refused = narrow.post("/webhooks", {"name": "ERP", "url": URL})
    assert (refused.status, refused["code"]) == (403, "forbidden")
    own = narrow.post("/webhooks", {"name": "ERP", "url": URL, "kinds": ["customer.added"]})
    assert own.status == 201
    assert narrow.patch(f"/webhooks/{own['id']}", {"kinds": ["invoice.posted"]}).status == 403
    wide = api.post("/webhooks", {"name": "All", "url": URL})["id"]
    assert narrow.patch(f"/webhooks/{wide}", {"url": "https://mine.example.com/"}).status == 403
    assert narrow.patch(f"/webhooks/{wide}", {"active": False}).status == 200, "stopping it shows nothing"
    assert reader.get("/webhooks").status == 200
    assert reader.post("/webhooks", {"name": "ERP", "url": URL}).status == 403
    assert reader.post(f"/webhooks/{wide}/test").status == 403


def test_the_log_and_sending_again() -> None:
    with books() as made:
        api = Integrator(made)
    key = api.post("/webhooks", {"name": "ERP", "url": URL, "kinds": ["invoice.posted"]})["id"]
    with company_scope(made.company.pk):
        made.invoice(10)
    attempted(made, key, Outcome(500, "status"))
    log = api.get(f"/webhooks/{key}/deliveries")["results"]
    assert [(one["kind"], one["state"], one["attempts"], one["last_status"]) for one in log] == [
        ("invoice.posted", "pending", 1, 500)
    ]
    assert log[0]["last_error"] == "status"
    assert log[0]["next_attempt_at"] == instant(AT + timedelta(minutes=1))
    address = f"/webhooks/{key}/deliveries/{log[0]['id']}/replay"
    assert (api.post(address).status, api.post(address)["code"]) == (422, "delivery_pending")
    with company_scope(made.company.pk):
        WebhookDelivery.objects.update(state="failed", next_attempt_at=None)
    waiting = Job.objects.filter(kind=services.JOB).count()
    again = api.post(address, key="again")
    assert (again.status, again["state"], again["attempts"], again["id"]) == (200, "pending", 0, log[0]["id"])
    assert Job.objects.filter(kind=services.JOB).count() == waiting + 1, "a worker is woken"
    assert api.get(f"/webhooks/{key}/deliveries?state=failed")["results"] == []
    assert len(api.get(f"/webhooks/{key}/deliveries?state=pending")["results"]) == 1
    assert api.post(f"/webhooks/{key}/deliveries/dlv_999999/replay").status == 404
    assert api.post(f"/webhooks/{key}/deliveries/{key}/replay").status == 404


def test_another_companys_webhooks_are_not_there() -> None:
    with books() as made:
        api = Integrator(made)
    with books() as other:
        foreign, page = Integrator(other), Clerk(other)
    key = api.post("/webhooks", {"name": "ERP", "url": URL})["id"]
    delivery = api.post(f"/webhooks/{key}/test")["id"]
    own = foreign.post("/webhooks", {"name": "Theirs", "url": URL})["id"]
    assert [one["id"] for one in foreign.get("/webhooks")["results"]] == [own]
    for method, path in (
        ("GET", f"/webhooks/{key}"),
        ("PATCH", f"/webhooks/{key}"),
        ("DELETE", f"/webhooks/{key}"),
        ("POST", f"/webhooks/{key}/test"),
        ("GET", f"/webhooks/{key}/deliveries"),
        ("POST", f"/webhooks/{key}/deliveries/{delivery}/replay"),
        ("POST", f"/webhooks/{own}/deliveries/{delivery}/replay"),
    ):
        assert foreign.call(method, path, {} if method == "PATCH" else None).status == 404, (method, path)
    assert page.open(f"{PAGES}{key[4:]}/").status == 404
    assert page.open(f"{PAGES}{key[4:]}/deliveries/{delivery[4:]}/replay/").status == 404


def test_made_changed_tried_and_deleted_on_pages() -> None:
    with books() as made:
        clerk = Clerk(made)
    assert "New webhook" in clerk.open(PAGES).links
    address = f"{clerk.root}{PAGES}new/"
    form = next(f for f in clerk.open(address).forms if "Save" in f.buttons)
    wrong = clerk.client.post(address, {**form.fields, "name": "ERP", "url": "http://10.0.0.1/"})
    assert wrong.status_code == 422
    assert "Write a whole address" in wrong.content.decode()
    sent = {**form.fields, "name": "ERP", "url": URL, "kinds": ["invoice.posted"]}
    shown = clerk.client.post(address, sent)
    secret = re.findall(r'value="(whsec_[\w-]+)"', shown.content.decode())[0]
    assert "no-store" in shown["Cache-Control"]
    with company_scope(made.company.pk):
        row = Webhook.objects.get()
    assert row.secret == secret
    assert clerk.client.post(address, sent).status_code == 303, "sent twice, made once"
    log = clerk.open(f"{PAGES}{row.pk}/")
    assert secret not in log.text
    assert log.links["Webhooks"] == f"{clerk.root}{PAGES}"
    done = clerk.open(log.links["Try it out"]).press("Send a test", form="confirm")
    assert "A test is on its way." in done.text
    assert "webhook.test" in done.text
    assert "Pending" in done.text
    edited = next(f for f in clerk.open(log.links["Edit"]).forms if "Save" in f.buttons)
    assert edited.fields["url"] == URL
    unticked = {name: value for name, value in edited.fields.items() if name not in ("active", "kinds")}
    saved = clerk.send(f"{clerk.root}{PAGES}{row.pk}/edit/", {**unticked, "name": "ERP 2"})
    assert "ERP 2 is saved." in saved.text
    assert "switched off" in saved.text
    with company_scope(made.company.pk):
        changed = Webhook.objects.get()
        assert (changed.name, changed.active, changed.kinds) == ("ERP 2", False, None)
    gone = clerk.open(f"{PAGES}{row.pk}/delete/").press("Delete", form="confirm")
    assert "ERP 2 is deleted." in gone.text
    assert clerk.open(f"{PAGES}{row.pk}/").status == 404


def test_a_failed_delivery_is_sent_again_from_its_log() -> None:
    with books() as made:
        clerk, reader, entering = Clerk(made), Clerk(made, "auditor"), Clerk(made, "ar-clerk")
        key = services.create(actor=made.actor, name="ERP", url=URL).row.pk
        made.add_customer("One")
    attempted(made, f"whk_{key}", Outcome(None, "timeout"))
    log = clerk.open(f"{PAGES}{key}/")
    assert "There was no answer in time." in log.text
    assert "Send again" not in log.links
    with company_scope(made.company.pk):
        delivery = WebhookDelivery.objects.get()
        WebhookDelivery.objects.update(state="failed", next_attempt_at=None)
    asked = clerk.open(clerk.open(f"{PAGES}{key}/").links["Send again"])
    done = asked.press("Send again", form="confirm")
    assert "It is on its way again." in done.text
    assert "still on its way" in clerk.open(f"{PAGES}{key}/deliveries/{delivery.pk}/replay/").text
    assert reader.open(f"{PAGES}{key}/").status == 200
    assert "Send again" not in reader.open(f"{PAGES}{key}/").links
    for path in ("new/", f"{key}/edit/", f"{key}/delete/", f"{key}/test/"):
        assert reader.open(f"{PAGES}{path}").status == 403, path
    assert entering.open(PAGES).status == 403


def test_the_log_goes_on_page_by_page() -> None:
    with books() as made:
        clerk = Clerk(made)
        key = services.create(actor=made.actor, name="ERP", url=URL).row.pk
        for _ in range(52):
            services.try_out(actor=made.actor, key=key)
    page = clerk.open(f"{PAGES}{key}/")
    assert page.text.count("webhook.test") == 50
    older = clerk.open(f"{PAGES}{key}/{page.links['Older']}")
    assert older.text.count("webhook.test") == 2
    assert clerk.open(f"{PAGES}{key}/?before=x").text.count("webhook.test") == 50


@override_settings(WEBHOOKS_PRIVATE=True)
def test_an_installation_may_allow_private_addresses() -> None:
    with books() as made:
        api = Integrator(made)
    for url, status in (
        ("http://127.0.0.1:9/", 201),
        ("https://10.0.0.1/", 201),
        ("http://10.0.0.1/", 400),
        ("http://erp.example.com/", 201),  # resolved when it is sent: only to this machine
    ):
        assert api.post("/webhooks", {"name": "ERP", "url": url}).status == status, url
