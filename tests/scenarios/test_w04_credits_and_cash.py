"""W4, W5: a credit and a receipt in one step; credits pay first, the payment makes all the matches."""

from __future__ import annotations

from decimal import Decimal

import pytest

from arledger.companies.selectors import settings_of
from ledger.checks import check
from ledger.models import Application, JournalEntry
from reconciliation.figures import entries
from tests.build import TODAY, Books, books

pytestmark = pytest.mark.django_db


def made(b: Books, payment: int) -> list[tuple[int, int, object]]:
    """(charge document, credit document, amount) of what a payment applied."""
    found = Application.objects.filter(company=b.company, document=payment, reverses=None).order_by("pk")
    return [(a.charge_document_id, a.credit_document_id, a.amount) for a in found]


def balance(b: Books, account: int) -> Decimal:
    rows = JournalEntry.objects.filter(company_id=b.company.pk, account_id=account)
    return sum((row.amount for row in rows), Decimal(0))


def test_w4_a_credit_memo_and_a_receipt_settle_three_invoices() -> None:
    with books() as b:
        invoices = [b.invoice(amount) for amount in (300, 400, 500)]
        memo = b.adjustment(-1000)
        receipt = b.receipt(200, invoices, credits=[memo])
        assert made(b, receipt) == [
            (invoices[0], memo, 300),
            (invoices[1], memo, 400),
            (invoices[2], memo, 300),
            (invoices[2], receipt, 200),
        ]
        assert [b.state(i) for i in invoices] == [(0, "paid", "complete", code) for code in "ACD"]
        assert b.state(memo) == (0, "applied", "complete", "B")
        assert b.state(receipt)[:3] == (0, "applied", "complete")
        assert b.line_codes(receipt) == ["D"]


def test_w5_an_advance_and_a_receipt_settle_two_invoices() -> None:
    with books() as b:
        invoices = [b.invoice(amount) for amount in (150, 175)]
        advance = b.advance(200)
        row = settings_of(b.company.pk).row
        assert balance(b, row.advances_account_id) == -200
        receipt = b.receipt(125, invoices, credits=[advance])
        assert made(b, receipt) == [
            (invoices[0], advance, 150),
            (invoices[1], advance, 50),
            (invoices[1], receipt, 125),
        ]
        assert [b.open(d) for d in (*invoices, advance, receipt)] == [0, 0, 0, 0]
        assert balance(b, row.advances_account_id) == 0
        assert balance(b, row.receivable_account_id) == 0
        assert check(b.company.pk) == []


def test_reversing_gives_charges_credits_and_codes_back() -> None:
    with books() as b:
        invoices = [b.invoice(amount) for amount in (300, 400, 500)]
        memo = b.adjustment(-1000)
        before = [b.state(d) for d in (*invoices, memo)]
        receipt = b.receipt(200, invoices, credits=[memo])
        b.reverse(receipt)
        assert [b.state(d) for d in (*invoices, memo)] == before
        assert b.figures(receipt).state == "reversed"
        assert entries(company_id=b.company.pk, ids=[memo], day=TODAY) == []
