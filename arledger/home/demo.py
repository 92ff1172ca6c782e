"""The demo company: a year of plausible history, made through the services as people would have made it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from arledger.companies import master_services as masters
from arledger.companies.models import Account, BankAccount, Company, Term, User
from arledger.companies.operator_services import make_operator
from arledger.companies.selectors import settings_of, system_actor
from arledger.companies.services import (
    add_member,
    add_user,
    change_configuration,
    change_password,
    found_company,
)
from arledger.companies.terms import due_date
from arledger.core.actor import Actor
from arledger.core.scope import company_scope
from arledger.core.sql import analyze
from arledger.home.demo_credits import give_and_take
from arledger.home.demo_state import ZONE, Owed, World
from arledger.home.demo_world import GIVEN_BACK, METHODS, PARTIES, WARES
from customers import services as customers
from customers.services import CustomerInput
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from ledger.models import Application
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.matching import Undo, unapply

CODE = "demo"
WEEKS = 52
SEED = 1815
ADMINISTRATOR = ("demo@arledger.example", "Dominique Demo", "administrator")
CLERK = ("clerk@arledger.example", "Camille Clerk", "ar-clerk")
PEOPLE = (ADMINISTRATOR, CLERK)
ENTITIES = (("LYO", "Lyon"), ("BXL", "Bruxelles"))


def load(*, at: datetime, password: str) -> bool:
    """Make the demo company unless it exists, and let its two people sign in with ``password``.

    ``at`` is the present: the history ends there. Returns whether the company is new.
    """
    with transaction.atomic():
        people = tuple(add_user(email=email, password=password, name=name) for email, name, _ in PEOPLE)
        for person in people:
            change_password(user=person, password=password)
        make_operator(email=ADMINISTRATOR[0])
        if Company.objects.filter(code=CODE).exists():
            return False
        _make(at, (people[0], people[1]))
    analyze("customers_customer", "ledger_document", "ledger_line", "ledger_application")
    return True


def _make(at: datetime, people: tuple[User, User]) -> None:
    today = at.astimezone(ZoneInfo(ZONE)).date()
    founded = at - timedelta(weeks=WEEKS + 2)
    company = found_company(code=CODE, name="Demo Company", base_currency="EUR", time_zone=ZONE, at=founded)
    with company_scope(company.pk):
        system = system_actor(company, at=founded, source="demo")
        for person, (_email, _name, role) in zip(people, PEOPLE, strict=True):
            add_member(actor=system, user=person, role_code=role)
        row = settings_of(company.pk).row
        change_configuration(
            actor=system,
            changes={"reconciliation_enabled": True, "refunds_enabled": True},
            version=row.version,
        )
        world = World(
            company=company,
            people=people,
            today=today,
            dice=random.Random(SEED),
            accounts=dict(Account.objects.filter(company=company).values_list("code", "pk")),
            terms={term.code: term for term in Term.objects.filter(company=company)},
            bank=BankAccount.objects.get(company=company, code="BANK").pk,
        )
        _meet_customers(world)
        _share_out(world, system)
        for week in range(WEEKS, 0, -1):
            _live(world, today - timedelta(weeks=week))
        _loose_ends(world)
        give_and_take(world)
        _w2(world)


def _meet_customers(world: World) -> None:
    entered = [
        CustomerInput(
            name=party.name,
            currency="EUR",
            term_id=world.terms[party.term].pk,
            email=f"accounts{n}@customer.example",
            address=f"{n} Market Street\n{party.city}",
            country=party.country,
        )
        for n, party in enumerate(PARTIES, start=1)
    ]
    keys = customers.enter(actor=world.actor(world.today - timedelta(weeks=WEEKS + 1)), customers=entered)
    world.parties = dict(zip(keys, PARTIES, strict=True))


def _share_out(world: World, system: Actor) -> None:
    """Two entities, each with a location, deal with one customer in three each."""
    for place, (code, name) in enumerate(ENTITIES, start=1):
        entity = masters.set_up(actor=system, master=masters.ENTITIES, values={"code": code, "name": name})
        masters.set_up(
            actor=system,
            master=masters.LOCATIONS,
            values={"code": f"{code}-1", "name": f"{name} Centre", "entity_id": entity.pk},
        )
        world.homes |= dict.fromkeys(sorted(world.parties)[place :: len(ENTITIES) + 1], entity.pk)


def _live(world: World, monday: date) -> None:
    """One week: invoices go out, money comes in."""
    days = [monday + timedelta(days=n) for n in range(5)]
    written = [_invoice(world, world.dice.choice(days)) for _ in range(world.dice.choice((2, 3, 3, 4)))]
    _bill(world, written, days[-1])
    _receive(world, days[0], days[-1] + timedelta(days=2))


def _bill(world: World, entered: Sequence[DocumentInput], day: date) -> None:
    keys = invoices.enter(actor=world.actor(day), invoices=entered, post=True)
    for key, invoice in zip(keys, entered, strict=True):
        party = world.parties[invoice.customer_id]
        term = world.terms[party.term]
        due = due_date(invoice.date, term.net_days, term.end_of_month)
        pays_on = due + timedelta(days=party.patience + world.dice.randint(-6, 9))
        world.owed.append(
            Owed(
                key=key,
                customer=invoice.customer_id,
                due=due,
                left=sum((line.amount for line in invoice.lines), Decimal(0)),
                pays_on=None if world.dice.random() < 0.04 else max(pays_on, invoice.date),
            )
        )


def _invoice(world: World, day: date) -> DocumentInput:
    dice = world.dice
    customer = dice.choice(list(world.parties))
    size = world.parties[customer].size
    lines = [
        LineInput(
            amount=Decimal(dice.randint(ware.low * 100, ware.high * 100) * size) / 100,
            account_id=world.accounts[ware.account],
            description=ware.text,
        )
        for ware in dice.sample(WARES, dice.choice((1, 1, 2, 2, 3, 4)))
    ]
    if dice.random() < 0.15:
        back = (lines[0].amount / 5).quantize(Decimal("0.01"))
        lines.append(replace(lines[0], amount=-back, description=dice.choice(GIVEN_BACK)))
    return DocumentInput(
        customer_id=customer,
        entity_id=world.homes.get(customer),
        date=day,
        lines=lines,
        reference=f"PO-{dice.randint(10000, 99999)}",
    )


def _receive(world: World, first: date, last: date) -> None:
    """Whoever pays this week sends one receipt for all he pays; now and then too little or too much."""
    due: dict[int, list[Owed]] = {}
    for owed in world.owed:
        if owed.pays_on is not None and owed.pays_on <= last and owed.left:
            due.setdefault(owed.customer, []).append(owed)
    receipts = []
    for customer, owing in due.items():
        day = max(first, *(owed.pays_on or first for owed in owing))
        receipts.append(_receipt(world, customer, owing, min(day, world.today)))
    if receipts:
        payments.receive(actor=world.actor(min(last, world.today), hour=16), payments=receipts)


def _receipt(world: World, customer: int, owing: Sequence[Owed], day: date) -> PaymentInput:
    luck = world.dice.random()
    amount = sum((owed.left for owed in owing), Decimal(0))
    if luck < 0.10:
        amount = (amount * Decimal("0.6")).quantize(Decimal("0.01"))
    paid = amount
    for owed in owing:
        taken = min(owed.left, paid)
        owed.left, paid = owed.left - taken, paid - taken
        owed.pays_on = day + timedelta(days=world.dice.randint(14, 70)) if owed.left else None
    if luck > 0.95:
        amount += Decimal(world.dice.randint(100, 9900)) / 100
    return PaymentInput(
        date=day,
        method=world.dice.choice(METHODS),
        bank_account_id=world.bank,
        entity_id=world.homes.get(customer),
        reference=f"TRX {world.dice.randint(100000, 999999)}",
        parts=[PartInput(customer_id=customer, amount=amount, documents=[owed.key for owed in owing])],
    )


def _loose_ends(world: World) -> None:
    """What a clerk finds on his desk: drafts, a post-dated check, a bounced one, mistakes put right."""
    today, actor = world.today, world.actor(world.today)
    invoices.enter(actor=actor, invoices=[_invoice(world, today) for _ in range(3)])
    wrong = invoices.enter(
        actor=world.actor(today - timedelta(days=9)),
        invoices=[_invoice(world, today - timedelta(days=9))],
        post=True,
    )
    invoices.reverse(actor=actor, ids=wrong, on=today, reason="Sent to the wrong customer")
    open_ones = sorted((owed for owed in world.owed if owed.left), key=lambda owed: owed.due)
    bounced, drafted, dated, mistaken = open_ones[-4:]
    kept = [
        _pay(world, owed, owed.left, day, post=post)
        for owed, day, post in (
            (bounced, today - timedelta(days=3), True),
            (dated, today + timedelta(days=21), True),
            (mistaken, today - timedelta(days=2), True),
            (drafted, today, False),
        )
    ]
    payments.reverse(actor=actor, ids=[kept[0]], on=today, reason="The check bounced")
    # Of an invoice of several lines each has a match of its own.
    largest = Application.objects.filter(
        company=world.company, document=kept[2], charge_document=mistaken.key
    ).order_by("-amount", "pk")[0]
    unapply(
        actor=actor,
        undos=[Undo(largest.pk, (largest.amount / 2).quantize(Decimal("0.01")))],
        reason="Meant for the next invoice",
    )


def _pay(world: World, owed: Owed, amount: Decimal, day: date, *, post: bool) -> int:
    entered = PaymentInput(
        date=day,
        method="check",
        bank_account_id=world.bank,
        entity_id=world.homes.get(owed.customer),
        parts=[PartInput(customer_id=owed.customer, amount=amount, documents=[owed.key])],
    )
    return payments.receive(actor=world.actor(min(day, world.today)), payments=[entered], post=post)[0]


def _w2(world: World) -> None:
    """The three invoices of the worked example W2, ready to be paid with 500."""
    actor = world.actor(world.today)
    term = world.terms["NET30"]
    customer = customers.enter(
        actor=actor,
        customers=[CustomerInput(code="W2", name="W2 Example", currency="EUR", term_id=term.pk)],
    )[0]
    revenue = world.accounts["706000"]
    invoices.enter(
        actor=actor,
        invoices=[
            DocumentInput(
                customer_id=customer,
                date=world.today - timedelta(days=days),
                lines=[
                    LineInput(amount=Decimal(a), account_id=revenue, description=text) for a, text in lines
                ],
            )
            for days, lines in (
                (20, [(300, "First delivery")]),
                (15, [(160, "Second delivery")]),
                (10, [(300, "Third delivery"), (100, "Installation"), (-20, "Returned goods")]),
            )
        ],
        post=True,
    )
