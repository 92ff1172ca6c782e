"""The list of available credits: every kind, tabs, search, filters, order, totals, export, who may see what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arledger.companies.models import Role
from tests.build import Books, books
from tests.clerk import Clerk, at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_time_of_the_books")]


def every_kind(b: Books) -> dict[str, int]:
    b.number_advances()
    return {
        "inline": b.invoice(5, -15, on=date(2026, 3, 1)),
        "advance": b.advance(20, on=date(2026, 3, 2)),
        "overpayment": b.receipt(30, on=date(2026, 3, 3)),
        "negative_invoice": b.invoice(-40, on=date(2026, 3, 4)),
        "adjustment": b.adjustment(-50, on=date(2026, 3, 5)),
    }


def numbers(b: Books, keys: dict[str, int]) -> dict[str, str]:
    return {kind: str(b.document(key)) for kind, key in keys.items()}


def test_every_kind_with_what_is_left_and_why_it_is_not_refundable() -> None:
    with books() as b:
        names = numbers(b, every_kind(b))
        text = Clerk(b).open("/credits/").text
        assert f"{names['inline']} Inline credit Acme" in text
        assert "The document also has positive lines: apply the credit instead." in text
        for kind, label in (
            ("advance", "Advance"),
            ("overpayment", "Overpayment"),
            ("negative_invoice", "Negative invoice"),
            ("adjustment", "Adjustment"),
        ):
            assert f"{names[kind]} {label} Acme" in text
            assert f"Apply , {names[kind]}" in text


def test_tabs_search_filters_and_orders() -> None:
    with books() as b:
        names = numbers(b, every_kind(b))
        clerk = Clerk(b)

        def shown(query: str) -> list[str]:
            text = clerk.open(f"/credits/?{query}").text
            places = {
                text.find(f"Apply , {name}"): name for name in names.values() if f"Apply , {name}" in text
            }
            return [places[place] for place in sorted(places)]

        for kind, name in names.items():
            assert shown(f"tab={kind}") == [name]
        assert shown(f"q={names['advance']}") == [names["advance"]]
        assert shown("q=nobody") == []
        assert shown("date_from=2026-03-04") == [names["adjustment"], names["negative_invoice"]]
        by_amount = ["inline", "advance", "overpayment", "negative_invoice", "adjustment"]
        assert shown("sort=available") == [names[kind] for kind in by_amount]
        assert shown("customer=acme&sort=date") == [names[kind] for kind in by_amount]
        assert clerk.open("/credits/?tab=other").status == 400


def test_totals_and_export_count_what_drafts_reserve() -> None:
    with books() as b:
        charge, memo = b.invoice(100), b.adjustment(-60)
        b.receipt(0, [charge], credits=[memo], post=False)
        b.advance(15)
        clerk = Clerk(b)
        page = clerk.open("/credits/?part=figures")
        assert "Available 15.00" in page.text
        answer: Any = clerk.client.get(f"{clerk.root}/credits/export/?sort=date")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert any("ADJ-00001" in line and "60.00" in line for line in lines[1:])


def test_a_page_costs_the_same_statements_for_many_credits() -> None:
    with books() as b:
        clerk = Clerk(b)
        counted = []
        for _ in range(2):
            for _ in range(20):
                b.adjustment(-1)
            clerk.open("/credits/")
            with CaptureQueriesContext(connection) as found:
                clerk.open("/credits/")
            counted.append(len(found))
        assert counted[0] == counted[1]


def test_who_may_see_neither_kind_is_refused() -> None:
    with books() as b:
        b.advance(15)
        assert Clerk(b, "auditor").open("/credits/").status == 200
        clerk = Clerk(b, "auditor")
        role = Role.objects.get(company=b.company, code="auditor")
        role.rights = sorted(set(role.rights) - {"adjustments.list", "advances.list"})
        role.save(update_fields=["rights"])
        assert [clerk.open(path).status for path in ("/credits/", "/credits/export/")] == [403, 403]
