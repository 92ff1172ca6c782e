"""The frame in a real browser: it fits, it is accessible, and its choices are remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from arledger.companies.models import User
from tests.browser.seeing import PASSWORD, fits, serious, sign_in
from tests.build import books, person


@pytest.fixture
def administrator(live_url: str) -> User:
    with books() as made:
        user = person(made, password=PASSWORD)
    return user


@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_frame_fits_and_is_accessible(
    administrator: User, new_context: Callable[..., BrowserContext], width: int, theme: str
) -> None:
    page = new_context(viewport={"width": width, "height": 800}, color_scheme=theme).new_page()
    page.goto("/accounts/login/")
    assert fits(page)
    assert serious(page) == []
    sign_in(page, administrator)
    assert fits(page)
    assert serious(page) == []


def test_nothing_of_the_frame_needs_scripts(
    administrator: User, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    sign_in(page, administrator)
    expect(page.locator("#rail")).to_be_hidden()
    page.locator(".top-menu-open").click()
    expect(page.locator("#rail")).to_be_visible()
    page.locator("[data-rail-close]").click()
    page.locator("header summary").last.click()
    page.locator("[name=language][value=fr]").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_appearance_is_remembered_without_a_flash(administrator: User, page: Page) -> None:
    sign_in(page, administrator)
    page.locator("[data-rail-toggle]").click()
    page.locator("header summary").last.click()
    page.locator("[data-theme-set=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    source = page.request.get(page.url).text()
    assert 'data-theme="dark"' in source
    assert 'data-rail="narrow"' in source


def test_slash_searches_and_question_mark_helps(administrator: User, page: Page) -> None:
    sign_in(page, administrator)
    page.keyboard.press("/")
    expect(page.locator("[name=q]:focus")).to_have_count(1)
    page.keyboard.type("?")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_a_missing_page_says_so_in_our_look(administrator: User, page: Page, complaints: list[str]) -> None:
    sign_in(page, administrator)
    answer = page.goto("/no/such/page/")
    assert answer is not None
    assert answer.status == 404
    assert page.locator(".plain-card h1").inner_text() == "Not found"
    assert serious(page) == []
    complaints.clear()
