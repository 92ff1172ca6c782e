"""Two people and one receipt: one of them wins, the other is told so (DESIGN 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from deposits import services as deposits
from deposits.inputs import DepositInput
from ledger.checks import check
from ledger.models import DepositItem, Document
from tests.build import TODAY, Books, books
from tests.concurrency.racing import race

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made
        assert check(made.company.pk) == []


def undo(b: Books, deposit: int) -> list[int]:
    return deposits.reverse(actor=b.actor, ids=[deposit], on=TODAY, reason="x")


def test_one_receipt_goes_into_one_deposit(b: Books) -> None:
    for _ in range(3):
        receipt, others = b.cash(100), [b.cash(1, customer=b.add_customer()) for _ in range(4)]
        turns = [partial(b.deposit, other, receipt, post=bool(n % 2)) for n, other in enumerate(others)]
        found = race(b, turns)
        assert (found.done, dict(found.refused)) == (1, {"already_deposited": 3})
        assert DepositItem.objects.filter(company=b.company, receipt=receipt).count() == 1


def test_a_receipt_is_deposited_or_reversed(b: Books) -> None:
    for _ in range(4):
        receipt = b.cash(100)
        found = race(b, [partial(b.deposit, receipt), partial(b.reverse, receipt)])
        assert found.done == 1
        assert set(found.refused) <= {"in_deposit", "not_undeposited"}


def test_a_deposit_is_reversed_while_its_receipt_is(b: Books) -> None:
    """Either order is right; never a reversed receipt in a deposit in force."""
    for _ in range(4):
        receipt = b.cash(100)
        key = b.deposit(receipt)
        found = race(b, [partial(undo, b, key), partial(b.reverse, receipt)])
        assert set(found.refused) <= {"in_deposit"}
        assert Document.objects.filter(company=b.company, reverses=key).count() == 1


def test_a_draft_is_posted_once(b: Books) -> None:
    for _ in range(3):
        key = b.deposit(b.cash(100), post=False)
        found = race(b, [partial(deposits.post, actor=b.actor, ids=[key])] * 4)
        assert (found.done, dict(found.refused)) == (1, {"not_a_draft": 3})


def test_a_deposit_is_reversed_once(b: Books) -> None:
    key = b.deposit(b.cash(100))
    found = race(b, [partial(undo, b, key)] * 4)
    assert (found.done, dict(found.refused)) == (1, {"already_reversed": 3})


def test_a_draft_is_edited_deleted_or_posted(b: Books) -> None:
    """Whatever comes first: the others meet another version, a posted deposit or none."""
    for _ in range(3):
        first, second = b.cash(10), b.cash(20)
        key = b.deposit(first, post=False)
        entered = DepositInput(bank_account_id=b.bank, date=TODAY, receipts=[second])
        turns: list[Callable[[], object]] = [
            partial(deposits.edit, actor=b.actor, key=key, entered=entered, version=1),
            partial(deposits.post, actor=b.actor, ids=[key], version=1),
            partial(deposits.delete, actor=b.actor, ids=[key], version=1),
        ]
        found = race(b, turns)
        assert found.done == 1
        assert set(found.refused) <= {"stale", "not_a_draft", "not_found"}
