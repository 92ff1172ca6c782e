"""A company with N invoices of three lines, most of them settled, made through the services in batches."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connections

from arledger.companies.models import BankAccount, Company, Configuration, Term
from arledger.companies.selectors import system_actor
from arledger.companies.services import change_configuration, found_company
from arledger.core.actor import Actor
from arledger.core.clock import now
from arledger.core.scope import company_scope
from customers.models import Customer
from customers.services import CustomerInput
from customers.services import enter as enter_customers
from invoices.services import enter as enter_invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Line
from payments.inputs import PartInput, PaymentInput
from payments.services import receive

BATCH = 2_000
FIRST_DAY = date(2024, 1, 2)
DAYS = 700


@dataclass(frozen=True)
class World:
    """A generated company and who acts in it."""

    company: Company
    actor: Actor
    customers: list[int]
    bank: int


def make_company(code: str, customers: int) -> World:
    """An empty company with reconciliation on and ``customers`` customers."""
    at = now()
    company = found_company(code=code, name=f"Benchmark {code}", base_currency="EUR", at=at)
    actor = system_actor(company, at=at, source="benchmark")
    with company_scope(company.pk):
        row = Configuration.objects.get(company=company)
        change_configuration(actor=actor, changes={"reconciliation_enabled": True}, version=row.version)
        term = Term.objects.get(company=company, code="NET30").pk
        keys = enter_customers(
            actor=actor,
            customers=[
                CustomerInput(name=f"Customer {n:05d}", currency="EUR", term_id=term)
                for n in range(customers)
            ],
        )
        bank = BankAccount.objects.get(company=company, code="BANK").pk
    return World(company, actor, keys, bank)


def invoice(chance: random.Random, customer: int, *, day: date | None = None) -> DocumentInput:
    """Three lines, one of them an inline credit."""
    amounts = (chance.randint(5_000, 90_000), chance.randint(1_000, 50_000), -chance.randint(100, 900))
    return DocumentInput(
        customer_id=customer,
        date=day or FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
        reference=f"PO {chance.randint(1, 99_999)}",
        lines=[
            LineInput(amount=Decimal(amount) / 100, description=f"Item {position}")
            for position, amount in enumerate(amounts, start=1)
        ],
    )


def fill(world: World, invoices: int, *, settled: float = 0.8) -> None:
    """Post ``invoices`` and pay the share ``settled`` of them, then ANALYZE (PITFALLS 13c)."""
    chance = random.Random(20_260)
    with company_scope(world.company.pk):
        for start in range(0, invoices, BATCH):
            batch = [
                invoice(chance, chance.choice(world.customers)) for _ in range(min(BATCH, invoices - start))
            ]
            keys = enter_invoices(actor=world.actor, invoices=batch, post=True)
            paid = [(k, i) for k, i in zip(keys, batch, strict=True) if chance.random() < settled]
            _pay(world, chance, paid)
    analyze()


def _pay(world: World, chance: random.Random, paid: list[tuple[int, DocumentInput]]) -> None:
    receive(
        actor=world.actor,
        payments=[
            PaymentInput(
                date=entered.date + timedelta(days=chance.randrange(60)),
                method="transfer",
                bank_account_id=world.bank,
                parts=[
                    PartInput(
                        customer_id=entered.customer_id,
                        amount=sum((line.amount for line in entered.lines), Decimal(0)),
                        documents=(key,),
                    )
                ],
            )
            for key, entered in paid
        ],
    )


def analyze() -> None:
    """Fresh statistics (the owner of the tables alone may gather them) and a connection that plans by them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    connections["default"].close()


def lines_in(world: World) -> int:
    with company_scope(world.company.pk):
        return Line.objects.filter(company=world.company).count()


def codes_by_key(world: World) -> dict[int, str]:
    with company_scope(world.company.pk):
        return dict(Customer.objects.filter(company=world.company).values_list("pk", "code"))
