"""The checkout page: an invoice and its receipts typed into one form (SPEC 6, 11, W15)."""

from __future__ import annotations

from datetime import date

import pytest

from customers.models import Customer
from ledger.models import Document
from tests.build import Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def fields(page: Page) -> dict[str, str]:
    return next(form.fields for form in page.forms if "receipts-TOTAL_FORMS" in form.fields)


def typed(b: Books, page: Page, *amounts: str) -> dict[str, str]:
    customer = Customer.objects.get(company=b.company, pk=b.customer).code
    return (
        fields(page)
        | {"customer": customer}
        | {f"lines-{place}-amount": amount for place, amount in enumerate(amounts)}
    )


def written(b: Books) -> int:
    return Document.objects.filter(company=b.company).count()


def test_w15_split_into_monthly_instalments_and_posted() -> None:
    with books() as b:
        clerk = Clerk(b)
        page = clerk.open(clerk.open("/invoices/new/").links["Checkout"])
        split = clerk.send(page.address, typed(b, page, "120") | {"count": "3", "split": "1"})
        assert split.status == 200
        assert "The receipts are 120.00 EUR: the invoice is paid in full." in split.text
        shown = fields(split)
        assert [shown[f"receipts-{n}-amount"] for n in range(3)] == ["40.00"] * 3
        assert [shown[f"receipts-{n}-date"] for n in range(3)] == ["2026-03-15", "2026-04-15", "2026-05-15"]
        assert written(b) == 0
        done = clerk.send(page.address, shown | {"post": "1"})
        assert "INV-00001 is posted with PAY-00001, PAY-00002, PAY-00003: 120.00 EUR received." in done.text
        invoice = Document.objects.get(company=b.company, kind="invoice").pk
        assert b.state(invoice)[0::2] == (80, "complete_future")
        assert b.open(invoice, on=date(2026, 5, 15)) == 0
        again = clerk.send(page.address, shown | {"post": "1"})
        assert again.address == done.address
        assert written(b) == 4, "a form sent twice has one effect"
        page = clerk.open("/checkout/")
        less = fields(clerk.send(page.address, typed(b, page, "120") | {"count": "3", "split": "1"}))
        last = clerk.send(page.address, less | {"receipts-2-amount": "", "post": "1"})
        assert "INV-00002 is posted with PAY-00004, PAY-00005" in last.text
        partial = Document.objects.get(company=b.company, number="INV-00002").pk
        assert b.state(partial)[0::2] == (80, "partial")


def test_each_receipt_may_name_its_line() -> None:
    with books() as b:
        clerk = Clerk(b)
        page = clerk.open(f"/checkout/?customer={b.customer}")
        sent = typed(b, page, "70", "30") | {"receipts-0-amount": "30", "receipts-0-line": "2", "post": "1"}
        clerk.send(page.address, sent)
        invoice = Document.objects.get(company=b.company, kind="invoice").pk
        assert b.open_lines(invoice) == [70, 0]


def test_a_draft_is_posted_with_its_receipt() -> None:
    with books() as b:
        clerk = Clerk(b)
        draft = b.invoice(50, post=False)
        page = clerk.open(clerk.open(f"/invoices/{draft}/").links["Checkout"])
        done = clerk.send(page.address, fields(page) | {"receipts-0-amount": "50", "post": "1"})
        assert "INV-00001 is posted with PAY-00001" in done.text
        assert b.open(draft) == 0
        assert "Checkout" not in done.links, "it is posted"
        assert clerk.open(f"/checkout/{draft}/").status == 409


def test_what_is_wrong_stands_beside_its_row_and_nothing_is_lost() -> None:
    with books() as b:
        clerk = Clerk(b)
        page = clerk.open("/checkout/")
        sent = typed(b, page, "50") | {"receipts-0-amount": "20", "receipts-0-line": "7", "post": "1"}
        for wrong, sentence in (
            ({}, "The invoice has no charge in line 7."),
            ({"receipts-0-date": ""}, "This field is required."),
            ({"receipts-0-date": "", "receipts-0-amount": "x"}, "x"),
            ({"receipts-0-amount": ""}, "Enter at least one receipt."),
            ({"receipts-0-amount": "0"}, "Enter the amount received: more than 0."),
            ({"customer": ""}, "Choose a customer."),
        ):
            refused = clerk.send(page.address, sent | wrong)
            assert refused.status == 422, wrong
            assert sentence in refused.text
            assert fields(refused)["receipts-0-line"] == "7"
        more = clerk.send(page.address, {**sent, "post": "", "more": "1"} | {"count": "x"})
        assert fields(more)["receipts-TOTAL_FORMS"] == "2"
        for odd in (
            {"split": "1", "count": "99999"},
            {"split": "1", "count": "-1"},
            {"receipts-TOTAL_FORMS": "x"},
        ):
            assert clerk.send(page.address, {**sent} | odd).status in (200, 422)
        assert written(b) == 0


@pytest.mark.parametrize("role", ["billing-clerk", "auditor"])
def test_who_may_not_do_both_does_not_see_it(role: str) -> None:
    with books() as b:
        clerk = Clerk(b, role)
        assert clerk.open("/checkout/").status == 403
        assert clerk.send(f"{clerk.root}/checkout/", {}).status == 403
        assert "Checkout" not in clerk.open("/invoices/new/").links
