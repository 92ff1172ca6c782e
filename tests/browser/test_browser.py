"""The browser tests' own guard: a complaint must be able to fail a test."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.browser.seeing import soon


def test_complaints_of_a_page_are_noted(
    new_context: Callable[..., BrowserContext], complaints: list[str]
) -> None:
    page = new_context().new_page()
    page.set_content(
        "<script>console.error('first'); setTimeout(() => { throw new Error('second') })</script>"
    )
    assert soon(page, lambda: len(complaints) >= 2)
    assert len(complaints) == 2
    assert "first" in complaints[0]
    assert "second" in complaints[1]
