"""Real threads on PostgreSQL: exactly one effect each time, the others a typed refusal, no deadlock (DESIGN 2)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest
from django.db import IntegrityError, connection, transaction

from arledger.core import idempotency
from arledger.core.errors import Busy
from arledger.core.sql import execute, fetch_all
from invoices import services as invoices
from ledger.models import Document
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.matching import in_force
from tests.build import TODAY, Books, books, money
from tests.concurrency.racing import PATIENCE_SECONDS, Race, Turn, race, require_sound

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        yield made


def one_won(found: Race, *codes: str) -> None:
    assert found.done == 1, found
    assert set(found.refused) <= set(codes), found.refused


def test_one_credit_is_given_once(b: Books) -> None:
    """Eight clerks want all of it at the same instant, over and over."""
    for _ in range(3):
        credit = b.line(b.receipt(100))
        charges = [b.line(b.invoice(100)) for _ in range(8)]
        found = race(b, [partial(b.match, (charge, credit, 100)) for charge in charges])
        assert (found.done, dict(found.refused)) == (1, {"nothing_left": 7})
    require_sound(b)


def test_sixty_postings_of_which_twenty_fail_late_leave_no_gap(b: Books) -> None:
    """They fail after the number was drawn and everything was written."""
    turns = count()

    def post() -> str:
        turn = next(turns)
        with transaction.atomic():
            key = b.invoice(10, 20, -5) if turn % 2 else b.receipt(10)
            if turn % 3 == 0:
                raise Busy()
            return str(b.document(key).number)

    found = race(b, [post] * 6, 10)
    assert (found.done, dict(found.refused)) == (40, {"busy": 20})
    drawn = sorted(str(number) for number in found.results)
    made = Document.objects.filter(company=b.company).order_by("kind", "sequence_value")
    assert drawn == [document.number for document in made]
    for prefix in ("INV", "PAY"):
        own = [number for number in drawn if number.startswith(prefix)]
        assert own == [f"{prefix}-{n:05}" for n in range(1, len(own) + 1)]
    require_sound(b)


def test_first_matches_at_the_same_instant_get_different_codes(b: Books) -> None:
    """Of one customer and of different ones, whom no lock keeps apart."""
    customers = [b.customer] * 4 + [b.add_customer() for _ in range(4)]
    for _ in range(3):
        charged = [b.invoice(10, customer=customer) for customer in customers]
        pays = [
            partial(b.receipt, 10, [invoice], customer=customer)
            for invoice, customer in zip(charged, customers, strict=True)
        ]
        assert race(b, pays).done == 8
        assert len({b.code(invoice) for invoice in charged}) == 8
    drawn = "SELECT count(DISTINCT charge_code) FROM ledger_application WHERE company_id = %s"
    last = "SELECT last_value FROM companies_numbersequence WHERE company_id = %s AND code = 'MATCH'"
    assert fetch_all(drawn, [b.company.pk]) == fetch_all(last, [b.company.pk]) == [(24,)], "none was skipped"
    require_sound(b)


def test_a_draft_is_posted_once(b: Books) -> None:
    for _ in range(3):
        draft = b.invoice(10, -3, post=False)
        one_won(race(b, [partial(invoices.post, actor=b.actor, ids=[draft])] * 6), "not_a_draft")
        charged = b.invoice(100)
        held = b.receipt(60, [charged], post=False)
        one_won(race(b, [partial(payments.post, actor=b.actor, ids=[held])] * 6), "not_a_draft")
        assert b.open(charged) == 40
    require_sound(b)


def test_a_draft_is_posted_or_deleted(b: Books) -> None:
    for _ in range(4):
        charged = b.invoice(100)
        held = b.receipt(60, [charged], post=False)
        turns: list[Turn] = [
            partial(payments.post, actor=b.actor, ids=[held]),
            partial(payments.delete, actor=b.actor, ids=[held]),
        ]
        one_won(race(b, turns * 2), "not_a_draft", "not_found")
        assert b.open(charged) in (40, 100)
        assert b.figures(charged).reserved == 0
    require_sound(b)


def test_a_line_that_waited_for_who_posts_its_document_is_refused(b: Books) -> None:
    """The guard of new lines reads the document as the poster left it, not as it was before it waited."""
    draft = b.invoice(10, post=False)
    posted = threading.Event()

    def post() -> None:
        with transaction.atomic():
            invoices.post(actor=b.actor, ids=[draft])
            posted.set()
            time.sleep(0.3)

    def add() -> None:
        assert posted.wait(PATIENCE_SECONDS)
        with pytest.raises(IntegrityError, match="never gets another line"):
            execute(
                "INSERT INTO ledger_line (company_id, document_id, position, currency, customer_id, amount,"
                " account_id, control_account_id, description, tax_code) SELECT company_id, document_id, 2,"
                " currency, customer_id, 5, account_id, control_account_id, '', '' FROM ledger_line"
                " WHERE document_id = %s",
                [draft],
            )

    assert race(b, [post, add]).done == 2
    require_sound(b)


def test_selecting_and_receiving_never_take_the_same_amount(b: Books) -> None:
    for _ in range(5):
        charged = b.invoice(100)
        line = b.line(charged)
        turns: list[Turn] = [
            partial(b.receipt, 70, lines={line: 70}, post=False),
            partial(b.receipt, 70, lines={line: 70}),
            partial(b.receipt, 40, per_document={charged: 40}),
        ]
        assert race(b, turns).done == 1
    require_sound(b)


def test_a_document_is_reversed_or_matched_not_both(b: Books) -> None:
    expected = {"still_applied", "nothing_left", "not_enough_left", "not_an_open_charge"}
    for _ in range(5):
        charged, credit = b.invoice(100), b.receipt(100, leave=True)
        charge_line, credit_line = b.line(charged), b.line(credit)
        turns: list[Turn] = [
            partial(b.reverse, charged),
            partial(b.reverse, credit),
            partial(b.match, (charge_line, credit_line, 100)),
            partial(b.receipt, 30, lines={charge_line: 30}),
        ]
        assert set(race(b, turns).refused) <= expected
        assert b.open(charged) in (0, 70)
    require_sound(b)


def test_a_document_is_reversed_once(b: Books) -> None:
    for _ in range(3):
        charged = b.invoice(100, -5)
        paid = b.receipt(50, [charged])
        one_won(race(b, [partial(b.reverse, paid)] * 4), "already_reversed")
        one_won(race(b, [partial(b.reverse, charged)] * 4), "already_reversed")
    require_sound(b)


def test_a_match_is_unapplied_once(b: Books) -> None:
    for _ in range(3):
        charged = b.invoice(100)
        b.receipt(100, [charged])
        application = b.applications(charged)[0]
        one_won(race(b, [partial(b.unapply, application)] * 4), "already_unapplied")
        assert in_force(company_id=b.company.pk, ids=[application])[0].left == 0
    require_sound(b)


def shared_receipt(b: Books, chosen: list[int], charged: dict[int, int], amount: int = 1) -> PaymentInput:
    parts = [PartInput(customer_id=c, amount=money(amount), documents=(charged[c],)) for c in chosen]
    return PaymentInput(date=TODAY, method="cash", payer_id=chosen[-1], parts=parts)


def test_receipts_over_several_customers_in_any_order_do_not_deadlock(b: Books) -> None:
    """Received, drafted, moved to other customers, posted, reversed: locks are taken in one order."""
    everybody = [b.customer, *(b.add_customer() for _ in range(5))]
    charged = {customer: b.invoice(10_000, customer=customer) for customer in everybody}

    def clerk(seed: int) -> Turn:
        rng = random.Random(seed)

        def turn() -> None:
            entered = shared_receipt(b, rng.sample(everybody, 3), charged)
            post = rng.random() < 0.5
            key = payments.receive(actor=b.actor, payments=[entered], post=post)[0]
            if not post:
                moved = shared_receipt(b, rng.sample(everybody, 2), charged, 2)
                payments.edit(actor=b.actor, key=key, entered=moved, version=1)
                payments.post(actor=b.actor, ids=[key])
            elif rng.random() < 0.3:
                b.reverse(key)

        return turn

    found = race(b, [clerk(seed) for seed in range(6)], 8)
    assert (found.done, dict(found.refused)) == (48, {})
    require_sound(b)


def test_a_double_click_has_one_effect_and_one_answer(b: Books) -> None:
    """The key is claimed in the effect's own transaction; one that fails leaves the key to the next."""
    for failing in (0, 2):
        charged = b.invoice(100)
        turns = count()

        def click(
            key: str, charged: int = charged, failing: int = failing, turns: Iterator[int] = turns
        ) -> str:
            with transaction.atomic():
                claimed = {"actor": b.actor, "endpoint": "receive", "key": key}
                answer = idempotency.claim(**claimed, body="the same")  # type: ignore[arg-type]
                if answer is not None:
                    return answer
                answer = str(b.receipt(60, [charged]))
                if next(turns) < failing:
                    raise Busy()
                idempotency.answered(**claimed, answer=answer)  # type: ignore[arg-type]
                return answer

        found = race(b, [partial(click, f"key {charged}")] * 6)
        assert (found.done, found.refused["busy"]) == (6 - failing, failing)
        assert len(set(found.results)) == 1
        assert b.open(charged) == 40
    require_sound(b)


def test_who_waits_too_long_is_told_busy_and_nothing_is_written(b: Books) -> None:
    charged = b.invoice(100)
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            fetch_all("SELECT 1 FROM customers_customer WHERE id = %s FOR NO KEY UPDATE", [b.customer])
            held.set()
            assert released.wait(PATIENCE_SECONDS)

    def wait() -> None:
        assert held.wait(PATIENCE_SECONDS)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            b.receipt(10, [charged])
        finally:
            released.set()

    found = race(b, [hold, wait])
    assert (found.done, dict(found.refused)) == (1, {"busy": 1})
    assert b.open(charged) == 100
    assert not Document.objects.filter(company=b.company, kind="payment").exists()
