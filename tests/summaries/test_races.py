"""Postings against a close, and against the closing of a period."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction

from arledger.companies.period_services import close_period
from arledger.core.scope import company_scope
from ledger.models import Document
from summaries import services
from summaries.models import Summary
from summaries.selectors import contents
from tests.build import AT, TODAY, Books, books
from tests.concurrency.racing import PATIENCE_SECONDS, race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


def close(b: Books, key: int) -> str:
    services.close(actor=b.actor, ids=[key])
    return "closed"


@pytest.mark.parametrize("user", [False, True])
def test_twenty_postings_against_a_close(user: bool) -> None:
    with books() as b:
        first = b.invoice(5)
        key = b.document(first).summary_id or 0
        more: dict[str, int] = {}
        if user:
            b.configure(summary_frequency={"invoices": "user"})
            key = services.add(
                actor=b.actor, entered=services.SummaryInput(type="invoices", title="X", gl_date=TODAY)
            )
            more = {"summary_id": key}
        found = race(b, [lambda: b.invoice(10, **more)] * 20 + [lambda: close(b, key)])  # type: ignore[arg-type]
        posted = found.done - 1
        assert set(found.refused) <= {"summary_closed"}
        content = contents(company_id=b.company.pk, ids=[key])[key]
        assert content.count == posted + (not user)
        assert content.total == Decimal(10 * posted + (0 if user else 5))
        assert Summary.objects.get(pk=key).state == "closed"
        assert race(b, [lambda: b.invoice(10, **more)]).refused == {"summary_closed": 1}  # type: ignore[arg-type]
        require_sound(b)


def test_a_close_waits_for_a_posting_and_a_posting_for_a_close() -> None:
    """Whoever reads count and total after the close sees all that is in it."""
    with books() as b:
        key = b.document(b.invoice(5)).summary_id or 0
        posted, go = threading.Event(), threading.Event()

        def slowly() -> None:
            try:
                with company_scope(b.company.pk), transaction.atomic():
                    b.invoice(10)
                    posted.set()
                    assert go.wait(PATIENCE_SECONDS)
            finally:
                connections.close_all()

        thread = threading.Thread(target=slowly, daemon=True)
        thread.start()
        assert posted.wait(PATIENCE_SECONDS)
        closer = threading.Thread(target=lambda: race(b, [lambda: close(b, key)]), daemon=True)
        closer.start()
        closer.join(0.5)
        assert closer.is_alive()
        go.set()
        closer.join(PATIENCE_SECONDS)
        thread.join(PATIENCE_SECONDS)
        assert not closer.is_alive()
        assert Summary.objects.get(pk=key).state == "closed"
        assert contents(company_id=b.company.pk, ids=[key])[key].count == 2


def test_postings_against_the_closing_of_a_period() -> None:
    """Nothing dated in the period is posted after it was closed."""
    with books() as b:
        later = b.at(AT + timedelta(days=1))
        counted: list[int] = []

        def end() -> str:
            close_period(actor=later.actor, through=TODAY)
            counted.append(Document.objects.filter(company=b.company, gl_date__lte=TODAY).count())
            return "closed"

        found = race(b, [lambda: later.invoice(10)] * 10 + [end])
        assert set(found.refused) <= {"period_closed"}
        assert Document.objects.filter(company=b.company, state="posted").count() == found.done - 1
        assert counted == [found.done - 1]
