"""The checker about deposits: each way to falsify them behind the books' back is named (SPEC 17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from deposits import services as deposits
from ledger.checks import check
from tests.build import TODAY, Books, books

Break = Callable[..., None]


@pytest.fixture
def made(committed: None) -> Iterator[Books]:
    with books() as b:
        yield b


@pytest.fixture
def behind(made: Books, owner_cursor: psycopg.Cursor[Any]) -> Break:
    """Run a statement as the owner of the tables, with the guards of ``table`` out of the way."""

    def run(table: str, statement: str, *parameters: object) -> None:
        owner_cursor.execute("SELECT set_config('arledger.company', %s, true)", [str(made.company.pk)])
        owner_cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner_cursor.execute(statement, parameters)
        assert owner_cursor.rowcount > 0
        owner_cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        owner_cursor.connection.commit()

    return run


def told(b: Books) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding)) for finding in check(b.company.pk)]


def test_an_amount_that_is_not_the_receipts(made: Books, behind: Break) -> None:
    key = made.deposit(made.cash(100))
    behind("ledger_document", "UPDATE ledger_document SET amount = 90 WHERE id = %s", key)
    assert told(made)[:2] == [
        ("journal_balance", "DEP-00001: its journal rows add up to −10.00 instead of 0."),
        ("deposit_amount", "DEP-00001: its amount is 90.00, its receipts add up to 100.00."),
    ]


def test_a_receipt_of_a_bank_account(made: Books, behind: Break) -> None:
    made.deposit(made.cash(100))
    other = made.receipt(100)
    behind("ledger_deposititem", "UPDATE ledger_deposititem SET receipt_id = %s", other)
    assert (
        "deposit_receipt",
        "DEP-00001: it holds PAY-00002, which is no receipt of undeposited funds of that amount.",
    ) in told(made)


def test_a_receipt_in_two_deposits(made: Books, behind: Break) -> None:
    receipt = made.cash(100)
    first = made.deposit(receipt)
    deposits.reverse(actor=made.actor, ids=[first], on=TODAY, reason="x")
    second = made.deposit(receipt)
    third = made.deposit(made.cash(100))
    behind(
        "ledger_deposititem",
        "UPDATE ledger_deposititem SET receipt_id = %s, in_force = false WHERE document_id = %s",
        receipt,
        third,
    )
    assert made.document(second).number == "DEP-00003"
    found = told(made)
    assert ("deposit_twice", "PAY-00001 lies in more than one deposit: DEP-00003, DEP-00004.") in found
    assert "deposit_in_force" in dict(found)


def test_undeposited_funds_that_nobody_holds(made: Books, behind: Break) -> None:
    """The journal believes the lines; a receipt that says it went to the bank no longer waits."""
    made.cash(40)
    moved = made.cash(100)
    made.deposit(moved)
    behind(
        "ledger_document",
        "UPDATE ledger_document SET bank_account_id = %s WHERE id = %s",
        made.bank,
        moved,
    )
    assert (
        "undeposited_funds",
        "Account 511000, EUR: the journal says −60.00, the receipts not deposited add up to 40.00.",
    ) in told(made)
