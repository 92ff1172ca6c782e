"""Random histories of a company, made through the services: the same seed makes the same history in any company."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction

from arledger.companies.models import Entity, Location
from arledger.core.errors import Refusal
from credits.services import adjustments
from customers.models import Customer
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Application, Document, Line
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation import matching
from reconciliation.matching import Undo
from tests.build import Books


@dataclass
class World:
    """A company whose clerks do anything, an hour or some days after each other."""

    b: Books
    rng: Random
    entities: list[int]
    locations: list[int]
    customers: list[int]

    @property
    def today(self) -> date:
        return self.b.actor.today

    def some_day(self) -> date:
        return self.today + timedelta(days=self.rng.randint(-25, 12))

    def customer(self) -> int:
        return self.rng.choice(self.customers)

    def currency(self, customer: int) -> str:
        return Customer.objects.get(company=self.b.company, pk=customer).currency


def found(b: Books, seed: int) -> World:
    """The company before the first step: entities, locations, customers, one of them in another currency."""
    b.configure(refunds_enabled=True)
    company = b.company
    entities = [Entity.objects.create(company=company, code=c, name=c).pk for c in ("EAST", "WEST")]
    locations = [Location.objects.create(company=company, code=c, name=c).pk for c in ("L1", "L2")]
    customers = [
        b.customer,
        b.add_customer("Beta"),
        b.add_customer("Gamma", entity_id=entities[0]),
        b.add_customer("Delta", currency="USD"),
        b.add_customer("Idle"),
    ]
    return World(b, Random(seed), entities, locations, customers[:4])


def play(world: World, steps: int) -> None:
    """Take so many steps; what the services refuse leaves no trace."""
    verbs: list[Callable[[World], object]] = [
        *[invoice] * 6,
        *[receipt] * 4,
        shared_receipt,
        *[memo] * 3,
        advance,
        advance,
        *[match] * 4,
        *[unapply] * 2,
        reverse,
        refund,
        use,
    ]
    for _ in range(steps):
        world.b = world.b.at(world.b.actor.at + timedelta(hours=world.rng.randint(1, 60)))
        verb = world.rng.choice(verbs)
        try:
            with transaction.atomic():
                verb(world)
        except Refusal:
            continue


def amounts(world: World, least: int, most: int) -> list[Decimal]:
    count = world.rng.randint(1, 3)
    return [Decimal(world.rng.randint(least, most) * 5) for _ in range(count)]


def lines(world: World, least: int, most: int) -> list[LineInput]:
    return [
        LineInput(
            amount=amount,
            description=world.rng.choice(("Camp", "Lesson", "")),
            location_id=world.rng.choice((None, *world.locations)),
            tax_receipt_eligible=world.rng.random() < 0.4,
        )
        for amount in amounts(world, least, most)
    ]


def entered(world: World, least: int, most: int) -> DocumentInput:
    customer = world.customer()
    return DocumentInput(
        customer_id=customer,
        date=world.some_day(),
        entity_id=world.rng.choice((None, None, *world.entities)),
        reference=world.rng.choice(("", "PO 7")),
        lines=lines(world, least, most),
    )


def invoice(world: World) -> None:
    invoices.enter(actor=world.b.actor, invoices=[entered(world, -6, 30)], post=True)


def memo(world: World) -> None:
    sides = (-20, -1) if world.rng.random() < 0.8 else (1, 9)
    adjustments.enter(actor=world.b.actor, adjustments=[entered(world, *sides)], post=True)


def held(world: World, customer: int) -> dict[str, Any]:
    """Where money of a customer goes: other currencies into undeposited funds."""
    usual = world.currency(customer) == world.b.company.base_currency
    return {} if usual else {"method": "check", "bank_account_id": None}


def receipt(world: World) -> None:
    customer = world.customer()
    amount = world.rng.randint(1, 60) * 5
    documents: list[int] = []
    way = world.rng.choice(("auto", "auto", "some", "none"))
    if way == "some":
        open_lines = Line.objects.filter(
            company=world.b.company, customer=customer, is_open=True, amount__gt=0
        )
        keys = list(dict.fromkeys(open_lines.order_by("id").values_list("document_id", flat=True)))
        world.rng.shuffle(keys)
        documents = keys[:3]
    world.b.receipt(
        amount, documents, on=world.some_day(), auto=way == "auto", customer=customer, **held(world, customer)
    )


def shared_receipt(world: World) -> None:
    """One payer's money for two customers, or for another one alone."""
    payer, *others = world.rng.sample(world.customers[:3], 3)
    parts = [
        PartInput(customer_id=customer, amount=Decimal(world.rng.randint(1, 30) * 5), auto=True)
        for customer in others[: world.rng.randint(1, 2)]
    ]
    entered = PaymentInput(date=world.some_day(), method="cash", currency="EUR", parts=parts, payer_id=payer)
    payments.receive(actor=world.b.actor, payments=[entered])


def advance(world: World) -> None:
    customer = world.customer()
    world.b.advance(
        world.rng.randint(1, 20) * 5, on=world.some_day(), customer=customer, **held(world, customer)
    )


def match(world: World) -> None:
    customer = world.customer()
    found = Line.objects.filter(
        company=world.b.company, customer=customer, is_open=True, document__state="posted"
    ).order_by("id")
    charges, credits = (list(found.filter(**side)) for side in ({"amount__gt": 0}, {"amount__lt": 0}))
    if charges and credits:
        charge, credit = world.rng.choice(charges), world.rng.choice(credits)
        most = min(charge.open_amount, -credit.open_amount)
        amount = most if world.rng.random() < 0.5 else Decimal(world.rng.randint(1, 8) * 5)
        world.b.match((charge.pk, credit.pk, amount))


def unapply(world: World) -> None:
    keys = list(
        Application.objects.filter(company=world.b.company, reverses=None)
        .order_by("id")
        .values_list("id", flat=True)
    )
    if keys:
        part = None if world.rng.random() < 0.6 else Decimal(world.rng.randint(1, 6) * 5)
        matching.unapply(actor=world.b.actor, undos=[Undo(world.rng.choice(keys), part)], reason="by mistake")


def reverse(world: World) -> None:
    keys = list(
        Document.objects.filter(company=world.b.company, state="posted", reverses=None)
        .exclude(kind="matching")
        .order_by("id")
        .values_list("id", flat=True)
    )
    if keys:
        key = world.rng.choice(keys)
        world.b.reverse(key, on=max(world.some_day(), world.b.document(key).date))


def refund(world: World) -> None:
    customer = world.customer()
    keys = list(
        Line.objects.filter(company=world.b.company, customer=customer, is_open=True, amount__lt=0)
        .order_by("id")
        .values_list("document_id", flat=True)
    )
    if keys:
        day = world.today + timedelta(days=world.rng.randint(0, 9))
        world.b.refund({world.rng.choice(keys): world.rng.randint(1, 6) * 5}, customer=customer, on=day)


def use(world: World) -> None:
    """Match oldest first, by hand of the clerk, for one customer."""
    b = replace(world.b, customer=world.customer())
    credits = list(
        Line.objects.filter(company=b.company, customer=b.customer, is_open=True, amount__lt=0)
        .order_by("id")
        .values_list("document_id", flat=True)
    )
    if credits:
        b.use(list(dict.fromkeys(credits))[:3], auto=True)
