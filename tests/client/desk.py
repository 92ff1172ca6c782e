"""The client in the hands of a program that bills and collects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict

from arledger_client import Arledger
from arledger_client.shapes import (
    Adjustment,
    Advance,
    AllocationBody,
    CreditUseBody,
    Invoice,
    LineBody,
    Payment,
)

from arledger.core import jobs
from arledger.core.models import Job
from imports import tasks

DAY = date(2026, 3, 15)


class Money(TypedDict):
    """Into which account, how."""

    method: Any
    bank_account: str


BANK: Money = {"method": "transfer", "bank_account": "BANK"}


class Desk(Arledger):
    """``Arledger`` with one customer; what it waits for is done meanwhile, as a worker would."""

    def __init__(self, url: str, token: str, customer: str, *, at: datetime) -> None:
        self.customer, self.at, self.waited = customer, at, list[float]()
        super().__init__(url, token, sleep=self.work)

    def __enter__(self) -> Desk:
        return self

    def work(self, seconds: float) -> None:
        """Time passes, and the jobs that wait are done."""
        self.waited.append(seconds)
        self.at += timedelta(seconds=seconds)
        assert tasks.__name__, "importing the module declares the jobs"
        for job in Job.objects.filter(pk__in=jobs.sweep(self.at), kind__startswith="imports."):
            jobs.run(job.pk, clock=lambda: self.at)

    def invoice(self, *amounts: str, on: date = DAY, due: date | None = None) -> Invoice:
        lines: list[LineBody] = [{"amount": Decimal(amount)} for amount in amounts]
        return self.invoices.create(customer=self.customer, date=on, due_date=due, lines=lines)

    def memo(self, amount: str, on: date = DAY) -> Adjustment:
        """A credit memo of this amount."""
        lines: list[LineBody] = [{"amount": -Decimal(amount)}]
        return self.adjustments.create(customer=self.customer, date=on, lines=lines)

    def advance(self, amount: str, on: date = DAY) -> Advance:
        return self.advances.create(customer=self.customer, amount=amount, date=on, **BANK)

    def receipt(
        self,
        amount: str,
        *documents: Invoice,
        on: date = DAY,
        credits: Sequence[str] = (),
        allocations: Sequence[AllocationBody] = (),
    ) -> Payment:
        """Money over these invoices in this order, or as allocated; none named: all of it an overpayment."""
        used: list[CreditUseBody] = [{"credit": credit} for credit in credits]
        if allocations:
            return self.payments.create(
                customer=self.customer, amount=amount, date=on, allocations=allocations, credits=used, **BANK
            )
        keys = [one["id"] for one in documents]
        return self.payments.create(
            customer=self.customer, amount=amount, date=on, documents=keys, credits=used, **BANK
        )

    def again(self, *documents: Invoice) -> list[Invoice]:
        """The invoices as they are now."""
        return [self.invoices.show(one["id"]) for one in documents]

    def opens(self, *documents: Invoice) -> list[Decimal]:
        return [one["open_amount"] for one in self.again(*documents)]

    def codes(self, *documents: Invoice) -> list[str]:
        return [one["match_code"] for one in self.again(*documents)]

    def lines(self, document: Invoice) -> list[Decimal]:
        """What is open on each line."""
        return [line["open_amount"] for line in self.invoices.show(document["id"])["lines"]]

    def available(self) -> dict[str, Decimal]:
        """What is left of each credit of the customer, by its document."""
        return {one["credit"]: one["available"] for one in self.credits.list(customer=self.customer)}
