"""Receive payment without scripts: what a clerk sees is what is posted, and nothing typed is ever lost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import BankAccount
from ledger.models import Document
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books
from tests.long_accounts import alike

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def payments(b: Books) -> list[Document]:
    return list(Document.objects.filter(company=b.company, kind="payment").order_by("pk"))


def screen(clerk: Clerk, **query: int) -> Page:
    asked = "&".join(
        f"{name}={value}" for name, value in ({"customer": clerk.books.customer} | query).items()
    )
    return clerk.open(f"/payments/receive/?{asked}")


def test_what_is_typed_in_a_row_is_fixed_and_the_rest_flows_around() -> None:
    with books() as b:
        first, second = b.invoice(300), b.invoice(160)
        page = screen(Clerk(b)).press("Spread", amount="400")
        assert page.uses() == {f"d{first}": "300.00", f"d{second}": "100.00"}
        page = page.press("Spread", **{f"use_d{first}": "250"})
        assert page.uses() == {f"d{first}": "250", f"d{second}": "150.00"}
        assert page.form().fields[f"pin-d{first}"] == "!"
        page = page.press("Spread", **{f"use_d{first}": ""})
        assert page.uses() == {f"d{first}": "300.00", f"d{second}": "100.00"}, "emptied: it flows again"


def test_posting_takes_the_amounts_as_they_stand() -> None:
    with books() as b:
        first, second = b.invoice(300), b.invoice(160)
        page = screen(Clerk(b)).press("Spread", amount="460")
        page.press("Post payment", **{f"use_d{first}": "200", f"use_d{second}": "0"})
        assert [b.open(first), b.open(second)] == [100, 160]
        assert b.figures(payments(b)[0].pk).open_sides == 260


def test_lines_take_their_own_amounts() -> None:
    with books() as b:
        invoice = b.invoice(100, 50, 60)
        lines = [b.line(invoice, position) for position in (1, 2, 3)]
        page = screen(Clerk(b)).press("Spread", amount="120")
        assert page.uses() == {f"d{invoice}": "120.00", f"l{lines[0]}": "100.00", f"l{lines[1]}": "20.00"}
        page = page.press("Spread", **{f"use_l{lines[2]}": "60"})
        assert page.uses() == {f"d{invoice}": "120.00", f"l{lines[0]}": "60.00", f"l{lines[2]}": "60"}
        page.press("Post payment")
        assert b.open_lines(invoice) == [40, 50, 0]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("310", "INV-00001 has 300.00 left; you entered 310.00. Use 300.00 at most."),
        ("1e2", "“1e2” is written with an exponent. Write the amount out in digits."),
        ("0.001", "“0.001” has more decimals than EUR allows (2). Shorten it: nothing is rounded."),
        ("-5", "“-5” is negative. Enter the amount without a minus sign."),
    ],
)
def test_a_wrong_amount_is_said_beside_its_row_and_on_top(typed: str, sentence: str) -> None:
    with books() as b:
        first = b.invoice(300)
        page = screen(Clerk(b)).press("Spread", amount="400")
        page = page.press("Post payment", reference="cheque 17", **{f"use_d{first}": typed})
        assert page.status == 422
        assert page.text.count(sentence) >= 2
        assert page.uses() == {f"d{first}": typed}
        assert page.form().fields["reference"] == "cheque 17"
        assert payments(b) == []


def test_more_applied_than_received_is_refused_with_the_difference() -> None:
    with books() as b:
        first, second = b.invoice(300), b.invoice(160)
        page = screen(Clerk(b)).press("Spread", amount="100")
        page = page.press("Post payment", **{f"use_d{first}": "100", f"use_d{second}": "50"})
        assert page.status == 422
        assert (
            "150.00 is applied but only 100.00 was received. Lower the applied amounts by 50.00." in page.text
        )
        assert payments(b) == []


def test_what_was_paid_in_the_meantime_is_named_with_what_is_left() -> None:
    with books() as b:
        first, second = b.invoice(100), b.invoice(50)
        page = screen(Clerk(b)).press("Spread", amount="150")
        b.receipt(10, [first])
        b.receipt(50, [second])
        page = page.press("Post payment")
        assert page.status == 422
        assert "INV-00001 has 90.00 left; you entered 100.00. Use 90.00 at most." in page.text
        assert "Nothing is left of INV-00002: it was settled in the meantime. Clear its amount." in page.text
        assert page.uses() == {f"d{first}": "100.00", f"d{second}": "50.00"}, "everything typed is kept"
        page.press("Post payment", amount="90", **{f"use_d{first}": "90", f"use_d{second}": ""})
        assert [b.open(first), b.open(second)] == [0, 0]


def test_other_customers_charges_are_never_posted_unseen() -> None:
    with books() as b:
        first = b.invoice(100)
        other = b.add_customer("Other")
        theirs = b.invoice(40, customer=other)
        page = screen(Clerk(b)).press("Spread", amount="100")
        page = page.press("Post payment", customer="Other")
        assert page.status == 422
        assert "These are the charges of the customers and the currency you chose." in page.text
        assert f"use-d{theirs}" in page.form().fields
        assert [b.open(first), b.open(theirs)] == [100, 40]


def test_the_difference_is_told_in_words() -> None:
    with books() as b:
        b.invoice(100)
        clerk = Clerk(b)
        for amount, words in (
            ("", "Enter the amount received: more than 0."),
            ("100", "Everything received is applied."),
            ("130", "30.00 is left over and becomes an overpayment, available like any credit."),
        ):
            assert words in screen(clerk).press("Spread", amount=amount).text
        later = screen(clerk).press("Spread", amount="100", date="2026-04-30")
        assert "Post-dated: it counts from Apr 30, 2026, until then the charges stay open." in later.text


def test_a_post_dated_receipt_counts_from_its_date() -> None:
    with books() as b:
        invoice = b.invoice(100)
        shown = screen(Clerk(b)).press("Post payment", amount="100", date="2026-04-30")
        assert "Post-dated" in shown.text
        assert [b.open(invoice), b.open(invoice, date(2026, 4, 30))] == [100, 0]
        assert b.figures(invoice).mark == "complete_future"


def test_one_receipt_for_several_customers() -> None:
    with books() as b:
        mine = b.invoice(100)
        other = b.add_customer("Other Company")
        theirs = b.invoice(80, customer=other)
        page = screen(Clerk(b)).press("Add a customer", amount="150")
        page = page.press("Spread", customer_1="Other Company", amount_1="60")
        assert page.uses() == {f"d{mine}": "90.00", f"d{theirs}": "60.00"}
        assert "90.00: 90.00 applied, 0.00 overpayment" in page.text
        shown = page.press("Post payment")
        assert [b.open(mine), b.open(theirs)] == [10, 20]
        assert "Other Company" in shown.text


def test_a_payer_may_pay_only_for_others() -> None:
    with books() as b:
        mine = b.invoice(100)
        other = b.add_customer("Other")
        theirs = b.invoice(80, customer=other)
        page = screen(Clerk(b)).press("Add a customer", amount="80")
        page.press("Spread", customer_1="Other", amount_1="80").press("Post payment")
        assert [b.open(mine), b.open(theirs)] == [100, 0]
        assert payments(b)[0].customer_id == b.customer


@pytest.mark.parametrize(
    ("second", "amount", "sentence"),
    [
        ("Other", "200", "The other customers' parts add up to 200.00, 50.00 more than was received."),
        ("Nobody", "10", "There is no such customer. Type a code or a name and choose."),
        ("Acme", "10", "Acme is named twice on this receipt. Use one part per customer."),
        ("Other", "", "Enter the amount received: more than 0."),
    ],
)
def test_wrong_parts_are_refused(second: str, amount: str, sentence: str) -> None:
    with books() as b:
        b.invoice(100)
        b.add_customer("Other")
        page = screen(Clerk(b)).press("Add a customer", amount="150")
        page = page.press("Spread", customer_1=second, amount_1=amount).press("Post payment")
        assert page.status == 422
        assert sentence in page.text
        assert payments(b) == []


def test_the_order_is_chosen_and_one_document_may_come_first() -> None:
    with books() as b:
        late = b.invoice(100, due=TODAY + timedelta(60))
        soon = b.invoice(70, due=TODAY + timedelta(5))
        clerk = Clerk(b)
        page = screen(clerk).press("Spread", amount="80")
        assert page.uses() == {f"d{soon}": "70.00", f"d{late}": "10.00"}
        page = page.press("Number")
        assert page.uses() == {f"d{late}": "80.00"}
        page = page.press("Spread", move=str(soon))
        assert page.uses() == {f"d{soon}": "70.00", f"d{late}": "10.00"}
        page.press("Post payment")
        assert [b.open(soon), b.open(late)] == [0, 90]


def test_it_opens_with_the_document_asked_for() -> None:
    with books() as b:
        b.invoice(300)
        asked = b.invoice(160, due=TODAY + timedelta(90))
        page = Clerk(b).open(f"/payments/receive/?document={asked}")
        assert page.uses() == {f"d{asked}": "160.00"}
        assert page.form().fields["amount"] == "160.00"
        page.press("Spread", amount="170").press("Post payment")
        assert b.open(asked) == 0


def test_another_currency_has_its_own_charges_and_rate() -> None:
    with books() as b:
        b.invoice(300)
        dollars = b.invoice(90, currency="USD")
        clerk = Clerk(b)
        page = screen(clerk)
        assert f"use-d{dollars}" not in page.form().fields
        page = page.press("Spread", currency="USD", amount="90", account="undeposited")
        assert page.uses() == {f"d{dollars}": "90.00"}
        for rate in ("0", "1000000000", "0.123456789"):
            refused = page.press("Post payment", rate=rate)
            assert f"“{rate}” is not an exchange rate." in refused.text
            assert refused.form().fields["rate"] == rate
        page.press("Post payment", rate="1,0825")
        assert b.open(dollars) == 0
        assert payments(b)[0].exchange_rate == Decimal("1.0825")
        refused = screen(clerk, document=b.invoice(5, currency="USD"))
        bank = BankAccount.objects.get(company=b.company, code="BANK")
        refused = refused.press("Post payment", account=str(bank.pk))
        assert "The bank account BANK is kept in EUR; the document is in USD." in refused.text


def test_the_same_form_twice_is_one_payment() -> None:
    with books() as b:
        b.invoice(300)
        page = screen(Clerk(b)).press("Spread", amount="100")
        first, again = page.press("Post payment"), page.press("Post payment")
        assert first.address == again.address
        other = page.press("Post payment", amount="120")
        assert "This form was sent and saved before, with other contents." in other.text
        assert [p.amount for p in payments(b)] == [100]


def test_post_and_next_keeps_what_the_next_receipt_shares() -> None:
    with books() as b:
        b.invoice(300)
        page = screen(Clerk(b)).press("Post and next", amount="100", method="check", date="2026-03-10")
        assert "PAY-00001 is posted: 100.00 EUR received." in page.text
        fields = page.form().fields
        assert (fields["method"], fields["date"], fields["customer"]) == ("check", "2026-03-10", "")


def test_only_verbs_one_may_use_are_offered_and_accepted() -> None:
    with books() as b:
        b.invoice(100)
        assert Clerk(b, "billing-clerk").open("/payments/receive/").status == 403
        assert Clerk(b, "auditor").open("/payments/").status == 200
        auditor = Clerk(b, "auditor").open("/payments/")
        assert "Receive payment" not in auditor.links


def test_a_closed_period_is_said_beside_the_date() -> None:
    with books() as b:
        b.invoice(100)
        b.configure(closed_through=date(2026, 3, 10))
        page = screen(Clerk(b)).press("Spread", amount="60", date="2026-03-09").press("Post payment")
        assert page.status == 422
        assert "The first open day is Mar 11, 2026." in page.text
        assert page.uses() != {}
        assert payments(b) == []


def test_another_companys_payment_does_not_exist() -> None:
    with books() as other:
        theirs = other.receipt(10)
    with books() as b:
        clerk = Clerk(b)
        for path in ("", "edit/", "post/", "delete/", "reverse/"):
            assert clerk.open(f"/payments/{theirs}/{path}").status == 404, path


def test_a_preview_costs_the_same_for_one_open_charge_and_for_many() -> None:
    with books() as b:
        clerk = Clerk(b)

        def asked() -> int:
            fields = screen(clerk).form().fields | {"amount": "50"}
            with CaptureQueriesContext(connection) as found:
                answer = clerk.client.post(f"{clerk.root}/payments/receive/preview/", fields)
            assert answer.status_code == 200
            return len(found)

        b.invoice(20, 10)
        few = asked()
        for _ in range(30):
            b.invoice(20, 10)
        assert asked() == few


def test_a_preview_answers_with_the_amounts_that_posting_takes() -> None:
    with books() as b:
        first, second = b.invoice(300), b.invoice(160)
        clerk = Clerk(b)
        fields = screen(clerk).form().fields | {"amount": "400", f"use-d{first}": "250", f"pin-d{first}": "!"}
        answer = clerk.client.post(f"{clerk.root}/payments/receive/preview/", fields).json()
        assert answer["rows"] == {f"d{first}": ["250", 0, ""], f"d{second}": ["150.00", 0, ""]}
        assert "Everything received is applied." in answer["bar"]


def test_a_long_grid_shows_lines_when_asked_for() -> None:
    with books() as b:
        invoices = alike(b, 101, 20, 10)
        clerk = Clerk(b)
        page = screen(clerk)
        assert not any(name.startswith("use-l") for name in page.form().fields)
        lines = [f"use-l{b.line(invoices[0], position)}" for position in (1, 2)]
        page = page.press("Spread", unfold=str(invoices[0]), amount="25")
        assert [page.form().fields[name] for name in lines] == ["20.00", "5.00"]
        page = page.press("Spread", **{lines[1].replace("-", "_"): "10"})
        assert page.uses()[f"d{invoices[0]}"] == "25.00"
        page.press("Post payment")
        assert b.open_lines(invoices[0]) == [5, 0]
