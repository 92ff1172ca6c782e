"""Unreconciled items: every kind with something unmatched, tabs, filters, orders, totals, export, who may see it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Role
from payments import services as payments
from payments.inputs import PartInput, PaymentInput
from tests.build import TODAY, Books, books, money
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]
PLACE = "/matching/unreconciled/"


def every_kind(b: Books) -> dict[str, int]:
    b.number_advances()
    return {
        "advance": b.advance(20, on=date(2026, 3, 2)),
        "payment": b.receipt(30, on=date(2026, 3, 3)),
        "invoice": b.invoice(-40, on=date(2026, 3, 4)),
        "adjustment": b.adjustment(-50, on=date(2026, 3, 5)),
    }


def listed(page: Page, b: Books, keys: dict[str, int]) -> list[str]:
    """The kinds whose documents a page shows, in its order."""
    places = {kind: page.text.find(f" {b.document(key)} ") for kind, key in keys.items()}
    return sorted((kind for kind, place in places.items() if place >= 0), key=lambda kind: places[kind])


def exported(clerk: Clerk, query: str = "") -> list[str]:
    answer: Any = clerk.client.get(f"{clerk.root}{PLACE}export.csv?{query}")
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_every_kind_with_what_is_unmatched_and_since_when() -> None:
    with books() as b:
        keys = every_kind(b)
        receipt = b.receipt(100, [b.invoice(70)], on=date(2026, 3, 10))
        page = Clerk(b).open(PLACE)
        assert listed(page, b, keys) == ["adjustment", "invoice", "payment", "advance"]
        assert f"{b.document(receipt)} Payment Acme Mar 10, 2026 100.00 30.00 5" in page.text
        assert page.links["Acme"].endswith(f"/customers/{b.customer}/")
        assert page.links[str(b.document(receipt))].endswith(f"/payments/{receipt}/")


def test_what_is_matched_refunded_reversed_or_a_draft_is_not_there() -> None:
    with books() as b:
        gone = {
            "matched": b.receipt(70, [b.invoice(70)]),
            "later": b.receipt(10, [b.invoice(10)], on=date(2026, 4, 1)),
            "reversed": b.adjustment(-5),
            "refunded": b.adjustment(-6),
        }
        b.configure(refunds_enabled=True)
        gone["mirror"] = b.reverse(gone["reversed"])
        gone["refund"] = b.refund(gone["refunded"])
        b.adjustment(-7, post=False)
        page = Clerk(b).open(PLACE)
        assert "Everything is matched" in page.text
        assert listed(page, b, gone) == []


def test_a_credit_beside_charges_counts_with_its_credit_side() -> None:
    with books() as b:
        b.configure(auto_apply_inline_credits=False)
        key = b.invoice(100, -15)
        assert f"{b.document(key)} Invoice Acme Mar 15, 2026 15.00 15.00 0" in Clerk(b).open(PLACE).text


def test_tabs_search_filters_and_orders() -> None:
    with books() as b:
        keys = every_kind(b)
        clerk = Clerk(b)

        def shown(query: str) -> list[str]:
            return listed(clerk.open(f"{PLACE}?{query}"), b, keys)

        for kind, key in keys.items():
            assert shown(f"tab={kind}") == [kind]
            assert shown(f"q={b.document(key)}") == [kind]
        assert shown("q=nobody") == []
        assert shown("q=acme&date_from=2026-03-03&date_to=2026-03-04") == ["invoice", "payment"]
        assert shown("customer=acme&sort=amount") == ["advance", "payment", "invoice", "adjustment"]
        assert shown("sort=-amount") == ["adjustment", "invoice", "payment", "advance"]
        assert shown("sort=number") == ["adjustment", "advance", "invoice", "payment"]
        assert shown("customer=nobody") == shown("currency=USD") == []
        assert len(shown("currency=EUR")) == 4
        assert [clerk.open(f"{PLACE}?{bad}").status for bad in ("tab=x", "sort=x", "currency=X")] == [400] * 3


def test_pages_follow_each_other_in_every_order() -> None:
    with books() as b:
        numbers = [str(b.document(b.adjustment(-1 - n % 3))) for n in range(60)]
        clerk = Clerk(b)
        for sort in ("date", "number", "-amount"):
            first = clerk.open(f"{PLACE}?sort={sort}")
            second = clerk.open(first.links["Next"])
            assert [sum(number in page.text for number in numbers) for page in (first, second)] == [50, 10]


def test_a_receipt_for_several_customers_says_whose_money_is_unmatched() -> None:
    with books() as b:
        other = b.add_customer("Other")
        parts = [
            PartInput(customer_id=key, amount=money(amount))
            for key, amount in ((b.customer, 60), (other, 40))
        ]
        entered = PaymentInput(date=TODAY, method="check", payer_id=b.customer, parts=parts)
        payments.receive(actor=b.actor, payments=[entered])
        clerk = Clerk(b)
        assert "Acme 60.00 Other 40.00" in clerk.open(f"{PLACE}?q=other").text
        assert [line.split(",")[-2] for line in exported(clerk)[1:]] == ["60.00", "40.00"]


def test_totals_and_export() -> None:
    with books() as b:
        every_kind(b)
        b.receipt(100, [b.invoice(70)])
        clerk = Clerk(b)
        assert "Unmatched 170.00" in clerk.open(f"{PLACE}?part=figures").text
        lines = exported(clerk, "tab=payment&sort=date")
        assert lines[0] == "number,kind,customer,customer_name,date,reference,currency,amount,unmatched,age"
        assert [line.split(",")[-3:] for line in lines[1:]] == [
            ["30.00", "30.00", "12"],
            ["100.00", "30.00", "0"],
        ]


def test_a_page_costs_the_same_statements_for_many_items() -> None:
    with books() as b:
        clerk = Clerk(b)
        counted = []
        for _ in range(2):
            for _ in range(20):
                b.adjustment(-1)
            clerk.open(PLACE)
            with CaptureQueriesContext(connection) as found:
                clerk.open(PLACE)
            counted.append(len(found))
        assert counted[0] == counted[1]


def test_only_with_the_right_and_only_the_own_company() -> None:
    with books() as theirs:
        foreign = str(theirs.document(theirs.receipt(77)))
    with books() as b:
        clerk = Clerk(b, "auditor")
        assert foreign not in clerk.open(PLACE).text
        assert "Deposits Reconciliation Reports" in clerk.open("/").text
        role = Role.objects.get(company=b.company, code="auditor")
        role.rights = sorted(set(role.rights) - {"reconciliation.run"})
        role.save(update_fields=["rights"])
        assert [clerk.open(path).status for path in (PLACE, f"{PLACE}export.csv")] == [403, 403]
