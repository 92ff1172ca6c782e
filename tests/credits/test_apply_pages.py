"""Applying credits without scripts: from a credit over charges, and on an invoice from its customer's credits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ledger.models import Application, Document
from tests.build import TODAY, Books, books, money
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def applying(b: Books, credit: int) -> Page:
    return Clerk(b).open(f"/credits/apply/{credit}/")


def using(b: Books, charge: int) -> Page:
    return Clerk(b).open(f"/credits/use/{charge}/")


def matchings(b: Books) -> list[Document]:
    return list(Document.objects.filter(company=b.company, kind="matching").order_by("pk"))


def test_a_credit_spreads_over_the_charges_and_stays_editable() -> None:
    with books() as b:
        memo, first, second = b.adjustment(-100), b.invoice(80), b.invoice(50, 30)
        page = applying(b, memo)
        assert page.form().fields["amount"] == "100.00"
        assert page.uses() == {f"d{first}": "80.00", f"d{second}": "20.00", f"l{b.line(second)}": "20.00"}
        assert "Available 100.00 EUR Applied 100.00 Stays available 0.00 ADJ-00001 is used up." in page.text
        page = page.press("Work out", **{f"use_l{b.line(second, 2)}": "30"})
        assert page.uses()[f"d{first}"] == "70.00"
        shown = page.press("Apply", reason="as agreed")
        assert "100.00 EUR of ADJ-00001 is applied (INV-00001: 70.00, INV-00002: 30.00)." in shown.text
        assert [b.open(memo), b.open(first), b.open_lines(second)] == [0, 10, [50, 0]]
        assert {a.reason for a in Application.objects.filter(company=b.company)} == {"as agreed"}


def test_without_an_amount_only_the_chosen_rows_are_paid() -> None:
    with books() as b:
        memo, first, second = b.adjustment(-100), b.invoice(80), b.invoice(50)
        page = applying(b, memo).press("Work out", amount="")
        assert page.uses() == {}
        assert page.press("Apply").status == 422
        page = page.press("Work out", **{f"use_d{second}": "20"})
        assert page.uses() == {f"d{second}": "20"}
        assert "80.00 stays available on ADJ-00001." in page.text
        page.press("Apply")
        assert [b.open(d) for d in (memo, first, second)] == [-80, 80, 30]


def test_more_than_the_credit_has_is_refused_and_nothing_typed_is_lost() -> None:
    with books() as b:
        memo, first = b.adjustment(-100), b.invoice(180)
        page = applying(b, memo).press("Apply", amount="", reason="why", **{f"use_d{first}": "130"})
        assert page.status == 422
        assert "The amounts are 30.00 more than there is to apply. Lower them." in page.text
        assert page.uses() == {f"d{first}": "130"}
        assert page.form().fields["reason"] == "why"
        page = page.press("Apply", amount="120", **{f"use_d{first}": "120"})
        assert "ADJ-00001 has 100.00 left; you entered 120.00. Use 100.00 at most." in page.text
        assert matchings(b) == []


def test_what_somebody_else_applied_meanwhile_is_said() -> None:
    with books() as b:
        memo, first, second = b.adjustment(-100), b.invoice(80), b.invoice(80)
        page = applying(b, memo)
        b.use([memo], per_document={second: money(60)})
        page = page.press("Apply")
        assert page.status == 422
        assert "40.00" in page.text
        assert b.open(first) == 80


def test_w6_the_rest_of_inline_credits_is_applied_later() -> None:
    with books() as b:
        credit = b.invoice(10, -25, 40, -5, -30)
        later = b.invoice(4)
        page = applying(b, credit)
        assert page.form().fields["amount"] == "4.00"
        page.press("Apply")
        assert b.open(later) == 0
        assert b.open_lines(credit) == [0, 0, 0, 0, -6]


def test_an_invoice_takes_credits_with_amounts_or_in_the_usual_order() -> None:
    with books() as b:
        memo, advance, charge = b.adjustment(-100), b.advance(30), b.invoice(80)
        page = using(b, charge)
        assert page.uses() == {}
        page = page.press("Settle it, in the usual order =")
        assert page.uses() == {f"c{advance}": "30.00", f"c{memo}": "50.00"}
        assert "INV-00001 is settled." in page.text
        page = page.press("Work out", **{f"use_c{memo}": "20"})
        assert (
            "Open amount 80.00 EUR Applied 50.00 Stays open 30.00 30.00 of INV-00001 stays open." in page.text
        )
        shown = page.press("Apply")
        assert "50.00 EUR is applied to INV-00001 (" in shown.text
        assert [b.open(d) for d in (memo, advance, charge)] == [-80, 0, 30]


def test_a_credit_that_is_too_large_for_the_invoice_is_refused_beside_its_row() -> None:
    with books() as b:
        memo, charge = b.adjustment(-100), b.invoice(80)
        page = using(b, charge).press("Apply", **{f"use_c{memo}": "90"})
        assert page.status == 422
        assert (
            page.text.count("You entered 90.00 for ADJ-00001, but the chosen charges take only 80.00 of it.")
            >= 2
        )


def test_the_date_is_today_and_never_before_the_documents() -> None:
    with books() as b:
        memo, charge = b.adjustment(-100), b.invoice(80, on=TODAY + timedelta(days=5))
        page = using(b, charge)
        assert page.form().fields["date"] == (TODAY + timedelta(days=5)).isoformat()
        page = page.press("Apply", date=TODAY.isoformat(), **{f"use_c{memo}": "80"})
        assert page.status == 422
        assert "A match takes effect on" in page.text
        page.press("Apply", date=(TODAY + timedelta(days=9)).isoformat())
        assert b.open(charge, TODAY + timedelta(days=8)) == 80
        assert b.open(charge, TODAY + timedelta(days=9)) == 0


def test_of_a_payment_for_two_customers_the_one_chosen() -> None:
    with books() as b:
        other = b.add_customer("Other")
        charge = b.invoice(20, customer=other)
        receipt = b.receipt(50, customer=other, payer_id=b.customer)
        page = applying(b, receipt)
        assert page.uses() == {f"d{charge}": "20.00"}
        page.press("Apply")
        assert b.open(charge) == 0


def test_who_may_not_match_and_what_is_no_credit() -> None:
    with books() as b:
        memo, charge = b.adjustment(-100), b.invoice(80)
        draft = b.adjustment(-5, post=False)
        clerk = Clerk(b)
        assert clerk.open(f"/credits/apply/{charge}/").status == 404
        assert clerk.open(f"/credits/apply/{draft}/").status == 404
        assert clerk.open("/credits/use/99999999/").status == 404
        assert Clerk(b, "auditor").open(f"/credits/apply/{memo}/").status == 403


def test_a_preview_answers_with_amounts_whatever_is_typed() -> None:
    with books() as b:
        memo, charge = b.adjustment(-100), b.invoice(80)
        clerk = Clerk(b)
        for path, fields in (
            (
                f"/credits/apply/{memo}/preview/",
                {"amount": "x", f"use-d{charge}": "1e5", f"pin-d{charge}": "!"},
            ),
            (f"/credits/use/{charge}/preview/", {f"use-c{memo}": "250", f"pin-c{memo}": "!", "limit": "٣"}),
        ):
            answer = clerk.client.post(f"{clerk.root}{path}", fields)
            assert answer.status_code == 200
            assert json.loads(answer.content)["bar"]


def test_the_pages_of_documents_lead_there_and_back() -> None:
    with books() as b:
        charge, memo = b.invoice(80), b.adjustment(-100)
        receipt = b.receipt(20)
        clerk = Clerk(b)
        shown = clerk.open(f"/invoices/{charge}/")
        assert shown.links["120.00 EUR"].endswith(f"/credits/use/{charge}/")
        for path in (f"/credits/adjustments/{memo}/", f"/payments/{receipt}/"):
            key = path.split("/")[-2]
            assert clerk.open(path).links["Apply credit"].endswith(f"/credits/apply/{key}/")
        page = clerk.open(f"/credits/apply/{memo}/").press("Apply")
        assert f"/credits/adjustments/{memo}/" in page.address
        settled = clerk.open(f"/invoices/{charge}/")
        assert "Credits available 40" not in settled.text
        b.use([memo, receipt], [b.invoice(40)])
        assert "Apply credit" not in clerk.open(f"/credits/adjustments/{memo}/").links
        assert "There is no open charge" in clerk.open(f"/credits/apply/{memo}/").text
