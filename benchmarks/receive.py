"""DESIGN 6, row "receive": a payment over three invoices, and the k-th receipt on one invoice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

from arledger.core.clock import now
from arledger.core.scope import company_scope
from arledger.core.sql import ANY_KEY
from benchmarks.floor import APPLICATION, DOCUMENT, LINE, Floor
from benchmarks.generator import World, invoice
from benchmarks.measure import measure, report
from benchmarks.post import (
    APPLICATION_TYPES,
    DAY,
    DOCUMENT_TYPES,
    LINE_TYPES,
    document_row,
    line_row,
)
from invoices.services import enter
from ledger.entering import DocumentInput, LineInput
from payments.inputs import PartInput, PaymentInput
from payments.services import receive

REPEATS = 3


def open_triples(world: World, count: int) -> Iterator[tuple[int, list[int]]]:
    """Customers with three fresh invoices each, entered beforehand: (customer, documents)."""
    chance = random.Random(3)
    chosen = [chance.choice(world.customers) for _ in range(count)]
    with company_scope(world.company.pk):
        keys = enter(
            actor=world.actor,
            invoices=[invoice(chance, customer, day=DAY) for customer in chosen for _ in range(3)],
            post=True,
        )
    return iter([(customer, keys[3 * n : 3 * n + 3]) for n, customer in enumerate(chosen)])


def payment(world: World, customer: int, documents: list[int], amount: Decimal) -> PaymentInput:
    return PaymentInput(
        date=DAY,
        method="transfer",
        bank_account_id=world.bank,
        parts=[PartInput(customer_id=customer, amount=amount, documents=documents)],
    )


def three(world: World, *, operations: int) -> bool:
    """The payment covers two of the three invoices or a little more; codes are drawn."""
    needed = operations * REPEATS + 1
    mine, theirs = open_triples(world, needed), open_triples(world, needed)
    floor = Floor(world)
    amount = Decimal("900.00")

    def ours() -> None:
        customer, documents = next(mine)
        receive(actor=world.actor, payments=[payment(world, customer, documents, amount)])

    def bare() -> int:
        customer, documents = next(theirs)
        return bare_receipt(floor, customer, documents)

    with company_scope(world.company.pk):
        result = measure("receive", ours, operations=operations, repeats=REPEATS)
    bottom = measure("same statements, psycopg", bare, operations=operations, repeats=REPEATS)
    return report("receive: a payment over 3 invoices", result, bottom, target=0.3, absolute=100)


def bare_receipt(floor: Floor, customer: int, documents: list[int]) -> int:
    """One receipt line per invoice, each settling a third of that invoice's first line."""
    floor.begin([customer])
    floor.run("SELECT * FROM companies_bankaccount WHERE id = %s", [floor.world.bank])
    charges = floor.run(
        "SELECT l.id, l.document_id, l.open_amount, d.number, d.date, d.due_date, l.amount, l.reserved_amount"
        " FROM ledger_line l JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id"
        f" WHERE l.customer_id = %s AND l.is_open AND l.amount > 0 AND l.document_id = {ANY_KEY} ORDER BY 2, 1",
        [customer, documents],
    )
    firsts = {document: (line, amount) for line, document, amount, *_ in reversed(charges)}
    keys, line_keys = floor.keys(1, 3)
    shares = [firsts[document][1] for document in documents]
    floor.insert(
        "ledger_document",
        DOCUMENT,
        DOCUMENT_TYPES,
        [document_row(floor, keys[0], customer, "payment", -sum(shares, Decimal(0)))],
    )
    floor.insert(
        "ledger_line",
        LINE,
        LINE_TYPES,
        [
            line_row(floor, key, keys[0], n, customer, -share, floor.bank_account)
            for n, (key, share) in enumerate(zip(line_keys, shares, strict=True), start=1)
        ],
    )
    floor.post(floor.payments, keys, DAY)
    floor.run(
        "SELECT l.id, l.open_amount, l.reserved_amount, d.kind, d.date FROM ledger_line l JOIN ledger_document d"
        f" ON d.company_id = l.company_id AND d.id = l.document_id WHERE l.id = {ANY_KEY}",
        [line_keys + [line for line, _ in firsts.values()]],
    )
    floor.run(
        f"SELECT charge_code FROM ledger_application WHERE charge_document_id = {ANY_KEY}"
        " AND charge_code IS NOT NULL",
        [documents],
    )
    last = floor.run(
        "UPDATE companies_numbersequence SET last_value = last_value + 3 WHERE id = %s RETURNING last_value",
        [floor.codes],
    )[0][0]
    floor.insert(
        "ledger_application",
        APPLICATION,
        APPLICATION_TYPES,
        [
            (floor.world.company.pk, keys[0], firsts[document][0], line, document, keys[0], customer, share, DAY,
             now(), "", f"f{last - n}")
            for n, (document, line, share) in enumerate(zip(documents, line_keys, shares, strict=True))
        ],
    )  # fmt: skip
    return floor.finish("payment.posted", keys)


def kth(world: World, *, receipts: int) -> bool:
    """The k-th receipt on one invoice costs what the first did."""
    with company_scope(world.company.pk):
        big = DocumentInput(
            customer_id=world.customers[0],
            date=DAY,
            lines=[LineInput(amount=Decimal(1_000_000))],
        )
        key = enter(actor=world.actor, invoices=[big], post=True)[0]

        def ours() -> None:
            receive(
                actor=world.actor,
                payments=[payment(world, world.customers[0], [key], Decimal("1.00"))],
            )

        first = measure("receipts 1 to 150", ours, operations=50)
        many = [payment(world, world.customers[0], [key], Decimal("1.00")) for _ in range(1_000)]
        for _ in range(receipts // 1_000):
            receive(actor=world.actor, payments=many)
        last = measure(f"150 receipts after {receipts:,}", ours, operations=50)
    return report("receive: the k-th receipt on one invoice", last, first, target=0.7)
