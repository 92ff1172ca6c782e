"""Adjustments and advances in a real browser: pages fit and are accessible, entering and writing off by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from ledger.models import Document
from tests.browser.seeing import come_back, faults, open_small
from tests.build import Books, books, person


@dataclass
class Place:
    b: Books
    root: str
    keys: dict[str, int]

    def enter(self, page: Page, path: str, *, language: str = "en") -> None:
        come_back(page, person(self.b, language=language))
        page.goto(f"{self.root}/{path}")


@pytest.fixture
def place(live_url: str) -> Iterator[Place]:
    with books() as b:
        keys = {
            "invoice": b.invoice(300, 100),
            "memo": b.adjustment(-120, -30, reason="Goods came back broken", description="Second delivery"),
            "debit": b.adjustment(75),
            "draft": b.adjustment(-10, post=False),
            "advance": b.advance(1_234_567, reference="Deposit 2026"),
            "draft_advance": b.advance(50, post=False),
        }
        b.match((b.line(keys["invoice"]), b.line(keys["memo"]), 90))
        b.match((b.line(keys["invoice"]), b.line(keys["advance"]), 200))
        yield Place(b, f"/c/{b.company.code}", keys)


PAGES = [
    "credits/adjustments/",
    "credits/adjustments/?tab=available&settlement=partially_applied",
    "credits/adjustments/{memo}/",
    "credits/adjustments/{draft}/",
    "credits/adjustments/{draft}/edit/",
    "credits/adjustments/{memo}/reverse/",
    "credits/adjustments/write-off/{debit}/",
    "credits/adjustments/new/",
    "credits/advances/",
    "credits/advances/{advance}/",
    "credits/advances/{draft_advance}/",
    "credits/advances/{draft_advance}/edit/",
    "credits/advances/{draft_advance}/post/",
    "credits/advances/new/",
]


@pytest.mark.long
def test_every_page_fits_and_is_accessible(place: Place, page: Page) -> None:
    come_back(page, person(place.b, language="fr"))
    for path in PAGES:
        open_small(page, f"{place.root}/{path.format(**place.keys)}")
        assert faults(page) == [], path


def test_an_advance_is_entered_with_the_keyboard(place: Place, page: Page) -> None:
    place.enter(page, "credits/advances/new/")
    page.locator("#id_customer").fill("acme")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.locator("#id_method").select_option("cash")
    page.locator("#id_bank_account").select_option("undeposited")
    page.locator("#id_lines-0-amount").fill("200")
    page.locator("#id_lines-1-amount").fill("50.5")
    expect(page.locator("[data-total]")).to_have_text("250.50")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("Advance of")
    made = Document.objects.filter(company=place.b.company, kind="advance").latest("pk")
    assert (made.state, made.total, made.number) == ("posted", -250.5, None)


def test_a_remainder_is_written_off_in_a_dialog(place: Place, page: Page) -> None:
    place.enter(page, f"invoices/{place.keys['invoice']}/")
    page.get_by_role("link", name="Write off").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("110.00 EUR of INV-00001 is left.")
    dialog.locator("[name=amount]").fill("10.01")
    dialog.locator("[name=reason]").fill("Not worth a letter")
    dialog.get_by_role("button", name="Write off").click()
    expect(page.locator(".note")).to_contain_text("10.01 EUR of INV-00001 is written off.")
    # The memo is dated today by the clock, long after the books' own day.
    assert place.b.open(place.keys["invoice"], date(2099, 1, 1)) * 100 == 9999
