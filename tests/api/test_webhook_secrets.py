"""A webhook's secret is changed without a message being missed; old events and their log end (docs/adr/0052)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from arledger.api import delivery_services as deliveries
from arledger.api import expiry_services as expiry
from arledger.api import webhook_services as services
from arledger.api.models import Webhook, WebhookDelivery
from arledger.api.sending import Outcome
from arledger.api.tasks import expire_old_events
from arledger.core import jobs
from arledger.core.models import AuditEvent, Job, OutboxEvent
from arledger.core.scope import company_scope
from arledger.core.sql import execute
from tests.api.receiving import signed
from tests.build import AT, Books, books
from tests.clerk import Clerk
from tests.integrator import Integrator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
URL = "https://erp.example.com/hooks"
KINDS = ["invoice.posted"]


def parcel_of(b: Books, key: int, at: datetime = AT) -> deliveries.Parcel:
    """The next delivery of a webhook, as a worker would take it."""
    deliveries.note_events(company_id=b.company.pk, at=at)
    found = deliveries.claim(company_id=b.company.pk, webhook_id=key, at=at)
    assert found is not None
    return found


def delivered(b: Books, key: int, at: datetime = AT) -> None:
    parcel = parcel_of(b, key, at)
    assert deliveries.settle(parcel=parcel, outcome=Outcome(204), at=at)


def test_both_secrets_sign_until_the_grace_is_over() -> None:
    with books() as b:
        api = Integrator(b)
    first = api.post("/webhooks", {"name": "ERP", "url": URL, "kinds": KINDS})
    assert first["previous_secret_until"] is None
    place = f"/webhooks/{first['id']}/secret"
    second = api.post(place, {"hours": 2}, key="k")
    assert second.status == 200
    over = datetime.fromisoformat(second["previous_secret_until"])
    assert timedelta(hours=2) <= over - AT < timedelta(hours=2, minutes=1)
    assert re.fullmatch(r"whsec_[\w-]{43}", second["secret"])
    assert second["secret"] != first["secret"]
    assert api.post(place, {"hours": 2}, key="k").body == second.body | {"secret": None}
    assert "whsec_" not in api.get("/webhooks").text
    with company_scope(b.company.pk):
        b.invoice(300)
        parcel = parcel_of(b, int(first["id"][4:]))
        during = parcel.headers(AT)
        assert during["Arledger-Signature"].count("v1=") == 2
        assert signed(first["secret"], during, parcel.body)
        assert signed(second["secret"], during, parcel.body)
        assert not signed("whsec_other", during, parcel.body)
        assert deliveries.settle(parcel=parcel, outcome=Outcome(500, "status"), at=AT)
        later = over
        late = parcel_of(b, int(first["id"][4:]), later)
        assert signed(second["secret"], late.headers(later), late.body)
        assert not signed(first["secret"], late.headers(later), late.body)
        assert expiry.expire_secrets(company_id=b.company.pk, at=AT + timedelta(minutes=119)) == 0
        assert expiry.expire_secrets(company_id=b.company.pk, at=later) == 1
        assert Webhook.objects.get().previous_secret == ""
        told = AuditEvent.objects.filter(object_kind="webhook", action="secret").get()
        assert "whsec_" not in f"{told.before} {told.after}"


def test_a_leaked_secret_is_over_at_once() -> None:
    with books() as b:
        api = Integrator(b)
        hook = services.create(actor=b.actor, name="ERP", url=URL, kinds=KINDS)
        place = f"/webhooks/whk_{hook.row.pk}/secret"
        made = [api.post(place, {"hours": hours})["secret"] for hours in (24, 0)]
        b.invoice(300)
        parcel = parcel_of(b, hook.row.pk)
    assert [signed(one, parcel.headers(AT), parcel.body) for one in (hook.secret, *made)] == [
        False,
        False,
        True,
    ]
    for hours in (-1, 169):
        wrong = api.post(place, {"hours": hours})
        assert (wrong.status, wrong.codes, wrong.places) == (400, ["number_out_of_range"], ["/hours"])
    assert api.post(place, {})["previous_secret_until"].startswith("2026-03-16T12:0"), "a day"
    assert api.post("/webhooks/whk_999999/secret", {}).status == 404


def test_the_page_shows_the_new_secret_once() -> None:
    with books() as b:
        clerk = Clerk(b)
        row = services.create(actor=b.actor, name="ERP", url=URL).row
    log = clerk.open(f"/settings/webhooks/{row.pk}/")
    address = log.links["New secret"]
    form = next(f for f in clerk.open(address).forms if "New secret" in f.buttons)
    sent = {**form.fields, "hours": "1"}
    shown = clerk.client.post(address, sent).content.decode()
    with company_scope(b.company.pk):
        changed = Webhook.objects.get()
    assert changed.secret in shown
    assert changed.secret != row.secret == changed.previous_secret
    assert changed.previous_until is not None
    assert timedelta(hours=1) <= changed.previous_until - AT < timedelta(hours=1, minutes=1)
    assert clerk.client.post(address, sent).status_code == 303, "sent twice, changed once"
    with company_scope(b.company.pk):
        assert Webhook.objects.get().secret == changed.secret


# The end of events ----------------------------------------------------------------------------------------------


def old(b: Books, days: int = 200) -> None:
    """Let everything that happened so far have happened long ago."""
    execute(
        "UPDATE core_outboxevent SET created_at = %s WHERE company_id = %s",
        [AT - timedelta(days=days), b.company.pk],
    )


def left(b: Books) -> list[str]:
    return list(
        OutboxEvent.objects.filter(company_id=b.company.pk).order_by("pk").values_list("kind", flat=True)
    )


def run() -> Any:
    job = jobs.enqueue("api.expire_events", at=AT)
    assert jobs.run(job.pk, clock=lambda: AT)
    return Job.objects.get(pk=job.pk).result


def test_old_events_end_with_what_was_delivered_of_them() -> None:
    with books() as b:
        key = services.create(actor=b.actor, name="ERP", url=URL, kinds=KINDS).row.pk
        b.invoice(300)
        delivered(b, key)
        old(b)
        invoice = b.invoice(100)
        delivered(b, key)
    result = run()
    with company_scope(b.company.pk):
        assert left(b) == ["invoice.posted"]
        assert OutboxEvent.objects.get().object_ids == [invoice]
        assert WebhookDelivery.objects.count() == 1
        assert result == {"events": 2, "deliveries": 1}, "the customer's and the first invoice's"
    assert run() == {"events": 0, "deliveries": 0}


def test_what_a_webhook_has_not_received_stays_whatever_its_age() -> None:
    with books() as b:
        waiting = services.create(actor=b.actor, name="Waits", url=URL, kinds=KINDS).row.pk
        b.invoice(300)
        parcel_of(b, waiting)
        old(b)
    assert run()["deliveries"] == 0
    with company_scope(b.company.pk):
        assert left(b) == ["invoice.posted"], "on its way"
        delivered(b, waiting, AT + timedelta(minutes=3))
        services.change(actor=b.actor, key=waiting, changes={"active": False})
        b.invoice(100)
        old(b)
    run()
    with company_scope(b.company.pk):
        assert left(b) == ["invoice.posted"], "a webhook that is switched off goes on where it stopped"
        services.delete(actor=b.actor, key=waiting)
    run()
    with company_scope(b.company.pk):
        assert left(b) == []


def test_events_are_kept_for_as_long_as_is_said_and_in_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 2)
    with books() as b:
        for _ in range(5):
            b.invoice(10)
        old(b, settings.EVENT_DAYS)
        assert [gone.events for gone in expiry.expire_events(company_id=b.company.pk, before=AT)] == [2, 2, 2]
        b.invoice(10)
        old(b, settings.EVENT_DAYS)
    assert settings.EVENT_DAYS == 90
    assert run()["events"] == 0, "not a day before"
    with company_scope(b.company.pk):
        old(b, settings.EVENT_DAYS + 1)
    assert run()["events"] == 1
    assert expire_old_events.__module__ == "arledger.api.tasks"
