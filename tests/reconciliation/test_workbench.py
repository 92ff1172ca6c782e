"""The workbench: pick on both sides, match, undo; from either side's document (SPEC 11, UX)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from json import loads
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from ledger.checks import check
from ledger.models import Document
from reconciliation.workbench import build
from tests.build import TODAY, Books, books
from tests.clerk import Clerk, Page, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def bench(clerk: Clerk, **query: object) -> Page:
    b = clerk.books
    asked = query or {"customer": Customer.objects.get(company=b.company, pk=b.customer).code}
    return clerk.open("/matching/workbench/?" + "&".join(f"{name}={value}" for name, value in asked.items()))


def marks(b: Books, *documents: int) -> list[str]:
    return [str(b.figures(key).mark) for key in documents]


def test_picked_on_both_sides_and_matched() -> None:
    with books() as b:
        clerk = Clerk(b)
        first, second = b.invoice(60, 15), b.invoice(40)
        money = b.receipt(100, leave=True)
        page = bench(clerk)
        assert page.uses() == {}
        assert "Choose credits and the charges that they pay." in page.text
        refused = page.press("Match", **{f"use_c{money}": "100", f"use_d{first}": "70"})
        assert refused.status == 422
        assert "The credits are 30.00 more than the charges." in refused.text
        assert refused.uses()[f"c{money}"] == "100"
        done = refused.press("Match", **{f"use_d{second}": "30"})
        assert "100.00 EUR is matched." in done.text
        assert [*b.open_lines(first), b.open(second), b.open(money)] == [0, 5, 10, 0]
        assert marks(b, first, second, money) == ["partial", "partial", "complete"]
        assert "Recent matches" in done.text
        assert check(b.company.pk) == []


def test_amounts_go_to_single_lines() -> None:
    with books() as b:
        clerk = Clerk(b)
        bill, memo = b.invoice(60, 15), b.adjustment(-10, -20)
        second = b.line(bill, 2)
        done = bench(clerk).press("Match", **{f"use_k{b.line(memo, 2)}": "15", f"use_l{second}": "15"})
        assert "15.00 EUR is matched." in done.text
        assert [*b.open_lines(bill), *b.open_lines(memo)] == [60, 0, -10, -5]


def test_it_opens_from_either_sides_document() -> None:
    with books() as b:
        clerk = Clerk(b)
        bill, money = b.invoice(60, 15), b.receipt(100, leave=True)
        for path, document, key, amount in (
            (f"/invoices/{bill}/", bill, f"d{bill}", "75.00"),
            (f"/payments/{money}/", money, f"c{money}", "100.00"),
        ):
            link = clerk.open(path).links["Match on the workbench"]
            assert link.endswith(f"?document={document}")
            page = clerk.open(link)
            assert page.uses()[key] == amount
        evened = page.press("Make both sides the same =")
        assert evened.uses()[f"d{bill}"] == "75.00"
        assert "The credits are 25.00 more than the charges." in evened.text
        evened.press("Match", **{f"use_c{money}": "75"})
        assert [b.open(bill), b.open(money)] == [0, -25]
        assert "Match on the workbench" not in clerk.open(f"/invoices/{bill}/").links


def test_one_key_fills_the_side_that_is_short() -> None:
    with books() as b:
        old, new = b.invoice(60, due=TODAY), b.invoice(70, due=TODAY + timedelta(days=9))
        advance, memo = b.advance(50), b.adjustment(-200)

        def evened(**typed: str) -> dict[str, str]:
            data = {name.replace("_", "-"): text for name, text in typed.items()} | {"even": "1"}
            found = build(actor=b.actor, customer=b.customer, currency="EUR", data=data)
            return {key: cell[0] for key, cell in found.answer()["rows"].items() if cell[0]}  # type: ignore[attr-defined]

        assert evened(**{f"use_c{memo}": "100"}) == {
            f"c{memo}": "100.00",
            f"d{old}": "60.00",
            f"d{new}": "40.00",
        }
        assert evened(**{f"use_d{new}": "70"}) == {
            f"d{new}": "70.00",
            f"c{advance}": "50.00",
            f"c{memo}": "20.00",
        }
        assert evened(**{f"use_d{new}": "70", f"use_c{memo}": "90"}) == {
            f"d{new}": "70.00",
            f"d{old}": "20.00",
            f"c{memo}": "90.00",
        }


def test_a_suggestion_is_matched_or_only_chosen() -> None:
    with books() as b:
        clerk = Clerk(b)
        bills = [b.invoice(60), b.invoice(40)]
        money = b.receipt(100, leave=True, reference="thanks")
        reason = "INV-00001, INV-00002 together are exactly PAY-00001."
        page = bench(clerk)
        assert reason in page.text
        chosen = page.press(f"Choose: {reason}")
        assert chosen.status == 200
        assert {key: chosen.uses()[key] for key in (f"c{money}", f"d{bills[0]}", f"d{bills[1]}")} == {
            f"c{money}": "100.00",
            f"d{bills[0]}": "60.00",
            f"d{bills[1]}": "40.00",
        }
        assert marks(b, money) == ["none"]
        done = page.press(f"Match: {reason}")
        assert "100.00 EUR is matched." in done.text
        assert marks(b, *bills, money) == ["complete"] * 3
        again = page.press(f"Match: {reason}")
        assert again.address == done.address, "a form sent twice has one effect"


def test_the_preview_is_quick_and_says_what_one_key_takes() -> None:
    with books() as b:
        clerk = Clerk(b)
        bill, money = b.invoice(60, 15), b.receipt(100, leave=True)
        url = bench(clerk).address.replace("workbench/", "workbench/preview/")
        answer = clerk.client.post(url, {f"use-c{money}": "50", f"pin-c{money}": "!"})
        told = loads(answer.content)
        assert told["rows"][f"c{money}"] == ["50", 0, ""]
        assert told["fulls"][f"d{bill}"] == "50.00", "as far as the credits go"
        assert "The credits are 50.00 more" in told["bar"]
        wrong = loads(clerk.client.post(url, {f"use-c{money}": "120", f"pin-c{money}": "!"}).content)
        assert "100.00" in wrong["rows"][f"c{money}"][2]


def test_a_match_takes_effect_when_it_is_said_to() -> None:
    with books() as b:
        clerk = Clerk(b)
        bill, memo = b.invoice(10), b.adjustment(-10)
        page = bench(clerk)
        picked = {f"use_c{memo}": "10", f"use_d{bill}": "10"}
        early = page.press("Match", date=str(TODAY - timedelta(days=1)), **picked)
        assert early.status == 422
        later = TODAY + timedelta(days=3)
        page.press("Match", date=str(later), reason="as agreed", **picked)
        assert [b.open(bill), b.open(bill, on=later)] == [10, 0]
        made = Document.objects.get(company=b.company, kind="matching")
        assert (made.date, made.reason) == (later, "as agreed")


def test_recent_matches_are_undone_from_there() -> None:
    """W10, told through the workbench; and all matches of one step at once."""
    with books() as b:
        clerk = Clerk(b)
        one, two = b.invoice(100), b.invoice(100)
        first, second = b.receipt(100, leave=True), b.receipt(100, leave=True)
        picked = {f"use_d{one}": "100", f"use_d{two}": "100", f"use_c{first}": "100", f"use_c{second}": "100"}
        half = dict.fromkeys(list(picked)[:2], "50") | {f"use_c{first}": "100"}
        bench(clerk).press("Match", **half)
        page = bench(clerk).press("Match", **{**half, f"use_c{first}": "", f"use_c{second}": "100"})
        assert [b.open(one), b.open(two)] == [0, 0]
        [application] = [entry for entry in b.applications(second) if entry in b.applications(one)]
        bin_url = next(url for text, url in page.links.items() if f"/{application}/unapply/" in url)
        asked = clerk.open(bin_url)
        form = next(form for form in asked.forms if "reason" in form.fields)
        back = clerk.send(asked.address, form.fields | {"reason": "wrong invoice"})
        assert back.address == bench(clerk).address or "/workbench/" in back.address
        assert [b.open(one), b.open(two)] == [50, 0]
        assert b.open(second) == -50
        all_of = next(
            url for text, url in back.links.items() if text.startswith("Undo all 2 matches of MAT-")
        )
        shown = clerk.open(all_of)
        assert "2 matches over 100.00 EUR are in force." in shown.text
        form = next(form for form in shown.forms if "reason" in form.fields)
        refused = clerk.send(shown.address, form.fields)
        assert refused.status == 422
        done = clerk.send(shown.address, form.fields | {"reason": "all wrong"})
        assert "The matches are undone." in done.text
        assert [b.open(one), b.open(two), b.open(first)] == [100, 50, -100]
        assert clerk.open(all_of).status == 404, "nothing of it is in force any more"
        assert check(b.company.pk) == []


def test_who_may_not_does_not_see_it() -> None:
    with books() as b:
        bill = b.invoice(10)
        money = b.receipt(10, [bill])
        clerk = Clerk(b, "auditor")
        assert bench(clerk).status == 403
        assert clerk.send(f"{clerk.root}/matching/workbench/preview/", {}).status == 403
        made = b.document(money).pk
        assert clerk.open(f"/matching/undo/{made}/").status == 403
        assert "Workbench" not in clerk.open("/").links


def test_odd_addresses_and_forms_are_answered() -> None:
    with books() as b, books() as other:
        foreign = other.customer
    with books() as b:
        clerk = Clerk(b)
        b.invoice(10)
        b.adjustment(-10)
        assert bench(clerk, customer="nobody").status == 422
        assert bench(clerk, document="9" * 17).status == 200
        assert bench(clerk, document=foreign).status == 200
        assert clerk.open("/matching/workbench/").status == 200
        url = bench(clerk).address
        for fields in (
            {"match": "picked"},
            {"match": "c1:1,d1:1"},
            {"match": "x"},
            {"pick": "c" + "9" * 17 + ":5"},
            {"even": "1", "limit": "9" * 17, "order": "x", "charges_order": "y", "unfolded": "1,a"},
            {"use-d1": "1", "use-c2": "x\0", "pin-c2": "!"},
        ):
            assert clerk.send(url, fields).status in (200, 422), fields
            assert (
                clerk.client.post(url.replace("workbench/", "workbench/preview/"), fields).status_code == 200
            )


def test_it_takes_the_same_queries_whatever_there_is() -> None:
    with books() as b:
        clerk = Clerk(b)
        counted = []
        for _round in range(2):
            for amount in (10, 20, 30):
                bill = b.invoice(amount, amount)
                b.adjustment(-amount)
                b.receipt(amount, [bill])
                b.match((b.line(bill, 2), b.line(b.adjustment(-5)), 5))
            bench(clerk)
            with CaptureQueriesContext(connection) as queries:
                assert bench(clerk).status == 200
            counted.append(len(queries))
        assert counted[0] == counted[1] < 40


def test_another_currency_is_an_account_of_its_own() -> None:
    with books() as b:
        clerk = Clerk(b)
        b.invoice(10)
        dollars: dict[str, Any] = {"currency": "USD", "exchange_rate": Decimal("0.9"), "on": date(2026, 3, 1)}
        bill, memo = b.invoice(7, **dollars), b.adjustment(-7, **dollars)
        page = bench(clerk, document=bill)
        assert page.uses() == {f"d{bill}": "7.00"}
        page.press("Match", **{f"use_c{memo}": "7"})
        assert b.open(bill) == 0
