"""Home, the ageing and the settings in a real browser: they fit, they are accessible, they work by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from arledger.companies.models import Configuration, User
from arledger.core.clock import now
from arledger.core.scope import company_scope
from tests.browser.seeing import come_back, faults, open_small, serious, sign_in
from tests.build import Books, books, person

# The other lists of settings are drawn by the same template.
PAGES = [
    "",
    "search/?q=INV",
    "reports/ageing/",
    "reports/ageing/?buckets=9,1",
    "reports/proof/",
    "reports/payments-by-item/",
    "settings/",
    "settings/sequences/",
    "settings/audit/?verify=1",
    "settings/entities/new/",
    "settings/people/new/",
    "settings/roles/new/",
    "settings/roles/duties/",
    "reports/journal/",
]


@dataclass(frozen=True)
class Place:
    made: Books
    user: User

    def address(self, path: str = "") -> str:
        return f"/c/{self.made.company.code}/{path}"


@pytest.fixture
def place(live_url: str) -> Place:
    """A company with something late, something open and something unapplied; reconciliation is off."""
    today = now().date()
    with books(reconciliation=False) as made:
        for days, amount in ((100, 1200), (40, 350), (10, 90)):
            day = today - timedelta(days=days)
            made.invoice(amount, on=day, due=day + timedelta(days=5))
        made.invoice(80, on=today)
        made.invoice(20, on=today, post=False)
        made.receipt(45, on=today)
        user = person(made)
    return Place(made, user)


@pytest.mark.long
def test_every_page_fits_and_is_accessible(place: Place, page: Page) -> None:
    User.objects.filter(pk=place.user.pk).update(language="fr")
    come_back(page, place.user)
    for path in PAGES:
        open_small(page, place.address(path))
        assert page.locator("html").get_attribute("lang") == "fr"
        assert faults(page) == [], path


def test_a_single_hit_of_the_search_opens_by_keyboard(place: Place, page: Page) -> None:
    sign_in(page, place.user)
    page.keyboard.press("/")
    page.keyboard.type("INV-00002")
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/**")
    expect(page.locator("h1")).to_contain_text("INV-00002")


def test_the_palette_goes_anywhere_by_keyboard(place: Place, page: Page) -> None:
    sign_in(page, place.user)
    page.keyboard.press("Control+k")
    page.locator("#palette a", has_text="New invoice").wait_for()
    assert serious(page) == []
    page.keyboard.type("rec pay")
    page.locator("#palette a[aria-selected=true]", has_text="Receive payment").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/payments/receive/")
    page.keyboard.press("Control+k")
    page.keyboard.type("INV-00002")
    page.locator("#palette a[aria-selected=true]", has_text="INV-00002").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/invoices/**")
    page.keyboard.press("Control+k")
    page.locator("#palette a", has_text="Recent").first.wait_for()


def test_the_figures_of_home_lead_to_their_lists(place: Place, page: Page) -> None:
    sign_in(page, place.user)
    for name, address in (
        ("1,640.00 EUR", "reports/ageing/?sort=-overdue&detail=1"),
        ("45.00 EUR", "matching/unreconciled/"),
    ):
        page.goto(place.address())
        page.get_by_role("link", name=name).first.click()
        page.wait_for_url(f"**{place.address(address)}")
        expect(page.locator("tbody tr").first).to_be_visible()


def test_switching_reconciliation_on_tells_its_consequences_first(
    place: Place, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, place.user)
    page.goto(place.address("settings/"))
    page.get_by_label("Customer reconciliation").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.locator(".effects")).to_contain_text("cannot be switched off again")
    page.get_by_role("button", name="Switch it on and save").click()
    page.wait_for_url(f"**{place.address('settings/')}")
    expect(page.locator("#messages")).to_contain_text("The settings are saved.")
    with company_scope(place.made.company.pk):
        assert Configuration.objects.get(company=place.made.company).reconciliation_enabled
