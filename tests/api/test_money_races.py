"""Programs that want the same credit, or send the same payment, at the same time (SPEC 9, 15)."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client

from tests.api.helping import doc, received
from tests.build import books
from tests.concurrency.racing import race, require_sound
from tests.integrator import Answer, Integrator

pytestmark = pytest.mark.usefixtures("committed", "at_the_time_of_the_books")
MANY = 20


def at_once(api: Integrator, call: Callable[[Integrator], Answer]) -> list[Answer]:
    """The answers of many callers with the same token, each at a client of its own."""

    def turn() -> Answer:
        own = copy.copy(api)
        own.client = Client()
        return call(own)

    done = race(api.books, [turn] * MANY)
    return [answer for answer in done.results if isinstance(answer, Answer)]


def apply(api: Integrator, charge: int, credit: int, amount: str) -> Answer:
    named = {"charge": doc(charge), "credit": doc(credit), "amount": amount}
    return api.post("/applications", {"applications": [named]})


def test_many_take_the_same_credit_and_exactly_what_there_is_is_taken() -> None:
    with books() as b:
        api = Integrator(b)
        charge, memo = b.invoice(1000), b.adjustment(-100)
        answers = at_once(api, lambda own: apply(own, charge, memo, "10"))
        assert Counter(answer.status for answer in answers) == {201: 10, 409: 10}
        assert {answer["code"] for answer in answers if answer.status == 409} == {"nothing_left"}
        assert (b.open(memo), b.open(charge)) == (Decimal(0), Decimal(900))
        require_sound(b)


def test_the_same_payment_sent_many_times_at_once_is_received_once() -> None:
    with books() as b:
        api = Integrator(b)
        invoice = b.invoice(100)
        body = received(b, "40", documents=[doc(invoice)])
        answers = at_once(api, partial(Integrator.post, path="/payments", body=body, key="once"))
        assert {answer.status for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == MANY - 1
        assert b.open(invoice) == Decimal(60)
        require_sound(b)
