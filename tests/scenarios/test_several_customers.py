"""One receipt for several customers: a payer, and one part per customer (SPEC 8)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from arledger.core.errors import Refusal
from ledger.models import JournalEntry, Line
from payments import services as payments
from payments.errors import CustomerTwice
from payments.inputs import PartInput, PaymentInput
from reconciliation.errors import OtherCustomer
from tests.build import TODAY, Books, books, money

pytestmark = pytest.mark.django_db


def receive(b: Books, *parts: PartInput, post: bool = True) -> int:
    entered = PaymentInput(date=TODAY, method="check", payer_id=b.customer, parts=parts)
    return payments.receive(actor=b.actor, payments=[entered], post=post)[0]


def part(customer: int, amount: int, *documents: int, **more: object) -> PartInput:
    return PartInput(customer_id=customer, amount=money(amount), documents=documents, **more)  # type: ignore[arg-type]


def balances(b: Books, account: str) -> dict[int | None, Decimal]:
    """What the journal says of a control account, per customer."""
    found = JournalEntry.objects.filter(company_id=b.company.pk)
    rows = found.extra(
        tables=["companies_account"],
        where=[
            "companies_account.company_id = ledger_journal.company_id",
            "companies_account.id = ledger_journal.account_id",
            "companies_account.kind = %s",
        ],
        params=[account],
    ).values_list("customer_id", "amount")
    sums: dict[int | None, Decimal] = {}
    for customer, amount in rows:
        sums[customer] = sums.get(customer, Decimal(0)) + amount
    return sums


def test_each_part_pays_its_own_customer() -> None:
    with books() as b:
        other, third = b.add_customer("Other"), b.add_customer("Third")
        mine, theirs = b.invoice(100), b.invoice(80, customer=other)
        receipt = receive(b, part(b.customer, 100, mine), part(other, 50, theirs), part(third, 25))
        assert b.document(receipt).amount == 175
        assert [b.open(i) for i in (mine, theirs)] == [0, 30]
        lines = Line.objects.filter(company=b.company, document=receipt).order_by("position")
        assert [(line.customer_id, line.amount) for line in lines] == [
            (b.customer, -100),
            (other, -50),
            (third, -25),
        ]
        assert b.line_codes(receipt) == ["A", "b", ""]
        assert balances(b, "receivable") == {b.customer: 0, other: 30}
        assert balances(b, "overpayments") == {third: -25}


def test_no_part_reaches_into_another_customers_account() -> None:
    with books() as b:
        other = b.add_customer("Other")
        theirs = b.invoice(80, customer=other)
        with pytest.raises(Refusal):
            receive(b, part(b.customer, 80, theirs))
        with pytest.raises(Refusal):
            receive(b, part(b.customer, 80, lines={b.line(theirs): money(80)}))
        with pytest.raises(CustomerTwice):
            receive(b, part(other, 80, theirs), part(other, 10))
        assert b.open(theirs) == 80


def test_nor_does_its_remainder() -> None:
    with books() as b:
        other = b.add_customer("Other")
        mine = b.invoice(100)
        receipt = receive(b, part(b.customer, 10), part(other, 50))
        with pytest.raises(OtherCustomer):
            b.match((b.line(mine), b.line(receipt, 2), 50))
        b.match((b.line(mine), b.line(receipt, 1), 10))
        assert b.open(mine) == 90


def test_as_a_draft_it_selects_on_every_account_and_posts_as_it_was_drafted() -> None:
    with books() as b:
        other = b.add_customer("Other")
        mine, theirs = b.invoice(100), b.invoice(80, customer=other)
        draft = receive(b, part(b.customer, 60, mine), part(other, 90, theirs), post=False)
        assert [b.figures(i).reserved for i in (mine, theirs)] == [60, 80]
        payments.post(actor=b.actor, ids=[draft])
        assert [b.open(i) for i in (mine, theirs)] == [40, 0]
        assert b.open_lines(draft) == [0, 0, -10]


def test_its_reversal_reopens_every_account() -> None:
    with books() as b:
        other = b.add_customer("Other")
        mine, theirs = b.invoice(100), b.invoice(80, customer=other)
        receipt = receive(b, part(b.customer, 100, mine), part(other, 90, theirs))
        b.reverse(receipt)
        assert [b.open(i) for i in (mine, theirs)] == [100, 80]
        assert balances(b, "receivable") == {b.customer: 100, other: 80}
        assert balances(b, "overpayments") == {other: 0}
