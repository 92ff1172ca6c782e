"""Matching in a real browser: pages fit and are accessible, customers are picked and matched oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.seeing import come_back, faults, open_small, serious
from tests.build import Books, books, person


@dataclass
class Desk:
    b: Books
    root: str
    charges: list[int]


@pytest.fixture
def desk(live_url: str) -> Iterator[Desk]:
    with books() as b:
        farm = b.add_customer("Ferme des Trois Vallées – Société coopérative agricole de l’Ouest")
        charges = [b.invoice(1_234_567), b.invoice(20), b.invoice(300, customer=farm)]
        b.receipt(1_234_577)
        b.advance(45, customer=farm)
        yield Desk(b, f"/c/{b.company.code}", charges)


PAGES = [
    "matching/unreconciled/",
    "matching/unreconciled/?tab=advance&customer=farm",
    "matching/queue/",
    "matching/queue/?days=3",
    "matching/oldest-first/",
    "matching/oldest-first/{customer}/",
    "matching/workbench/",
    "matching/workbench/?document={document}",
    "checkout/?customer={customer}",
]


@pytest.mark.long
def test_the_pages_fit_and_are_accessible(desk: Desk, page: Page) -> None:
    come_back(page, person(desk.b, language="fr"))
    for path in PAGES:
        open_small(page, f"{desk.root}/{path.format(customer=desk.b.customer, document=desk.charges[0])}")
        assert faults(page) == [], path


def test_two_customers_are_picked_and_matched(desk: Desk, page: Page) -> None:
    come_back(page, person(desk.b))
    page.goto(f"{desk.root}/matching/queue/")
    page.locator("[data-pick-all]").check()
    page.locator("#bulk button[type=submit]").click()
    expect(page.locator(".effects")).to_contain_text(
        "1,234,622.00 EUR of 2 customers is matched (matches: 3)."
    )
    assert serious(page) == []
    page.locator("[data-primary]").click()
    expect(page.locator("h1")).to_have_text("Needs matching")
    assert [desk.b.open(key) for key in desk.charges] == [0, 10, 255]
    expect(page.locator(".empty h2")).to_have_text("Nothing needs matching")


def test_the_workbench_is_worked_with_the_keyboard_alone(
    desk: Desk, page: Page, complaints: list[str]
) -> None:
    """A credit in full, over to the charges, as much of two as the credit goes, matched; then undone."""
    come_back(page, person(desk.b))
    page.goto(f"{desk.root}/matching/workbench/?document={desk.charges[1]}")
    bar = page.locator("#work-total")
    expect(bar).to_contain_text("The charges are 20.00 more than the credits.")
    page.locator(f"#use-d{desk.charges[1]}").focus()
    page.keyboard.press(" ")
    expect(bar).to_contain_text("Choose credits and the charges that they pay.")
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Control+A")
    page.keyboard.type("50")
    expect(bar).to_contain_text("The credits are 50.00 more than the charges.")
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("=")
    expect(bar).to_contain_text("Both sides are the same: this can be matched.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("50.00 EUR is matched.")).to_be_visible()
    assert sum(desk.b.open(key) for key in desk.charges[:2]) == 1_234_537
    page.wait_for_load_state()
    assert serious(page) == []
    page.locator("#recent a[data-dialog]").first.click()
    expect(page.locator("dialog[open]")).to_contain_text("Un-apply")
    assert complaints == []
