"""Adjustments, advances and write-offs in real threads: one effect, the others a typed refusal (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import pytest

from credits.services import adjustments, advances
from credits.services.writing_off import write_off
from tests.build import TODAY, Books, books
from tests.concurrency.racing import race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def test_a_remainder_is_written_off_once(b: Books) -> None:
    invoice = b.invoice(10)
    off = partial(write_off, actor=b.actor, charge=invoice, amount=Decimal(10), on=TODAY, reason="small")
    found = race(b, [off] * 6)
    assert (found.done, dict(found.refused)) == (1, {"nothing_left": 5})
    assert b.open(invoice) == 0
    require_sound(b)


def test_the_limit_holds_against_write_offs_at_the_same_instant(b: Books) -> None:
    b.configure(write_off_limit=Decimal(5))
    invoice = b.invoice(100)
    off = partial(write_off, actor=b.actor, charge=invoice, amount=Decimal(3), on=TODAY, reason="small")
    found = race(b, [off] * 6)
    assert (found.done, dict(found.refused)) == (1, {"write_off_too_large": 5})
    assert b.open(invoice) == 97
    require_sound(b)


def test_a_draft_is_posted_once_and_draws_one_number(b: Books) -> None:
    b.number_advances()
    memo, advance = b.adjustment(-10, post=False), b.advance(10, post=False)
    for post in (
        partial(adjustments.post, actor=b.actor, ids=[memo]),
        partial(advances.post, actor=b.actor, ids=[advance]),
    ):
        found = race(b, [post] * 4)
        assert (found.done, dict(found.refused)) == (1, {"not_a_draft": 3})
    assert [b.document(key).number for key in (memo, advance)] == ["ADJ-00001", "ADV-00001"]
    assert b.document(b.adjustment(1)).number == "ADJ-00002"
    require_sound(b)


def test_an_advance_is_reversed_or_used_but_not_both(b: Books) -> None:
    for _ in range(3):
        advance, invoice = b.advance(10), b.invoice(10)
        use = partial(b.match, (b.line(invoice), b.line(advance), 10))
        found = race(b, [use, partial(b.reverse, advance)])
        assert found.done == 1
        assert set(found.refused) <= {"nothing_left", "still_applied"}
    require_sound(b)
