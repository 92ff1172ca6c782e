"""A connection that breaks in the middle of a call: told as what it is, and the same key counts once (SPEC 15)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connections

from arledger.core.sql import execute, fetch_all
from ledger.models import Document
from tests.build import books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.concurrency.racing import race, require_sound
from tests.concurrency.test_verbs_together import account, in_the_way
from tests.integrator import Answer, Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = pytest.mark.usefixtures("committed", "at_the_time_of_the_books")
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"


def end() -> None:
    """End the connection of who waits; the login may, the role that it works as may not."""
    execute("SET ROLE NONE")
    execute(END)


def test_a_call_whose_connection_broke_is_made_again() -> None:
    with books() as b:
        api = Integrator(b, tell_faults=False)
        body = {"customer": f"cus_{b.customer}", "date": "2026-03-15", "amount": "5", "method": "cash"}

        def call() -> Answer:
            answer = api.post("/payments", body | {"undeposited": True}, key="once")
            connections.close_all()
            return answer

        found = race(b, in_the_way(partial(account, b, b.customer), end, call))
        lost = next(one for one in found.results if isinstance(one, Answer))
        assert (lost.status, lost["code"], lost.headers["Retry-After"]) == (503, "unavailable", "2"), (
            lost.text
        )
        assert fetch_all(
            "SELECT count(*) FROM core_idempotencykey WHERE company_id = %s", [b.company.pk]
        ) == [(0,)]
        again = api.post("/payments", body | {"undeposited": True}, key="once")
        assert again.status == 201, again.text
        assert Document.objects.filter(company=b.company, kind="payment").count() == 1
        require_sound(b)


def test_a_page_whose_connection_broke_says_so_and_is_sent_again() -> None:
    with books() as b:
        clerk = Clerk(b, language="fr")
        clerk.client.raise_request_exception = False
        form = clerk.open(f"/payments/receive/?customer={b.customer}")

        def send() -> Page:
            answer = form.press("Comptabiliser le règlement", amount="5")
            connections.close_all()
            return answer

        found = race(b, in_the_way(partial(account, b, b.customer), end, send))
        lost = next(one for one in found.results if isinstance(one, Page))
        assert (lost.status, "base de données" in lost.text) == (503, True), lost.text
        assert not Document.objects.filter(company=b.company, kind="payment").exists()
        assert form.press("Comptabiliser le règlement", amount="5").status == 200
        assert form.press("Comptabiliser le règlement", amount="5").status == 200
        assert Document.objects.filter(company=b.company, kind="payment").count() == 1
        require_sound(b)
