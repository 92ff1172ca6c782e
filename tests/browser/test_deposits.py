"""Deposits in a real browser: pages fit and are accessible, receipts are chosen and posted with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from ledger.models import DepositItem, Document
from tests.browser.seeing import come_back, faults, open_small
from tests.build import Books, books, person


@dataclass
class Till:
    b: Books
    root: str
    deposit: int
    draft: int
    waiting: list[int]

    def enter(self, page: Page, path: str, *, language: str = "en") -> None:
        come_back(page, person(self.b, language=language))
        page.goto(f"{self.root}/{path}")


@pytest.fixture
def till(live_url: str) -> Iterator[Till]:
    with books() as b:
        farm = b.add_customer("Ferme des Trois Vallées – Société coopérative agricole de l’Ouest")
        deposit = b.deposit(b.cash(1_234_567, reference="CHQ 0012345"), b.cash(20, customer=farm))
        draft = b.deposit(b.cash(7), post=False)
        waiting = [b.cash(100, reference="CHQ 7"), b.cash("50.25", customer=farm), b.cash(8, method="cash")]
        yield Till(b, f"/c/{b.company.code}", deposit, draft, waiting)


PAGES = [
    "deposits/",
    "deposits/?tab=reversed&q=nothing",
    "deposits/new/",
    "deposits/{deposit}/",
    "deposits/{deposit}/reverse/",
    "deposits/{draft}/",
    "deposits/{draft}/edit/",
    "quick-deposit/",
]


@pytest.mark.long
def test_the_pages_fit_and_are_accessible(till: Till, page: Page) -> None:
    come_back(page, person(till.b, language="fr"))
    for path in PAGES:
        open_small(page, f"{till.root}/{path.format(deposit=till.deposit, draft=till.draft)}")
        assert faults(page) == [], path


def test_receipts_are_deposited_with_the_keyboard_alone(till: Till, page: Page) -> None:
    till.enter(page, "deposits/new/")
    total, count = page.locator("[data-deposit-total]"), page.locator("[data-deposit-count]")
    first, second, _third = page.locator("[data-deposit-pick]").all()
    first.focus()
    page.keyboard.press("Space")
    expect(total).to_have_text("100.00")
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("Space")
    expect(total).to_have_text("150.25")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(count).to_have_text("3")
    expect(page.locator("[data-deposit-all]")).to_be_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(total).to_have_text("108.00")
    page.locator("#receipt-filter").focus()
    page.keyboard.type("ferme")
    page.keyboard.press("Enter")
    expect(page.locator("[data-deposit-pick]")).to_have_count(1)
    expect(total).to_have_text("108.00")
    page.locator("[data-deposit-all]").click()
    expect(total).to_have_text("158.25")
    page.locator("[data-deposit-all]").click()
    expect(total).to_have_text("108.00")
    page.locator("#id_reference").focus()
    page.keyboard.type("SLIP 1")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("DEP-00002 is posted: 108.00 EUR deposited.")).to_be_visible()
    made = Document.objects.get(company=till.b.company, number="DEP-00002")
    held = DepositItem.objects.filter(company=till.b.company, document=made).values_list(
        "receipt_id", flat=True
    )
    assert sorted(held) == [till.waiting[0], till.waiting[2]]


def test_amounts_add_up_as_the_reader_writes_them(till: Till, page: Page) -> None:
    till.b.cash(1_000_000)
    till.enter(page, "deposits/new/", language="fr")
    page.locator("[data-deposit-all]").click()
    expect(page.locator("[data-deposit-total]")).to_have_text("1\u202f000\u202f158,25")
