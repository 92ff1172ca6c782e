"""Quick deposit: money without an invoice becomes an invoice and its receipt, matched (SPEC 8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from arledger.companies.models import Account, BankAccount
from arledger.core.errors import Forbidden, NotFound, Refusals
from arledger.core.models import OutboxEvent
from checkout.errors import QuickAmountNotPositive
from checkout.services import RIGHTS, QuickDepositInput, quick_deposit
from customers.models import Customer
from deposits.selectors import undeposited
from ledger.checks import check
from ledger.entering import LineInput
from ledger.errors import BankCurrency, NoLines, PeriodClosed, UnknownBankAccount, UnknownMethod
from ledger.models import Document, Line
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def entered(b: Books, *amounts: object, **more: object) -> QuickDepositInput:
    given = {
        "customer_id": b.customer,
        "date": TODAY,
        "method": "check",
        "lines": [LineInput(amount=Decimal(str(amount))) for amount in amounts],
        "bank_account_id": b.bank,
    }
    return QuickDepositInput(**given | more)  # type: ignore[arg-type]


def sheet(page: Page) -> dict[str, str]:
    return next(form.fields for form in page.forms if "lines-TOTAL_FORMS" in form.fields)


def written(b: Books) -> int:
    return Document.objects.filter(company=b.company).count()


def test_it_makes_an_invoice_and_the_receipt_that_pays_it() -> None:
    with books() as b:
        older = b.invoice(500)
        tickets = Account.objects.create(company=b.company, code="706900", name="Tickets", kind="revenue")
        lines = [
            LineInput(amount=Decimal(30), account_id=tickets.pk, description="Tickets"),
            LineInput(amount=Decimal(12)),
        ]
        made = quick_deposit(actor=b.actor, deposits=[entered(b, lines=lines, reference="TILL 4")])[0]
        invoice, payment = b.document(made.invoice), b.document(made.payment)
        assert (invoice.number, invoice.total, invoice.due_date) == ("INV-00002", 42, TODAY)
        assert (payment.number, payment.amount, payment.method) == ("PAY-00001", 42, "check")
        assert invoice.reference == payment.reference == "TILL 4"
        assert b.figures(made.invoice).settlement == "paid"
        assert b.figures(made.payment).settlement == "applied"
        assert b.code(made.invoice).isupper()
        assert b.open(older) == 500, "it pays its own invoice, not an older one"
        first = Line.objects.get(company=b.company, document=invoice, position=1)
        assert (first.account_id, first.description) == (tickets.pk, "Tickets")
        kinds = OutboxEvent.objects.filter(object_ids__overlap=[made.invoice, made.payment])
        assert [event.kind for event in kinds.order_by("pk")][-2:] == ["invoice.posted", "payment.posted"]
        assert check(b.company.pk) == []


def test_without_a_bank_account_the_money_waits_to_be_deposited() -> None:
    with books() as b:
        made = quick_deposit(actor=b.actor, deposits=[entered(b, 42, bank_account_id=None)])[0]
        assert list(undeposited(b.actor)) == [b.document(made.payment)]
        b.deposit(made.payment)
        assert check(b.company.pk) == []


def test_many_are_one_call() -> None:
    with books() as b:
        other = b.add_customer("Other")
        made = quick_deposit(
            actor=b.actor, deposits=[entered(b, 1), entered(b, 2, customer_id=other), entered(b, 3)]
        )
        assert [b.open(one.invoice) for one in made] == [0, 0, 0]
        assert [b.document(one.payment).amount for one in made] == [1, 2, 3]


def test_another_currency_is_the_bank_accounts() -> None:
    with books() as b:
        own = BankAccount.objects.get(company=b.company, pk=b.bank)
        bank = BankAccount.objects.create(
            company=b.company, code="USD", name="Dollars", currency="USD", account=own.account
        )
        one = entered(b, 50, bank_account_id=bank.pk, exchange_rate=Decimal("0.9"))
        made = quick_deposit(actor=b.actor, deposits=[one])[0]
        both = [b.document(made.invoice), b.document(made.payment)]
        assert [(document.currency, document.exchange_rate) for document in both] == [
            ("USD", Decimal("0.9"))
        ] * 2
        assert b.open(made.invoice) == 0
        with pytest.raises(BankCurrency):
            quick_deposit(actor=b.actor, deposits=[replace(one, currency="EUR")])


def test_all_of_it_or_nothing() -> None:
    with books() as b:
        before = written(b)
        for wrong, refusal in (
            (entered(b), NoLines),
            (entered(b, 10, -2), QuickAmountNotPositive),
            (entered(b, 0), QuickAmountNotPositive),
            (entered(b, "NaN"), QuickAmountNotPositive),
            (entered(b, 10, method="cowrie"), UnknownMethod),
            (entered(b, 10, bank_account_id=10**15), UnknownBankAccount),
            (entered(b, 10, customer_id=10**15), NotFound),
        ):
            with pytest.raises(refusal):
                quick_deposit(actor=b.actor, deposits=[wrong])
        with pytest.raises(Refusals) as caught:
            quick_deposit(actor=b.actor, deposits=[entered(b, 5), entered(b, -1), entered(b)])
        assert [(error.row, error.code) for error in caught.value.errors] == [
            (1, "quick_amount_not_positive"),
            (2, "no_lines"),
        ]
        b.configure(closed_through=TODAY)
        with pytest.raises(PeriodClosed):
            quick_deposit(actor=b.actor, deposits=[entered(b, 5)])
        assert written(b) == before
        b.configure(closed_through=None)
        made = quick_deposit(actor=b.actor, deposits=[entered(b, 5)])[0]
        assert b.document(made.invoice).number == "INV-00001", "what was refused left no gap"


@pytest.mark.parametrize("right", RIGHTS)
def test_it_needs_the_rights_of_both(right: str) -> None:
    with books() as b:
        actor = replace(b.actor, rights=b.actor.rights - {right})
        with pytest.raises(Forbidden):
            quick_deposit(actor=actor, deposits=[entered(b, 5)])
        assert written(b) == 0


def test_the_page_posts_both() -> None:
    with books() as b:
        clerk = Clerk(b)
        page = clerk.open(clerk.open("/deposits/").links["Quick deposit"])
        fields = sheet(page) | {
            "customer": Customer.objects.get(company=b.company).code,
            "lines-0-description": "Tickets",
        }
        typed = fields | {"bank_account": "undeposited", "method": "cash"}
        refused = clerk.send(page.address, typed | {"lines-0-amount": "0"})
        assert refused.status == 422
        assert "Enter more than 0" in refused.text
        assert sheet(refused)["lines-0-description"] == "Tickets"
        typed |= {"lines-0-amount": "42.50"}
        shown = clerk.send(page.address, typed)
        assert "INV-00001 and PAY-00001 are posted and matched: 42.50 EUR received." in shown.text
        assert "Undeposited funds" in shown.text
        again = clerk.send(page.address, typed)
        assert again.address == shown.address
        assert written(b) == 2, "a form sent twice has one effect"


def test_the_page_says_what_is_missing() -> None:
    with books() as b:
        clerk = Clerk(b)
        page = clerk.open(f"/quick-deposit/?customer={b.customer}")
        refused = clerk.send(page.address, sheet(page))
        assert refused.status == 422
        assert "Enter at least one line." in refused.text
        assert clerk.send(page.address, {"lines-TOTAL_FORMS": "x"}).status == 422


@pytest.mark.parametrize("role", ["billing-clerk", "auditor"])
def test_who_may_not_do_both_does_not_see_it(role: str) -> None:
    with books() as b:
        clerk = Clerk(b, role)
        assert clerk.open("/quick-deposit/").status == 403
        assert clerk.send(f"{clerk.root}/quick-deposit/", {}).status == 403
