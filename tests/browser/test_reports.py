"""Reports in a real browser: nothing complains, nothing is wider than the window, the rest comes as one scrolls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from reconciliation import entries_pages
from tests.browser.seeing import come_back, faults, open_small
from tests.build import Books, books, person

REPORTS = [
    "reconciliation/?matches=unmatched&show=partial",
    "ageing/",
    "ageing/?detail=1",
    "ledger/",
    "statements/",
    "statements/{customer}/",
    "payments-by-item/",
    "tax-receipts/",
    "journal/",
    "proof/",
]


@pytest.fixture
def held(live_url: str) -> Iterator[Books]:
    with books() as b:
        b.add_customer("Ferme des Trois Vallées – Société coopérative agricole de l’Ouest")
        charges = [b.invoice(1_234_567), b.invoice(20), b.invoice(300)]
        b.receipt(1_234_577, charges[:1])
        yield b


@pytest.mark.long
def test_reports_fit_are_accessible_and_never_complain(
    held: Books, page: Page, complaints: list[str]
) -> None:
    come_back(page, person(held, language="fr"))
    for path in REPORTS:
        open_small(page, f"/c/{held.company.code}/reports/{path.format(customer=held.customer)}")
        assert faults(page) == [], path
        assert complaints == [], path


def test_the_report_goes_on_as_one_scrolls_and_ends_with_its_totals(
    held: Books, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries_pages, "ROWS", 1)
    come_back(page, person(held))
    page.goto(f"/c/{held.company.code}/reports/reconciliation/?start=2020-01-01")
    expect(page.locator("#entries-totals")).to_contain_text("310.00")
    for number in ("INV-00001", "INV-00002", "INV-00003"):
        page.mouse.wheel(0, 2_000)
        expect(page.locator("table.entries")).to_contain_text(number)
