"""Currencies without decimals and with three; amounts finer than that; currencies never meet (SPEC 5, 6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from arledger.core.errors import Refusal
from arledger.core.money import TooManyDecimals
from ledger.models import JournalEntry
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from reconciliation.errors import OtherCurrency
from tests.build import TODAY, Amount, Books, books, money

pytestmark = pytest.mark.django_db


def receive(b: Books, amount: Amount, currency: str, rate: Amount = 1, *documents: int) -> int:
    part = PartInput(customer_id=b.customer, amount=money(amount), documents=documents)
    entered = PaymentInput(
        date=TODAY, method="cash", currency=currency, exchange_rate=money(rate), parts=[part]
    )
    return payments.receive(actor=b.actor, payments=[entered])[0]


@pytest.mark.parametrize(
    ("currency", "amounts", "received", "opens", "finer"),
    [
        ("JPY", (300, 100, -20), 333, [0, 47, 0], "0.5"),
        ("KWD", ("300.125", "100.000", "-20.001"), "330.124", [0, "50.000", 0], "0.0005"),
        ("EUR", ("300.12", "100", "-20.01"), "330.11", [0, "50", 0], "0.001"),
    ],
)
def test_every_scale_is_exact(
    currency: str, amounts: tuple[Amount, ...], received: Amount, opens: list[Amount], finer: str
) -> None:
    with books(currency) as b:
        invoice = b.invoice(*amounts)
        b.receipt(received, [invoice])
        assert b.open_lines(invoice) == [money(amount) for amount in opens]
        verbs: list[Callable[[], object]] = [
            lambda: b.invoice(finer),
            lambda: b.receipt(finer),
            lambda: b.receipt(10, lines={b.line(invoice, 2): finer}),
            lambda: b.unapply(b.applications(invoice)[-1], amount=finer),
        ]
        for refused in verbs:
            with pytest.raises(TooManyDecimals):
                refused()


def test_the_smallest_amount_of_a_currency_settles() -> None:
    for currency, unit in (("JPY", "1"), ("KWD", "0.001"), ("EUR", "0.01")):
        with books(currency) as b:
            invoice = b.invoice(unit)
            b.receipt(unit, [invoice])
            assert b.state(invoice) == (0, "paid", "complete", "A")


def test_the_largest_amount_fits() -> None:
    with books() as b:
        largest = Decimal(10) ** 14 - Decimal("0.01")
        invoice = b.invoice(largest)
        b.receipt(largest, [invoice])
        assert b.open(invoice) == 0
        for amounts in ([Decimal(10) ** 14], [largest, "0.01"]):
            with pytest.raises(Refusal) as refused:
                b.invoice(*amounts)
            assert refused.value.code in {"amount_too_large", "total_too_large"}


def test_currencies_never_meet() -> None:
    with books() as b:
        euros, dollars = b.invoice(100), b.invoice(100, currency="USD")
        paid = receive(b, 100, "USD", "0.9", dollars)
        assert [b.open(i) for i in (euros, dollars)] == [100, 0]
        rest = receive(b, 50, "USD", "0.9")
        with pytest.raises(Refusal):
            receive(b, 100, "EUR", 1, b.invoice(10, currency="USD"))
        with pytest.raises(OtherCurrency):
            b.match((b.line(euros), b.line(rest), 50))
        assert b.open(paid) == 0


def test_the_journal_balances_and_books_the_difference_of_the_rates() -> None:
    with books() as b:
        invoice = b.invoice(100, currency="USD", exchange_rate=Decimal("0.91"))
        receive(b, 100, "USD", "0.87", invoice)
        entries = JournalEntry.objects.filter(company_id=b.company.pk)
        assert entries.aggregate(total=Sum("base_amount"))["total"] == 0
        assert (
            entries.filter(application_id__isnull=False, amount=0).aggregate(total=Sum("base_amount"))[
                "total"
            ]
            == 4
        ), "a dollar was worth 4 cents less when it was paid"
        customer = entries.filter(customer_id=b.customer)
        assert customer.aggregate(total=Sum("base_amount"))["total"] == 0


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "1000000000"])
def test_a_rate_is_a_positive_number(rate: str) -> None:
    with books() as b:
        with pytest.raises(Refusal):
            b.invoice(100, currency="USD", exchange_rate=Decimal(rate))
        with pytest.raises(Refusal):
            receive(b, 100, "USD", rate)


def test_a_currency_there_is_not_is_refused() -> None:
    with books() as b:
        verbs: list[Callable[[], object]] = [
            lambda: b.invoice(1, currency="XYZ"),
            lambda: receive(b, 1, "XYZ"),
            lambda: b.add_customer("New", "eur"),
        ]
        for verb in verbs:
            with pytest.raises(Refusal):
                verb()


def test_dates_stay_in_their_order() -> None:
    with books() as b, pytest.raises(Refusal):
        b.invoice(1, on=date(2026, 3, 2), due=date(2026, 3, 1))
