"""The API's reference under the strict policy: it lists the calls, and whoever is signed in can try them."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.seeing import PASSWORD, come_back
from tests.build import books, person


def test_the_reference_lists_calls_and_tries_one(page: Page) -> None:
    with books() as made:
        user = person(made, password=PASSWORD)
    come_back(page, user)
    page.goto(f"/c/{made.company.code}/api/v1/docs")
    call = page.locator("#operations-accounts-list_accounts")
    page.wait_for_selector(".opblock-tag", timeout=60_000)
    page.locator("#operations-tag-accounts").click()
    call.locator(".opblock-summary-control").click()
    call.get_by_text("Try it out").click()
    call.locator(".execute").click()
    call.locator(".live-responses-table .response-col_status").first.wait_for()
    assert "200" in call.locator(".live-responses-table").inner_text()
