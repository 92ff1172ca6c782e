"""Several verbs in one transaction lock as one verb does: customers first, the audit trail last (DESIGN 2).

Otherwise the second verb waits for somebody who waits for what the first has taken: a deadlock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from arledger.core import audit, late
from arledger.core.models import AuditEvent, OutboxEvent
from arledger.core.sql import execute, fetch_all
from checkout.services import QuickDepositInput, ReceiptInput, checkout, quick_deposit
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from tests.build import TODAY, Books, books, money
from tests.clerk import at_the_time_of_the_books
from tests.concurrency.racing import PATIENCE_SECONDS, Turn, race, require_sound
from tests.imports.files import Files
from tests.integrator import Integrator

__all__ = ["at_the_time_of_the_books"]
pytestmark = pytest.mark.usefixtures("committed")
# Whether somebody waits for what this transaction has locked.
AWAITED = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def in_the_way(have: Callable[[], object], want: Callable[[], object], verb: Turn) -> tuple[Turn, Turn]:
    """Somebody who takes one lock, waits until ``verb`` needs it, and then takes another; and the verb."""
    taken = threading.Event()

    def somebody() -> None:
        with transaction.atomic():
            have()
            taken.set()
            until = time.monotonic() + PATIENCE_SECONDS
            while not fetch_all(AWAITED)[0][0]:
                assert time.monotonic() < until, "the verb never came to this lock"
                time.sleep(0.02)
            want()

    def it() -> object:
        assert taken.wait(PATIENCE_SECONDS)
        return verb()

    return somebody, it


def counter(b: Books, code: str) -> None:
    execute(
        "SELECT FROM companies_numbersequence WHERE company_id = %s AND code = %s FOR UPDATE",
        [b.company.pk, code],
    )


def account(b: Books, customer: int) -> None:
    execute(
        "SELECT FROM customers_customer WHERE company_id = %s AND id = %s FOR NO KEY UPDATE",
        [b.company.pk, customer],
    )


def trail(b: Books) -> None:
    audit.record(actor=b.actor, action="look", object_kind="test")


def lines(*amounts: int) -> list[LineInput]:
    return [LineInput(amount=money(amount)) for amount in amounts]


def sell(b: Books) -> object:
    receipt = ReceiptInput(amount=money(60), date=TODAY, method="transfer", bank_account_id=b.bank)
    invoice = DocumentInput(customer_id=b.customer, date=TODAY, lines=lines(40, 20))
    return checkout(actor=b.actor, invoice=invoice, payments=[receipt])


def bring(b: Books) -> object:
    entered = QuickDepositInput(
        customer_id=b.customer, date=TODAY, method="cash", lines=lines(30), bank_account_id=b.bank
    )
    return quick_deposit(actor=b.actor, deposits=[entered])


def received(b: Books, *parts: PartInput) -> list[int]:
    entered = [
        PaymentInput(date=TODAY, method="transfer", parts=[part], bank_account_id=b.bank) for part in parts
    ]
    return payments.receive(actor=b.actor, payments=entered)


def settle(b: Books) -> object:
    """The second receipt is what the first has left of the balance, so it is spread after that was posted."""
    b.invoice(100)
    return received(
        b,
        PartInput(customer_id=b.customer, amount=money(10), leave=True),
        PartInput(customer_id=b.customer, amount=money(90)),
    )


@pytest.mark.parametrize(("verb", "code"), [(sell, "PAY"), (bring, "PAY"), (settle, "MATCH")])
def test_the_audit_trail_is_not_held_while_the_next_number_is_awaited(
    b: Books, verb: Callable[[Books], object], code: str
) -> None:
    turns = in_the_way(partial(counter, b, code), partial(trail, b), partial(verb, b))
    assert race(b, turns).done == 2
    require_sound(b)


@pytest.mark.usefixtures("at_the_time_of_the_books")
@pytest.mark.parametrize("mode", ["atomic", "each"])
def test_a_bulk_call_locks_its_customers_at_once(b: Books, mode: str) -> None:
    """Those of what is posted and of what stays a draft are not locked one group after the other."""
    first, second = sorted((b.customer, b.add_customer()))
    api = Integrator(b)
    items = [
        {"customer": f"cus_{second}", "action": "post"},
        {"customer": f"cus_{first}", "action": "draft"},
    ]
    head: dict[str, Any] = {"date": "2026-03-15", "amount": "5", "method": "cash", "undeposited": True}

    def call() -> object:
        answer = api.post("/payments/bulk", {"mode": mode, "items": [head | item for item in items]})
        return [one["status"] for one in answer["results"]]

    found = race(b, in_the_way(partial(account, b, first), partial(account, b, second), call))
    assert [201, 201] in found.results, found
    require_sound(b)


def test_a_chunk_of_a_file_locks_its_customers_at_once(b: Books, tmp_path: Path) -> None:
    first, second = sorted((b.customer, b.add_customer()))
    codes = dict(fetch_all("SELECT id, code FROM customers_customer WHERE company_id = %s", [b.company.pk]))
    text = (
        "key,customer,date,amount,method,bank_account,action\n"
        f"a,{codes[second]},2026-03-15,5,cash,BANK,post\n"
        f"b,{codes[first]},2026-03-15,6,cash,BANK,draft\n"
    )

    def load() -> object:
        return Files(tmp_path, b).load("payments", text, good_rows=True).good

    found = race(b, in_the_way(partial(account, b, first), partial(account, b, second), load))
    assert True in found.results, found
    require_sound(b)


def test_a_draft_given_to_another_customer_is_not_posted_under_the_lock_of_the_first(b: Books) -> None:
    draft, other = b.invoice(10, post=False), b.add_customer()
    moved = DocumentInput(customer_id=other, date=TODAY, lines=lines(10))
    give = partial(invoices.edit, actor=b.actor, key=draft, entered=moved, version=b.document(draft).version)
    post = partial(invoices.post, actor=b.actor, ids=[draft])
    found = race(b, in_the_way(give, lambda: None, post))
    assert (found.done, dict(found.refused)) == (1, {"busy": 1})
    assert (b.document(draft).customer_id, b.document(draft).state) == (other, "draft")
    require_sound(b)


def test_what_was_taken_back_within_leaves_no_event(b: Books) -> None:
    """Neither in the trail nor in the feed, though both are written last."""
    with transaction.atomic(), late.held():
        with suppress(ZeroDivisionError), transaction.atomic(), late.held():
            b.invoice(10)
            raise ZeroDivisionError
        with transaction.atomic(), late.held():
            kept = b.invoice(20)
        assert not OutboxEvent.objects.filter(company_id=b.company.pk, kind="invoice.posted").exists()
    told = OutboxEvent.objects.filter(company_id=b.company.pk, kind="invoice.posted")
    assert [list(event.object_ids) for event in told] == [[kept]]
    noted = AuditEvent.objects.filter(company_id=b.company.pk, action="post")
    assert [list(event.object_ids) for event in noted] == [[kept]]
    require_sound(b)
