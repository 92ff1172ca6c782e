"""Customers and invoices in a real browser: pages fit and are accessible, lists by keyboard, the form with lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from arledger.core.http import keyset, listing
from customers.services import CustomerInput, enter
from ledger.models import Document
from reconciliation.selectors import States
from tests.browser.seeing import come_back, faults, open_small
from tests.build import Books, books, person


@dataclass
class Place:
    b: Books
    root: str
    invoices: list[int]

    def enter(self, page: Page, path: str, *, language: str = "en") -> None:
        come_back(page, person(self.b, language=language))
        page.goto(f"{self.root}/{path}")


@pytest.fixture
def place(live_url: str) -> Iterator[Place]:
    with books() as b:
        b.add_customer("Ferme des Trois Vallées – Société coopérative agricole de l’Ouest")
        made = [
            b.invoice(300, 100, -20, on=date(2026, 1, 2)),
            b.invoice(1_234_567, on=date(2026, 3, 1)),
            b.invoice(160),
            b.invoice(70, post=False),
        ]
        b.receipt(500, made[:2])
        b.receipt(20, [made[2]], post=False)
        yield Place(b, f"/c/{b.company.code}", made)


PAGES = [
    "customers/",
    "customers/{customer}/",
    "customers/{customer}/?as_at=2026-02-01",
    "customers/new/",
    "invoices/",
    "invoices/?settlement=open&due_from=2026-01-01",
    "invoices/?tab=overdue&q=nothing",
    "invoices/{posted}/",
    "invoices/{draft}/",
    "invoices/{draft}/edit/",
    "invoices/{reversible}/reverse/",
    "invoices/new/",
]


@pytest.mark.long
def test_every_page_fits_and_is_accessible(place: Place, page: Page) -> None:
    come_back(page, person(place.b, language="fr"))
    keys = {"customer": place.b.customer, "posted": place.invoices[0], "draft": place.invoices[3]}
    for path in PAGES:
        open_small(page, f"{place.root}/{path.format(**keys, reversible=place.invoices[1])}")
        assert faults(page) == [], path


def test_a_list_is_searched_and_opened_by_keyboard(place: Place, page: Page) -> None:
    place.enter(page, "invoices/")
    page.keyboard.press("/")
    page.keyboard.type("INV-00002", delay=20)
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=INV-00002"))
    exports = [re.compile(r"[?]q=INV-00002$"), re.compile(r"[?]q=INV-00002&format=xlsx$")]
    for link, address in zip(page.locator("[data-export]").all(), exports, strict=True):
        expect(link).to_have_attribute("href", address)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("INV-00002")
    page.go_back()
    expect(page.locator("#list-q")).to_have_value("INV-00002")


def test_previous_and_next_go_through_the_list_one_came_from(
    place: Place, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    place.b.invoice(40)
    place.enter(page, "invoices/?tab=open&sort=number")
    heading, nav = page.locator("h1"), page.locator("[data-neighbours]")
    page.get_by_role("link", name="INV-00002").click()
    expect(heading).to_contain_text("INV-00002")
    expect(nav.locator("[rel=prev]")).not_to_have_attribute("href", re.compile("."))
    page.keyboard.press("j")
    expect(heading).to_contain_text("INV-00003")
    nav.get_by_role("link", name="Next").click()
    expect(heading).to_contain_text("INV-00004")
    expect(nav.locator("[rel=next]")).not_to_have_attribute("href", re.compile("."))
    page.keyboard.press("k")
    expect(heading).to_contain_text("INV-00003")
    page.locator(".breadcrumbs a").click()
    expect(page).to_have_url(re.compile(r"/invoices/\?tab=open&sort=number$"))
    place.enter(page, f"invoices/{place.invoices[0]}/")
    expect(heading).to_contain_text("INV-00001")
    expect(nav).to_be_hidden()


def test_a_search_that_no_index_knows_goes_on_by_itself(
    place: Place, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "WINDOW", 1)
    monkeypatch.setattr(States, "FEW", 0)
    place.enter(page, "invoices/?q=no+such+text")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_counts_and_totals_of_a_long_list_come_after_its_rows(place: Place, page: Page) -> None:
    enter(actor=place.b.actor, customers=[CustomerInput(name=f"N {n}", currency="EUR") for n in range(1100)])
    place.enter(page, "customers/")
    expect(page.locator("#tab-all .count")).to_have_text("1,000+")
    expect(page.locator("#list-totals")).to_contain_text("Balance")
    page.click("#tab-inactive")
    expect(page.locator("#tab-inactive")).to_have_attribute("aria-current", "true")
    page.click("#tab-all")
    page.click("#page-next")
    expect(page.locator("#page-previous")).to_be_visible()


def test_an_invoice_is_entered_with_the_keyboard(place: Place, page: Page) -> None:
    place.enter(page, "invoices/new/")
    page.locator("#id_customer").fill("trois")
    expect(page.locator("[role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#id_customer")).to_have_value("C00002")
    expect(page.locator("#due-hint")).to_contain_text("Left empty: ")
    page.locator("#id_lines-0-description").fill("Workshop")
    page.locator("#id_lines-0-amount").fill("1,300.50")
    page.locator("[data-line-copy]").first.click()
    page.locator("#id_lines-3-amount").fill("-20.5")
    expect(page.locator("[data-total]")).to_have_text("1,280.00")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("INV-0000")
    made = Document.objects.filter(company=place.b.company, kind="invoice").latest("pk")
    assert (made.state, made.total) == ("posted", 1280)
    assert [line.amount for line in made.lines.order_by("position")] == [1300.5, -20.5]


def test_verbs_ask_in_a_dialog_and_say_what_they_do(place: Place, page: Page) -> None:
    place.enter(page, f"invoices/{place.invoices[3]}/")
    page.get_by_role("link", name="Post invoice").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("owes 70.00 EUR more")
    dialog.get_by_role("button", name="Post invoice").click()
    expect(page.locator(".note")).to_contain_text("is posted")
    page.wait_for_load_state()  # Before its scripts are there, links lead to pages instead of dialogs.
    page.get_by_role("link", name="Reverse").click()
    dialog.locator("[name=reason]").fill("Wrong customer")
    dialog.get_by_role("button", name="Reverse invoice").click()
    expect(page.locator("h1")).to_contain_text("Reversed")


def test_drafts_are_picked_and_posted_together(place: Place, page: Page) -> None:
    place.enter(page, "invoices/?tab=drafts")
    page.locator("[data-pick-all]").check()
    page.get_by_role("button", name="Post drafts").click()
    page.get_by_role("button", name="Post 1 draft").click()
    expect(page.locator("table")).to_contain_text("INV-00004")


def test_without_scripts_one_still_reads_enters_and_posts(
    place: Place, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    place.enter(page, "invoices/new/")
    page.locator("#id_customer").fill("C00001")
    page.locator("#id_lines-0-amount").fill("12")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("h1")).to_contain_text("Draft invoice")
    page.get_by_role("link", name="Post invoice").click()
    page.get_by_role("button", name="Post invoice").click()
    expect(page.locator("h1")).to_contain_text("INV-00004")
    page.goto(f"{place.root}/invoices/?tab=open")
    expect(page.locator("[data-row]")).to_have_count(3)
