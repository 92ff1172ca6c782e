"""A payment with many credits on many charges takes as many statements as one with a few."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import Books, books

pytestmark = pytest.mark.django_db


def statements(b: Books, count: int, verb: Callable[[list[int], list[int]], object]) -> int:
    charges = [b.invoice(10) for _ in range(count)]
    credits = [b.adjustment(-9) for _ in range(count)]
    with CaptureQueriesContext(
        connection,
    ) as found:
        verb(credits, charges)
    return len(found)


def test_the_number_of_credits_and_charges_does_not_matter() -> None:
    with books() as b:
        verbs: list[Callable[[list[int], list[int]], object]] = [
            lambda credits, charges: b.receipt(1, charges, credits=credits),
            lambda credits, charges: b.receipt(1, charges, credits=credits, post=False),
            lambda credits, charges: b.use(credits, charges),
        ]
        for verb in verbs:
            assert statements(b, 2, verb) == statements(b, 20, verb)
