"""Events on their way: signed, in order, at least once, tried again, and held up by nobody (docs/adr/0049)."""

from __future__ import annotations

import ast
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from arledger.api import delivery_services as deliveries
from arledger.api import sending
from arledger.api import webhook_services as services
from arledger.api.models import Webhook, WebhookDelivery
from arledger.api.sending import Outcome
from arledger.api.tasks import deliver
from arledger.api.webhook_selectors import KINDS
from arledger.core import jobs
from arledger.core.models import Job
from arledger.core.scope import company_scope
from tests.api.receiving import Receiver, receiver, signed
from tests.architecture.sources import name, product, tree
from tests.build import AT, Books, books

PRIVATE = override_settings(WEBHOOKS_PRIVATE=True)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """On a busy machine it may take its time."""
    monkeypatch.setattr(sending, "TIMEOUT", 90.0)
    with PRIVATE, receiver() as found:
        yield found


@pytest.fixture
def b(alone: None) -> Iterator[Books]:
    """A company whose webhooks are the only ones at work, for a run serves every company there is."""
    with books() as made:
        yield made
    with company_scope(made.company.pk):
        for row in Webhook.objects.all():
            services.delete(actor=made.actor, key=row.pk)


def run(at: datetime = AT) -> int:
    """One run of the job; returns how many attempts it made."""
    job = jobs.enqueue(services.JOB, at=at)
    assert jobs.run(job.pk, clock=lambda: at)
    result: Any = Job.objects.get(pk=job.pk).result
    return int(result["attempts"])


def hook(b: Books, url: str, **more: Any) -> services.Made:
    return services.create(actor=b.actor, name="ERP", url=url, **more)


def log(made: services.Made) -> list[WebhookDelivery]:
    return list(WebhookDelivery.objects.filter(webhook=made.row.pk).order_by("event_id"))


def test_events_arrive_signed_and_in_order(b: Books, there: Receiver) -> None:
    before = b.invoice(5)
    made = hook(b, f"{there.url}/in?x=1")
    invoice = b.invoice(300, 100, -20)
    b.receipt(380, [invoice])
    assert run() == len(there.came)
    told = there.told
    assert there.kinds == ["invoice.posted", "payment.posted"]
    assert told[0]["objects"] == [f"doc_{invoice}"]
    assert f"doc_{before}" not in str(told)
    assert [int(one["id"].removeprefix("evt_")) for one in told] == [row.event_id for row in log(made)]
    for headers, body in there.came:
        assert signed(made.secret, headers, body)
        assert not signed(made.secret + "x", headers, body)
        assert not signed(made.secret, headers, body + b" ")
    assert [headers["Arledger-Event"] for headers, _ in there.came] == there.kinds
    assert [headers["Arledger-Delivery"] for headers, _ in there.came] == [
        f"dlv_{row.pk}" for row in log(made)
    ]
    assert there.came[0][0]["Content-Type"] == "application/json"
    assert {(row.state, row.attempts, row.last_status, row.last_error) for row in log(made)} == {
        ("delivered", 1, 204, "")
    }
    assert run() == 0


def test_a_failure_is_tried_again_and_later_events_wait_for_it(b: Books, there: Receiver) -> None:
    made = hook(b, there.url)
    b.invoice(1)
    b.add_customer("Later")
    there.answers = [500, 302]
    assert run() == 1
    first, later = log(made)
    assert (first.state, first.attempts, first.last_status, first.last_error) == ("pending", 1, 500, "status")
    assert first.next_attempt_at == AT + timedelta(minutes=1)
    assert later.attempts == 0
    assert run(AT + timedelta(seconds=59)) == 0
    assert run(AT + timedelta(minutes=1)) == 1
    first = log(made)[0]
    assert (first.last_status, first.last_error) == (302, "redirect")
    assert first.next_attempt_at == AT + timedelta(minutes=6)
    assert run(AT + timedelta(minutes=6)) == 2
    assert there.kinds == ["invoice.posted"] * 3 + ["customer.added"]
    assert len({headers["Arledger-Delivery"] for headers, _ in there.came[:3]}) == 1
    assert len({body for _, body in there.came[:3]}) == 1
    assert [row.state for row in log(made)] == ["delivered", "delivered"]
    assert log(made)[0].delivered_at == AT + timedelta(minutes=6)


def test_after_the_last_pause_it_failed_and_the_next_goes_on(b: Books, there: Receiver) -> None:
    made = hook(b, there.url)
    b.invoice(1)
    b.add_customer("Later")
    there.answers = [503] * 7
    at = AT
    for minutes in (0, 1, 5, 30, 120, 360, 1440):
        at += timedelta(minutes=minutes)
        assert run(at) == (2 if minutes == 1440 else 1)
    first, later = log(made)
    assert (first.state, first.attempts, first.next_attempt_at) == ("failed", 7, None)
    assert later.state == "delivered"
    services.replay(actor=b.actor, key=made.row.pk, delivery=first.pk)
    assert run(at) == 1
    assert log(made)[0].state == "delivered"
    services.replay(actor=b.actor, key=made.row.pk, delivery=first.pk)
    with pytest.raises(services.DeliveryPending):
        services.replay(actor=b.actor, key=made.row.pk, delivery=first.pk)


def test_kinds_pause_and_test(b: Books, there: Receiver) -> None:
    made = hook(b, there.url, kinds=["customer.added"])
    other = hook(b, f"{there.url}/other")
    services.change(actor=b.actor, key=other.row.pk, changes={"active": False})
    b.invoice(1)
    b.add_customer("One")
    services.try_out(actor=b.actor, key=other.row.pk)
    run()
    assert sorted(there.kinds) == ["customer.added", "webhook.test"]
    assert [row.state for row in log(other)] == ["delivered"], "a test goes out although it is switched off"
    assert [row.event.kind for row in log(made)] == ["customer.added"]
    services.change(actor=b.actor, key=other.row.pk, changes={"active": True})
    run()
    assert there.kinds[2:] == ["invoice.posted", "customer.added"], "it goes on where it stopped"


def test_two_workers_deliver_once_each(b: Books, there: Receiver) -> None:
    made = hook(b, there.url)
    for place in range(12):
        b.add_customer(f"C{place}")
    two = threading.Barrier(4)

    def work(_: int) -> int:
        try:
            two.wait(60)
            return run()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))
    run()
    assert sum(counts) <= 12
    assert there.kinds == ["customer.added"] * 12
    ids = [int(one["id"].removeprefix("evt_")) for one in there.told]
    assert ids == sorted(set(ids)) == [row.event_id for row in log(made)]
    assert {row.attempts for row in log(made)} == {1}


def test_a_killed_worker_loses_nothing_and_a_late_one_settles_nothing(b: Books, there: Receiver) -> None:
    made = hook(b, there.url)
    b.add_customer("One")
    deliveries.note_events(company_id=b.company.pk, at=AT)
    lost = deliveries.claim(company_id=b.company.pk, webhook_id=made.row.pk, at=AT)
    assert lost is not None
    assert run(AT + timedelta(seconds=60)) == 0, "it may still be on its way"
    assert run(AT + deliveries.LEASE) == 1
    assert [row.attempts for row in log(made)] == [2]
    assert not deliveries.settle(parcel=lost, outcome=Outcome(None, "timeout"), at=AT)
    assert [row.state for row in log(made)] == ["delivered"]


def test_a_slow_program_holds_up_no_other(b: Books, there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TOTAL", timedelta(seconds=90))
    release, waited = threading.Event(), list[bool]()
    with receiver() as slow:
        slow.hold = lambda: waited.append(release.wait(60))
        hook(b, slow.url)
        quick = hook(b, there.url)
        for place in range(5):
            b.add_customer(f"C{place}")

        def let_go_at_the_last() -> None:
            if len(there.came) == 4:
                release.set()

        there.hold = let_go_at_the_last
        assert run() == 10
        assert waited[0], "all of the quick one's arrived while the slow one's first was held"
        assert {row.state for row in log(quick)} == {"delivered"}


def test_nobody_is_there_and_what_is_deleted_on_its_way(b: Books, there: Receiver) -> None:
    with receiver() as gone:
        url = gone.url
    made = hook(b, url)
    b.add_customer("One")
    assert run() == 1
    assert (log(made)[0].last_status, log(made)[0].last_error) == (None, "connection")
    deliveries.note_events(company_id=b.company.pk, at=AT)
    parcel = deliveries.claim(company_id=b.company.pk, webhook_id=made.row.pk, at=AT + timedelta(minutes=5))
    assert parcel is not None
    services.delete(actor=b.actor, key=made.row.pk)
    assert not deliveries.settle(parcel=parcel, outcome=Outcome(200), at=AT)
    assert run(AT + timedelta(minutes=9)) == 0


def test_each_company_has_its_own(b: Books, there: Receiver) -> None:
    made = hook(b, there.url)
    with books() as other:
        other.add_customer("Theirs")
        assert Webhook.objects.count() == 0
    ours = b.add_customer("Ours")
    run()
    assert [one["objects"] for one in there.told] == [[f"cus_{ours}"]]
    assert len(log(made)) == 1


def test_what_breaks_here_holds_up_nobody_else(
    b: Books, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_options: Any) -> Any:
        raise RuntimeError

    made, other = hook(b, "http://broken.example.com/"), hook(b, there.url)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: (broken if "broken" in host else real)(host, *rest, **more),
    )
    b.add_customer("One")
    assert run() == 2
    assert [(row.state, row.last_error) for row in log(made)] == [("pending", "unexpected")]
    assert [row.state for row in log(other)] == ["delivered"]


def published() -> Iterator[tuple[str, str]]:
    """(kind as it is written, module) of each event that the product publishes."""
    for file in product():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.publish":
                kind = next(one.value for one in node.keywords if one.arg == "kind")
                yield str(kind.value) if isinstance(kind, ast.Constant) else ast.unparse(kind), name(file)


def test_every_kind_that_is_published_can_be_chosen() -> None:
    found = dict(published())
    # Of documents: what their names are made of, and where.
    made_up = {kind for kind in found if "." not in kind or "{" in kind}
    assert made_up == {"TEST", "f'{kind}.posted'", "f'{kind}.{done}'"}, found
    assert found.keys() - made_up <= set(KINDS)
    documents = ("invoice", "adjustment", "advance", "payment", "refund", "deposit")
    endings = {kind: "voided" if kind == "refund" else "reversed" for kind in documents}
    assert {f"{kind}.{ending}" for kind, ending in endings.items()} <= set(KINDS)
    assert {f"{kind}.posted" for kind in documents} <= set(KINDS)


def test_the_job_comes_every_minute() -> None:
    assert (jobs._kinds[services.JOB].every_minutes, jobs._kinds[services.JOB].handler) == (1, deliver)
