"""Customers on their pages: list with balances, account as of a day, entering and changing them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def sheet(page: Page) -> dict[str, str]:
    return next(form.fields for form in page.forms if "name" in form.fields)


def names(clerk: Clerk, query: str = "") -> list[str]:
    """The customers of the list, in its order."""
    known = set(Customer.objects.values_list("name", flat=True))
    return [text for text in clerk.open(f"/customers/{query}").links if text in known]


def furnished(b: Books) -> dict[str, int]:
    """Acme owes 300, 100 of it late, and has 40 to its credit; Œuvrard pays later; Zoo owes nothing."""
    made = {"acme": b.customer, "oeuvrard": b.add_customer("Œuvrard & fils"), "zoo": b.add_customer("Zoo")}
    made["idle"] = b.add_customer("Idle", active=False)
    b.invoice(100, on=date(2026, 1, 2))
    b.invoice(200, on=date(2026, 3, 1))
    b.receipt(40)
    due = b.invoice(50, customer=made["oeuvrard"])
    b.receipt(50, [due], customer=made["oeuvrard"], on=date(2026, 4, 1))
    return made


def test_the_list_shows_balances_and_finds_by_words() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b)
        assert names(clerk) == ["Acme", "Idle", "Œuvrard & fils", "Zoo"]
        assert names(clerk, "?sort=-code") == ["Idle", "Zoo", "Œuvrard & fils", "Acme"]
        assert names(clerk, "?tab=open") == ["Acme", "Œuvrard & fils"], "what is settled later is open today"
        assert names(clerk, "?tab=inactive") == ["Idle"]
        assert names(clerk, "?q=OEUVRARD") == ["Œuvrard & fils"]
        assert names(clerk, "?q=fils+oeuv") == ["Œuvrard & fils"]
        assert names(clerk, "?q=c00001") == ["Acme"]
        text = clerk.open("/customers/").text
        assert "Acme C00001 260.00 100.00 40.00 EUR" in text
        assert "Œuvrard & fils C00002 50.00 0.00 0.00 EUR" in text
        assert "All 4 With balance 2 Inactive 1" in text
        assert "EUR Balance 310.00 Overdue 100.00 Credits available 40.00" in text
        assert "EUR Balance 260.00" in clerk.open("/customers/?q=acme").text


def test_balances_in_several_currencies_stand_apart() -> None:
    with books() as b:
        b.invoice(100)
        b.invoice(70, currency="USD")
        clerk = Clerk(b)
        assert "Acme C00001 100.00 70.00 0.00 0.00 0.00 0.00 EUR USD" in clerk.open("/customers/").text
        answer = clerk.client.get(f"{clerk.root}/customers/export.csv")
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
        assert [(row["currency"], row["balance"]) for row in rows] == [("EUR", "100.00"), ("USD", "70.00")]


def test_list_and_account_take_a_constant_number_of_queries() -> None:
    with books() as b:
        made = furnished(b)
        clerk = Clerk(b)

        def asked(path: str) -> int:
            with CaptureQueriesContext(connection) as found:
                assert clerk.open(path).status == 200
            return len(found)

        account = f"/customers/{made['acme']}/"
        before = asked(account)
        for number in range(12):
            key = b.add_customer(f"More {number}")
            b.receipt(3, [b.invoice(10, customer=key)], customer=key)
            b.receipt(1, [b.invoice(7)])
        for query in ("", "?tab=open", "?tab=inactive", "?q=acme", "?sort=-code&tab=open&q=more"):
            assert asked(f"/customers/{query}") <= 10
        assert asked(account) <= before
        assert asked(account) <= 24


def test_the_account_holds_balance_ageing_open_items_credits_and_history() -> None:
    with books() as b:
        made = furnished(b)
        page = Clerk(b).open(f"/customers/{made['acme']}/")
        assert "Balance 260.00 EUR Overdue 100.00 EUR Credits available 40.00 EUR" in page.text
        items = page.text.split("Open items")[1].split("Credits available")[0]
        assert items.index("INV-00001") < items.index("INV-00002"), "by due date"
        assert "Overdue" in items
        assert "PAY-00001" in page.text.split("Credits available")[2].split("History")[0]
        history = page.text.split("History")[1]
        assert "PAY-00001 Payment Mar 15, 2026 −40.00 260.00" in history
        assert "INV-00002 Invoice Mar 1, 2026 200.00 300.00" in history
        assert "INV-00001 Invoice Jan 2, 2026 100.00 100.00" in history
        assert "31 to 60 days" in page.text
        assert {"Receive payment", "New invoice", "Edit"} <= set(page.links)


def test_as_at_an_earlier_day_the_account_stands_as_it_did() -> None:
    with books() as b:
        made = furnished(b)
        b.receipt(100, [b.invoice(100, on=date(2026, 1, 20))], on=date(2026, 3, 10))
        clerk = Clerk(b)
        page = clerk.open(f"/customers/{made['acme']}/?as_at=2026-02-15")
        assert "Figures as at Feb 15, 2026" in page.text
        assert "Balance 200.00 EUR Overdue 100.00 EUR" in page.text
        assert "PAY-" not in page.text
        assert "INV-00002" not in page.text
        assert "Balance 0.00 EUR" in clerk.open(f"/customers/{made['acme']}/?as_at=2025-12-31").text
        for wrong in ("?as_at=x", "?as_at=2026-02-30", "?cursor=x", "?cursor=%00"):
            page = clerk.open(f"/customers/{made['acme']}/{wrong}")
            assert page.status == 400
            assert "Balance 260.00" in page.text.replace("Balance 360.00", "Balance 260.00")


def test_the_running_balance_goes_on_over_pages() -> None:
    with books() as b:
        total = Decimal(0)
        expected = []
        for number in range(60):
            day = TODAY - timedelta(days=90 - number)
            amount = 10 + number
            if number % 5 == 4:
                b.receipt(amount, on=day)
                total -= amount
            else:
                b.invoice(amount, on=day)
                total += amount
            expected.append(f"{total:,.2f}")
        clerk = Clerk(b)
        page = clerk.open(f"/customers/{b.customer}/")
        seen: list[str] = []
        while True:
            rows = page.text.split(" State ", 3)[-1].split("Newest")[0].split("Older")[0].split("As at")[0]
            amounts = re.findall(r"−?[0-9][0-9,]*\.[0-9]{2}", rows)
            seen += amounts[1::2]
            if "Older" not in page.links:
                break
            page = clerk.open(f"{page.address.split('?')[0]}{page.links['Older']}")
        assert seen == expected[::-1]


def test_a_receipt_of_another_payer_counts_for_whom_it_was() -> None:
    with books() as b:
        other = b.add_customer("Other payer")
        invoice = b.invoice(100)
        entered = PaymentInput(
            date=TODAY,
            method="transfer",
            bank_account_id=b.bank,
            parts=[
                PartInput(customer_id=other, amount=Decimal(30)),
                PartInput(customer_id=b.customer, amount=Decimal(120), documents=(invoice,)),
            ],
        )
        payments.receive(actor=b.actor, payments=[entered], post=True)
        clerk = Clerk(b)
        page = clerk.open(f"/customers/{b.customer}/")
        assert "PAY-00001 Payment Mar 15, 2026 −120.00 −20.00" in page.text
        assert "Balance −20.00 EUR" in page.text
        page = clerk.open(f"/customers/{other}/")
        assert "PAY-00001 Payment Mar 15, 2026 −30.00 −30.00" in page.text


def test_a_customer_is_entered_changed_and_deleted() -> None:
    with books() as b:
        clerk = Clerk(b)
        form = clerk.open("/customers/new/")
        page = clerk.send(
            form.address, sheet(form) | {"name": "Café Noir", "country": "fr", "parent": "c00001"}
        )
        made = Customer.objects.get(name="Café Noir")
        assert "Café Noir is entered." in page.text
        assert (made.code, made.currency, made.country, made.parent_id) == ("C00002", "EUR", "FR", b.customer)
        assert made.active
        again = clerk.send(
            form.address, sheet(form) | {"name": "Café Noir", "country": "fr", "parent": "c00001"}
        )
        assert again.address == page.address, "a double click enters one customer"
        edit, stale = (clerk.open(f"/customers/{made.pk}/edit/") for _ in range(2))
        fields = sheet(edit) | {"name": "Café Blanc", "address": "1 rue\r\n75000 Paris"}
        fields.pop("active")
        assert "Inactive" in clerk.send(edit.address, fields).text
        made.refresh_from_db()
        assert (made.name, made.active, made.address) == ("Café Blanc", False, "1 rue\n75000 Paris")
        trail = clerk.open("/settings/audit/").text
        assert "Belongs to: C00001" in trail
        assert "Name: Café Noir → Café Blanc" in trail
        page = clerk.send(stale.address, sheet(stale) | {"name": "Mine"})
        assert page.status == 422
        assert f"{clerk.user.name} changed this" in page.text
        assert sheet(page)["name"] == "Mine"
        for said in ("Saved now: “Café Blanc”.", "Saved now: “1 rue 75000 Paris”.", "Saved now: “no”."):
            assert said in page.text
        assert page.text.count("Saved now") == 2 * 3, "beside the field and in the summary, of nothing else"
        page = clerk.open(f"/customers/{made.pk}/delete/").press("Delete customer", form="confirm")
        assert "Café Blanc is deleted." in page.text
        assert not Customer.objects.filter(pk=made.pk).exists()


def test_what_cannot_be_entered_is_said_beside_its_field() -> None:
    with books() as b:
        b.invoice(1)
        clerk = Clerk(b)
        form = clerk.open("/customers/new/")
        wrong = {
            "name": "",
            "code": "C00001",
            "email": "no",
            "parent": "nobody",
            "term": "999999",
            "country": "FRA",
        }
        page = clerk.send(form.address, sheet(form) | wrong)
        assert page.status == 422
        for words in (
            "This field is required",
            "valid email",
            "There is no customer “nobody”",
            "at most 2 fit",
        ):
            assert words in page.text
        assert sheet(page)["email"] == "no"
        page = clerk.send(form.address, sheet(form) | {"name": "X", "code": "C00001"})
        assert "A customer with the code C00001 exists already." in page.text
        own = clerk.open(f"/customers/{b.customer}/edit/")
        page = clerk.send(own.address, sheet(own) | {"parent": "C00001"})
        assert "cannot be above itself" in page.text
        page = clerk.open(f"/customers/{b.customer}/delete/").press("Delete customer", form="confirm")
        assert "has documents and cannot be deleted" in page.text


def test_suggestions_while_typing() -> None:
    with books() as b:
        furnished(b)
        clerk = Clerk(b)

        def suggested(text: str) -> str:
            return clerk.client.get(f"{clerk.root}/customers/options/", {"q": text}).content.decode()

        assert 'data-value="C00002"' in suggested("oeuv")
        assert "Zoo" not in suggested("oeuv")
        assert "Idle" not in suggested(""), "inactive customers get nothing new"
        assert "Nothing matches" in suggested("xyz\0")


def test_rights_and_foreign_customers() -> None:
    with books() as b:
        made = furnished(b)
        auditor = Clerk(b, "auditor")
        page = auditor.open(f"/customers/{made['acme']}/")
        assert page.status == 200
        assert not {"Receive payment", "New invoice", "Edit", "Delete customer"} & set(page.links)
        for path in ("new/", f"{made['acme']}/edit/", f"{made['acme']}/delete/"):
            assert auditor.open(f"/customers/{path}").status == 403
        assert auditor.send(f"{auditor.root}/customers/{made['zoo']}/delete/", {}).status == 403
        assert Customer.objects.filter(pk=made["zoo"]).exists()
    with books() as other:
        stranger = Clerk(other)
        for path in ("", "edit/", "delete/"):
            assert stranger.open(f"/customers/{made['acme']}/{path}").status == 404
            assert stranger.open(f"/customers/{10**30}/{path}").status == 404


def test_the_account_speaks_french() -> None:
    with books() as b:
        furnished(b)
        text = Clerk(b, language="fr").open(f"/customers/{b.customer}/").text
        assert "260,00" in text
        assert "15 mars 2026" in text
