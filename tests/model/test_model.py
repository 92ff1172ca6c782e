"""A Hypothesis state machine: whatever a clerk does, the books agree with a ledger on paper (DESIGN 8).

``make test`` runs a short search. ARLEDGER_MODEL_EXAMPLES and ARLEDGER_MODEL_STEPS make it as long as one likes.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.build import books
from tests.model.machine import Clerk
from tests.model.paper import letters

EXAMPLES = int(os.environ.get("ARLEDGER_MODEL_EXAMPLES", "24"))
STEPS = int(os.environ.get("ARLEDGER_MODEL_STEPS", "30"))


@pytest.mark.long
@pytest.mark.django_db
def test_the_books_agree_with_a_ledger_on_paper() -> None:
    with books() as b:
        b.names["other"] = b.add_customer("Other")
        Clerk.books = b
        run_state_machine_as_test(
            Clerk,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_paper_counts_letters_right() -> None:
    counted = {1: "a", 26: "z", 27: "aa", 52: "az", 53: "ba", 702: "zz", 703: "aaa"}
    assert {n: letters(n) for n in counted} == counted
