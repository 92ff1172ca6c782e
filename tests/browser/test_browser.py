"""The browser tests' own guard: a complaint must be able to fail a test."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext


def test_complaints_of_a_page_are_noted(
    new_context: Callable[..., BrowserContext], complaints: list[str]
) -> None:
    page = new_context().new_page()
    page.set_content(
        "<script>console.error('first'); setTimeout(() => { throw new Error('second') })</script>"
    )
    page.wait_for_timeout(100)
    assert len(complaints) == 2
    assert "first" in complaints[0]
    assert "second" in complaints[1]
