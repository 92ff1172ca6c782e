"""DESIGN 6, row "post": one invoice of three lines in its own transaction, and 1,000 in one call."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

from arledger.core.clock import now
from arledger.core.scope import company_scope
from benchmarks.floor import APPLICATION, DOCUMENT, LINE, Floor
from benchmarks.generator import World, invoice
from benchmarks.measure import measure, report
from invoices.services import enter

DAY = date(2026, 1, 15)
DOCUMENT_TYPES = (
    "bigint bigint text text bigint text date date numeric text text text text text numeric numeric bigint"
    " timestamptz timestamptz int"
)
LINE_TYPES = "bigint bigint bigint int text bigint numeric bigint bigint text text"
APPLICATION_TYPES = "bigint bigint bigint bigint bigint bigint bigint numeric date timestamptz text text"


def document_row(floor: Floor, key: int, customer: int, kind: str, total: Decimal) -> tuple[Any, ...]:
    at = now()
    paid = -total if kind == "payment" else None
    bank = floor.world.bank if kind == "payment" else None
    method = "transfer" if kind == "payment" else ""
    return (
        floor.world.company.pk, key, kind, "draft", customer, "EUR", DAY, DAY, 1, "PO 1", "", "", method, "",
        total, paid, bank, at, at, 1,
    )  # fmt: skip


def line_row(
    floor: Floor, key: int, document: int, position: int, customer: int, amount: Decimal, account: int
) -> tuple[Any, ...]:
    return (
        floor.world.company.pk, key, document, position, "EUR", customer, amount, account, floor.receivable,
        f"Item {position}", "",
    )  # fmt: skip


def rows_of(
    floor: Floor, customers: list[int], amounts: tuple[Decimal, ...], keys: tuple[list[int], list[int]]
) -> tuple[list[Any], list[Any], list[Any]]:
    """Documents, lines and inline applications of one invoice per customer."""
    ids, line_ids = keys
    rest = iter(line_ids)
    documents, lines, applications = [], [], []
    for key, customer in zip(ids, customers, strict=True):
        documents.append(document_row(floor, key, customer, "invoice", sum(amounts, Decimal(0))))
        own = [next(rest) for _ in amounts]
        lines += [
            line_row(floor, line, key, position, customer, amount, floor.revenue)
            for position, (line, amount) in enumerate(zip(own, amounts, strict=True), start=1)
        ]
        applications.append(
            (
                floor.world.company.pk,
                key,
                own[0],
                own[2],
                key,
                key,
                customer,
                -amounts[2],
                DAY,
                now(),
                "",
                None,
            )
        )
    return documents, lines, applications


AMOUNTS = (Decimal("300.00"), Decimal("100.00"), Decimal("-20.00"))


def one(world: World, *, operations: int) -> bool:
    chance = random.Random(1)
    floor = Floor(world)

    def ours() -> None:
        enter(
            actor=world.actor,
            invoices=[invoice(chance, chance.choice(world.customers), day=DAY)],
            post=True,
        )

    def bare() -> int:
        customer = chance.choice(world.customers)
        floor.begin([customer])
        keys = floor.keys(1, 3)
        documents, lines, applications = rows_of(floor, [customer], AMOUNTS, keys)
        floor.insert("ledger_document", DOCUMENT, DOCUMENT_TYPES, documents)
        floor.insert("ledger_line", LINE, LINE_TYPES, lines)
        floor.post(floor.invoices, keys[0], DAY)
        floor.insert("ledger_application", APPLICATION, APPLICATION_TYPES, applications)
        return floor.finish("invoice.posted", keys[0])

    with company_scope(world.company.pk):
        mine = measure("enter and post", ours, operations=operations)
    bottom = measure("same statements, psycopg", bare, operations=operations)
    return report("post: one invoice of 3 lines", mine, bottom, target=0.3, absolute=150)


def thousand(world: World, *, count: int = 1_000) -> bool:
    chance = random.Random(2)
    floor = Floor(world)
    batch = [invoice(chance, chance.choice(world.customers), day=DAY) for _ in range(count)]

    def ours() -> None:
        enter(actor=world.actor, invoices=batch, post=True)

    def bare() -> int:
        customers = [entered.customer_id for entered in batch]
        floor.begin(customers)
        keys = floor.keys(count, 3 * count)
        documents, lines, applications = rows_of(floor, customers, AMOUNTS, keys)
        floor.copy("ledger_document", DOCUMENT, documents)
        floor.copy("ledger_line", LINE, lines)
        floor.post(floor.invoices, keys[0], DAY)
        floor.copy("ledger_application", APPLICATION, applications)
        return floor.finish("invoice.posted", keys[0])

    with company_scope(world.company.pk):
        mine = measure(f"enter and post {count:,}", ours, operations=1, repeats=5)
    bottom = measure("COPY of the same rows", bare, operations=1, repeats=5)
    return report(f"post: {count:,} in one call", mine, bottom, target=0.4, per=count, absolute=3_000)
