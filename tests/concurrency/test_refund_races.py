"""Two people and one credit: whatever they do at the same instant, it is given back or used once (SPEC 9)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from arledger.core.errors import Refusal
from arledger.core.scope import company_scope
from ledger.checks import check
from ledger.models import Document, Reservation
from refunds import services as refunds
from tests.build import TODAY, Books, books
from tests.concurrency.racing import Race, Turn, applied_to, race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        made.configure(refunds_enabled=True)
        yield made


def sound(b: Books) -> None:
    require_sound(b)
    assert check(b.company.pk) == []


def one_won(found: Race, *codes: str) -> None:
    assert found.done == 1, found
    assert set(found.refused) <= set(codes), found.refused


def told(turn: Turn, heard: list[str]) -> Turn:
    """The turn, its refusal's sentence kept."""

    def run() -> object:
        try:
            return turn()
        except Refusal as refusal:
            heard.append(str(refusal))
            raise

    return run


def test_two_drafts_on_one_credit(b: Books) -> None:
    """The loser is told how much is left."""
    for _ in range(4):
        credit, heard = b.adjustment(-100), list[str]()
        turns = [told(partial(b.refund, {credit: 70}, post=False), heard) for _ in range(4)]
        one_won(race(b, turns), "refund_not_enough_left")
        name = b.document(credit).number
        assert heard == [f"{name} has 30.00 left; you entered 70.00. Use 30.00."] * 3
    sound(b)


def test_post_against_apply(b: Books) -> None:
    for _ in range(4):
        credit = b.adjustment(-100)
        line, charge = b.line(credit), b.line(b.invoice(100))
        turns: list[Turn] = [
            partial(b.refund, {credit: 70}),
            partial(b.match, (charge, line, 70)),
            partial(b.refund, {credit: 60}, post=False),
        ]
        one_won(race(b, turns), "refund_not_enough_left", "not_enough_left")
    sound(b)


def test_posting_a_draft_against_apply_keeps_what_it_reserved(b: Books) -> None:
    for _ in range(4):
        credit = b.adjustment(-100)
        line, charge = b.line(credit), b.line(b.invoice(100))
        draft = b.refund({credit: 70}, post=False)
        found = race(
            b,
            [
                partial(refunds.post, actor=b.actor, ids=[draft]),
                partial(b.match, (charge, line, 31)),
                partial(b.match, (charge, line, 30)),
            ],
        )
        assert (found.done, dict(found.refused)) in [
            (2, {"not_enough_left": 1}),
            (2, {"nothing_left": 1}),
        ]
        assert b.open(credit) == 0
        assert b.document(draft).state == "posted"
    sound(b)


def test_double_post(b: Books) -> None:
    for _ in range(4):
        credit = b.adjustment(-100)
        draft = b.refund({credit: 70}, post=False)
        one_won(race(b, [partial(refunds.post, actor=b.actor, ids=[draft])] * 6), "refund_not_a_draft")
        assert applied_to(b, credit) == 70
    sound(b)


def test_post_against_delete_and_edit(b: Books) -> None:
    for _ in range(4):
        credit = b.adjustment(-100)
        draft = b.refund({credit: 70}, post=False)
        turns: list[Turn] = [
            partial(refunds.post, actor=b.actor, ids=[draft], version=1),
            partial(refunds.delete, actor=b.actor, ids=[draft], version=1),
            partial(refunds.edit, actor=b.actor, key=draft, entered=b.refunded({credit: 20}), version=1),
        ]
        one_won(race(b, turns * 2), "refund_not_a_draft", "not_found", "stale")
        assert b.open(credit) in (-100, -30)
    sound(b)


def test_void_twice(b: Books) -> None:
    for _ in range(4):
        credit = b.adjustment(-100)
        refund = b.refund({credit: 70})
        one_won(race(b, [partial(b.reverse, refund)] * 6), "already_voided")
        assert b.state(credit)[:2] == (-100, "available")
    sound(b)


def test_post_against_void(b: Books) -> None:
    """What a void gives back may be refunded by the draft's rival only once it is back; nothing is given twice."""
    for _ in range(6):
        credit = b.adjustment(-100)
        refund = b.refund({credit: 70})
        draft = b.refund({credit: 30}, post=False)
        turns: list[Turn] = [
            partial(b.reverse, refund),
            partial(refunds.post, actor=b.actor, ids=[draft]),
            partial(b.refund, {credit: 70}),
            partial(b.match, (b.line(b.invoice(70)), b.line(credit), 70)),
        ]
        found = race(b, turns)
        assert set(found.refused) <= {"refund_nothing_left", "refund_credit_reserved", "nothing_left"}, found
        assert found.done in (2, 3)
        assert b.open(credit) == (-70 if found.done == 2 else 0)
        assert b.document(draft).state == "posted"
    sound(b)


def test_post_against_the_reversal_of_the_credit(b: Books) -> None:
    for _ in range(4):
        credit = b.adjustment(-100)
        turns: list[Turn] = [partial(b.reverse, credit), partial(b.refund, {credit: 70})]
        one_won(race(b, turns), "still_refunded", "refund_nothing_left")
    sound(b)


def test_a_refused_posting_leaves_the_draft_unharmed(b: Books) -> None:
    """The person who may not post it alone is refused while others read and use the rest of the credit."""
    b.configure(refund_two_person=True)
    credit = b.adjustment(-100)
    draft = b.refund({credit: 70}, post=False)
    other = replace(b, actor=replace(b.actor, user_id=b.actor.user_id))
    found = race(b, [partial(refunds.post, actor=other.actor, ids=[draft])] * 4)
    assert dict(found.refused) == {"refund_second_person": 4}
    row = Document.objects.get(pk=draft)
    assert (row.state, row.version, row.number, row.total) == ("draft", 1, None, 70)
    held = Reservation.objects.filter(company=b.company, document=draft)
    assert list(held.values_list("amount", flat=True)) == [-70]
    sound(b)


def clerk(b: Books, seed: int, credits: list[int], charges: list[int]) -> Turn:
    """Drafts, posts, deletes and voids refunds over several credits in any order, and applies the same credits."""
    rng = random.Random(seed)
    lines = {key: b.line(key) for key in (*credits, *charges)}

    def turn() -> None:
        dice, some = rng.random(), rng.sample(credits, 2)
        mine = Document.objects.filter(company=b.company, kind="refund", reverses=None).order_by("?")
        if dice < 0.35:
            b.refund(dict.fromkeys(some, rng.randint(1, 20)), post=rng.random() < 0.5)
        elif dice < 0.5:
            b.match((lines[rng.choice(charges)], lines[some[0]], rng.randint(1, 20)))
        elif dice < 0.7:
            refunds.post(actor=b.actor, ids=[d.pk for d in mine.filter(state="draft")[:2]] or [0])
        elif dice < 0.8:
            refunds.delete(actor=b.actor, ids=[d.pk for d in mine.filter(state="draft")[:1]] or [0])
        else:
            key = [d.pk for d in mine.filter(state="posted")[:1]] or [0]
            refunds.void(actor=b.actor, ids=key, on=TODAY, reason="wrong")

    return turn


def test_clerks_over_the_same_credits_never_deadlock_and_never_give_twice(b: Books) -> None:
    customers = [b.customer, b.add_customer("Other")]
    for customer in customers:
        b.customer = customer
        credits, charges = [b.adjustment(-100) for _ in range(4)], [b.invoice(200) for _ in range(2)]
        turns = [clerk(replace(b), seed, credits, charges) for seed in range(6)]
        found = race(b, turns, 12)
        assert found.done > 20
        expected = {
            "refund_not_enough_left",
            "refund_nothing_left",
            "refund_credit_reserved",
            "not_enough_left",
            "nothing_left",
            "not_found",
            "refund_not_a_draft",
            "already_voided",
            "several",
        }
        assert set(found.refused) <= expected, found.refused
        with company_scope(b.company.pk):
            assert all(applied_to(b, credit) <= 100 for credit in credits)
    sound(b)
