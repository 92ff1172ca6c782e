"""A list in one call makes the same books as one at a time, and costs no more statements (DESIGN 4, batch first)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arledger.core.errors import Refusal
from arledger.core.sql import COPY_FROM, execute, fetch_all
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Document
from ledger.posting import rehearsal
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from tests.build import TODAY, Books, books
from tests.examples import examples

pytestmark = pytest.mark.django_db
DOCUMENTS = """
SELECT d.kind, d.state, d.number, d.date, d.due_date, d.gl_date, d.total, d.amount, c.code, o.number, s.code,
       d.sequence_value
FROM ledger_document d JOIN customers_customer c ON c.company_id = d.company_id AND c.id = d.customer_id
LEFT JOIN ledger_document o ON o.company_id = d.company_id AND o.id = d.reverses_id
LEFT JOIN companies_numbersequence s ON s.company_id = d.company_id AND s.id = d.sequence_id
WHERE d.company_id = %s ORDER BY d.id
"""
LINES = """
SELECT d.number, l.position, l.amount, l.applied_amount, l.reserved_amount, a.code, k.code
FROM ledger_line l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id
JOIN companies_account a ON a.company_id = l.company_id AND a.id = l.account_id
JOIN companies_account k ON k.company_id = l.company_id AND k.id = l.control_account_id
WHERE l.company_id = %s ORDER BY d.id, l.position
"""
MATCHES = """
SELECT m.number, cd.number, c.position, kd.number, k.position, a.amount, a.date, a.charge_code, a.credit_code,
       a.reverses_id IS NULL
FROM ledger_application a
JOIN ledger_document m ON m.company_id = a.company_id AND m.id = a.document_id
JOIN ledger_line c ON c.company_id = a.company_id AND c.id = a.charge_line_id
JOIN ledger_line k ON k.company_id = a.company_id AND k.id = a.credit_line_id
JOIN ledger_document cd ON cd.company_id = a.company_id AND cd.id = a.charge_document_id
JOIN ledger_document kd ON kd.company_id = a.company_id AND kd.id = a.credit_document_id
WHERE a.company_id = %s ORDER BY 1, 2, 3, 4, 5, 6, 7
"""
COUNTERS = "SELECT code, last_value FROM companies_numbersequence WHERE company_id = %s ORDER BY 1"


def everything(b: Books) -> list[object]:
    """The books without their keys."""
    return [fetch_all(statement, [b.company.pk]) for statement in (DOCUMENTS, LINES, MATCHES, COUNTERS)]


@contextmanager
def undone() -> Iterator[None]:
    """Leave no trace of what happens inside."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def outcome(b: Books, verb: Callable[[], object]) -> list[object] | str:
    """The books after a verb, or "refused"."""
    with undone():
        try:
            with transaction.atomic():
                verb()
        except Refusal:
            return "refused"
        return everything(b)


def each(verb: Callable[[list[int]], object], items: Sequence[int]) -> Callable[[], None]:
    def run() -> None:
        for item in items:
            verb([item])

    return run


AMOUNTS = st.lists(st.integers(-20, 60).map(Decimal), min_size=1, max_size=4)
DAYS = st.integers(-10, 10).map(lambda n: TODAY + timedelta(days=n))
INVOICES = st.lists(st.tuples(st.integers(0, 1), AMOUNTS, DAYS), min_size=1, max_size=6)
RECEIPTS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(1, 120).map(Decimal),
        DAYS,
        st.booleans(),
        st.lists(st.integers(0, 9), max_size=3, unique=True),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def b() -> Iterator[Books]:
    with books() as made:
        made.names["other"] = made.add_customer("Other")
        yield made


def customer(b: Books, which: int) -> int:
    return [b.customer, b.names["other"]][which]


def invoice_inputs(b: Books, specs: Sequence[tuple[int, list[Decimal], date]]) -> list[DocumentInput]:
    return [
        DocumentInput(
            customer_id=customer(b, who),
            date=day,
            lines=[LineInput(amount=amount) for amount in amounts],
        )
        for who, amounts, day in specs
    ]


QUICK = settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(specs=INVOICES, way=st.randoms(use_true_random=False))
def test_entering_and_posting_invoices(
    b: Books, specs: list[tuple[int, list[Decimal], date]], way: object
) -> None:
    entered = invoice_inputs(b, specs)
    actor = b.actor
    one_call = outcome(b, lambda: invoices.enter(actor=actor, invoices=entered, post=True))
    in_turn = outcome(b, lambda: [invoices.enter(actor=actor, invoices=[e], post=True) for e in entered])
    assert one_call == in_turn
    with undone():
        drafts = invoices.enter(actor=actor, invoices=entered)
        way.shuffle(drafts)  # type: ignore[attr-defined]
        posted = outcome(b, lambda: invoices.post(actor=actor, ids=drafts))
        assert posted == outcome(b, each(lambda ids: invoices.post(actor=actor, ids=ids), drafts))


def receipt_inputs(
    b: Books, specs: list[tuple[int, Decimal, date, bool, list[int]]], keys: list[int]
) -> list[PaymentInput]:
    return [
        PaymentInput(
            date=day,
            method="cash",
            parts=[
                PartInput(
                    customer_id=customer(b, who),
                    amount=amount,
                    auto=auto,
                    documents=() if auto else tuple(dict.fromkeys(keys[n % len(keys)] for n in order)),
                )
            ],
        )
        for who, amount, day, auto, order in specs
    ]


@QUICK
@given(charged=INVOICES, specs=RECEIPTS, again=st.booleans())
def test_receiving_payments(
    b: Books,
    charged: list[tuple[int, list[Decimal], date]],
    specs: list[tuple[int, Decimal, date, bool, list[int]]],
    again: bool,
) -> None:
    """Also after something was un-applied, when days differ from match to match."""
    with undone():
        keys = invoices.enter(actor=b.actor, invoices=invoice_inputs(b, charged), post=True)
        if again:
            b.receipt(70, auto=True, on=TODAY - timedelta(days=5))
            late = b.at(b.actor.at + timedelta(days=4))
            for application in {a for key in keys for a in b.applications(key)}:
                late.unapply(application)
        entered = receipt_inputs(b, specs, keys)
        one_call = outcome(b, lambda: payments.receive(actor=b.actor, payments=entered))
        in_turn = outcome(b, lambda: [payments.receive(actor=b.actor, payments=[e]) for e in entered])
        assert one_call == in_turn
        assert outcome(b, lambda: payments.receive(actor=b.actor, payments=entered, post=False)) == outcome(
            b, lambda: [payments.receive(actor=b.actor, payments=[e], post=False) for e in entered]
        )


@QUICK
@given(charged=INVOICES, specs=RECEIPTS, way=st.randoms(use_true_random=False))
def test_posting_deleting_and_reversing(
    b: Books,
    charged: list[tuple[int, list[Decimal], date]],
    specs: list[tuple[int, Decimal, date, bool, list[int]]],
    way: object,
) -> None:
    later = TODAY + timedelta(days=12)
    with undone():
        keys = invoices.enter(actor=b.actor, invoices=invoice_inputs(b, charged), post=True)
        way.shuffle(keys)  # type: ignore[attr-defined]
        flowing = [(*spec[:3], True, spec[4]) for spec in specs]
        drafts = payments.receive(actor=b.actor, payments=receipt_inputs(b, flowing, keys), post=False)
        way.shuffle(drafts)  # type: ignore[attr-defined]

        def reverse(kind: object) -> Callable[[list[int]], object]:
            return lambda ids: kind.reverse(actor=b.actor, ids=ids, on=later, reason="wrong")  # type: ignore[attr-defined]

        for verb, ids in (
            (lambda ids: payments.delete(actor=b.actor, ids=ids), drafts),
            (lambda ids: payments.post(actor=b.actor, ids=ids), drafts),
            (reverse(invoices), keys),
        ):
            assert outcome(b, lambda v=verb, i=ids: v(i)) == outcome(b, each(verb, ids))  # type: ignore[misc]
        payments.post(actor=b.actor, ids=drafts)
        assert outcome(b, lambda: reverse(payments)(drafts)) == outcome(b, each(reverse(payments), drafts))


def statements(verb: Callable[[], object]) -> int:
    """How many statements a verb sends, begin and commit of its own transaction aside."""
    with undone(), CaptureQueriesContext(connection) as queries:
        verb()
    return sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)


def invoices_of(b: Books, number: int) -> list[DocumentInput]:
    lines = [LineInput(amount=Decimal(amount)) for amount in (300, 100, -20)]
    return [DocumentInput(customer_id=customer(b, n % 2), date=TODAY, lines=lines) for n in range(number)]


def receipts_of(b: Books, keys: Sequence[int]) -> list[PaymentInput]:
    """A receipt over three invoices each."""
    return [
        PaymentInput(
            date=TODAY,
            method="cash",
            bank_account_id=b.bank,
            parts=[PartInput(customer_id=b.customer, amount=Decimal(900), documents=tuple(keys[n : n + 3]))],
        )
        for n in range(0, len(keys), 3)
    ]


def of_one(b: Books, number: int) -> list[int]:
    return invoices.enter(
        actor=b.actor,
        invoices=[e for e in invoices_of(b, 2 * number) if e.customer_id == b.customer],
        post=True,
    )


@pytest.mark.parametrize(("length", "most"), [(1, 15), (40, 15)])
def test_entering_and_posting_takes_few_statements_whatever_the_length(
    b: Books, length: int, most: int
) -> None:
    entered = invoices_of(b, length)
    b.invoice(1)
    assert statements(lambda: invoices.enter(actor=b.actor, invoices=entered, post=True)) <= most
    drafts = invoices.enter(actor=b.actor, invoices=entered)
    assert statements(lambda: invoices.post(actor=b.actor, ids=drafts)) <= most


@pytest.mark.parametrize("length", [1, 15])
def test_receiving_over_three_invoices_takes_few_statements_whatever_the_length(
    b: Books, length: int
) -> None:
    entered = receipts_of(b, of_one(b, 3 * length))
    assert statements(lambda: payments.receive(actor=b.actor, payments=entered)) <= 18
    assert statements(lambda: payments.receive(actor=b.actor, payments=entered, post=False)) <= 18
    drafts = payments.receive(actor=b.actor, payments=entered, post=False)
    assert statements(lambda: payments.post(actor=b.actor, ids=drafts)) <= 24


def test_after_a_long_list_keys_are_checked_at_once_again(b: Books) -> None:
    """In the same transaction; within the list, the row as it ends up is what is checked."""
    keys = invoices.enter(actor=b.actor, invoices=invoices_of(b, COPY_FROM), post=True)
    part = PartInput(customer_id=b.customer, amount=Decimal(1), documents=(keys[0],))
    receipt = PaymentInput(date=TODAY, method="cash", parts=[part])
    paid = payments.receive(actor=b.actor, payments=[receipt] * COPY_FROM)
    draft = b.invoice(5, post=False)
    for statement, key in (
        ("UPDATE ledger_document SET customer_id = 0 WHERE id = %s", draft),
        ("UPDATE ledger_document SET term_id = 0 WHERE id = %s", draft),
    ):
        with pytest.raises(IntegrityError, match="_fk"), transaction.atomic():
            execute(statement, [key])
    assert (len(keys), len(paid)) == (COPY_FROM, COPY_FROM)
    assert b.open(keys[0]) == 380 - COPY_FROM
    assert b.open_lines(keys[1]) == [280, 100, 0]


def test_a_rehearsal_leaves_keys_unasked_and_the_posting_after_it_asks_them(b: Books) -> None:
    keys = "SET CONSTRAINTS"
    many = invoices_of(b, COPY_FROM)
    with CaptureQueriesContext(connection) as ran, transaction.atomic(), rehearsal():
        rehearsed = invoices.enter(actor=b.actor, invoices=many, post=True)
        transaction.set_rollback(True)
    told = [query["sql"] for query in ran.captured_queries if query["sql"].startswith(keys)]
    assert [sql.split()[-1] for sql in told] == ["DEFERRED"]
    assert not Document.objects.filter(pk__in=rehearsed).exists()
    with CaptureQueriesContext(connection) as ran:
        invoices.enter(actor=b.actor, invoices=many, post=True)
    told = [query["sql"] for query in ran.captured_queries if query["sql"].startswith(keys)]
    assert [sql.split()[-1] for sql in told] == ["DEFERRED", "IMMEDIATE"]


def test_a_rehearsal_that_is_not_taken_back_is_refused(b: Books) -> None:
    drafts = Document.objects.filter(company=b.company)
    with pytest.raises(RuntimeError), transaction.atomic(), rehearsal():
        invoices.enter(actor=b.actor, invoices=invoices_of(b, 1), post=True)
    assert not drafts.exists()


def costs(b: Books, length: int) -> dict[str, int]:
    """Statements of every verb over a list of that length."""
    keys = of_one(b, 3 * length)
    found = {
        "enter": statements(
            lambda: invoices.enter(actor=b.actor, invoices=invoices_of(b, length), post=True)
        ),
        "reverse invoices": statements(
            lambda: invoices.reverse(actor=b.actor, ids=keys, on=TODAY, reason="wrong")
        ),
        "receive": statements(lambda: payments.receive(actor=b.actor, payments=receipts_of(b, keys))),
    }
    with undone():
        paid = payments.receive(actor=b.actor, payments=receipts_of(b, keys))
        found["reverse payments"] = statements(
            lambda: payments.reverse(actor=b.actor, ids=paid, on=TODAY, reason="wrong")
        )
    held = payments.receive(actor=b.actor, payments=receipts_of(b, keys), post=False)
    found["post payments"] = statements(lambda: payments.post(actor=b.actor, ids=held))
    found["delete payments"] = statements(lambda: payments.delete(actor=b.actor, ids=held))
    return found


def test_every_verb_costs_the_same_for_one_and_for_many(b: Books) -> None:
    one = costs(b, 1)
    assert one == costs(b, 12)
    assert max(one.values()) <= 30, one


def test_the_300th_receipt_on_an_invoice_costs_what_the_second_did(b: Books) -> None:
    invoice = b.invoice(100_000)
    b.receipt(1, [invoice])
    second = statements(lambda: b.receipt(1, [invoice]))
    part = PartInput(customer_id=b.customer, amount=Decimal(1), documents=(invoice,))
    payments.receive(actor=b.actor, payments=[PaymentInput(date=TODAY, method="cash", parts=[part])] * 300)
    assert statements(lambda: b.receipt(1, [invoice])) == second
    assert b.open(invoice) == 99_699
