"""The demo's credits and refunds: one customer with every kind of credit, and checks on their way to the bank."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from arledger.home.demo_state import World
from credits.inputs import AdvanceInput
from credits.services import adjustments, advances
from customers import services as customers
from customers.services import CustomerInput
from deposits import services as deposits
from deposits.inputs import DepositInput
from invoices import services as invoices
from ledger.entering import DocumentInput, LineInput
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from refunds import services as refunds
from refunds.inputs import CreditChoice, RefundInput


def give_and_take(world: World) -> None:
    """A customer who has money to his credit in every way there is, part of it given back."""
    customer = customers.enter(
        actor=world.actor(world.today - timedelta(days=45)),
        customers=[
            CustomerInput(
                code="CREDITS", name="Credit Examples", currency="EUR", term_id=world.terms["NET30"].pk
            )
        ],
    )[0]
    advance = _advance(world, customer, 40, 1_500)
    _invoice(world, customer, 30, [(900, "Consulting")])
    memo = _adjust(world, customer, 12, -240, "Credit for damaged goods")
    _adjust(world, customer, 11, 35, "Reminder fee")
    _invoice(world, customer, 10, [(-80, "Rebate of last year")])
    _invoice(world, customer, 9, [(120, "Spare parts"), (-150, "Returned spare parts")])
    _refund(world, customer, 3, {advance: 500}, post=True)
    _refund(world, customer, 0, {memo: 60}, post=False)
    _checks(world, customer)


def _day(world: World, ago: int) -> date:
    return world.today - timedelta(days=ago)


def _advance(world: World, customer: int, ago: int, amount: int) -> int:
    entered = AdvanceInput(
        customer_id=customer,
        date=_day(world, ago),
        method="transfer",
        amount=Decimal(amount),
        bank_account_id=world.bank,
        reference="Deposit for the project",
    )
    return advances.enter(actor=world.actor(_day(world, ago)), advances=[entered], post=True)[0]


def _document(world: World, customer: int, ago: int, lines: list[tuple[int, str]]) -> DocumentInput:
    return DocumentInput(
        customer_id=customer,
        date=_day(world, ago),
        lines=[
            LineInput(amount=Decimal(amount), account_id=world.accounts["706000"], description=text)
            for amount, text in lines
        ],
    )


def _invoice(world: World, customer: int, ago: int, lines: list[tuple[int, str]]) -> int:
    entered = _document(world, customer, ago, lines)
    return invoices.enter(actor=world.actor(_day(world, ago)), invoices=[entered], post=True)[0]


def _adjust(world: World, customer: int, ago: int, amount: int, text: str) -> int:
    entered = _document(world, customer, ago, [(amount, text)])
    return adjustments.enter(actor=world.actor(_day(world, ago)), adjustments=[entered], post=True)[0]


def _refund(world: World, customer: int, ago: int, credits: dict[int, int], *, post: bool) -> None:
    entered = RefundInput(
        customer_id=customer,
        date=_day(world, ago),
        bank_account_id=world.bank,
        credits=[CreditChoice(document=key, amount=Decimal(amount)) for key, amount in credits.items()],
        reference=f"VIR {world.dice.randint(1000, 9999)}",
    )
    refunds.record(actor=world.actor(_day(world, ago), posting=True), refunds=[entered], post=post)


def _checks(world: World, customer: int) -> None:
    """Three checks: two went to the bank together, one waits in undeposited funds."""
    entered = [
        PaymentInput(
            date=_day(world, 5),
            method="check",
            reference=f"Check {world.dice.randint(1000, 9999)}",
            parts=[PartInput(customer_id=customer, amount=Decimal(amount))],
        )
        for amount in (80, 45, 60)
    ]
    actor = world.actor(_day(world, 5))
    keys = payments.receive(actor=actor, payments=entered)
    deposits.add(
        actor=world.actor(_day(world, 4)),
        deposits=[
            DepositInput(
                date=_day(world, 4), bank_account_id=world.bank, receipts=keys[:2], reference="Slip 17"
            )
        ],
        post=True,
    )
