"""Runs the machine of refunds: whatever is given back and taken again, the books agree with a ledger on paper."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.build import books
from tests.model.refunding import RefundClerk
from tests.model.test_model import EXAMPLES, STEPS


@pytest.mark.long
@pytest.mark.django_db
def test_the_books_agree_with_a_ledger_on_paper_about_refunds() -> None:
    with books() as b:
        b.configure(refunds_enabled=True)
        b.names["other"] = b.add_customer("Other")
        RefundClerk.books = b
        run_state_machine_as_test(
            RefundClerk,
            settings=settings(
                max_examples=max(1, EXAMPLES // 4),
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
