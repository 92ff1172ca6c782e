"""Raw SQL cannot put a receipt into two deposits, nor change what a deposit brought to the bank (SPEC 8)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.build import TODAY
from tests.guards.conftest import Person

RECEIPT = "ledger_deposititem_receipt"
DRAFT = "ledger_deposititem_draft"
POSTED = "ledger_deposititem_posted"
ITEMS = "ledger_deposit_items"
ONCE = "ledger_deposititem_once"
POST = (
    "UPDATE ledger_document SET state = 'posted', number = 'X-1', gl_date = date, posted_at = created_at"
    " WHERE id = %s"
)


def put(someone: Person, receipt: int, **more: object) -> tuple[str, list[object]]:
    """The statement that puts a receipt into the draft, with changes."""
    ours = someone.ours
    amount, account = someone.rows(
        "SELECT -total, (SELECT min(id) FROM companies_account) FROM ledger_document WHERE id = %s", receipt
    )[0]
    row: dict[str, object] = {
        "company_id": ours.company,
        "document_id": ours.drafted_deposit,
        "receipt_id": receipt,
        "account_id": account,
        "amount": amount,
    } | more
    marks = ", ".join(["%s"] * len(row))
    return f"INSERT INTO ledger_deposititem ({', '.join(row)}) VALUES ({marks})", list(row.values())


def mirror(someone: Person, original: int, **more: object) -> int:
    """A draft that reverses a document, as its reversal writes it; its key."""
    row: dict[str, Any] = someone.one("SELECT to_jsonb(d) FROM ledger_document d WHERE id = %s", original)
    kept = ("company_id", "kind", "customer_id", "currency", "amount", "bank_account_id", "exchange_rate")
    columns: dict[str, object] = {name: row[name] for name in (*kept, "created_at", "updated_at")}
    columns |= {
        "state": "draft",
        "date": TODAY,
        "reverses_id": original,
        "total": -row["total"],
        "version": 1,
    }
    columns |= {
        "reference": "",
        "description": "",
        "bill_to": "",
        "method": row["method"],
        "reason": "x",
    } | more
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    return int(
        someone.one(f"INSERT INTO ledger_document ({names}) VALUES ({marks}) RETURNING id", *columns.values())
    )


def test_a_receipt_of_undeposited_funds_goes_into_a_draft(someone: Person) -> None:
    """So that the refusals below are not for another reason."""
    statement, values = put(someone, someone.ours.held)
    assert someone.run(statement, *values) == 1
    assert someone.run("DELETE FROM ledger_deposititem WHERE receipt_id = %s", someone.ours.drafted) == 1


@pytest.mark.parametrize("receipt", ["deposited", "drafted"])
def test_a_receipt_lies_in_one_deposit(someone: Person, receipt: str) -> None:
    statement, values = put(someone, getattr(someone.ours, receipt))
    someone.refused(statement, *values, by=ONCE)
    statement, values = put(someone, getattr(someone.ours, receipt), in_force=False)
    someone.refused(statement, *values, by=DRAFT)


@pytest.mark.parametrize("wrong", ["receipt", "invoice", "holder", "deposit"])
def test_only_posted_receipts_of_undeposited_funds(someone: Person, wrong: str) -> None:
    statement, values = put(someone, getattr(someone.ours, wrong), amount=5)
    someone.refused(statement, *values, by=RECEIPT)


@pytest.mark.parametrize("amount", ["8.99", "9.01", "NaN", "-9", "0"])
def test_all_of_a_receipts_cash(someone: Person, amount: str) -> None:
    statement, values = put(someone, someone.ours.held, amount=amount)
    someone.refused(statement, *values, by=[RECEIPT, "ledger_deposititem_money"])


@pytest.mark.parametrize("into", ["deposit", "draft", "receipt"])
def test_only_into_a_draft_deposit(someone: Person, into: str) -> None:
    statement, values = put(someone, someone.ours.held, document_id=getattr(someone.ours, into))
    someone.refused(statement, *values, by=DRAFT)


def test_a_reversed_receipt_is_gone(someone: Person) -> None:
    ours = someone.ours
    key = mirror(someone, ours.held)
    someone.run(
        "INSERT INTO ledger_line (company_id, document_id, customer_id, currency, position, description, account_id,"
        " control_account_id, amount, tax_code) SELECT company_id, %s, customer_id, currency, position, '',"
        " account_id, control_account_id, -amount, '' FROM ledger_line WHERE document_id = %s",
        key,
        ours.held,
    )
    someone.run(POST, key)
    statement, values = put(someone, ours.held)
    someone.refused(statement, *values, by=RECEIPT)


@pytest.mark.parametrize("receipt", ["deposited", "drafted"])
def test_a_receipt_in_a_deposit_is_not_reversed(someone: Person, receipt: str) -> None:
    original = getattr(someone.ours, receipt)
    key = mirror(someone, original)
    someone.run(
        "INSERT INTO ledger_line (company_id, document_id, customer_id, currency, position, description, account_id,"
        " control_account_id, amount, tax_code) SELECT company_id, %s, customer_id, currency, position, '',"
        " account_id, control_account_id, -amount, '' FROM ledger_line WHERE document_id = %s",
        key,
        original,
    )
    someone.refused(POST, key, by="ledger_receipt_deposited")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_deposititem SET amount = amount + 1",
        "UPDATE ledger_deposititem SET in_force = false",
        "UPDATE ledger_deposititem SET receipt_id = receipt_id",
        "DELETE FROM ledger_deposititem",
        "TRUNCATE ledger_deposititem",
    ],
)
def test_what_a_posted_deposit_holds_stays(someone: Person, statement: str) -> None:
    someone.refused(statement, by=[POSTED, "ledger_deposititem_append_only"])


@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 1",
        "bank_account_id = NULL",
        "date = date - 1",
    ],
)
def test_a_deposit_posts_what_it_holds(someone: Person, change: str) -> None:
    draft = someone.ours.drafted_deposit
    someone.run(f"UPDATE ledger_document SET {change} WHERE id = %s", draft)
    someone.refused(POST, draft, by=ITEMS)


def test_an_empty_deposit_does_not_post(someone: Person) -> None:
    draft = someone.ours.drafted_deposit
    someone.run("DELETE FROM ledger_deposititem WHERE document_id = %s", draft)
    someone.refused(POST, draft, by=ITEMS)
    someone.run("UPDATE ledger_document SET amount = 0 WHERE id = %s", draft)
    someone.refused(POST, draft, by=ITEMS)


def test_a_draft_with_its_items_posts(someone: Person) -> None:
    assert someone.run(POST, someone.ours.drafted_deposit) == 1
    someone.refused(
        "DELETE FROM ledger_deposititem WHERE document_id = %s", someone.ours.drafted_deposit, by=POSTED
    )


def test_a_reversal_brings_back_all_of_it(someone: Person) -> None:
    ours = someone.ours
    for change in ({"amount": 6}, {"exchange_rate": 2}, {"bank_account_id": None}):
        with pytest.raises(psycopg.Error) as caught, someone.cursor.connection.transaction():
            someone.run(POST, mirror(someone, ours.deposit, **change))
        assert caught.value.diag.constraint_name == "ledger_document_mirror", change
    key = mirror(someone, ours.deposit)
    in_force = "SELECT in_force FROM ledger_deposititem WHERE document_id = %s"
    assert someone.one(in_force, ours.deposit) is True
    someone.run(POST, key)
    assert someone.one(in_force, ours.deposit) is False
    statement, values = put(someone, ours.deposited)
    assert someone.run(statement, *values) == 1


def test_a_reversal_holds_nothing_of_its_own(someone: Person) -> None:
    key = mirror(someone, someone.ours.deposit)
    statement, values = put(someone, someone.ours.held, document_id=key)
    someone.refused(statement, *values, by=DRAFT)


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_old_picture_of_the_books_is_no_way_around(someone: Person, level: str) -> None:
    """There a lock shows what others have committed only to those who read anew."""
    ours = someone.ours
    someone.cursor.connection.commit()
    someone.run(f"SET TRANSACTION ISOLATION LEVEL {level}")
    someone.run("SELECT set_config('arledger.company', %s, true)", str(ours.company))
    statement, values = put(someone, ours.held)
    someone.refused(statement, *values, by="ledger_read_committed")
    someone.refused(
        POST, mirror(someone, ours.held, total=0), by=["ledger_read_committed", "ledger_document_mirror"]
    )
